"""Take back a merge, a split or an earlier undoing, by its line in the audit."""

from __future__ import annotations

import json

from qualify.web.database import rows
from qualify.web.verbs.actor import WRITE_LEADS, Actor, Conflict, NotThere
from qualify.web.verbs.split import Parted, rejoin, split


def undo(actor: Actor, audit_id: int, now: int) -> Parted:
    """Undo what the line of the audit says: a split undoes a merge, and putting back its links a split.

    What has come since stays with whom it belongs to then. Raises
    :class:`~qualify.web.verbs.actor.NotThere`, and :class:`~qualify.web.verbs.actor.Conflict` for what cannot be
    undone, or is undone already.
    """
    actor.needs(WRITE_LEADS)
    found = rows("SELECT verb, detail FROM audit WHERE id = %s", [audit_id])
    if not found:
        raise NotThere(f"there is no line {audit_id} in the audit")
    verb, detail = found[0]
    if verb not in ("merge", "split", "rejoin"):
        raise Conflict(f"only a merge or a split can be undone so; this was: {verb}")
    back = rejoin if verb == "split" else split
    return back(actor, json.loads(detail)["links"], now, reason=f"undoes {audit_id}")
