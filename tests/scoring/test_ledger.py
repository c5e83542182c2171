"""Ledgers worked out by hand: what a rule gives raw, decayed and capped, and what each bound takes."""

from __future__ import annotations

import pytest

from qualify.criteria.logic import Field
from qualify.moments import DAY
from qualify.playbook import parse
from qualify.scoring.record import AnswerGiven, Decided, Event, Learnt, Record
from qualify.scoring.single import Judge, Judgement, Line

NOW = 1_793_491_200_000


def judged(rules: str, *ages: float, scores: str = "", more: str = "") -> Judgement:
    """The judgement of a lead that visited so many days ago, under these rules of the score `first`."""
    book = parse(f"playbook: by hand\nscores:\n  first: {{{scores} rules: [{rules}]}}\n{more}\n")
    events = [Event("visited", round(NOW - age * DAY), 0) for age in ages]
    return Judge(book)(Record("ada", events=events), NOW)


def lines(
    rules: str, *ages: float, **written: str
) -> list[tuple[str, int | None, int | None, int | None, int]]:
    """Each line: what it is, and its raw, decayed and capped points, and what it adds."""
    return [
        (each.line, each.raw, each.decayed, each.capped, each.points)
        for each in judged(rules, *ages, **written).lines
    ]


VISITS = "when: {did: visited}"


def test_points_without_decay_are_given_for_every_occurrence() -> None:
    assert lines(f"{{points: 2.5, {VISITS}}}", 0, 10, 4_000) == [("rule", 750, 750, 750, 750)]


def test_every_occurrence_decays_by_its_own_age() -> None:
    rule = f"{{points: 8, half_life: 7 days, {VISITS}}}"
    assert lines(rule, 0, 7, 14) == [("rule", 2400, 800 + 400 + 200, 1400, 1400)]
    assert lines(rule, 6.999, 7) == [("rule", 1600, 442 + 400, 842, 842)], "0.5^(6/7) × 800 is 441.6"


def test_points_that_take_away_decay_as_well() -> None:
    assert lines(f"{{points: -8, half_life: 7 days, {VISITS}}}", 0, 7) == [
        ("rule", -1600, -1200, -1200, -1200)
    ]


def test_once_is_worth_what_the_newest_is() -> None:
    assert lines(f"{{points: 8, counts: once, half_life: 7, {VISITS}}}", 7, 14) == [
        ("rule", 800, 400, 400, 400)
    ]
    assert lines(f"{{points: -8, counts: once, {VISITS}}}", 7, 14) == [("rule", -800, -800, -800, -800)]


def test_the_first_time_is_worth_what_the_first_is_and_only_within_its_window() -> None:
    rule = "{points: 8, counts: first time, half_life: 7, when: {did: visited, within: 15 days}}"
    assert lines(rule, 0, 14) == [("rule", 800, 200, 200, 200)]
    assert lines(rule, 0, 14.999) == [("rule", 800, 200, 200, 200)]
    assert lines(rule, 0, 15) == [], "it visited today, but not for the first time"


def test_a_cap_limits_what_a_rule_gives_in_a_line_of_its_own() -> None:
    assert lines(f"{{points: 8, cap: 20, {VISITS}}}", 0, 1, 2) == [
        ("rule", 2400, 2400, 2000, 2400),
        ("cap", None, None, None, -400),
    ]
    assert lines(f"{{points: 8, cap: 24, {VISITS}}}", 0, 1, 2) == [("rule", 2400, 2400, 2400, 2400)]


def test_a_cap_limits_what_a_rule_takes_just_so() -> None:
    assert lines(f"{{points: -8, cap: 20, {VISITS}}}", 0, 1, 2) == [
        ("rule", -2400, -2400, -2000, -2400),
        ("cap", None, None, None, 400),
    ]
    assert lines(f"{{points: -8, cap: 24, {VISITS}}}", 0, 1, 2) == [("rule", -2400, -2400, -2400, -2400)]


