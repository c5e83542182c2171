"""A name may be spelled in several ways: where facts come from, and by one version of the playbook and the next."""

from __future__ import annotations

from pathlib import Path

import pytest

from qualify.capture.model import Source
from qualify.web.bulk.rescoring import rescore
from qualify.web.database import rows
from qualify.web.living.working import Worker
from qualify.web.looking.recorded import recorded
from qualify.web.recomputing import recompute
from qualify.web.verbs.answer import answer
from qualify.web.verbs.publish import publish
from tests.web.cast import MINUTE, OWNER, START, lead_of, of, send
from tests.web.cast import source as source

ASKED = ("demo_requested", "fleet_size", "budget", "plan_name")

PLAYBOOK = """
playbook: {note}
scores:
  fit:
    rules:
      - {points: 7, name: large, when: {trait: fleet_size, at_least: 50}}
      - {points: 11, name: has money, when: {answer: budget, satisfied: true}}
  interest:
    rules:
      - {points: 20, name: demo, when: {did: demo_requested, where: {plan_name: {is: gold}}}}
      - {points: -5, name: went quiet, when: {quiet_for: 30 days}}
stages:
  mql: {enter: {score: interest, at_least: 20}}
"""

WAYS = [
    ("demo_requested", "fleet_size", "budget"),
    ("Demo Requested", "Fleet Size", "Budget"),
    ("DemoRequested", "fleetsize", "BUDGET"),
]


def playbook(way: tuple[str, str, str], note: str) -> str:
    """The playbook, in which names are spelled so."""
    found = PLAYBOOK.replace("{note}", note)
    for name, spelled in zip(ASKED, way, strict=False):
        found = found.replace(name, spelled)
    return found


def totals() -> list[tuple[int, str]]:
    return [(total, stage) for total, stage in rows("SELECT total, stage FROM standing ORDER BY person_id")]


@pytest.fixture
def asked(store: Path, source: Source) -> int:
    """A lead who asked for a demo, told how large the fleet is, and has money: each name spelled in its own way."""
    publish(OWNER, playbook(WAYS[0], "first"), START)
    traits = {"email": "jane@acme-corp.io", "Fleet Size": 120}
    send(source, START + MINUTE, *of("jane", traits, []))
    demo = {"event": "Demo  Requested", "user_id": "jane", "properties": {"plan_name": "gold"}}
    send(source, START + 2 * MINUTE, {"type": "track", "message_id": "demo", **demo})
    who = lead_of("jane@acme-corp.io")
    answer(OWNER, who, "Budget", START + 3 * MINUTE, satisfied=True)
    Worker().work_off(START + 4 * MINUTE)
    return who


@pytest.mark.slow
def test_facts_count_however_they_are_spelled_one_at_a_time_and_all_at_once(asked: int) -> None:
    assert totals() == [(38_00, "mql")]
    rescore(START + 5 * MINUTE)
    assert totals() == [(38_00, "mql")]
    done = recompute(START + 6 * MINUTE)
    assert (done.people_mended, done.standings_mended) == (0, 0)


@pytest.mark.parametrize("way", WAYS[1:])
def test_a_version_that_only_spells_names_otherwise_changes_nobody(
    asked: int, source: Source, way: tuple[str, str, str]
) -> None:
    publish(OWNER, playbook(way, "second"), START + 60 * MINUTE)
    Worker().work_off(START + 61 * MINUTE)
    assert totals() == [(38_00, "mql")]
    assert rows("SELECT stage_from, stage_to FROM move") == [("lead", "mql")]
    # Something older comes late, so that both versions have to judge of the same facts.
    late = {"type": "page", "message_id": "late", "user_id": "jane", "properties": {"path": "/"}}
    send(source, START + 62 * MINUTE, {**late, "timestamp": START + 30 * MINUTE})
    Worker().work_off(START + 63 * MINUTE)
    assert totals() == [(38_00, "mql")]
    known = recorded(asked)
    assert known is not None
    for moment in (START + 50 * MINUTE, START + 63 * MINUTE):
        judged = known.judged(moment)
        assert judged is not None and sum(judged.scores.values()) == 38_00
    assert rows("SELECT stage_from, stage_to FROM move") == [("lead", "mql")]


@pytest.mark.slow
def test_a_playbook_that_names_both_spellings_means_each_by_itself(asked: int, source: Source) -> None:
    both = playbook(WAYS[0], "both").replace("did: demo_requested,", "did: [demo_requested],")
    rule = "      - {points: 3, name: spelled, when: {did: Demo Requested}}\n"
    publish(OWNER, both.replace("stages:", rule + "stages:"), START + 60 * MINUTE)
    exact = {"type": "track", "message_id": "exact", "event": "demo_requested", "user_id": "jane"}
    send(source, START + 61 * MINUTE, {**exact, "properties": {"plan_name": "gold"}})
    Worker().work_off(START + 62 * MINUTE)
    alive = totals()
    rescore(START + 63 * MINUTE)
    assert totals() == alive
