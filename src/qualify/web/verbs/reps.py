"""Who gets leads: set them up, write down when they are away, and have what they hold go to others when they leave."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final, NamedTuple

from django.db import transaction
from django.utils.translation import gettext

from qualify.errors import QualifyError
from qualify.moments import EARLIEST, LATEST, zone
from qualify.playbook.times import calendar_code
from qualify.web.database import insert, rows, run, those
from qualify.web.handing import line
from qualify.web.handing.giving import write
from qualify.web.handing.minding import Minded, mind
from qualify.web.handing.people import keep_settings, rep_of, settings_of
from qualify.web.handing.working import Hander, hold, one_at_a_time
from qualify.web.verbs.actor import MANAGE_REPS, WRITE_LEADS, Actor, Conflict, NotThere, audit
from qualify.web.verbs.leads import bounded

SETTINGS: Final = (
    "name", "teams", "weight", "capacity", "time_zone", "hours", "holidays", "skills", "active_from", "active_until"
)  # fmt: skip
"""What can be said of a rep; see :class:`qualify.handoff.facts.Rep`. What is None is as the playbook says."""

_EMPTY: Final[Mapping[str, Any]] = {"name": "", "teams": [], "weight": 1, "skills": []}

LONGEST: Final = 3 * 366 * 86_400_000
"""Milliseconds that an absence may last."""


class GoesTo(NamedTuple):
    """A lead of somebody who leaves, and who has it then (None: nobody, it is on the loud list), and why."""

    lead_id: int
    rep_id: str | None
    why: tuple[str, ...]


class Left(NamedTuple):
    """Somebody gets no leads any more: where each of theirs went, and the line of the audit (None: only looked at)."""

    rep_id: str
    leads: tuple[GoesTo, ...]
    audit_id: int | None

    @property
    def unassigned(self) -> list[GoesTo]:
        """Those for whom nobody was found."""
        return [each for each in self.leads if each.rep_id is None]


def set_rep(actor: Actor, rep_id: str, now: int, **told: Any) -> int:
    """Let somebody get leads, or change what holds of them from now on; the line of the audit.

    ``told`` are any of :data:`SETTINGS`; what is left out stays as it is. ``rep_id`` is the address by which they
    sign in. Raises :class:`~qualify.errors.QualifyError`.
    """
    actor.needs(MANAGE_REPS)
    rep_id = _address(rep_id)
    told = {name: _EMPTY[name] if value is None and name in _EMPTY else value for name, value in told.items()}
    _check(told)
    with transaction.atomic():
        one_at_a_time()
        before = settings_of(rep_id)
        settings = {**(before or {"name": _name_of(rep_id)}), **told}
        keep_settings(rep_id, settings, actor.name, now)
        _look_again(now)
        return audit(actor, "set rep", rep_id, {"new": before is None, **_written(told)}, now)


def add_absence(actor: Actor, rep_id: str, starts_at: int, ends_at: int, now: int, *, note: str = "") -> int:
    """Write down that a rep is away; reps may for themselves. The number of the absence.

    Raises :class:`~qualify.errors.QualifyError`, and :class:`~qualify.web.verbs.actor.NotThere` for no rep.
    """
    _own_or_managed(actor, rep_id)
    if not EARLIEST <= starts_at < ends_at <= LATEST or ends_at - starts_at > LONGEST:
        raise QualifyError(gettext("an absence ends after it begins, and lasts three years at most"))
    with transaction.atomic():
        one_at_a_time()
        _known(rep_id)
        row = (rep_id, starts_at, ends_at, bounded(note.strip(), 255, "the note"), now, actor.name[:255])
        columns = "rep_id, starts_at, ends_at, note, known_at, set_by"
        [(number,)] = insert("absence", columns, [row], "RETURNING id")
        _look_again(now)
        audit(actor, "add absence", rep_id, {"absence": number, "from": starts_at, "until": ends_at}, now)
    return int(number)


def call_off_absence(actor: Actor, absence_id: int, now: int) -> int:
    """The rep is there after all; the line of the audit. Raises :class:`~qualify.web.verbs.actor.NotThere`."""
    actor.needs(WRITE_LEADS)
    found = rows("SELECT rep_id FROM absence WHERE id = %s AND taken_back_at IS NULL", [absence_id])
    if not found:
        raise NotThere(gettext("there is no absence %(number)s") % {"number": absence_id})
    _own_or_managed(actor, found[0][0])
    with transaction.atomic():
        one_at_a_time()
        if not run(
            "UPDATE absence SET taken_back_at = %s WHERE id = %s AND taken_back_at IS NULL", [now, absence_id]
        ):
            raise Conflict(gettext("this absence was called off already"))
        _look_again(now)
        return audit(actor, "call off absence", found[0][0], {"absence": absence_id}, now)


def deactivate_rep(actor: Actor, rep_id: str, now: int) -> Left:
    """Somebody gets no leads any more: each lead that they hold goes to somebody else at once, or on the loud list.

    Raises :class:`~qualify.web.verbs.actor.NotThere` for no rep, and :class:`~qualify.web.verbs.actor.Conflict` for
    one who is not active.
    """
    actor.needs(MANAGE_REPS)
    with transaction.atomic():
        one_at_a_time()
        return _leave(actor, rep_id, _who_gets_leads(rep_id, now), now)


def preview_deactivate_rep(actor: Actor, rep_id: str, now: int) -> Left:
    """Where their leads would go: somebody is found for each, and nothing of it is written. Raises as doing it does."""
    actor.needs(MANAGE_REPS)
    gone = rep_of(rep_id, {**_who_gets_leads(rep_id, now), "active_until": now})
    desk = Hander().desk(now)
    if desk is None:
        return Left(rep_id, (), None)
    desk.reps = [gone if each.rep_id == rep_id else each for each in desk.reps]
    return Left(rep_id, tuple(_goes_to(mind(_held_by(rep_id), desk))), None)


def let_go(actor: Actor, rep_id: str, now: int) -> Left | None:
    """The same of a member who is kept out, in that verb's transaction; None of somebody who gets no leads."""
    settings = settings_of(rep_id)
    until = None if settings is None else settings.get("active_until")
    if settings is None or (until is not None and until <= now):
        return None
    one_at_a_time()
    return _leave(actor, rep_id, settings, now)


