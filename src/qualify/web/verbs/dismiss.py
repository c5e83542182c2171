"""Say of two people who look alike that they are two."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext

from qualify.web.database import run
from qualify.web.verbs.actor import WRITE_LEADS, Actor, NotThere, audit


def dismiss(actor: Actor, one: int, other: int, now: int) -> int:
    """They are two people: the suggestion does not come again; the number of the audit line.

    Raises :class:`~qualify.web.verbs.actor.NotThere` when nobody suggested it.
    """
    actor.needs(WRITE_LEADS)
    ends = sorted((one, other))
    with transaction.atomic():
        changed = run(
            "UPDATE suggestion SET settled = 'dismissed', settled_at = %s WHERE settled = '' AND id IN (SELECT s.id "
            "FROM suggestion s JOIN identifier a ON a.id = s.one_id JOIN identifier b ON b.id = s.other_id "
            "WHERE (a.owner_id = %s AND b.owner_id = %s) OR (a.owner_id = %s AND b.owner_id = %s))",
            [now, *ends, *reversed(ends)],
        )
        if not changed:
            raise NotThere(
                gettext("nothing suggests that %(one)s and %(other)s are one person")
                % {"one": one, "other": other}
            )
        return audit(actor, "dismiss", one, {"one": one, "other": other}, now)
