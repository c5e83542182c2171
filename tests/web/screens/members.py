"""The cast of the pages."""

from __future__ import annotations

from typing import NamedTuple

from django.test import Client

MEMBERS = {
    "ada": "admin",
    "mia": "marketing",
    "max": "sales_manager",
    "rosa": "sales_rep",
    "ravi": "sales_rep",
    "vic": "viewer",
}


class Members(NamedTuple):
    """A browser for each: Ada sets up, Mia is marketing, Max leads sales, Rosa and Ravi sell, Vic looks on, and Sam
    is a stranger.
    """

    ada: Client
    mia: Client
    max: Client
    rosa: Client
    ravi: Client
    vic: Client
    sam: Client
