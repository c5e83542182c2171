"""What people may do, by their role: each role is a set of scopes, and a scope is what a page or a verb asks for."""

from __future__ import annotations

from typing import Final, NamedTuple

from django.utils.translation import gettext

from qualify.errors import QualifyError, instead
from qualify.speech import marked, sentence
from qualify.web.verbs.actor import (
    ADMIN,
    AGREE_MARKETING,
    AGREE_SALES,
    DRAFT_PLAYBOOK,
    ERASE_LEADS,
    EXPORT_LEADS,
    IMPORT_LEADS,
    MANAGE_REPS,
    PUBLISH_PLAYBOOK,
    READ_AUDIT,
    READ_LEADS,
    READ_PLAYBOOK,
    WRITE_LEADS,
    Actor,
)


class Role(NamedTuple):
    """A role: what it is called, who it is for (both in English), and what it may do."""

    name: str
    purpose: str
    scopes: frozenset[str]

    @property
    def label(self) -> str:
        """What it is called, in the reader's language."""
        return gettext(self.name)

    @property
    def meaning(self) -> str:
        """Who it is for, in the reader's language."""
        return gettext(self.purpose)


_SEES: Final = frozenset({READ_LEADS, READ_PLAYBOOK})

ROLES: Final = {
    "admin": Role(
        marked("Admin"),
        marked("sets up everything and everybody"),
        frozenset({ADMIN, AGREE_MARKETING, AGREE_SALES}),
    ),
    "marketing": Role(
        marked("Marketing"),
        marked("brings leads in, writes the playbook, agrees to it for marketing"),
        _SEES
        | {
            WRITE_LEADS,
            IMPORT_LEADS,
            EXPORT_LEADS,
            DRAFT_PLAYBOOK,
            AGREE_MARKETING,
            PUBLISH_PLAYBOOK,
            ERASE_LEADS,
        },
    ),
    "sales_manager": Role(
        marked("Sales manager"),
        marked("sees what every rep has, agrees to the playbook for sales"),
        _SEES
        | {
            WRITE_LEADS,
            IMPORT_LEADS,
            EXPORT_LEADS,
            DRAFT_PLAYBOOK,
            AGREE_SALES,
            PUBLISH_PLAYBOOK,
            READ_AUDIT,
            MANAGE_REPS,
        },
    ),
    "sales_rep": Role(
        marked("Sales rep"), marked("works leads: accepts, rejects, asks"), _SEES | {WRITE_LEADS}
    ),
    "viewer": Role(
        marked("Viewer"), marked("sees everything about leads and the playbook, changes nothing"), _SEES
    ),
}
"""In the order in which they are offered."""


def role_of(name: str) -> Role:
    """The role of a name; raises :class:`~qualify.errors.QualifyError` for a name that is none."""
    if name not in ROLES:
        raise QualifyError(
            sentence("there is no role %(name)s%(hint)s", name=repr(name), hint=instead(name, ROLES))
        )
    return ROLES[name]


def actor_in(role: str, name: str) -> Actor:
    """Somebody of this name and role, as verbs see them; a role that is no more may do nothing."""
    return Actor(name, ROLES[role].scopes if role in ROLES else frozenset())
