"""The addresses of the screen."""

from __future__ import annotations

from django.urls import URLPattern, path

from qualify.web.screens.inbox import deciding, keeping, views

urlpatterns: list[URLPattern] = [
    path("inbox", views.inbox, name="inbox"),
    path("inbox/fresh", views.fresh, name="inbox-fresh"),
    path("inbox/accept", deciding.accept, name="inbox-accept"),
    path("inbox/<int:lead_id>/reject", deciding.reject, name="inbox-reject"),
    path("inbox/several", deciding.several, name="inbox-several"),
    path("inbox/several/do", deciding.do_several, name="inbox-do-several"),
    path("undo/<int:audit_id>", deciding.undone, name="undo"),
    path("views/<str:screen>/save", keeping.save, name="save-view"),
    path("views/<int:view_id>/forget", keeping.forget, name="forget-view"),
    path("help/keys", views.keys, name="help-keys"),
]
