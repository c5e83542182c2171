"""The addresses of the screen."""

from __future__ import annotations

from django.urls import URLPattern, path

from qualify.web.screens.leads import importing, views

urlpatterns: list[URLPattern] = [
    path("leads", views.leads, name="leads"),
    path("leads/export", views.export, name="leads-export"),
    path("leads/import", importing.begin, name="import"),
    path("leads/import/<int:upload_id>", importing.mapping, name="import-mapping"),
    path("leads/import/<int:upload_id>/trial", importing.trial, name="import-trial"),
    path("leads/import/<int:upload_id>/result", importing.result, name="import-result"),
    path("leads/import/<int:upload_id>/refused", importing.refused, name="import-refused"),
    path("leads/import/<int:upload_id>/give-up", importing.give_up, name="import-give-up"),
]
