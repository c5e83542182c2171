"""The likelihood: chances that mean what they say, reasons that add up, models that are numbers."""

from __future__ import annotations

import json

import numpy as np
import pytest

from qualify.learning.challenger import challenging
from qualify.learning.figures import auc, auc_bounds, calibration_error, lift, wilson
from qualify.learning.lesson import learnt
from qualify.learning.likelihood import trained
from qualify.learning.ridge import log_odds
from qualify.learning.splitting import by_time, walk_forward
from qualify.learning.storing import Champions, explored, restored, stored
from qualify.learning.trial import Figures, promoted, verdict
from qualify.moments import DAY
from tests.learning.rows import told

ROWS, TRUE = told(950)
MODEL = trained(ROWS.columns, ROWS.won)
LESSON = learnt(ROWS, 30)
INDUSTRY = ROWS.columns["industry"]
SOFTWARE = (INDUSTRY.levels or ()).index("software")


def test_chances_are_calibrated_on_leads_that_the_model_never_saw():
    others, _ = told(20_000, seed=9)
    assert calibration_error(MODEL.chances(others.columns), others.won) < 0.03


def test_reasons_add_up_to_the_chance_exactly():
    for row in range(20):
        usual, reasons = MODEL.reasons(ROWS.columns, row)
        said = usual + sum(reason.log_odds for reason in reasons)
        assert said == pytest.approx(log_odds(MODEL.chances(ROWS.columns)[[row]])[0], abs=1e-9)


def test_reasons_speak_of_the_lead():
    row = int(np.flatnonzero(INDUSTRY.values == SOFTWARE)[0])
    sentences = [reason.sentence for reason in MODEL.reasons(ROWS.columns, row)[1]]
    assert any(each.startswith("×") and each.endswith("because industry is software") for each in sentences)


def test_a_stored_likelihood_gives_the_same_chances():
    assert LESSON.likelihood is not None
    again = restored(json.loads(json.dumps(stored(LESSON, playbook="3f2a", as_of=7))))
    assert again.chances(ROWS.columns) == pytest.approx(LESSON.likelihood.chances(ROWS.columns), abs=1e-12)


def test_a_stored_model_says_what_it_was_learnt_from():
    kept = stored(LESSON, playbook="3f2a", as_of=7)
    assert (
        kept["data"] == LESSON.evidence.fingerprint
        and kept["playbook"] == "3f2a"
        and kept["horizon_days"] == 30
    )
    assert kept["figures"]["likelihood"]["auc"] == LESSON.tested.figures["likelihood"].auc


def test_one_changed_label_changes_the_fingerprint():
    won = ROWS.won.copy()
    won[3] = not won[3]
    assert type(ROWS)(**{**vars(ROWS), "won": won}).fingerprint != ROWS.fingerprint


FEW = ROWS.rows(np.arange(200))


@pytest.fixture(scope="module")
def trees():
    return challenging(FEW.columns, FEW.won)


@pytest.mark.slow
def test_the_stored_challenger_gives_the_same_chances(trees):
    again = type(trees).read(json.loads(json.dumps(trees.written())))
    assert again.chances(FEW.columns) == pytest.approx(trees.chances(FEW.columns), abs=1e-12)


@pytest.mark.slow
def test_the_challengers_trees_are_those_of_scikit_learn(trees):
    from sklearn.ensemble import HistGradientBoostingClassifier
    from threadpoolctl import threadpool_limits

    matrix = trees.inputs.matrix(FEW.columns)
    model = HistGradientBoostingClassifier(
        max_iter=100, max_leaf_nodes=7, early_stopping=False, random_state=0
    )
    with threadpool_limits(limits=1):
        model.fit(matrix, FEW.won)
    assert trees.ranking(FEW.columns) == pytest.approx(
        model.fit(matrix, FEW.won).decision_function(matrix), abs=1e-9
    )


