"""Who asks for something, what they may do, and the line that says what they did."""

from __future__ import annotations

from typing import Final, NamedTuple

import msgspec
from django.utils.translation import gettext

from qualify.errors import QualifyError, instead
from qualify.speech import kept, marked, sentence
from qualify.web.database import insert

READ_LEADS: Final = "read:leads"
WRITE_LEADS: Final = "write:leads"
READ_PLAYBOOK: Final = "read:playbook"
PUBLISH_PLAYBOOK: Final = "publish:playbook"
IMPORT_LEADS: Final = "import:leads"
EXPORT_LEADS: Final = "export:leads"
ERASE_LEADS: Final = "erase:leads"
DRAFT_PLAYBOOK: Final = "draft:playbook"
AGREE_MARKETING: Final = "agree:marketing"
AGREE_SALES: Final = "agree:sales"
READ_AUDIT: Final = "read:audit"
MANAGE_REPS: Final = "manage:reps"
ADMIN: Final = "admin"

SCOPES: Final = {
    READ_LEADS: marked("see leads, their lines and their timelines"),
    WRITE_LEADS: marked("decide, answer, learn, note consents, merge and split"),
    READ_PLAYBOOK: marked("see the playbooks that were published"),
    PUBLISH_PLAYBOOK: marked("publish a playbook"),
    IMPORT_LEADS: marked("import leads from files"),
    EXPORT_LEADS: marked("take lists of leads away as files"),
    ERASE_LEADS: marked("erase somebody, for good"),
    DRAFT_PLAYBOOK: marked("write drafts of the playbook, and comment on them"),
    AGREE_MARKETING: marked("agree to a draft for marketing"),
    AGREE_SALES: marked("agree to a draft for sales"),
    READ_AUDIT: marked("see who did what"),
    MANAGE_REPS: marked("set up who gets leads and when, and give leads to others"),
    ADMIN: marked("everything, sources, keys and webhooks included"),
}
"""What a token may be allowed, and what that means (in English)."""


_OF_A_SIDE: Final = {AGREE_MARKETING, AGREE_SALES}
"""What nobody may do merely because they may do everything: a side speaks for itself."""


class Forbidden(QualifyError):
    """Somebody asked for what they may not do; ``scope`` is what would allow it, where one would."""

    def __init__(self, said: str, scope: str = "") -> None:
        super().__init__(said)
        self.scope = scope


class NotThere(QualifyError):
    """What was asked for does not exist."""


class Conflict(QualifyError):
    """What was asked for does not go with what is there by now."""


class Actor(NamedTuple):
    """Somebody who asks: their name as the audit says it, and their scopes."""

    name: str
    scopes: frozenset[str]

    def may(self, scope: str) -> bool:
        """Whether they may do what the scope allows."""
        return scope in self.scopes or (ADMIN in self.scopes and scope not in _OF_A_SIDE)

    def needs(self, scope: str) -> None:
        """Raise :class:`Forbidden` if they may not."""
        if not self.may(scope):
            raise Forbidden(
                gettext("this needs the scope %(scope)s (%(meaning)s)")
                % {"scope": scope, "meaning": gettext(SCOPES[scope])},
                scope,
            )


def the_owner(name: str = "command line") -> Actor:
    """Whoever has the machine may do everything: commands and set-up."""
    return Actor(name, frozenset({ADMIN}))


def known_scopes(scopes: frozenset[str]) -> None:
    """Raise :class:`~qualify.errors.QualifyError` for a scope that there is not."""
    for scope in sorted(scopes - SCOPES.keys()):
        hint = instead(scope, SCOPES)
        raise QualifyError(sentence("there is no scope %(scope)s%(hint)s", scope=repr(scope), hint=hint))


def audit(actor: Actor, verb: str, subject: object, detail: object, now: int) -> int:
    """Write down who did what to whom; the number of the line. To be called in the verb's transaction."""
    text = msgspec.json.encode(kept(detail)).decode()
    row = (now, actor.name[:255], verb, str(subject)[:255], text)
    [(number,)] = insert("audit", "happened_at, who, verb, subject, detail", [row], "RETURNING id")
    return int(number)
