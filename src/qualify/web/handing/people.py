"""Who gets leads, as the store has it: reps with what holds of them, and their absences."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import msgspec
from django.utils.translation import gettext
from pydantic import TypeAdapter, ValidationError

from qualify.errors import QualifyError
from qualify.handoff.facts import Absence, Capacity, Rep
from qualify.playbook.explaining import first_said
from qualify.playbook.times import DaysOff, Hours
from qualify.web.database import insert, rows

_HOURS: TypeAdapter[tuple[Hours, ...]] = TypeAdapter(tuple[Hours, ...])
_PERIODS = ("day", "week", "month")


def reps(at: int | None = None) -> list[Rep]:
    """Everybody who gets or got leads, as it was known by ``at`` (None: by now)."""
    by = "" if at is None else " WHERE known_at <= %s"
    found = rows(
        f"SELECT rep_id, settings FROM rep_setting WHERE id IN (SELECT max(id) FROM rep_setting{by} GROUP BY rep_id) "
        "ORDER BY rep_id",
        [] if at is None else [at],
    )
    return [rep_of(rep_id, msgspec.json.decode(text)) for rep_id, text in found]


def rep_of(rep_id: str, told: Mapping[str, Any]) -> Rep:
    """A rep of the settings as they are kept.

    Raises :class:`~qualify.errors.QualifyError` for hours, days off or a capacity that mean nothing.
    """
    try:
        hours = None if told.get("hours") is None else _HOURS.validate_python(told["hours"])
        off = None if told.get("holidays") is None else DaysOff.model_validate(told["holidays"])
    except ValidationError as error:
        raise QualifyError(first_said(error)) from error
    return Rep(
        rep_id,
        name=told.get("name", ""),
        teams=tuple(told.get("teams", ())),
        weight=told.get("weight", 1),
        capacity=_capacity(told.get("capacity")),
        time_zone=told.get("time_zone"),
        hours=hours,
        holidays=off,
        skills=frozenset(told.get("skills", ())),
        active_from=told.get("active_from"),
        active_until=told.get("active_until"),
    )


def _capacity(told: Mapping[str, Any] | None) -> Capacity | None:
    if told is None:
        return None
    per = told.get("per", "week")
    if per not in _PERIODS or not 0 <= told.get("leads", -1) <= 100_000:
        raise QualifyError(gettext("a capacity is 0 or more leads per day, week or month"))
    return Capacity(told["leads"], per)


def settings_of(rep_id: str) -> dict[str, Any] | None:
    """The settings of a rep as they are kept; None of somebody who is no rep."""
    found = rows("SELECT settings FROM rep_setting WHERE rep_id = %s ORDER BY id DESC LIMIT 1", [rep_id])
    return dict(msgspec.json.decode(found[0][0])) if found else None


def keep_settings(rep_id: str, told: Mapping[str, Any], who: str, now: int) -> None:
    """From now on this holds of the rep; raises as :func:`rep_of` does."""
    rep_of(rep_id, told)
    text = msgspec.json.encode(told).decode()
    insert("rep_setting", "rep_id, settings, known_at, set_by", [(rep_id, text, now, who[:255])])


def absences(at: int | None = None) -> list[Absence]:
    """Every absence as it was known by ``at`` (None: by now), but for those that were called off."""
    by, values = ("", []) if at is None else (" AND known_at <= %s", [at])
    found = rows(
        "SELECT rep_id, starts_at, ends_at, known_at, note FROM absence WHERE taken_back_at IS NULL"
        f"{by} ORDER BY id",
        values,
    )
    return [Absence(*row) for row in found]


def known_reps(ids: Iterable[str]) -> dict[str, Rep]:
    """Those of these who are reps, by id."""
    wanted = set(ids)
    return {rep.rep_id: rep for rep in reps() if rep.rep_id in wanted}