def test_a_cap_is_on_what_is_left_after_decay() -> None:
    rule = f"{{points: 8, cap: 10, half_life: 7, {VISITS}}}"
    assert lines(rule, 0, 14) == [("rule", 1600, 1000, 1000, 1000)]
    assert lines(rule, 0, 13) == [("rule", 1600, 1021, 1000, 1021), ("cap", None, None, None, -21)], (
        "0.5^(13/7) × 800 is 220.8"
    )


def test_a_condition_is_capped_too() -> None:
    rule = "{points: %s, cap: 3, when: {any_of: [{did: visited}]}}"
    assert lines(rule % 8, 0) == [("rule", 800, 800, 300, 800), ("cap", None, None, None, -500)]
    assert lines(rule % -8, 0) == [("rule", -800, -800, -300, -800), ("cap", None, None, None, 500)]


@pytest.mark.parametrize(("visits", "applies"), [(1, False), (2, True), (3, True)])
def test_a_rule_that_asks_for_two_gives_nothing_for_one(visits: int, applies: bool) -> None:
    found = judged("{points: 5, when: {did: visited, at_least: 2}}", *[1] * visits)
    assert found.total == (500 * visits if applies else 0)


@pytest.mark.parametrize(
    ("bounds", "visits", "bounded"),
    [
        ("at_most: 20", 3, 2000),
        ("at_most: 24", 3, None),
        ("at_least: 5", 0, 500),
        ("at_least: 0", 0, None),
        ("at_least: 8, at_most: 9", 1, None),
    ],
)
def test_a_bound_of_a_score_is_a_line_of_its_own(bounds: str, visits: int, bounded: int | None) -> None:
    found = judged(f"{{points: 8, {VISITS}}}", *[1] * visits, scores=f"bounds: {{{bounds}}},")
    taken = [line.points for line in found.lines if line.line == "score bound"]
    assert taken == ([] if bounded is None else [bounded - 800 * visits])
    assert found.scores["first"] == found.total == (800 * visits if bounded is None else bounded)


def test_a_score_that_takes_too_much_is_lifted_to_its_bound() -> None:
    found = judged(f"{{points: -8, {VISITS}}}", 1, 1, scores="bounds: {at_least: -10},")
    assert found.lines[1:] == [Line(0, "score bound", None, None, None, None, None, None, 600)]
    assert found.scores["first"] == -1000


SECOND = "  second: {rules: [{points: 30, when: {did: visited}}]}\n"


def test_the_total_adds_the_bounded_scores_up() -> None:
    found = judged(f"{{points: 8, {VISITS}}}", 1, scores="bounds: {at_most: 5},", more=SECOND)
    assert found.scores == {"first": 500, "second": 3000}
    assert found.total == 3500


def test_the_total_adds_only_the_scores_that_it_is_of() -> None:
    found = judged(f"{{points: 8, {VISITS}}}", 1, more=f"{SECOND}total: {{of: [second]}}")
    assert (found.scores, found.total) == ({"first": 800, "second": 3000}, 3000)


def test_the_bound_of_the_total_is_the_last_line() -> None:
    found = judged(f"{{points: 8, {VISITS}}}", 1, more=f"{SECOND}total: {{at_most: 30}}")
    assert found.lines[-1] == Line(2, "total bound", None, None, None, None, None, None, -800)
    assert sum(line.points for line in found.lines) == found.total == 3000


def test_a_line_says_how_many_events_and_the_first_and_last_of_them() -> None:
    (line,) = judged(f"{{points: 8, {VISITS}}}", 3, 1, 2).lines
    assert line[:5] == (0, "rule", 3, NOW - 3 * DAY, NOW - DAY)


MARKS = (
    "grades: {letters: {score: first, A: 24, B: 16, C: 8}, numbers: {score: total, 1: 32, 2: 16, 3: 0.01}}"
)


@pytest.mark.parametrize(("visits", "grade"), [(0, "D4"), (1, "C3"), (2, "B2"), (3, "A2"), (4, "A1")])
def test_a_grade_is_the_letter_of_one_score_and_the_number_of_another(visits: int, grade: str) -> None:
    assert judged(f"{{points: 8, {VISITS}}}", *[1] * visits, more=MARKS).grade == grade


def test_without_grades_in_the_playbook_there_is_none() -> None:
    assert judged(f"{{points: 8, {VISITS}}}", 1).grade is None


