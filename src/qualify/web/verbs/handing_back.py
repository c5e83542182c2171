"""Undo that leads were given to somebody, as if it had never been: whoever had them before has them; and undo that."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import transaction
from django.utils.translation import gettext

from qualify.web.database import run, those
from qualify.web.handing import line
from qualify.web.handing.desk import Desk
from qualify.web.handing.giving import look
from qualify.web.handing.people import keep_settings, settings_of
from qualify.web.handing.telling import tell_taken
from qualify.web.handing.working import Hander, hold, one_at_a_time
from qualify.web.verbs.actor import MANAGE_REPS, WRITE_LEADS, Actor, Conflict, audit
from qualify.web.verbs.split import Parted


def give_back(actor: Actor, told: Mapping[str, Any], now: int, *, undoes: int, who: str = "") -> Parted:
    """Let what a line of the audit (``told`` is its detail, ``who`` did it) says was given count for nothing.

    Somebody who got no leads any more gets them again. What others did with a lead since, they did. Raises
    :class:`~qualify.web.verbs.actor.Conflict` when it was undone before.
    """
    _may(actor, who)
    with transaction.atomic():
        one_at_a_time()
        changed = _turned(told, now, back=True)
        rep = _turned_rep(actor, told, now, back=True)
        if not changed and not rep:
            raise Conflict(gettext("this was taken back before"))
        desk = _looked(changed, now)
        for number, lead, had in changed if desk is not None else ():
            assert desk is not None
            tell_taken(number, lead, had, None, desk, actor.name)
        return _told(actor, "give back", told, changed, now, undoes)


def give_again(actor: Actor, told: Mapping[str, Any], now: int, *, undoes: int, who: str = "") -> Parted:
    """Let it count again. Raises :class:`~qualify.web.verbs.actor.Conflict` when it counts already."""
    _may(actor, who)
    with transaction.atomic():
        one_at_a_time()
        changed = _turned(told, now, back=False)
        rep = _turned_rep(actor, told, now, back=False)
        if not changed and not rep:
            raise Conflict(gettext("this counts already; nothing was to be done"))
        _looked(changed, now)
        return _told(actor, "give again", told, changed, now, undoes)


def _may(actor: Actor, who: str) -> None:
    """What somebody did themselves they may undo; what others did, whoever leads the reps."""
    actor.needs(WRITE_LEADS if who == actor.name else MANAGE_REPS)


def numbers_in(told: Mapping[str, Any]) -> list[int]:
    """The assignments that a line of the audit is about."""
    return [int(each) for each in told.get("assignments") or [told.get("assignment")] if each is not None]


Changed = tuple[int, int, str | None]
"""An assignment by its number, the lead, and to whom it was given."""


def _turned(told: Mapping[str, Any], now: int, *, back: bool) -> list[Changed]:
    of = "IS NULL" if back else "IS NOT NULL"
    statement = (
        f"SELECT id, owner_id, rep_id FROM assignment WHERE id IN ({{}}) AND taken_back_at {of} ORDER BY id"
    )
    found = those(statement, sorted(numbers_in(told)))
    hold(lead for _, lead, _ in found)
    for number, _, _ in found:
        run("UPDATE assignment SET taken_back_at = %s WHERE id = %s", [now if back else None, number])
    return [(int(number), int(lead), rep) for number, lead, rep in found]


def _turned_rep(actor: Actor, told: Mapping[str, Any], now: int, *, back: bool) -> bool:
    """Somebody who left is there again (``left`` says who), or gone once more; whether anything changed."""
    rep_id = told.get("left")
    settings = None if rep_id is None else settings_of(str(rep_id))
    if rep_id is None or settings is None:
        return False
    until = told.get("until") if back else now
    if settings.get("active_until") == until:
        return False
    keep_settings(str(rep_id), {**settings, "active_until": until}, actor.name, now)
    return True


def _looked(changed: Sequence[Changed], now: int) -> Desk | None:
    """The desk as it is now, and how the clocks stand there; None where there is no playbook."""
    desk = Hander().desk(now)
    if desk is not None:
        look([lead for _, lead, _ in changed], desk)
    return desk


def _told(
    actor: Actor, verb: str, told: Mapping[str, Any], changed: Sequence[Changed], now: int, undoes: int
) -> Parted:
    leads = sorted({lead for _, lead, _ in changed})
    line.mark(leads, now)
    if told.get("left") is not None:
        line.mark_open(now)
    kept = {name: told[name] for name in ("left", "until") if name in told}
    detail = {"leads": leads, "assignments": numbers_in(told), "undoes": undoes, **kept}
    return Parted((), tuple(leads), audit(actor, verb, f"{len(leads)} leads", detail, now))
