"""The addresses of the screen."""

from __future__ import annotations

from django.urls import URLPattern, path

from qualify.web.screens.people import views

urlpatterns: list[URLPattern] = [
    path("people", views.people, name="people"),
    path("people/roles", views.roles, name="people-roles"),
    path("people/invite", views.invite_somebody, name="people-invite"),
    path("people/invitations/<int:invitation_id>", views.invitation, name="people-invitation"),
    path("people/<int:user_id>", views.person, name="people-person"),
    path("people/<int:user_id>/<str:what>", views.change, name="people-change"),
]
