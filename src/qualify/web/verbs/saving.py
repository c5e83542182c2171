"""Save a view of a list under a name, for oneself or for everybody; and forget it."""

from __future__ import annotations

from typing import Final
from urllib.parse import parse_qsl, urlencode

from django.db import transaction
from django.utils.translation import gettext

from qualify.errors import QualifyError
from qualify.web.database import insert, rows, run
from qualify.web.verbs.actor import ADMIN, READ_LEADS, Actor, Conflict, Forbidden, NotThere, audit
from qualify.web.verbs.leads import bounded, one_of_them

SCREENS: Final = ("inbox", "leads")
MOST_VIEWS: Final = 100
LONGEST_NAME, LONGEST_QUERY = 80, 2_000


def save_view(
    actor: Actor, user_id: int, screen: str, name: str, query: str, now: int, *, shared: bool = False
) -> int:
    """Keep the words of an address under a name; a view of that name of theirs is replaced. Its number.

    Raises :class:`~qualify.errors.QualifyError`.
    """
    actor.needs(READ_LEADS)
    one_of_them(screen, SCREENS, "screen")
    name = " ".join(bounded(name, LONGEST_NAME, "the name").split())
    if not name:
        raise QualifyError(gettext("give the view a name"))
    query = urlencode(
        [each for each in parse_qsl(bounded(query, LONGEST_QUERY, "the view")) if each[0] != "cursor"]
    )
    with transaction.atomic():
        [(many,)] = rows("SELECT count(*) FROM saved_view WHERE user_id = %s", [user_id])
        if many >= MOST_VIEWS:
            raise Conflict(gettext("you have %(many)s views; forget one first") % {"many": many})
        [(number,)] = insert(
            "saved_view", "user_id, screen, name, query, shared, created_at",
            [(user_id, screen, name, query, shared, now)],
            "ON CONFLICT (user_id, screen, name) DO UPDATE SET query = excluded.query, shared = excluded.shared "
            "RETURNING id",
        )  # fmt: skip
        audit(actor, "save view", number, {"screen": screen, "name": name, "shared": shared}, now)
    return int(number)


def forget_view(actor: Actor, user_id: int, view_id: int, now: int) -> str:
    """Forget a view of one's own (an admin: anybody's); what it was called.

    Raises :class:`~qualify.web.verbs.actor.NotThere`, and :class:`~qualify.web.verbs.actor.Forbidden` for one of
    somebody else.
    """
    actor.needs(READ_LEADS)
    with transaction.atomic():
        found = rows("SELECT user_id, name, shared FROM saved_view WHERE id = %s", [view_id])
        if not found or (found[0][0] != user_id and not found[0][2]):
            raise NotThere(gettext("there is no such view any more"))
        owner, name, _shared = found[0]
        if owner != user_id and not actor.may(ADMIN):
            raise Forbidden(gettext("this view is somebody else's: only they, or an admin, can forget it"))
        run("DELETE FROM saved_view WHERE id = %s", [view_id])
        audit(actor, "forget view", view_id, {"name": name}, now)
    return str(name)
