"""Champion and challenger: told by leads that neither had seen the end of when it learnt."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest

from qualify.learning.columns import Columns, number
from qualify.learning.evidence import Evidence
from qualify.learning.lesson import Lesson, learnt
from qualify.moments import DAY
from qualify.web.learning.contest import contest

pytestmark = pytest.mark.slow

DAYS = 30
START = 1_700_000_000_000


def evidence(rows: int, *, noise: float = 1.0, turned: bool = False, seed: int = 1) -> Evidence:
    """Leads over 400 days of which one number tells who is won; ``turned``: from the middle on the other way round."""
    chance = np.random.default_rng(seed)
    at = np.sort(chance.integers(0, 400, rows)) * DAY + START
    tells = chance.normal(size=rows)
    sign = np.where(turned & (np.arange(rows) >= rows // 2), -1, 1)
    won = sign * 1.3 * tells + noise * chance.logistic(size=rows) > 0.8
    columns = Columns([number("tells", tells, asked={"trait": "tells"})])
    return Evidence(columns, won, at, np.arange(rows))


def lesson(found: Evidence) -> Lesson:
    return learnt(found, DAYS)


def champion(found: Evidence, as_of: int) -> dict[str, Any]:
    """What was learnt by then, as it is stored."""
    from qualify.learning.storing import stored

    known = found.rows(found.at + DAYS * DAY <= as_of)
    return json.loads(json.dumps(stored(lesson(known), as_of=as_of)))  # type: ignore[no-any-return]


MIDDLE = START + 200 * DAY


def test_the_first_that_holds_takes_the_place_of_the_written_rules() -> None:
    assert contest(lesson(evidence(500)), None).crowned


def test_noise_never_comes_into_force() -> None:
    told = contest(lesson(evidence(500, noise=1e6)), None)
    assert not told.crowned and told.why.startswith("nothing to learn here")


def test_a_new_one_that_is_no_better_stays_out() -> None:
    found = evidence(600)
    told = contest(lesson(found), champion(found, MIDDLE))
    assert not told.crowned and "a new one has to win by 0.01" in told.why, told.why


def test_a_model_whose_world_has_turned_round_gives_way() -> None:
    found = evidence(900, turned=True)
    old = champion(found, MIDDLE)
    later = lesson(found.rows(found.at > MIDDLE))
    told = contest(later, old)
    assert told.crowned and "neither had seen" in told.why, told.why


def test_with_too_few_new_leads_the_model_in_force_stays() -> None:
    found = evidence(500)
    told = contest(lesson(found), champion(found, int(found.at[-1]) + DAYS * DAY))
    assert not told.crowned, told.why


def test_a_model_that_looks_at_what_is_no_more_gives_way() -> None:
    found = evidence(500)
    old = champion(found, MIDDLE)
    told = contest(lesson(found), {**old, "columns": {**old["columns"], "a rule that was": "rule"}})
    assert told.crowned and "a rule that was" in told.why
