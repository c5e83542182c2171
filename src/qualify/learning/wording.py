"""Items and values in words, and as the playbook's own criteria."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import numpy as np

from qualify.criteria.known_words import WORDS
from qualify.criteria.sentences import days_of, spoken_name
from qualify.learning.columns import Column
from qualify.learning.items import Item
from qualify.speech import Figure, Named, say, sentence, sentence_many

MOST_LISTED: Final = 40


def amount(number: float) -> str:
    """A number as people read it."""
    if abs(number) >= 1000:
        return f"{number:,.0f}"
    return f"{number:.3g}"


def spoken(column: Column, row: int) -> str:
    """What a lead's value is: ``industry is software``; in whichever language sentences are said just now."""
    name, done = _named(column.name), _named(_done(column))
    if column.unknown[row]:
        never = say("%(what)s was never done", what=done)
        return (
            never
            if column.origin == "recency"
            else say("%(what)s %(test)s", what=name, test=say("is not known"))
        )
    if column.levels is not None:
        return _equals(name, column.levels[column.values[row]])
    value = float(column.values[row])
    if column.origin == "rule":
        return say("“%(rule)s” holds", rule=name) if value else say("“%(rule)s” does not hold", rule=name)
    if column.origin == "count":
        return _counted(done, (column.asked or {}).get("within"), value)
    if column.origin == "recency":
        return say("%(what)s was %(days)s days ago", what=done, days=amount(-value))
    return _equals(name, amount(value))


def _named(name: str) -> str:
    """A name as it stands, or our word for it in another language."""
    return spoken_name(name) if name in WORDS and spoken_name(name) != WORDS[name] else name


def _equals(name: str, value: str) -> str:
    return say("%(what)s %(test)s", what=name, test=say("is %(value)s", value=value))


def _counted(done: str, days: int | None, times: float) -> str:
    lately = f"{done} {say('in the last %(days)s', days=days_of(days))}" if days else done
    if not times:
        return say("%(what)s was not done", what=lately)
    return say("%(what)s %(count)s times", what=lately, count=amount(times))


def _done(column: Column) -> str:
    return str((column.asked or {}).get("did", column.name))


def word(name: str) -> Named | str:
    """A trait's or an event's name in a sentence that is kept."""
    return Named(name, WORDS[name]) if name in WORDS else name


def said(item: Item, column: Column) -> str:
    """The item in words: ``employees is at least 50``."""
    name, done = word(column.name), word(_done(column))
    if item.kind == "unknown":
        if column.origin == "recency":
            return sentence("%(what)s was never done", what=done)
        return sentence("%(what)s is not known", what=name)
    if item.kind == "is":
        return sentence("%(what)s is %(value)s", what=name, value=str(item.level))
    cut = float(item.cut or 0)
    if item.kind == "rate":
        rate = Figure(cut, 1, percent=True)
        return sentence("%(what)s is one of those that are won at %(rate)s or more", what=name, rate=rate)
    if column.origin == "rule":
        return sentence("“%(rule)s” holds", rule=name)
    if column.origin == "count":
        return _often(done, (column.asked or {}).get("within"), int(np.ceil(cut)))
    if column.origin == "recency":
        return sentence("%(what)s in the last %(days)s days", what=done, days=_within(cut))
    return sentence("%(what)s is at least %(value)s", what=name, value=_short(cut))


def _often(done: Named | str, days: int | None, times: int) -> str:
    if days:
        return sentence_many(
            "%(what)s in the last %(days)s days at least once",
            "%(what)s in the last %(days)s days at least %(count)s times",
            max(times, 1), what=done, days=days,
        )  # fmt: skip
    return sentence_many(
        "%(what)s at least once", "%(what)s at least %(count)s times", max(times, 1), what=done
    )


def _short(number: float) -> Figure:
    """A number with three digits that count, as :func:`amount` writes it."""
    if abs(number) >= 1000:
        return Figure(number, 0)
    return Figure(float(f"{number:.3g}"), None)


def criterion(item: Item, column: Column, rates: Mapping[str, float] | None = None) -> dict[str, Any] | None:
    """The item as a playbook writes it; None for what the language does not say."""
    asked = dict(column.asked or {})
    if not asked:
        return None
    if column.origin == "rule":
        return asked if item.kind == "at_least" else None
    if column.origin == "count":
        return {**asked, "at_least": max(1, int(np.ceil(item.cut or 1)))} if item.kind == "at_least" else None
    if column.origin == "recency":
        return _recent(item, asked)
    return _of_trait(item, column, asked, rates or {})


def _recent(item: Item, asked: dict[str, Any]) -> dict[str, Any] | None:
    """Only doing counts for a rule: that something was never done is the absence of another rule's points."""
    return {**asked, "within": _within(float(item.cut or 0))} if item.kind == "at_least" else None


def _within(cut: float) -> int:
    """The window in days that holds what is at most so many whole days ago (``cut`` is below zero)."""
    return max(1, int(-np.floor(cut)) + 1)


def _of_trait(
    item: Item, column: Column, asked: dict[str, Any], rates: Mapping[str, float]
) -> dict[str, Any] | None:
    reading = next((word for word, value in asked.items() if value is None), None)
    if reading is not None:
        return {reading: item.level} if item.kind == "is" else None
    if item.kind == "unknown":
        return {**asked, "is_known": False}
    if item.kind == "is":
        return {**asked, "is": item.level}
    if item.kind == "at_least":
        return {**asked, "at_least": _plain(float(item.cut or 0))}
    levels = sorted(level for level, rate in rates.items() if rate >= float(item.cut or 0))
    return {**asked, "is_one_of": levels} if 0 < len(levels) <= MOST_LISTED else None


def _plain(number: float) -> int | float:
    return int(number) if number.is_integer() else number
