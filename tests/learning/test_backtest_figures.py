"""The figures of a replay: who counts, who is credited, what is rated, and whether two playbooks differ."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qualify.learning.backtest.comparing import comparison
from qualify.learning.backtest.judging import Outlook, outlook
from qualify.learning.backtest.page import page
from qualify.learning.backtest.plain import plain
from qualify.learning.backtest.replayed import NEVER, Leads, Replayed, fates
from qualify.learning.backtest.sentences import sentences, verdict
from qualify.moments import DAY
from qualify.vocabulary import STAGES
from tests.learning.replays import HANDED, leads, made

MONDAY = 4 * DAY
LOOKS = [MONDAY + 7 * DAY * week + 7 * DAY - 1 for week in range(1, 7)]
"""The ends of six weeks."""
END = LOOKS[-1] + 100 * DAY


def after(look: int) -> int:
    """A day after a look."""
    return LOOKS[look] + DAY


# ── who counts as what ──────────────────────────────────────────────────────────────────────────────


def test_everybody_is_of_exactly_one_kind_and_only_those_that_ended_are_decided() -> None:
    past = leads(
        LOOKS,
        END,
        created_at=[1, 1, 1, 1, 1, after(2), LOOKS[5] - DAY],
        won_at=[after(3), NEVER, NEVER, NEVER, LOOKS[0] - 5, NEVER, after(5)],
        ended_at=[after(3), after(2), NEVER, NEVER, LOOKS[0] - 5, after(2) + 5, after(5)],
        worked_at=[after(1), after(1), after(1), NEVER, 2, after(2) + 1, NEVER],
    )
    came = fates(past, horizon=102)
    kinds = [name for row in range(7) for name, flags in vars(came).items() if flags[row]]
    assert kinds == ["won", "lost", "open", "unworked", "before", "quick", "young"]


def test_a_deal_that_came_back_from_lost_is_a_won_one() -> None:
    past = leads(LOOKS, END, won_at=[after(4)], ended_at=[after(1)], worked_at=[after(0)])
    assert fates(past, 0).won.tolist() == [True]
    assert past.closed_at.tolist() == [after(4)]


def test_a_deal_is_credited_to_the_last_score_before_sales_took_the_lead_up() -> None:
    past = leads(
        LOOKS, END, won_at=[after(4)] * 3, ended_at=[after(4)] * 3, worked_at=[after(2), LOOKS[2], 5]
    )
    assert past.credited.tolist() == [2, 1, 0]


def test_flags_after_the_outcome_find_nobody() -> None:
    found = made(
        [["lead", "lead", "lead", "mql", "mql", "mql"], ["lead", "lead", "mql", "mql", "mql", "mql"]]
    )
    past = leads(
        LOOKS, END, won_at=[LOOKS[3], after(2)], ended_at=[LOOKS[3], after(2)], worked_at=[LOOKS[3], after(2)]
    )
    figures = outlook(found, past, 0)
    assert [each.lead_id for each in figures.missed] == ["l0"]
    assert figures.flagged_at.tolist() == [NEVER, LOOKS[2]]
    assert (figures.recall.hits, figures.recall.of) == (1, 2)


# ── the figures, worked out by hand ─────────────────────────────────────────────────────────────────


def four() -> tuple[Replayed, Leads]:
    """Won and flagged, won and missed, lost and flagged, lost and not; and one that nobody worked."""
    stages = [
        ["lead", "mql", "mql", "sal", "customer", "customer"],
        ["lead", "lead", "lead", "sal", "customer", "customer"],
        ["lead", "lead", "mql", "sal", "recycled", "recycled"],
        ["lead", "lead", "lead", "lead", "recycled", "recycled"],
        ["lead", "lead", "lead", "mql", "mql", "mql"],
    ]
    totals = [
        [0, 9000, 9000, 9000, 9000, 9000],
        [500] * 6,
        [0, 0, 7000, 7000, 0, 0],
        [300] * 6,
        [0, 0, 0, 6000, 6000, 6000],
    ]
    won = [after(3), after(3), NEVER, NEVER, NEVER]
    ended = [after(3)] * 4 + [NEVER]
    past = leads(
        LOOKS, END, won_at=won, ended_at=ended, worked_at=[after(2), after(2), after(2), after(3), NEVER]
    )
    return made(stages, totals=totals), past


def test_precision_recall_lift_and_names() -> None:
    found = outlook(*four(), horizon=0)
    assert (found.precision.share, found.recall.share, found.base.share, found.lift) == (0.5, 0.5, 0.5, 1.0)
    assert [(each.lead_id, each.total, each.stage) for each in found.missed] == [("l1", 500, "lead")]
    assert [(each.lead_id, each.total, each.flagged_at) for each in found.mistaken] == [
        ("l2", 7000, LOOKS[2])
    ]


def test_time_gained_is_told_before_sales_and_before_the_deal() -> None:
    gain = outlook(*four(), horizon=0).gain
    assert gain is not None
    assert gain.before_sales[1] == 8.0
    assert gain.before_deal[1] == 15.0
    assert (gain.in_time, gain.of) == (1, 1)


def test_leads_handed_over_are_counted_in_the_week_they_are_and_not_in_the_first() -> None:
    weeks = outlook(*four(), horizon=0).weeks
    assert [week.handed for week in weeks] == [None, 1, 1, 1, 0, 0]
    assert weeks[3].stages == {"lead": 1, "sal": 3, "mql": 1}


def test_falling_back_to_where_leads_are_handed_over_hands_nothing_over() -> None:
    found = made(
        [["lead", "sal", "mql", "lead", "mql", "mql"], ["recycled", "recycled", "mql", "sal", "sal", "mql"]]
    )
    assert found.handovers.sum(axis=0).tolist() == [0, 0, 1, 0, 1, 0]


def test_with_a_capacity_the_best_are_taken_first_and_the_others_wait() -> None:
    stages = [["lead", "mql", "mql", "mql", "mql", "mql"] for _ in range(3)] + [
        ["lead", "mql", "lead", "lead", "lead", "lead"]
    ]
    totals = [[0, points, points, points, points, points] for points in (100, 300, 200, 50)]
    past = leads(LOOKS, END, won_at=[LOOKS[3]] * 4, ended_at=[LOOKS[3]] * 4)
    found = outlook(made(stages, totals=totals), past, 0, capacity=1)
    assert [(week.taken, week.waiting) for week in found.weeks] == [
        (0, 0),
        (1, 3),
        (1, 1),
        (1, 0),
        (0, 0),
        (0, 0),
    ]
    assert found.reached is not None
    assert found.reached.tolist() == [False, True, True, False]  # l0 was taken up after its outcome


def test_equal_points_are_in_one_band_and_every_lead_is_in_one() -> None:
    count = 60
    totals = [[100 * (row // 20)] * 6 for row in range(count)]
    won = [after(3) if row % 2 else NEVER for row in range(count)]
    past = leads(LOOKS, END, won_at=won, ended_at=[after(3)] * count)
    parts = outlook(made([["lead"] * 6] * count, totals=totals), past, 0).bands
    assert [(part.name, part.leads, part.rate.of) for part in parts] == [
        ("2.00", 20, 20),
        ("1.00", 20, 20),
        ("0.00", 20, 20),
    ]


# ── properties ──────────────────────────────────────────────────────────────────────────────────────

quickly = settings(max_examples=settings().max_examples // 2)
times = st.sampled_from([NEVER, NEVER, *LOOKS, *(look + DAY for look in LOOKS), END - DAY])


@st.composite
def histories(draw: st.DrawFn) -> tuple[Replayed, Replayed, Leads]:
    """Two replays of the same leads, and what came of them."""
    count = draw(st.integers(1, 12))
    row = st.lists(st.sampled_from(STAGES), min_size=6, max_size=6)
    points = st.lists(st.integers(0, 4).map(lambda tens: 1000 * tens), min_size=6, max_size=6)
    rows = st.lists(row, min_size=count, max_size=count)
    scores = st.lists(points, min_size=count, max_size=count)
    one, other = (made(draw(rows), totals=draw(scores)) for _ in range(2))
    column = st.lists(times, min_size=count, max_size=count)
    won, ended, worked = (draw(column) for _ in range(3))
    ended = [min(pair) for pair in zip(won, ended, strict=True)]
    past = leads(
        LOOKS, END, won_at=won, ended_at=ended, worked_at=[min(p) for p in zip(worked, ended, strict=True)]
    )
    return one, other, past


@quickly
@given(history=histories(), horizon=st.sampled_from([0, 120, 10_000]))
def test_the_undecided_are_in_no_rate(history: tuple[Replayed, Replayed, Leads], horizon: int) -> None:
    one, _, past = history
    found, came = outlook(one, past, horizon), fates(past, horizon)
    assert np.all(sum(flags.astype(int) for flags in vars(came).values()) == 1)
    decided = {f"l{row}" for row in np.flatnonzero(came.decided)}
    assert {each.lead_id for each in (*found.missed, *found.mistaken)} <= decided
    assert found.base.of == len(decided) == sum(part.rate.of for part in found.bands)
    assert found.precision.of <= len(decided)
    if horizon == 10_000:
        assert not decided


@quickly
@given(history=histories())
def test_what_is_won_is_flagged_before_the_deal_or_named_as_missed(
    history: tuple[Replayed, Replayed, Leads],
) -> None:
    one, _, past = history
    found, came = outlook(one, past, 0), fates(past, 0)
    assert found.recall.hits + len(found.missed) == int(came.won.sum())
    assert np.all(found.flagged_at[found.flagged] < past.closed_at[found.flagged])


@quickly
@given(history=histories())
def test_a_playbook_against_itself_does_not_differ(history: tuple[Replayed, Replayed, Leads]) -> None:
    one, _, past = history
    found, came = outlook(one, past, 0), fates(past, 0)
    held = comparison(found, found, past, came)
    assert all(each.change == each.low == each.high == 0 for each in held.differences)
    assert not held.better
    assert not held.worse
    assert not held.only_one.any()


@pytest.mark.slow
@quickly
@given(history=histories())
def test_the_other_way_round_the_difference_is_the_opposite(
    history: tuple[Replayed, Replayed, Leads],
) -> None:
    one, other, past = history
    first, second, came = outlook(one, past, 0), outlook(other, past, 0), fates(past, 0)
    there, back = comparison(first, second, past, came), comparison(second, first, past, came)
    for each, opposite in zip(there.differences, back.differences, strict=True):
        assert each.change == pytest.approx(-opposite.change)


def many(recall: float, count: int = 400) -> tuple[Replayed, Leads]:
    """Every second lead won; of the won so many flagged, of the lost none."""
    flagged = [row % 2 == 0 and row / count < recall for row in range(count)]
    stages = [["lead", *(["mql" if each else "lead"] * 5)] for each in flagged]
    won = [after(3) if row % 2 == 0 else NEVER for row in range(count)]
    return made(stages), leads(LOOKS, END, won_at=won, ended_at=[after(3)] * count)


def held(first: float, other: float) -> tuple[Outlook, Outlook, Leads]:
    one, past = many(first)
    return outlook(one, past, 0), outlook(many(other)[0], past, 0), past


def test_a_large_difference_is_more_than_chance_and_a_single_lead_is_not() -> None:
    one, other, past = held(0.3, 0.6)
    found = comparison(one, other, past, fates(past, 0))
    assert "recall" in found.better
    assert "recall" in comparison(other, one, past, fates(past, 0)).worse
    one, other, past = held(0.3, 0.3025)
    assert not comparison(one, other, past, fates(past, 0)).better


def test_the_same_seed_gives_the_same_intervals() -> None:
    one, other, past = held(0.3, 0.4)
    runs = [comparison(one, other, past, fates(past, 0), seed).differences for seed in (1, 1, 2)]
    assert runs[0] == runs[1] != runs[2]


# ── what people read ────────────────────────────────────────────────────────────────────────────────


def test_the_page_needs_nothing_from_elsewhere_runs_no_script_and_escapes_names() -> None:
    one, past = four()
    past.ids[1] = "<script>alert(1)</script>"
    figures, came = outlook(one, past, 0, capacity=2), fates(past, 0)
    text = page(past, came, 90, [figures, figures], comparison(figures, figures, past, came))
    assert "<script" not in text
    assert "&lt;script&gt;alert(1)" in text
    assert not [
        word
        for word in ("http:", "https:", "src=", "url(", "@import", " on")
        if f"<{word}" in text or (word == "http:" and word in text)
    ]
    assert text.count("<svg") >= 4
    assert "They do not differ." in text


def test_plain_data_says_the_same_as_the_sentences() -> None:
    one, past = four()
    figures = outlook(one, past, 0)
    said = plain(past, fates(past, 0), 90, [figures], None)
    (book,) = said["playbooks"]
    assert book["precision"]["share"] == 0.5
    assert [each["lead_id"] for each in book["won_missed"]] == ["l1"]
    assert said["leads"] == {
        "all": 5, "won": 2, "lost": 2, "young": 0, "open": 0, "unworked": 1, "before": 0, "quick": 0
    }  # fmt: skip
    assert any("50 % were won (1 of 2" in text for text in sentences(figures))


def test_without_a_decided_lead_it_says_so_and_invents_no_rate() -> None:
    past = leads(LOOKS, END, created_at=[1, 1])
    found = outlook(made([["lead", "mql"] + ["mql"] * 4] * 2), past, 0)
    assert found.base.share is None
    assert found.auc is None
    assert (
        sentences(found)[1]
        == "No lead is decided and old enough, so whether it would have been right cannot be told."
    )
    assert verdict(comparison(found, found, past, fates(past, 0)), ["a", "b"]) == [
        "Too few leads are decided to tell the two apart."
    ]
    assert "cannot be told" in page(past, fates(past, 0), 90, [found], None)


def test_the_stages_of_the_hand_over_are_those_that_are_named() -> None:
    assert made([["iql", "mql", "pql", "sal"]], handed=("iql",)).flagged.tolist() == [
        [True, False, False, False]
    ]
    assert made([["iql", "mql", "pql", "sal"]], handed=HANDED).flagged.tolist() == [
        [False, True, True, False]
    ]
