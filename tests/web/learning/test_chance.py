"""The chance of one lead: by the model in force, with an interval and reasons that multiply up to it."""

from __future__ import annotations

import math
import sys

import pytest

from qualify.clock import now
from qualify.web.database import rows, run
from qualify.web.learning import keeping
from qualify.web.looking.learned import Chance, chance
from qualify.web.verbs.actor import the_owner
from qualify.web.verbs.lessons import roll_back
from tests.web.cast import Cast
from tests.web.learning.lessons import model, told

MODEL = model()


def chance_of(lead: int, at: int) -> Chance:
    found = chance(lead, at)
    assert found is not None
    return found


@pytest.fixture
def in_force(people: Cast) -> Cast:
    """The cast, and a model in force."""
    keeping.keep(told(crowned=True, contest="won", model=dict(MODEL)), None, "ada", now())
    return people


def odds(share: float) -> float:
    return share / (1 - share)


def test_without_a_model_nobody_has_a_chance_that_we_know_of(people: Cast) -> None:
    assert chance(people.jane, people.now) is None


def test_who_is_like_the_won_is_likelier_and_the_reasons_say_why(in_force: Cast) -> None:
    jane, joe = (chance_of(who, in_force.now) for who in (in_force.jane, in_force.joe))
    assert jane.low < jane.chance < jane.high and jane.chance > joe.chance
    said = {each.said: each.times for each in jane.reasons}
    assert said["country is de"] > 1.3 and said["demo requested 1 times"] > 0
    assert "country is not known" in {each.said for each in joe.reasons} or joe.chance < joe.usual


def test_the_usual_odds_times_the_reasons_are_the_odds(in_force: Cast) -> None:
    for who in (in_force.jane, in_force.joe):
        found = chance_of(who, in_force.now)
        product = odds(found.usual) * math.prod(each.times for each in found.reasons)
        assert product == pytest.approx(odds(found.chance), rel=0.05)


def test_what_was_done_after_a_moment_does_not_count_by_then(in_force: Cast) -> None:
    before = chance_of(in_force.jane, in_force.now)
    run("UPDATE event SET known_at = %s WHERE kind = 'demo_requested'", [in_force.now + 1])
    assert chance_of(in_force.jane, in_force.now).chance < before.chance
    assert chance_of(in_force.jane, in_force.now + 1).chance == pytest.approx(before.chance)


def test_who_is_a_customer_needs_no_chance(in_force: Cast) -> None:
    run("UPDATE standing SET stage = 'customer' WHERE person_id = %s", [in_force.jane])
    assert chance(in_force.jane, in_force.now) is None
    assert chance(in_force.joe, in_force.now) is not None


def test_a_model_that_was_rolled_back_says_nothing(in_force: Cast) -> None:
    here = keeping.reign()
    assert here is not None
    roll_back(the_owner(), here.id, now())
    assert chance(in_force.jane, in_force.now) is None


def test_a_page_needs_no_machine_that_learns(in_force: Cast) -> None:
    before = {
        name for name in sys.modules if name.partition(".")[0] in ("sklearn", "duckdb", "ibis", "scipy")
    }
    chance_of(in_force.jane, in_force.now)
    after = {name for name in sys.modules if name.partition(".")[0] in ("sklearn", "duckdb", "ibis", "scipy")}
    assert after == before


def test_nothing_is_written_by_looking(in_force: Cast) -> None:
    before = rows("SELECT count(*) FROM audit"), rows("SELECT * FROM standing ORDER BY person_id")
    chance_of(in_force.jane, in_force.now)
    assert (rows("SELECT count(*) FROM audit"), rows("SELECT * FROM standing ORDER BY person_id")) == before
