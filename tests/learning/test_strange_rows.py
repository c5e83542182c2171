"""Rows as they come in real life, and a clear answer to each."""

from __future__ import annotations

import numpy as np
import pytest

from qualify.learning.columns import Columns, level, number
from qualify.learning.evidence import Evidence, fit_for_learning
from qualify.learning.items import itemised
from qualify.learning.lesson import learnt
from qualify.moments import DAY
from tests.learning.rows import told, with_column

ROWS, _ = told(600)
CHANCE = np.random.default_rng(3)


def unfit(column):
    return {each.name: each.why for each in fit_for_learning(with_column(ROWS, column).columns)[1]}


def test_a_constant_column_is_named():
    assert unfit(level("magazine", ["no"] * 600)) == {"magazine": "is the same in every row"}


def test_an_empty_column_is_named():
    assert unfit(number("age", [np.nan] * 600)) == {"age": "is empty in every row"}


def test_a_code_of_its_own_for_every_lead_is_named():
    assert unfit(level("code", [f"c{each}" for each in range(600)])) == {
        "code": "has a value of its own for nearly every lead (600 values)"
    }


@pytest.mark.slow
def test_five_thousand_codes_that_say_nothing_do_not_pass_for_signal():
    codes = CHANCE.integers(0, 5000, 12_000)
    won = CHANCE.random(12_000) < 0.3
    rows = Evidence(
        Columns([level("code", [f"c{each}" for each in codes])]),
        won,
        np.arange(12_000) * DAY // 20,
        np.arange(12_000),
    )
    lesson = learnt(rows, 30)
    assert lesson.verdict.nothing_to_learn and not lesson.verdict.active


def test_five_rows_are_not_enough_and_the_lesson_says_what_is_missing():
    lesson = learnt(ROWS.rows(np.arange(5)), 30)
    assert lesson.likelihood is None and lesson.card is None
    assert lesson.verdict.why.startswith("not enough to learn: there are")
    assert "it takes at least 150 closed leads, 40 of them won and 40 lost" in lesson.verdict.why


@pytest.mark.parametrize("won", [True, False])
def test_one_class_alone_is_not_enough(won):
    rows = Evidence(**{**vars(ROWS), "won": np.full(600, won)})
    assert f"Missing: 40 more {'lost' if won else 'won'}" in learnt(rows, 30).verdict.why


def test_no_rows_at_all_are_not_enough():
    assert not learnt(ROWS.rows(np.zeros(0, dtype=np.int64)), 30).verdict.active


@pytest.mark.slow
def test_noise_ends_in_nothing_to_learn():
    rows, _ = told(900, signal=0.0)
    lesson = learnt(rows, 30)
    assert lesson.verdict.nothing_to_learn and lesson.champion == "rules"
    assert lesson.verdict.why.startswith("nothing to learn here")
    assert not [each for each in lesson.proposals if each.verdict == "new"]


@pytest.mark.slow
def test_leads_of_one_day_cannot_be_tested_by_time():
    rows = Evidence(**{**vars(ROWS), "at": np.zeros(600, dtype=np.int64)})
    lesson = learnt(rows, 30)
    assert not lesson.verdict.active and "no test by time could be made" in lesson.verdict.why


def test_rows_of_one_lead_count_once():
    twice = ROWS.rows(np.concatenate([np.arange(600), np.arange(600)]))
    assert len(twice.one_each()) == 600


def test_levels_in_any_script_are_told_apart():
    industry = CHANCE.choice(["ソフトウェア", "софт", "Straße", "🌱"], 600)
    items, answers = itemised(Columns([level("業界", industry)]), industry == "софт")
    assert {item.level for item in items.items} == {"ソフトウェア", "софт", "Straße", "🌱"}
    assert answers.sum(axis=1).tolist() == [1.0] * 600


def test_a_level_never_seen_before_answers_no_to_all():
    items, _ = itemised(Columns([level("x", ["a", "b"] * 50)]), np.arange(100) < 50)
    assert items.matrix(Columns([level("x", ["c", None])])).tolist() == [[0.0, 0.0], [0.0, 0.0]]
