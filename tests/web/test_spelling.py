"""A name may be spelled in several ways: where facts come from, and by one version of the playbook and the next."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from qualify.capture.model import Draft, Source
from qualify.web.bulk.rescoring import rescore
from qualify.web.database import rows, run
from qualify.web.living.working import Worker
from qualify.web.looking.recorded import recorded
from qualify.web.recomputing import recompute
from qualify.web.verbs.answer import answer
from qualify.web.verbs.publish import publish
from tests.web import lives
from tests.web.cast import MINUTE, OWNER, START, lead_of, of, send
from tests.web.cast import source as source
from tests.web.market import drafts

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


JUDGED = (
    "SELECT person_id, total, grade, information, scores, lines, unknown FROM standing ORDER BY person_id"
)

SPELLINGS: list[Callable[[list[str]], str]] = [
    "_".join, "-".join, "".join, lambda words: " ".join(words).title(), lambda words: "_".join(words).upper() + " ",
]  # fmt: skip

ODD: list[object] = [
    None, "", " ", "N/A", "none", "-", 5.0, 120, "120", " 120 ", "1,200", "1.5e3", -0.0, 10**20, 1e300, True, False, "yes",
    ["a"], {"a": 1}, "\u00e9", "x" * 300,
]  # fmt: skip


def respelled(draft: Draft, chance: random.Random) -> Draft:
    """The same, its names spelled in any way and some of its values odd ones."""

    def name(given: str) -> str:
        return given if given == "email" else chance.choice(SPELLINGS)(given.split("_"))

    def odd(value: object) -> object:
        return chance.choice(ODD) if chance.random() < 0.3 else value

    def bag(given: Mapping[str, Any]) -> dict[str, Any]:
        return {name(key): value if key == "email" else odd(value) for key, value in given.items()}

    draft.kind = draft.kind if draft.kind == "identify" else name(draft.kind)
    draft.traits, draft.account_traits = bag(draft.traits), bag(draft.account_traits)
    draft.properties = {key: odd(value) for key, value in draft.properties.items()}
    return draft


@pytest.mark.slow
@pytest.mark.parametrize("seed", [2, 4, 5])
def test_everybody_at_once_is_judged_as_one_at_a_time_whatever_was_sent(
    store: Path, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    chance = random.Random(seed)
    monkeypatch.setattr(lives, "drafts", lambda market: [respelled(each, chance) for each in drafts(market)])
    last = lives.live(leads=50, days=20, seed=seed)
    run("UPDATE answer SET question = upper(question) WHERE id % 2 = 0")
    recompute(last)
    alive = rows(JUDGED)
    assert len(alive) > 30 and len({total for _, total, *_ in alive}) > 10
    run("DELETE FROM standing")
    run("DELETE FROM dirty")
    rescore(last)
    assert rows(JUDGED) == alive


def test_of_an_account_the_newest_counts_however_it_is_spelled(store: Path, source: Source) -> None:
    publish(OWNER, playbook(WAYS[0], "first"), START)
    send(source, START + MINUTE, *of("jane", {"email": "jane@acme-corp.io"}, []))
    for minute, told in enumerate([{"fleet_size": 9}, {"Fleet Size": 10}, {"fleet_size": 70}, {}], 2):
        group = {"type": "group", "message_id": str(minute), "user_id": "jane", "group_id": "acme"}
        send(source, START + minute * MINUTE, {**group, "traits": told})
    Worker().work_off(START + 9 * MINUTE)
    assert [total for total, _ in totals()] == [7_00]
