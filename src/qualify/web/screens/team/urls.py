"""The addresses of the screen."""

from __future__ import annotations

from django.urls import URLPattern, path

from qualify.web.screens.team import nobodys, rep, simulating, views

urlpatterns: list[URLPattern] = [
    path("team", views.team, name="team"),
    path("team/new", rep.new, name="team-new"),
    path("team/simulate", simulating.simulated, name="team-simulate"),
    path("team/<str:rep_id>", rep.rep, name="team-rep"),
    path("team/<str:rep_id>/away", rep.away, name="team-away"),
    path("team/<str:rep_id>/away/<int:absence_id>/off", rep.call_off, name="team-call-off"),
    path("team/<str:rep_id>/leave", rep.leave, name="team-leave"),
    path("team/<str:rep_id>/again", rep.again, name="team-again"),
    path("unassigned", nobodys.unassigned, name="unassigned"),
    path("unassigned/preview", nobodys.preview, name="unassigned-preview"),
    path("unassigned/give", nobodys.give, name="unassigned-give"),
]
