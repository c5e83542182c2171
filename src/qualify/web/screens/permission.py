"""What somebody may not do, in words: which roles may, and who can give them one."""

from __future__ import annotations

from babel.lists import format_list
from django.utils.translation import gettext as _

from qualify.web.looking.members import admins
from qualify.web.screens.templatetags.qualify import locale
from qualify.web.verbs.actor import SCOPES, Actor
from qualify.web.verbs.roles import ROLES


def not_for(role: str, scope: str) -> str:
    """That somebody in this role may not do what the scope allows, who may, and whom to ask."""
    told = {
        "role": ROLES[role].label if role in ROLES else role,
        "meaning": _(SCOPES[scope]),
        "roles": _either([each.label for each in ROLES.values() if Actor("", each.scopes).may(scope)]),
        "admins": _either(admins()),
    }
    return (
        _(
            "Your role, %(role)s, does not include this: %(meaning)s. These roles do: %(roles)s. "
            "Whoever looks after people here can give you one of them: %(admins)s."
        )
        % told
    )


def _either(words: list[str]) -> str:
    return format_list(words, style="or", locale=locale()) if words else "–"
