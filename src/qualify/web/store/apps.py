"""How Django knows the store."""

from __future__ import annotations

from django.apps import AppConfig


class StoreConfig(AppConfig):
    """The one app that owns tables."""

    name = "qualify.web.store"
    label = "store"
    default_auto_field = "django.db.models.BigAutoField"
