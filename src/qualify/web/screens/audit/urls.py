"""The addresses of the screen."""

from __future__ import annotations

from django.urls import URLPattern, path

from qualify.web.screens.audit import views

urlpatterns: list[URLPattern] = [
    path("audit", views.audit, name="audit"),
    path("audit/export", views.export, name="audit-export"),
]
