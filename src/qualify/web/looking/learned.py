"""What was learnt from outcomes: the newest lesson, the model in force, and the chance of one lead."""

from __future__ import annotations

import math
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import msgspec

from qualify.speech import heard, heard_text
from qualify.web.database import rows
from qualify.web.learning.keeping import Reign, reign

if TYPE_CHECKING:
    from qualify.web.learning.onelead import Foretelling

MOST_REASONS: Final = 6
"""Reasons that are told one by one; the rest is told together."""
OVER: Final = ("customer", "disqualified")
"""Stages in which there is nothing left to foretell."""


class Lesson(NamedTuple):
    """A lesson as it was kept. ``told`` is what :mod:`qualify.web.learning.saying` made of it."""

    id: int
    learned_at: int
    asked_by: str
    version_id: int | None
    data: str
    leads: int
    won: int
    active: bool
    why: str
    told: dict[str, Any]


class Kept(NamedTuple):
    """A lesson in a list: whether its model is ``kept``, since when and why it was in force, and when that ended."""

    id: int
    learned_at: int
    asked_by: str
    version_id: int | None
    leads: int
    won: int
    active: bool
    why: str
    kept: bool
    since: int | None
    crowned_why: str | None
    ended_at: int | None
    ended_by: str | None


class Looked(NamedTuple):
    """What changed lately: when it was looked at, and what was said."""

    looked_at: int
    told: dict[str, Any]


def watched() -> Looked | None:
    """The newest look at what changed: that of the night, or the lesson's where that is newer; None before either."""
    nightly = rows("SELECT looked_at, told FROM watch ORDER BY id DESC LIMIT 1")
    lesson = newest()
    last = Looked(nightly[0][0], heard(msgspec.json.decode(nightly[0][1]))) if nightly else None
    drift = {} if lesson is None else lesson.told.get("drift") or {}
    if lesson is None or not drift or (last is not None and last.looked_at >= lesson.learned_at):
        return last
    stopped = [] if last is None else [each for each in last.told["alarms"] if each["kind"] == "stopped"]
    alarms = [
        *stopped,
        *(each for each in drift["alarms"] if each["about"] not in {one["about"] for one in stopped}),
    ]
    return Looked(lesson.learned_at, {**drift, "alarms": alarms})


_LESSON: Final = "id, learned_at, asked_by, version_id, data, leads, won, active, why, told"


def newest() -> Lesson | None:
    """The newest lesson; None before the first."""
    return _one(f"SELECT {_LESSON} FROM lesson ORDER BY id DESC LIMIT 1", [])


def lesson(number: int) -> Lesson | None:
    """A lesson; None when there is none of that number."""
    return _one(f"SELECT {_LESSON} FROM lesson WHERE id = %s", [number])


def _one(statement: str, parameters: list[Any]) -> Lesson | None:
    found = rows(statement, parameters)
    if not found:
        return None
    row = found[0]
    return Lesson._make((*row[:7], bool(row[7]), heard_text(row[8]), heard(msgspec.json.decode(row[9]))))


def lessons(limit: int = 20) -> list[Kept]:
    """The newest lessons, and every one whose model is or was in force, newest first."""
    found = rows(
        "SELECT l.id, l.learned_at, l.asked_by, l.version_id, l.leads, l.won, l.active, l.why, l.model <> '', "
        "c.since, c.why, c.ended_at, c.ended_by FROM lesson l LEFT JOIN champion c ON c.lesson_id = l.id "
        "WHERE c.id IS NOT NULL "
        "OR l.id IN (SELECT id FROM (SELECT id FROM lesson ORDER BY id DESC LIMIT %s) AS newest) "
        "ORDER BY l.id DESC, c.id DESC LIMIT 200",
        [limit],
    )
    return [
        Kept._make(
            (
                *row[:6],
                bool(row[6]),
                heard_text(row[7]),
                bool(row[8]),
                row[9],
                heard_text(row[10] or ""),
                *row[11:],
            )
        )
        for row in found
    ]


class Reason(NamedTuple):
    """Why a chance is other than the usual one: by how much the odds are multiplied, and what for."""

    times: float
    said: str


class Chance(NamedTuple):
    """How likely a lead is to be won within so many days, between what (90 %), and why it is not ``usual``.

    The usual odds times every reason's ``times`` are the odds of the chance.
    """

    chance: float
    low: float
    high: float
    usual: float
    reasons: list[Reason]
    horizon_days: int
    lesson_id: int
    learned_at: int


def chance(lead_id: int, now: int) -> Chance | None:
    """The chance of a lead by the model in force; None without one, and for a lead that is over, or is not there."""
    here = reign()
    if here is None or _over(lead_id):
        return None
    found = rows(
        "SELECT l.learned_at, l.data, COALESCE(v.text, '') FROM lesson l LEFT JOIN playbook_version v "
        "ON v.id = l.version_id WHERE l.id = %s",
        [here.lesson_id],
    )
    if not found:
        return None
    learned_at, data, text = found[0]
    foretelling, days = _foretelling(here.lesson_id, f"{learned_at} {data}", text)
    columns = foretelling.columns(lead_id, now)
    return None if columns is None else _chance(foretelling, columns, here, days, learned_at)


def _over(lead_id: int) -> bool:
    found = rows("SELECT stage FROM standing WHERE person_id = %s", [lead_id])
    return bool(found) and found[0][0] in OVER


@lru_cache(maxsize=2)
def _foretelling(lesson_id: int, which: str, text: str) -> tuple[Foretelling, int]:
    """A lesson's model made ready, once: ``which`` says which lesson of that number it is."""
    from qualify.web.learning.onelead import Foretelling

    [(model,)] = rows("SELECT model FROM lesson WHERE id = %s", [lesson_id])
    written = msgspec.json.decode(model)
    return Foretelling(written, text), int(written["horizon_days"])


def _chance(foretelling: Foretelling, columns: Any, here: Reign, days: int, learned_at: int) -> Chance:
    model = foretelling.model
    low, high = model.intervals(columns)
    usual, reasons = foretelling.reasons(columns)
    named = [(said, part) for said, part in reasons if said and abs(part) >= _SLIGHT][:MOST_REASONS]
    rest = sum(part for _, part in reasons) - sum(part for _, part in named)
    told = [Reason(math.exp(part), said.replace("_", " ")) for said, part in named]
    if abs(rest) >= _SLIGHT:
        told.append(Reason(math.exp(rest), ""))
    return Chance(
        float(model.chances(columns)[0]), float(low[0]), float(high[0]), 1 / (1 + math.exp(-usual)),
        told, days, here.lesson_id, learned_at,
    )  # fmt: skip


_SLIGHT: Final = 0.05
"""Log-odds that nobody would see: ×1.05 and less."""
