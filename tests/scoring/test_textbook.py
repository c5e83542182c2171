"""“Five points for the right industry, five for each e-mail read, ten for a webinar, MQL at the threshold.”

Three people over one week, day by day, lead by lead and on DuckDB: Ada in manufacturing reads and comes, Ben in
retail reads everything, Cleo never said what her company makes.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import pytest

from qualify.moments import moment
from qualify.playbook import load
from qualify.reading.text import fold
from qualify.scoring.layout import Layout
from qualify.scoring.single import Judge
from qualify.stages.ladder import Ladder, State
from tests.scoring.engines import Duck, filled, lines_of, scores_of, states_of
from tests.scoring.world import Row, World

BOOK = load(Path(__file__).parent / "five_five_ten.yaml")
DAYS = [f"2026-03-0{day}" for day in range(1, 8)]  # the clocks of New York go forward on the 8th


def on(day: int, hour: int = 12) -> int:
    """A moment of March 2026 in New York."""
    return moment(f"2026-03-{day:02}T{hour:02}:00", BOOK.time_zone)


def event(lead: str, kind: str, day: int, hour: int = 12, known: int | None = None) -> Row:
    return {"lead_id": lead, "kind": kind, "happened_at": on(day, hour), "known_at": known or on(day, hour)}


@cache
def world() -> World:
    layout = Layout(BOOK)
    people = {"ada": " Manufacturing", "ben": "Retail", "cleo": None}
    leads = [
        {"lead_id": lead, "account_id": None, "created_at": on(1, 9), "industry__text": fold(industry)}
        for lead, industry in people.items()
    ]
    events = [
        event("ada", "email_read", 2), event("ada", "email_read", 3), event("ada", "webinar_attended", 4, 23),
        *(event("ben", "email_read", day) for day in range(2, 7)),
        event("cleo", "email_read", 2), event("cleo", "webinar_attended", 3, known=on(6)),
    ]  # fmt: skip
    traits = [
        {"lead_id": "cleo", "trait": "industry__text", "told": "manufacturing", "text": "manufacturing", "number": None,
         "learned_at": on(7)}
    ]  # fmt: skip
    decisions = [{"lead_id": "ben", "decision": "accepted", "decided_at": on(7)}]
    tables: dict[str, list[Row]] = {
        "leads": leads,
        "events": events,
        "traits": traits,
        "decisions": decisions,
    }
    return World(BOOK, layout, {**tables, "accounts": [], "answers": []})


EXPECTED = {
    "ada": [(5, "lead"), (10, "lead"), (15, "lead"), (25, "mql"), (25, "mql"), (25, "mql"), (25, "mql")],
    "ben": [(0, "lead"), (5, "lead"), (10, "lead"), (15, "lead"), (20, "lead"), (25, "mql"), (25, "sal")],
    "cleo": [(0, "lead"), (5, "lead"), (5, "lead"), (5, "lead"), (5, "lead"), (15, "lead"), (20, "lead")],
}
"""Points and stage at the end of each day. Cleo's webinar of the 3rd got known on the 6th."""


def test_lead_by_lead() -> None:
    judge, ladder = Judge(world().layout), Ladder(world().layout)
    for record in world().records():
        state, found = State.at_first(record.created_at), []
        for day in DAYS:
            at = moment(day, BOOK.time_zone)
            judged = judge(record, at)
            state = ladder.step(state, judged, record.newest_decision(at))
            found.append((judged.total / 100, state.stage))
        assert found == EXPECTED[record.lead_id]


@pytest.mark.slow
def test_on_duckdb() -> None:
    engine = filled(Duck(), world())
    previous: list[dict[str, Any]] | None = None
    for number, day in enumerate(DAYS):
        at = moment(day, BOOK.time_zone)
        scores = scores_of(engine, world().layout, at)
        states = states_of(engine, world().layout, at, previous)
        found = {lead: (scores[lead][1] / 100, states[lead][1]) for lead in EXPECTED}
        assert found == {lead: week[number] for lead, week in EXPECTED.items()}, day
        names = ("lead_id", "stage", "since", "cycle", "cycle_since")
        previous = [dict(zip(names, row, strict=True)) for row in states.values()]


def test_every_day_can_be_asked_for_on_its_own_and_in_any_order() -> None:
    engine = filled(Duck(), world())
    for number in (6, 0, 3):
        scores = scores_of(engine, world().layout, moment(DAYS[number], BOOK.time_zone))
        assert {lead: row[1] / 100 for lead, row in scores.items()} == {
            lead: week[number][0] for lead, week in EXPECTED.items()
        }


def test_the_ledger_says_what_each_point_is_for() -> None:
    engine = filled(Duck(), world())
    (industry, mails, webinar) = lines_of(engine, world().layout, moment("2026-03-07", BOOK.time_zone))["ada"]
    assert [world().layout.rules[line[0]].label for line in (industry, mails, webinar)] == [
        "right industry",
        "read an e-mail",
        "came to a webinar",
    ]
    assert [line[-1] for line in (industry, mails, webinar)] == [500, 1000, 1000]
    assert mails[2:5] == (2, on(2), on(3)), "two e-mails, the first and the last of them"


def test_a_score_says_what_it_could_not_judge() -> None:
    engine = filled(Duck(), world())
    before, after = (scores_of(engine, world().layout, on(day, 13)) for day in (6, 7))
    assert (before["cleo"][-1], after["cleo"][-1]) == (pytest.approx(2 / 3), 1.0)