@pytest.mark.slow
def test_the_challengers_reasons_add_up(trees):
    usual, parts = trees.reasons(FEW.columns, 11)
    assert usual + sum(parts.values()) == pytest.approx(
        log_odds(trees.chances(FEW.columns)[[11]])[0], abs=1e-9
    )


def test_signal_is_found_and_put_in_force():
    assert LESSON.verdict.active and LESSON.champion == "likelihood"
    assert LESSON.tested.figures["likelihood"].low > 0.55


def test_todays_rules_stay_where_their_best_fifth_is_better():
    good, better = (Figures(500, 100, 0.7, 0.66, 0.74, each) for each in (2.0, 2.5))
    said = verdict(good, better, "")
    assert not said.active and said.why.startswith("today's rules stay")


def test_the_challenger_must_win_in_auc_and_in_log_loss():
    default = Figures(500, 100, 0.70, 0.66, 0.74, 2.0, log_loss=0.50)
    assert promoted(Figures(500, 100, 0.72, 0.68, 0.76, 2.0, log_loss=0.49), default)
    assert not promoted(Figures(500, 100, 0.72, 0.68, 0.76, 2.0, log_loss=0.51), default)
    assert not promoted(Figures(500, 100, 0.705, 0.68, 0.76, 2.0, log_loss=0.49), default)


def test_a_new_champion_must_win_and_can_be_rolled_back():
    first = stored(LESSON)
    champions = Champions().challenged(first, None, 1)
    assert champions.champion == first
    assert champions.challenged({**first, "data": "other"}, champion_auc=0.99, moment=2) == champions
    again = Champions.read(
        json.loads(json.dumps(champions.crowned({**first, "data": "new"}, "by hand", 3).written()))
    )
    assert again.champion is not None and again.champion["data"] == "new"
    assert again.rolled_back().champion == first
    assert again.rolled_back().rolled_back().champion is None


def test_the_test_by_time_keeps_a_gap_of_the_horizon_and_no_lead_on_both_sides():
    lead = np.arange(950) // 2
    split = by_time(ROWS.at, ROWS.won, lead, 30)
    assert split is not None
    assert ROWS.at[split.train].max() + 30 * DAY <= split.cut < ROWS.at[split.test].min()
    assert not set(lead[split.train]) & set(lead[split.test])
    assert len(walk_forward(ROWS.at, ROWS.won, lead, 30)) >= 3


def test_explored_leads_are_drawn_for_good_and_about_as_many_as_asked():
    ids = [f"L{each}" for each in range(5000)]
    drawn = explored(ids, 0.1)
    assert 400 < drawn.sum() < 600
    assert (explored(ids[::-1], 0.1)[::-1] == drawn).all()


def test_figures_are_those_of_the_textbook():
    scores, won = np.array([0.1, 0.4, 0.35, 0.8]), np.array([False, False, True, True])
    assert auc(scores, won) == 0.75
    assert auc(np.zeros(4), won) == 0.5
    assert lift(scores, won, 0.25) == 2.0
    low, high = wilson(np.array([10]), np.array([100]))
    assert (round(low[0], 4), round(high[0], 4)) == (0.0552, 0.1744)
    assert auc_bounds(scores, np.ones(4, bool)) == (0.0, 1.0)


@pytest.mark.slow
def test_intervals_cover_the_true_chance_as_often_as_they_say():
    covered = []
    for seed in range(50):
        rows, true = told(1500, seed=100 + seed)
        low, high = trained(rows.columns, rows.won).intervals(rows.columns)
        covered.append(float(((low <= true) & (true <= high)).mean()))
    assert 0.86 <= np.mean(covered) <= 0.98


@pytest.mark.slow
def test_noise_is_put_in_force_hardly_ever():
    active = [learnt(told(800, seed=300 + seed, signal=0.0)[0], 30).verdict.active for seed in range(50)]
    assert sum(active) <= 3
