"""Several writers and several workers on one store: nobody is judged wrongly, nothing is forgotten."""

from __future__ import annotations

from pathlib import Path

import pytest

from qualify.clock import now
from qualify.web.database import rows
from qualify.web.living.working import Worker
from qualify.web.recomputing import forget, recompute
from tests.web.faults.loads import calls, keeping, kept, opened, together
from tests.web.faults.streams import differences, everything

pytestmark = pytest.mark.slow

FEW, MANY = 200, 6_000


def holds(written: int) -> None:
    """Everything is there, nobody is left in the line, and what was concluded follows from the facts."""
    assert kept() == written
    last = now()
    Worker().work_off(last)
    assert rows("SELECT * FROM dirty") == []
    alive = everything()
    assert len(alive["standing"]) > 10
    forget()
    recompute(last)
    assert differences(alive, everything()) == {}


def test_three_workers_beside_two_writers_on_a_file(store: Path) -> None:
    opened()
    together([keeping(calls(FEW, 1, "a")), keeping(calls(FEW, 2, "b"))], workers=3)
    holds(2 * FEW)


def test_three_workers_beside_two_writers_on_postgresql(postgres_store: str) -> None:
    opened()
    together([keeping(calls(FEW, 1, "a")), keeping(calls(FEW, 2, "b"))], workers=3)
    holds(2 * FEW)


def test_writers_that_bring_the_same_new_people_at_once(postgres_store: str) -> None:
    opened()
    told = calls(FEW, 3)
    together([keeping(told, 3), keeping(told, 5), keeping(told[::-1], 4)], workers=1)
    holds(FEW)
