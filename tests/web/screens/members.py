"""The cast of the pages."""

from __future__ import annotations

from typing import Any

from django.test import Client

MEMBERS = {
    "ada": "admin",
    "mia": "marketing",
    "max": "sales_manager",
    "rosa": "sales_rep",
    "ravi": "sales_rep",
    "vic": "viewer",
}


class Members:
    """A browser for each: Ada sets up, Mia is marketing, Max leads sales, Rosa and Ravi sell, Vic looks on, and Sam
    is a stranger. Each signs in when they are first asked for.
    """

    ada: Client
    mia: Client
    max: Client
    rosa: Client
    ravi: Client
    vic: Client
    sam: Client

    def __init__(self) -> None:
        from qualify.web.store.models import User

        User.objects.bulk_create(
            User(email=address(name), name=name.capitalize(), role=role, password="!", time_zone="UTC")
            for name, role in MEMBERS.items()
        )

    def __getattr__(self, name: str) -> Client:
        if name != "sam" and name not in MEMBERS:
            raise AttributeError(name)
        browser = Client()
        if name != "sam":
            browser.force_login(the(name), backend="allauth.account.auth_backends.AuthenticationBackend")
        self.__dict__[name] = browser
        return browser


def address(name: str) -> str:
    """The e-mail address of one of them."""
    return f"{name}@qualify.example"


def the(name: str) -> Any:
    """One of them, as the store has them."""
    from qualify.web.store.models import User

    return User.objects.get(email=address(name))
