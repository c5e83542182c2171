"""What knows the outcome is asked about, in words; what does not is left in peace."""

from __future__ import annotations

import numpy as np
import pytest

from qualify.learning.columns import Columns, level, number
from qualify.learning.leaks import Choices, leaks, set_aside
from qualify.learning.lesson import learnt
from tests.learning.rows import told, with_column

ROWS, _ = told(900)
CHANCE = np.random.default_rng(5)


def asked(name, column):
    return {leak.column: leak for leak in leaks(with_column(ROWS, column).columns, ROWS.won)}.get(name)


def test_honest_columns_raise_no_question():
    assert leaks(ROWS.columns, ROWS.won) == []


def test_the_target_under_another_name_is_set_aside():
    leak = asked("note", level("note", np.where(ROWS.won, "yes", "no")))
    assert leak.set_aside and leak.check == "alone"
    assert (
        leak.said
        == "`note` alone tells won from lost with an AUC of 1.00: it may be filled in after the outcome. Leave it out?"
    )


def test_a_value_that_only_lost_leads_have_is_set_aside():
    ringing = (~ROWS.won) & (CHANCE.random(len(ROWS)) < 0.2)
    leak = asked("call", level("call", np.where(ringing, "ringing", "other")))
    assert leak.set_aside and leak.check == "certain"
    assert "'ringing', none were won" in leak.said


def test_a_rare_value_without_a_won_lead_is_no_leak_where_hardly_anybody_is_won():
    won = CHANCE.random(5000) < 0.01
    columns = Columns([level("city", CHANCE.choice([f"c{each}" for each in range(50)], 5000))])
    assert leaks(columns, won) == []


def test_a_column_that_is_filled_in_for_the_won_is_set_aside():
    known = np.where(ROWS.won, CHANCE.random(len(ROWS)) < 0.95, CHANCE.random(len(ROWS)) < 0.3)
    leak = asked("budget", number("budget", np.where(known, CHANCE.normal(size=len(ROWS)), np.nan)))
    assert leak.set_aside and leak.check == "filled"
    assert "of the won and" in leak.said


def test_gaps_that_predict_are_asked_about_but_stay():
    known = np.where(ROWS.won, CHANCE.random(len(ROWS)) < 0.8, CHANCE.random(len(ROWS)) < 0.5)
    leak = asked("job", number("job", np.where(known, CHANCE.normal(size=len(ROWS)), np.nan)))
    assert leak.check == "unknown" and not leak.set_aside


def test_a_name_that_speaks_of_the_end_is_asked_about():
    leak = asked("Lost Reason", level("Lost Reason", CHANCE.choice(["a", "b"], len(ROWS))))
    assert leak.check == "name" and not leak.set_aside


@pytest.mark.slow
def test_an_answer_is_kept_and_not_asked_again():
    rows = with_column(ROWS, level("Tags", np.where(ROWS.won, "yes", "no")))
    choices = Choices.read(Choices(leave_out=("Tags",)).written())
    lesson = learnt(rows, 30, choices=choices)
    assert lesson.left_out == ("Tags",) and lesson.leaks == ()
    assert "Tags" not in lesson.evidence.columns


def test_whoever_keeps_a_leak_gets_it():
    rows = with_column(ROWS, level("Tags", np.where(ROWS.won, "yes", "no")))
    assert set_aside(leaks(rows.columns, rows.won, Choices(keep=("Tags",)))) == []


@pytest.mark.parametrize("won", [np.ones(5, bool), np.zeros(5, bool), np.zeros(0, bool)])
def test_one_class_alone_has_no_leaks(won):
    assert leaks(Columns([number("x", np.arange(len(won)))]), won) == []
