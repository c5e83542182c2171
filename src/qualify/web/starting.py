"""Django, made ready once in a process: by the server, by every command, by tests."""

from __future__ import annotations

import os


def start() -> None:
    """Give Django its settings and its models; a second time does nothing."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "qualify.web.settings")
    import django
    from django.apps import apps

    if not apps.ready:
        django.setup()
