"""What a page sees of a lead is what learning saw: the one-lead path against the training rows, column by column."""

from __future__ import annotations

import math
import subprocess
import sys
from pathlib import Path
from typing import Any

import msgspec
import pytest

from qualify.learning.columns import Column
from qualify.market import simulate
from qualify.playbook.starters import text as starter
from qualify.web.bulk.attaching import place
from qualify.web.database import run
from qualify.web.learning.asking import asked
from qualify.web.learning.onelead import Foretelling
from qualify.web.living.working import Worker
from tests.web.lives import publish
from tests.web.market import drafts, keep_all, tell

pytestmark = pytest.mark.slow

SEEN = """
import json, sys
from qualify.playbook import parse
from qualify.runs.learning import observed
from qualify.web.bulk.attaching import Place, attached
from qualify.web.learning.facts import WHO, facts

kind, name, until, text = json.load(sys.stdin)
found = observed(facts(attached(Place(kind, name)), until), parse(text), until=until, threads=1).evidence.without(WHO)
rows = range(0, len(found), max(1, len(found) // 150))
columns = {
    name: {
        "origin": each.origin, "number": each.is_number, "asked": dict(each.asked or {}),
        "values": [each.values[row] if each.is_number else each.levels[each.values[row]] if each.values[row] >= 0 else None
                   for row in rows],
    }
    for name, each in found.columns.items()
}
who = [int(found.lead_ids[found.lead[row]]) for row in rows]
print(json.dumps({"who": who, "at": [int(found.at[row]) for row in rows], "columns": columns}))
"""
"""Told by a process of its own: DuckDB never opens the file in a process that writes it."""


def lived(leads: int) -> int:
    """A store that holds a market with all that came of it; the last moment."""
    market = simulate(leads=leads, days=200, seed=5)
    found = drafts(market)
    publish("b2b-saas", found[0].received_at)
    keep_all(found, 500)
    end = found[-1].received_at
    tell(market, since=0, until=end + 1)
    Worker().work_off(end)
    return end


def seen(until: int, text: str) -> dict[str, Any]:
    """Training rows of the store as learning sees them."""
    told = msgspec.json.encode([*place(), until, text])
    done = subprocess.run([sys.executable, "-c", SEEN], input=told, stdout=subprocess.PIPE, check=True)
    return msgspec.json.decode(done.stdout.replace(b"NaN", b"null"))  # type: ignore[no-any-return]


def value(column: Column) -> object:
    """The only value of a column, None for unknown."""
    if column.levels is not None:
        return column.levels[int(column.values[0])] if column.values[0] >= 0 else None
    number = float(column.values[0])
    return None if math.isnan(number) else number


@pytest.mark.parametrize("where", ["store", "postgres_store"])
def test_both_paths_see_the_same_of_everybody_at_every_decision_time(
    where: str, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    request.getfixturevalue(where)
    until, text = lived(400), starter("b2b-saas")
    told = seen(until, text)
    monkeypatch.setattr("qualify.learning.storing.restored", lambda written: None)
    foretelling = Foretelling({"asked": told["columns"]}, text)
    wrong, some = [], 0
    for row, (who, at) in enumerate(zip(told["who"], told["at"], strict=True)):
        columns = foretelling.columns(who, at)
        assert columns is not None and set(columns) == set(told["columns"])
        for name, each in told["columns"].items():
            some += each["values"][row] is not None
            if value(columns[name]) != each["values"][row]:
                wrong.append((who, at, name, each["values"][row], value(columns[name])))
    assert some > 2_000 and not wrong, wrong[:5]


@pytest.mark.parametrize("where", ["store", "postgres_store"])
def test_a_lesson_of_a_whole_market_says_something_of_every_rule(
    where: str, request: pytest.FixtureRequest
) -> None:
    request.getfixturevalue(where)
    until, text = lived(400), starter("b2b-saas")
    doing: list[str] = []
    told = asked({"text": text, "now": until}, doing.append)
    assert told["rows"] == told["won"] + told["lost"] > 0
    assert told["marks"]["steps"] and told["drift"]["kinds"] and "reading the store" in doing
    assert "first_name" not in str(told["proposals"])


def test_a_store_without_outcomes_teaches_nothing_and_says_what_it_takes(store: Path) -> None:
    publish("services", 1_700_000_000_000)
    told = asked({"text": starter("services"), "now": 1_700_000_100_000}, lambda doing: None)
    assert told["why"].startswith("not enough to learn: there are 0 won and 0 lost") and not told["crowned"]


def test_when_the_worker_is_to_end_the_process_ends_with_it(store: Path) -> None:
    class Stopped(Exception):
        pass

    def stop(doing: str) -> None:
        raise Stopped

    with pytest.raises(Stopped):
        asked({"text": "", "now": 1}, stop)


def test_a_process_that_fails_is_said_to_have_failed(store: Path) -> None:
    from qualify.errors import QualifyError

    run("DROP TABLE outcome")
    with pytest.raises(QualifyError, match="learning failed"):
        asked({"text": "", "now": 1}, lambda doing: None)
