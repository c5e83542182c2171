"""What marketing handed over and what sales made of it, counted by hand; and whether the score foretold it."""

from __future__ import annotations

import math
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qualify.moments import DAY
from qualify.reports.alignment import (
    BANDS,
    LEAST_IN_BAND,
    Counts,
    HandedOver,
    Money,
    by_rep,
    by_rule,
    by_source,
    counts,
    days_to_close,
    foretold,
    parts,
    reasons,
    spans,
    times_as_often,
    worth,
)
from qualify.reports.bands import Band


def lead(number: int, points: float = 50, **more: object) -> HandedOver:
    return HandedOver(number, number * DAY, points, **more)  # type: ignore[arg-type]


def closed(points: float, won: int, lost: int) -> list[HandedOver]:
    """So many leads of one score that were won, and lost."""
    ends = ["won"] * won + ["lost"] * lost
    return [lead(number, points, said="accepted", came=end) for number, end in enumerate(ends)]


def test_every_lead_that_was_handed_over_is_in_one_place() -> None:
    handed = [
        lead(1, said="accepted", came="won"), lead(2, said="accepted", came="lost"), lead(3, said="accepted"),
        lead(4, said="rejected", reason="not_icp"), lead(5), lead(6, said="left"),
    ]  # fmt: skip
    found = counts(handed)
    assert found == Counts(handed=6, accepted=3, rejected=1, waiting=1, left=1, won=1, lost=1)
    assert found.answered == 4 and found.rejected_share == 0.25 and found.won_share == 0.5
    assert counts([]).rejected_share is None and counts([]).won_share is None


def test_reasons_are_counted_of_those_who_were_rejected_only() -> None:
    handed = [
        lead(1, said="rejected", reason="no_intent"),
        lead(2, said="rejected", reason="bad_data"),
        lead(3, said="rejected", reason="no_intent"),
        lead(4, said="accepted", reason="bad_data"),
    ]
    assert list(reasons(handed).items()) == [("no_intent", 2), ("bad_data", 1)]


def test_a_lead_counts_for_each_of_its_rules_and_for_one_source_and_rep() -> None:
    handed = [
        lead(1, rules=("a", "b"), source="email", rep="rosa", said="rejected", reason="not_icp"),
        lead(2, rules=("b",), source="email", rep="ravi", said="accepted"),
    ]
    assert [(part.key, part.counts.rejected, part.counts.handed) for part in parts(by_rule, handed)] == [
        ("b", 1, 2), ("a", 1, 1),
    ]  # fmt: skip
    assert [(part.key, part.counts.handed) for part in parts(by_source, handed)] == [("email", 2)]
    rosa, ravi = parts(by_rep, handed)
    assert (rosa.key, dict(rosa.reasons), ravi.key, dict(ravi.reasons)) == (
        "rosa",
        {"not_icp": 1},
        "ravi",
        {},
    )


def test_a_rule_stands_out_when_chance_would_hardly_do_it() -> None:
    def rejected(rule: str, no: int, yes: int) -> list[HandedOver]:
        return [
            lead(each, rules=(rule,), said="rejected" if each < no else "accepted")
            for each in range(no + yes)
        ]

    found = {part.key: part.stands_out for part in parts(by_rule, [
        *rejected("bad", 40, 10), *rejected("good", 2, 60), *rejected("few", 2, 0), *rejected("usual", 30, 40),
    ])}  # fmt: skip
    assert found == {"bad": "more", "good": "less", "few": "", "usual": ""}


def test_spans_begin_with_their_first_moment() -> None:
    handed = [lead(0), lead(1), lead(6), lead(7), lead(20)]
    assert [each.handed for each in spans(handed, [1 * DAY, 7 * DAY, 14 * DAY])] == [2, 1, 1]


def test_what_was_won_is_added_up_within_a_currency() -> None:
    handed = [
        lead(1, came="won", amount=Decimal("100.50"), currency="EUR"),
        lead(2, came="won", amount=Decimal("200.25"), currency="EUR"),
        lead(3, came="won", amount=Decimal("5"), currency="USD"),
        lead(4, came="won"),
        lead(5, came="lost", amount=Decimal("900"), currency="EUR"),
    ]
    assert worth(handed) == [Money("EUR", 2, Decimal("300.75")), Money("USD", 1, Decimal("5"))]


def test_days_to_close_are_the_middle_of_those_who_came_to_that_end() -> None:
    ends = [(2, "won"), (4, "won"), (10, "won"), (90, "lost")]
    handed = [HandedOver(1, 0, 50, came=came, closed_at=days * DAY) for days, came in ends]
    assert days_to_close(handed) == 4 and days_to_close(handed, "lost") == 90
    assert days_to_close([]) is None


