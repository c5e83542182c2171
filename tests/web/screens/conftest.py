"""Who uses the pages: an admin, a marketer, a manager, two reps, a viewer, and a stranger who is none of them."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.test import Client

from tests.web.cast import people, source
from tests.web.screens.members import MEMBERS, Members

__all__ = ["members", "people", "source"]


@pytest.fixture
def members(store: Path) -> Members:
    """Everybody who works here, each signed in with a browser of their own."""
    from qualify.web.store.models import User

    browsers = {"sam": Client()}
    for name, role in MEMBERS.items():
        user = User(
            email=f"{name}@qualify.example", name=name.capitalize(), role=role, password="!", time_zone="UTC"
        )
        user.save()
        browsers[name] = Client()
        browsers[name].force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    return Members(**browsers)
