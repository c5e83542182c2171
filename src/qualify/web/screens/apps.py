"""The screens as Django knows them: templates, filters and static files; no models."""

from __future__ import annotations

from django.apps import AppConfig


class Screens(AppConfig):
    """All screens."""

    name = "qualify.web.screens"
    label = "screens"

    def ready(self) -> None:
        """Have sign-ins and the like written down."""
        from qualify.web.people.noting import listen

        listen()