def test_too_few_that_are_closed_say_nothing() -> None:
    found = foretold([*closed(80, 9, 0), *closed(20, 0, 10), lead(1), lead(2, said="rejected")])
    assert (found.verdict, found.bands, found.closed) == ("too few", [], 19)
    assert (found.won, found.rejected, found.open) == (9, 1, 1)


def test_a_score_that_foretells_is_said_to() -> None:
    found = foretold([*closed(80, 40, 10), *closed(20, 10, 40)])
    assert found.verdict == "better" and found.ratio is not None
    assert found.ratio.ratio == pytest.approx(4.0)
    assert [(each.least, each.below, each.band.won, each.band.leads) for each in found.bands] == [
        (80, None, 40, 50), (None, 80, 10, 50),
    ]  # fmt: skip


def test_the_interval_of_a_ratio_is_that_of_the_paper() -> None:
    """Worked out on paper: (40.5/50.5)/(10.5/50.5), ± 1.96 √(1/40.5 + 1/10.5 − 2/50.5) in the logarithm."""
    found = times_as_often(Band(80, 80, 50, 40), Band(20, 20, 50, 10))
    spread = 1.959964 * math.sqrt(1 / 40.5 + 1 / 10.5 - 2 / 50.5)
    assert found.low == pytest.approx(40.5 / 10.5 / math.exp(spread), rel=1e-6)
    assert found.high == pytest.approx(40.5 / 10.5 * math.exp(spread), rel=1e-6)
    assert [round(found.low, 2), round(found.high, 2)] == [2.21, 6.72]


def test_a_score_that_points_the_wrong_way_is_said_to() -> None:
    assert foretold([*closed(80, 5, 45), *closed(20, 35, 15)]).verdict == "worse"


def test_a_score_that_tells_nobody_apart_is_not_praised() -> None:
    found = foretold([*closed(80, 14, 11), *closed(20, 12, 13)])
    assert found.verdict == "no difference"
    assert found.ratio is not None and found.ratio.low < 1 < found.ratio.high
    assert foretold(closed(50, 20, 20)).ratio is None, "one score for all tells none from the other"


def test_where_all_came_to_one_end_there_is_nothing_to_compare() -> None:
    assert foretold(closed(80, 30, 0)).verdict == "one-sided"
    assert foretold([*closed(80, 0, 30), *closed(20, 0, 30)]).verdict == "one-sided"


def test_none_won_below_still_has_a_bound() -> None:
    found = foretold([*closed(80, 20, 10), *closed(20, 0, 30)])
    assert found.verdict == "better" and found.ratio is not None
    assert found.ratio.ratio is None and 1 < found.ratio.low < math.inf


def test_who_is_open_or_rejected_is_in_the_band_of_their_score_and_changes_no_rate() -> None:
    ends = [*closed(80, 10, 5), *closed(20, 5, 10)]
    apart = [lead(1, 95), lead(2, 79.99, said="rejected"), lead(3, -5), lead(4, 80, said="left")]
    top, bottom = foretold([*ends, *apart]).bands
    assert (top.open, top.rejected, bottom.open, bottom.rejected) == (2, 0, 1, 1)
    assert [each.band for each in foretold(ends).bands] == [top.band, bottom.band]


ends = st.lists(
    st.tuples(st.integers(-50, 150), st.sampled_from(["won", "lost", ""]), st.booleans()), max_size=120
)


@given(ends)
def test_everybody_is_in_one_band_whatever_their_scores(drawn: list[tuple[int, str, bool]]) -> None:
    handed = [
        lead(place, points, came=came, said="rejected" if refused else "waiting")
        for place, (points, came, refused) in enumerate(drawn)
    ]
    found = foretold(handed)
    assert found.closed + found.rejected + found.open == len(handed)
    if found.bands:
        assert sum(each.band.leads + each.rejected + each.open for each in found.bands) == len(handed)
        assert len(found.bands) <= BANDS and all(
            each.band.leads >= LEAST_IN_BAND // 2 for each in found.bands
        )
        assert found.bands[0].below is None and found.bands[-1].least is None
    if found.ratio is not None:
        assert found.ratio.low <= found.ratio.high
        assert found.ratio.ratio is None or found.ratio.ratio >= 0


@given(ends)
def test_the_parts_of_the_week_add_up(drawn: list[tuple[int, str, bool]]) -> None:
    handed = [lead(place, points, came=came) for place, (points, came, _) in enumerate(drawn)]
    weeks = spans(handed, [7 * DAY * week for week in range(20)])
    assert sum(week.handed for week in weeks) == len(handed)
    assert sum(week.won for week in weeks) == counts(handed).won
