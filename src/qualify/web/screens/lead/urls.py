"""The addresses of the screen."""

from __future__ import annotations

from django.urls import URLPattern, path

from qualify.web.screens.lead import handoff, history, identity, privacy, questions, timeline, why

_LEAD = "leads/<int:lead_id>"

urlpatterns: list[URLPattern] = [
    path(_LEAD, why.lead, name="lead"),
    path(f"{_LEAD}/decide", why.decide, name="lead-decide"),
    path(f"{_LEAD}/learn", why.learn, name="lead-learn"),
    path(f"{_LEAD}/assign", handoff.assign, name="lead-assign"),
    path(f"{_LEAD}/take", handoff.take, name="lead-take"),
    path(f"{_LEAD}/contact", handoff.contact, name="lead-contact"),
    path(f"{_LEAD}/sequence", handoff.sequence, name="lead-sequence"),
    path(f"{_LEAD}/step", handoff.step, name="lead-step"),
    path(f"{_LEAD}/timeline", timeline.timeline, name="lead-timeline"),
    path(f"{_LEAD}/history", history.history, name="lead-history"),
    path(f"{_LEAD}/questions", questions.questions, name="lead-questions"),
    path(f"{_LEAD}/identity", identity.identity, name="lead-identity"),
    path(f"{_LEAD}/merge", identity.merge, name="lead-merge"),
    path(f"{_LEAD}/split", identity.split, name="lead-split"),
    path(f"{_LEAD}/privacy", privacy.privacy, name="lead-privacy"),
    path(f"{_LEAD}/consent", privacy.consent, name="lead-consent"),
    path(f"{_LEAD}/export", privacy.readable, name="lead-export"),
    path(f"{_LEAD}/export.json", privacy.download, name="lead-export-json"),
    path(f"{_LEAD}/erase", privacy.erase, name="lead-erase"),
]
