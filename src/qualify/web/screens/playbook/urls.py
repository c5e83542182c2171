"""The addresses of the screen."""

from __future__ import annotations

from django.urls import URLPattern, path

from qualify.web.screens.playbook import drafts, editing, forming, planning, profiles, reading

urlpatterns: list[URLPattern] = [
    path("playbook", reading.playbook, name="playbook"),
    path("playbook/icp", profiles.icp, name="playbook-icp"),
    path("playbook/count", profiles.count, name="playbook-count"),
    path("playbook/comment", drafts.say, name="playbook-comment"),
    path("playbook/comments/<int:number>", drafts.settle, name="playbook-settle"),
    path("playbook/versions", reading.versions, name="playbook-versions"),
    path("playbook/versions/<int:number>", reading.version, name="playbook-version"),
    path("playbook/versions/<int:number>/back", reading.back, name="playbook-back"),
    path("playbook/compare", reading.compare, name="playbook-compare"),
    path("playbook/drafts", drafts.drafts, name="playbook-drafts"),
    path("playbook/drafts/<int:number>", drafts.draft, name="playbook-draft"),
    path("playbook/drafts/<int:number>/agree", drafts.agreed, name="playbook-agree"),
    path("playbook/drafts/<int:number>/turn", drafts.turn, name="playbook-turn"),
    path("playbook/drafts/<int:number>/plan", planning.plan, name="playbook-plan"),
    path("playbook/drafts/<int:number>/text", editing.text, name="playbook-text"),
    path("playbook/drafts/<int:number>/form", forming.outline, name="playbook-form"),
    path("playbook/drafts/<int:number>/part", forming.part, name="playbook-part"),
    path("playbook/drafts/<int:number>/arrange", forming.arrange, name="playbook-arrange"),
]