# ── what was known, and when ────────────────────────────────────────────────────────────────────────


def total(record: Record, rule: str) -> int:
    return Judge(parse(f"playbook: known\nscores: {{first: {{rules: [{{points: 1, when: {rule}}}]}}}}"))(
        record, NOW
    ).total


def test_an_event_counts_once_it_happened_and_is_known() -> None:
    for happened, known, counted in [
        (0, 0, 1),
        (-1, -1, 1),
        (1, 0, 0),
        (0, 1, 0),
        (-5 * DAY, 0, 1),
        (-5 * DAY, 1, 0),
    ]:
        assert (
            total(Record("ada", events=[Event("visited", NOW + happened, NOW + known)]), "{did: visited}")
            == 100 * counted
        )


def test_an_accounts_events_are_nobodys_who_has_no_account() -> None:
    events = [Event("visited", NOW, NOW, lead_id="ben")]
    rule = "{did: visited, by: account}"
    assert total(Record("ada", "acme", account_events=events), rule) == 100
    assert total(Record("ada", None, account_events=events), rule) == 0


INDUSTRY = Field("industry")
IS_SOFTWARE = "{trait: industry, is: software}"


def test_an_accounts_traits_stand_in_from_the_moment_they_are_known() -> None:
    account = {INDUSTRY: "software"}
    for known, counted in [(NOW, 1), (NOW + 1, 0), (0, 1)]:
        record = Record("ada", "acme", account_traits=account, account_created_at=known)
        assert total(record, IS_SOFTWARE) == 100 * counted
    assert (
        total(Record("ada", "acme", traits={INDUSTRY: "farming"}, account_traits=account), IS_SOFTWARE) == 0
    )
    assert total(Record("ada", None, account_traits=account), IS_SOFTWARE) == 0


def learnt(value: str | None, at: int) -> Learnt:
    return Learnt(INDUSTRY, at, value, value)


@pytest.mark.parametrize(
    ("row", "facts", "expected"),
    [
        ("farming", [learnt("software", NOW)], 1),
        ("farming", [learnt("software", NOW + 1)], 0),
        ("software", [learnt("farming", NOW - 5)], 0),
        ("farming", [learnt("software", NOW - 20)], 0),  # learnt before the row was written: the row is newer
        ("farming", [learnt("software", NOW - 10)], 1),  # learnt with the row: the fact goes first
        (None, [learnt("software", NOW - 20)], 1),  # older than the row, but the row does not say
        ("software", [learnt(None, NOW - 5)], 0),  # from then on it is not known any more
        ("farming", [learnt("software", NOW - 3), learnt("farming", NOW - 5)], 1),
        (
            "farming",
            [learnt("farming", NOW - 3), learnt("software", NOW - 3)],
            1,
        ),  # at one moment: the later in the alphabet
        ("farming", [learnt(None, NOW - 3), learnt("software", NOW - 3)], 1),  # and a value before none
    ],
)
def test_the_newest_that_was_learnt_by_then_holds(
    row: str | None, facts: list[Learnt], expected: int
) -> None:
    for order in (facts, facts[::-1]):
        record = Record("ada", created_at=NOW - 10, traits={INDUSTRY: row}, learnt=order)
        assert total(record, IS_SOFTWARE) == 100 * expected


def test_the_newest_answer_and_decision_by_then_count() -> None:
    record = Record(
        "ada",
        answers=[
            AnswerGiven("need", NOW - 1, None, "a"),
            AnswerGiven("need", NOW, None, "b"),
            AnswerGiven("need", NOW + 1, None, "c"),
        ],
        decisions=[
            Decided("won", NOW + 1),
            Decided("accepted", NOW),
            Decided("rejected", NOW - 1),
            Decided("confirmed", NOW),
        ],
    )
    newest = record.newest_answer("need", NOW)
    assert newest is not None
    assert newest.told == "b"
    assert record.newest_answer("budget", NOW) is None
    assert record.newest_decision(NOW) == Decided("confirmed", NOW), (
        "of one moment, the later in the alphabet"
    )
    assert record.newest_decision(NOW - 2) is None
