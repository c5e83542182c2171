"""The addresses of the alignment page, the leads behind its numbers, and all of it as a file."""

from __future__ import annotations

from django.urls import path

from qualify.web.screens.alignment import listing, views

urlpatterns = [
    path("alignment", views.alignment, name="alignment"),
    path("alignment/leads", listing.leads, name="alignment-leads"),
    path("alignment/export", listing.export, name="alignment-export"),
]