def _leave(actor: Actor, rep_id: str, settings: Mapping[str, Any], now: int) -> Left:
    keep_settings(rep_id, {**settings, "active_until": now}, actor.name, now)
    held = _held_by(rep_id)
    hold(held)
    leads, numbers = _given_away(held, now)
    _look_again(now)
    gone = [each.lead_id for each in leads if each.rep_id is None]
    detail = {
        "leads": [each.lead_id for each in leads], "unassigned": gone, "assignments": numbers, "left": rep_id,
        "until": settings.get("active_until"),
    }  # fmt: skip
    return Left(rep_id, tuple(leads), audit(actor, "deactivate rep", rep_id, detail, now))


def _given_away(held: Sequence[int], now: int) -> tuple[list[GoesTo], list[int]]:
    """Find somebody for each; it is told like every other hand-off. Also the numbers of what was written down."""
    desk = Hander().desk(now)
    if desk is None:
        return [], []
    minded = mind(held, desk)
    return _goes_to(minded), write(minded, desk)


def _goes_to(minded: Iterable[Minded]) -> list[GoesTo]:
    return [
        GoesTo(each.person_id, each.given.assignment.rep_id, each.given.assignment.why)
        for each in minded
        if each.given is not None
    ]


def _held_by(rep_id: str) -> list[int]:
    """The leads that they have."""
    found = rows("SELECT person_id FROM handoff WHERE rep_id = %s AND ended_at IS NULL", [rep_id])
    return sorted(who for (who,) in found)


def _who_gets_leads(rep_id: str, now: int) -> Mapping[str, Any]:
    settings = _known(rep_id)
    until = settings.get("active_until")
    if until is not None and until <= now:
        raise Conflict(gettext("%(rep)s gets no leads already") % {"rep": settings.get("name") or rep_id})
    return settings


def _look_again(now: int) -> None:
    """Clocks run by other calendars now, and leads that nobody had may find somebody."""
    line.mark_open(now)


def _own_or_managed(actor: Actor, rep_id: str) -> None:
    actor.needs(WRITE_LEADS if actor.name == rep_id else MANAGE_REPS)


def _known(rep_id: str) -> dict[str, Any]:
    settings = settings_of(rep_id)
    if settings is None:
        raise NotThere(gettext("%(rep)s gets no leads; set them up first") % {"rep": rep_id})
    return settings


def _address(rep_id: str) -> str:
    rep_id = bounded(rep_id.strip().lower(), 254, "the address")
    name, at, domain = rep_id.partition("@")
    if not (name and at and domain) or any(each.isspace() for each in rep_id):
        raise QualifyError(
            gettext("a rep is known by the address by which they sign in, as rosa@example.com")
        )
    return rep_id


def _name_of(rep_id: str) -> str:
    found = those("SELECT name FROM member WHERE email IN ({})", [rep_id])
    return (found[0][0] if found else "") or rep_id.partition("@")[0].capitalize()


def _check(told: Mapping[str, Any]) -> None:
    """Raise for what cannot be said of a rep, or is none of its values."""
    for name in sorted(told.keys() - set(SETTINGS)):
        raise QualifyError(gettext("nothing called %(name)s can be said of a rep") % {"name": name})
    for name in ("teams", "skills"):
        values = told.get(name, ())
        if isinstance(values, str) or not all(
            isinstance(each, str) and 0 < len(each) <= 80 for each in values
        ):
            raise QualifyError(gettext("%(name)s is a list of words") % {"name": name})
    if not 0 <= int(told.get("weight", 1)) <= 1_000:
        raise QualifyError(gettext("a weight is a whole number from 0 to 1000"))
    bounded(str(told.get("name", "")), 255, "the name")
    try:
        zone(told.get("time_zone") or "UTC")
        for code in (told.get("holidays") or {}).get("countries", ()):
            calendar_code(code)
    except ValueError as error:
        raise QualifyError(*error.args) from error


def _written(told: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: list(value) if isinstance(value, set | frozenset | tuple) else value
        for name, value in told.items()
    }
