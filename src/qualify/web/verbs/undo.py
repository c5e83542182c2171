"""Take back a merge, a split, a decision, that leads were given to somebody, a touch, or an earlier undoing: by its
line in the audit.
"""

from __future__ import annotations

import json
from typing import Any, Final

from django.utils.translation import gettext

from qualify.web.database import rows
from qualify.web.verbs.actor import WRITE_LEADS, Actor, Conflict, NotThere
from qualify.web.verbs.handing_back import give_again, give_back, numbers_in
from qualify.web.verbs.retract import restore, retract
from qualify.web.verbs.split import Parted, rejoin, split
from qualify.web.verbs.touching import count, strike, told_of

LINKS: Final = {"merge": split, "rejoin": split, "split": rejoin}
FACTS: Final = {"decide": retract, "decide several": retract, "restore": retract, "retract": restore}
HANDED: Final = {
    "take": give_back, "assign": give_back, "hand out": give_back, "deactivate rep": give_back,
    "give back": give_again, "give again": give_back,
}  # fmt: skip
TOUCHED: Final = {
    "log contact": strike, "finish step": strike, "skip step": strike, "stop sequences": strike,
    "strike touch": count, "count touch": strike,
}  # fmt: skip
"""By what the audit says was done, what undoes it."""


def undo(actor: Actor, audit_id: int, now: int) -> Parted:
    """Undo what the line of the audit says: a split undoes a merge, and putting back its links a split.

    What has come since stays with whom it belongs to then. A decision that is undone counts for nothing, as if it
    had never been. Raises :class:`~qualify.web.verbs.actor.NotThere`, and
    :class:`~qualify.web.verbs.actor.Conflict` for what cannot be undone, or is undone already.
    """
    actor.needs(WRITE_LEADS)
    found = rows("SELECT verb, detail, who FROM audit WHERE id = %s", [audit_id])
    if not found:
        raise NotThere(gettext("there is no line %(audit_id)s in the audit") % {"audit_id": audit_id})
    verb, detail, who = found[0]
    told: dict[str, Any] = json.loads(detail)
    if verb in LINKS:
        return LINKS[verb](actor, told["links"], now, reason=f"undoes {audit_id}")
    if verb in FACTS and told.get("facts"):
        return FACTS[verb](actor, told["facts"], now, undoes=audit_id)
    if verb in HANDED and (numbers_in(told) or told.get("left")):
        return HANDED[verb](actor, told, now, undoes=audit_id, who=who)
    if verb in TOUCHED and told_of(told):
        return TOUCHED[verb](actor, told, now, undoes=audit_id, who=who)
    raise Conflict(
        gettext(
            "only a decision, a hand-off, a touch, a merge or a split can be undone so; this was: %(verb)s"
        )
        % {"verb": verb}
    )
