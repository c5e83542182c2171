"""A playbook around one criterion, and leads to ask it of, written as short as a test wants them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from qualify.criteria.logic import Field
from qualify.moments import DAY
from qualify.playbook import Playbook, parse
from qualify.reading.properties import TRAIT_READINGS, as_quantity, as_text, property_value
from qualify.scoring.layout import Layout
from qualify.scoring.record import AnswerGiven, Event, Learnt, Record, Values

NOW = 1_793_491_200_000
"""The day that these tests are judged on: 2026-10-31T16:00Z."""

AROUND = """\
playbook: around
product: {events: [used], feature: screen, limits: [seats_full]}
country_groups: {home: [DE, AT]}
icp:
  - {name: mid-market, conditions: [{trait: employees, at_least: 50}], exclude: [{trait: industry, is: gambling}]}
  - {name: public, conditions: [{trait: industry, is: government}]}
personas: [{name: buyer, conditions: [{seniority: [vp, director]}, {department: sales}]}]
grades: {letters: {score: other, A: 3, B: 2, C: 1}, numbers: {score: asked, 1: 3, 2: 2, 3: 1}}
scores:
  asked: {rules: [{points: 1, when: RULE}]}
  other: {rules: [{points: 2, when: {trait: vip, is: true}}]}
stages: {mql: {enter: STAGE}}
"""

Happened = tuple[str, float, Mapping[str, Any]] | tuple[str, float]
"""A kind of event, how many days ago, and its properties."""


@cache
def asking(criterion: str, *, in_stage: bool = False) -> Playbook:
    """A playbook whose rule (or stage) asks that criterion."""
    rule, stage = ("{did: nothing}", criterion) if in_stage else (criterion, "{score: asked, at_least: 1}")
    return parse(AROUND.replace("RULE", rule).replace("STAGE", stage))


def lead(
    layout: Layout,
    *,
    traits: Mapping[str, Any] | None = None,
    account: Mapping[str, Any] | None = None,
    learnt: Sequence[tuple[str, Any, float]] = (),
    events: Sequence[Happened] = (),
    colleague: Sequence[Happened] = (),
    answers: Sequence[AnswerGiven] = (),
    created: float = 3_650,
) -> Record:
    """A lead with these facts; moments in days before now, a lead of an account when one is given."""
    mine = [event(layout, "me", *each) for each in events]
    theirs = [event(layout, "colleague", *each) for each in colleague]
    return Record(
        "me",
        account_id="acme" if account is not None or colleague else None,
        created_at=ago(created),
        traits=read(layout.trait_fields, traits or {}),
        learnt=[known for each in learnt for known in learn(layout, *each)],
        account_traits=read(layout.trait_fields, account or {}),
        events=mine,
        account_events=[*mine, *theirs],
        answers=answers,
    )


def ago(days: float) -> int:
    """The moment so many days before now."""
    return NOW - round(days * DAY)


def event(
    layout: Layout, whose: str, kind: str, days: float, properties: Mapping[str, Any] | None = None
) -> Event:
    """An event with its properties as the playbook reads them, known at once."""
    values = {
        each: as_read(each, property_value(properties or {}, each.name)) for each in layout.event_fields
    }
    return Event(kind, ago(days), ago(days), values, whose)


def learn(layout: Layout, name: str, value: Any, days: float) -> list[Learnt]:
    """A trait learnt so many days ago, once for each way in which the playbook reads it."""
    told = None if value is None else str(value)
    fields = [each for each in layout.trait_fields if each.name == name]
    return [Learnt(each, ago(days), told, read([each], {name: value})[each]) for each in fields]


def answer(
    question: str, value: Any, days: float, *, good: str | None = None, expires: float | None = None
) -> AnswerGiven:
    """An answer so many days ago; ``expires`` in days before now."""
    values = {
        Field("value", "text"): as_text(value),
        Field("value", "number"): TRAIT_READINGS["number"](str(value)),
        Field("satisfied", "text"): good,
    }
    return AnswerGiven(question, ago(days), None if expires is None else ago(expires), as_text(value), values)


def read(fields: Sequence[Field], raw: Mapping[str, Any]) -> Values:
    """Raw traits as the playbook reads them; what is not given is unknown."""
    return {
        each: None if raw.get(each.name) is None else TRAIT_READINGS[each.reading](str(raw[each.name]))
        for each in fields
    }


def as_read(field: Field, value: Any) -> str | float | None:
    """A property as the playbook reads it."""
    return as_quantity(value) if field.reading == "quantity" else as_text(value)
