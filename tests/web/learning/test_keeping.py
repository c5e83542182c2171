"""Lessons as they are kept: which model is in force, the way back, and what is let go."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from qualify.clock import now
from qualify.web.database import rows
from qualify.web.learning import keeping
from qualify.web.looking import learned
from qualify.web.verbs.actor import Conflict, Forbidden, NotThere, the_owner
from qualify.web.verbs.lessons import answer_leak, ask_lesson, put_in_force, roll_back, schedule_lessons
from qualify.web.verbs.roles import actor_in
from tests.web.learning.lessons import model, told

ADA = the_owner("ada@qualify.example")
MODEL = model()


def kept(**more: object) -> int:
    """A lesson in the store; its number."""
    return keeping.keep(told(**more), None, "ada", now())


def in_force() -> int | None:
    here = keeping.reign()
    return None if here is None else here.lesson_id


def rolled_back() -> None:
    here = keeping.reign()
    assert here is not None
    roll_back(ADA, here.id, now())


def test_a_model_that_won_is_in_force_and_the_one_before_it_comes_back(store: Path) -> None:
    first, second = (kept(crowned=True, contest="won", model=MODEL) for _ in range(2))
    assert in_force() == second
    rolled_back()
    assert in_force() == first
    rolled_back()
    assert in_force() is None, "at the end of the way back are the written rules"
    put_in_force(ADA, second, now())
    assert in_force() == second


def test_a_lesson_that_did_not_win_leaves_the_model_in_force_alone(store: Path) -> None:
    first = kept(crowned=True, contest="won", model=MODEL)
    second = kept(crowned=False, contest="not better", model=MODEL)
    assert in_force() == first
    put_in_force(ADA, second, now())
    assert in_force() == second


def test_a_model_that_did_not_hold_is_never_in_force(store: Path) -> None:
    number = kept(active=False, why="nothing to learn here")
    with pytest.raises(NotThere):
        put_in_force(ADA, number, now())


def test_what_somebody_took_out_of_force_does_not_come_back_by_itself(store: Path) -> None:
    kept(crowned=True, contest="won", model=MODEL)
    rolled_back()
    second = kept(crowned=True, contest="won", model=MODEL)
    assert in_force() is None
    found = learned.lesson(second)
    assert found is not None and "somebody took the last model out of force" in found.told["contest"]
    put_in_force(ADA, second, now())
    third = kept(crowned=True, contest="won", model=MODEL)
    assert in_force() == third, "from then on the best is in force again"


def test_when_the_leads_are_taken_out_nothing_is_foretold(store: Path) -> None:
    kept(crowned=True, contest="won", model=MODEL)
    keeping.forget_lessons()
    assert in_force() is None and learned.newest() is None


def test_rolling_back_what_is_not_in_force_any_more_changes_nothing(store: Path) -> None:
    kept(crowned=True, contest="won", model=MODEL)
    seen = keeping.reign()
    assert seen is not None
    kept(crowned=True, contest="won", model=MODEL)
    with pytest.raises(Conflict):
        roll_back(ADA, seen.id, now())


def test_the_model_is_kept_as_json_that_reads_back_the_same(store: Path) -> None:
    number = kept(crowned=True, contest="won", model=dict(MODEL))
    assert keeping.model_of(number) == MODEL
    [(text,)] = rows("SELECT model FROM lesson WHERE id = %s", [number])
    assert json.loads(text) == MODEL


def test_old_lessons_go_and_models_that_were_in_force_stay(
    store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keeping, "WITHOUT_MODEL", 2)
    crowned = kept(crowned=True, contest="won", model=MODEL)
    others = [kept() for _ in range(4)]
    assert [each.id for each in learned.lessons()] == [others[3], others[2], crowned]


def test_what_was_answered_about_a_column_is_kept_and_can_be_changed(store: Path) -> None:
    answer_leak(ADA, "Tags", "leave out", now())
    answer_leak(ADA, "Quality", "keep", now())
    answer_leak(ADA, "Tags", "keep", now())
    assert keeping.settings().choices == {"leave out": [], "keep": ["Quality", "Tags"]}


def test_asked_twice_it_learns_once(store: Path) -> None:
    assert ask_lesson(ADA, now()) == ask_lesson(ADA, now())
    assert rows("SELECT kind, state FROM work") == [("learn", "waiting")]
    assert rows("SELECT count(*) FROM audit WHERE verb = 'ask lesson'") == [(1,)]


def test_a_rep_neither_asks_nor_decides(store: Path) -> None:
    rosa = actor_in("sales_rep", "rosa")
    for deed in (lambda: ask_lesson(rosa, now()), lambda: schedule_lessons(rosa, 7, now())):
        with pytest.raises(Forbidden):
            deed()
