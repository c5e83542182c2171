"""What is odd but usable is a warning: the playbook still loads."""

from __future__ import annotations

import pytest

from qualify.errors import Problem
from qualify.playbook import examine, parse

FIT = "{points: 20, name: right industry, when: {trait: industry, is: software}}"
TEXT = """\
playbook: Acme
scores:
  fit:
    bounds: {bounds}
    rules:
      - {first}
      - {points: 10, name: right size, when: {trait: employees, at_least: 50}}
{rest}
"""


def written(*, first: str = FIT, bounds: str = "{}", rest: str = "") -> str:
    return TEXT.replace("{first}", first).replace("{bounds}", bounds).replace("{rest}", rest)


def warnings_of(text: str) -> list[Problem]:
    book, problems = examine(text)
    assert book is not None, [str(each) for each in problems]
    assert {each.severity for each in problems} <= {"warning"}
    return problems


def test_a_playbook_as_it_should_be_has_no_warning() -> None:
    assert warnings_of(written(rest="thresholds: {mql: {score: fit, enter: 30}}")) == []


def test_a_threshold_above_all_that_can_be_earned_never_comes() -> None:
    (warning,) = warnings_of(written(rest="thresholds: {mql: {score: fit, enter: 30.01}}"))
    assert warning.message == "fit can reach 30 at most, so 30.01 never comes"
    assert (warning.line, warning.column, warning.path) == (8, 39, "thresholds.mql.enter")
    assert str(warning).startswith("8:39: warning: thresholds.mql.enter: ")


def test_a_stage_above_its_bound_never_comes() -> None:
    rest = "stages: {mql: {enter: [{score: fit, at_least: 26}, {score: total, at_least: 5}]}}"
    (warning,) = warnings_of(written(bounds="{at_most: 25}", rest=rest))
    assert warning.message == "fit can reach 25 at most, so 26 never comes"
    assert warning.path == "stages.mql.enter[0].at_least"
    assert warning.column == rest.index("26") + 1


def test_the_total_can_reach_no_more_than_its_scores_and_its_bound() -> None:
    total = "thresholds: {mql: 31}"
    assert [each.message for each in warnings_of(written(rest=total))] == [
        "total can reach 30 at most, so 31 never comes"
    ]
    bounded = "total: {at_most: 12}\nthresholds: {mql: 13}"
    assert [each.message for each in warnings_of(written(rest=bounded))] == [
        "total can reach 12 at most, so 13 never comes"
    ]


def test_a_bound_below_lifts_what_can_be_reached() -> None:
    assert (
        warnings_of(written(bounds="{at_least: 40}", rest="thresholds: {mql: {score: fit, enter: 40}}")) == []
    )


def test_a_mark_that_nobody_can_get_is_told() -> None:
    rest = "grades: {letters: {score: fit, A: 31, B: 20, C: 10}, numbers: {score: fit, 1: 3, 2: 2, 3: 1}}"
    (warning,) = warnings_of(written(rest=rest))
    assert (warning.path, warning.message) == (
        "grades.letters.A",
        "fit can reach 30 at most, so 31 never comes",
    )


@pytest.mark.parametrize(
    ("rule", "most"),
    [
        ("{points: 5, when: {did: a}}", None),
        ("{points: 5, cap: 15, when: {did: a}}", 25),
        ("{points: 5, cap: 15, when: {sequence: [a, b], apart_at_most: 7}}", 25),
        ("{points: 5, counts: once, when: {did: a}}", 15),
        ("{points: 5, counts: first time, half_life: 7, when: {did: a}}", 15),
        ("{points: 5, cap: 3, counts: once, when: {did: a}}", 13),
        ("{points: -5, when: {did: a}}", 10),
        ("{points: 5, when: {any_of: [{did: a}]}}", 15),
    ],
)
def test_what_a_rule_can_earn_counts_towards_what_can_be_reached(rule: str, most: int | None) -> None:
    found = [
        each.message
        for each in warnings_of(written(first=rule, rest="thresholds: {mql: {score: fit, enter: 900}}"))
    ]
    unreachable = f"fit can reach {most} at most, so 900 never comes"
    assert (unreachable in found) is (most is not None)


def test_a_rule_of_no_points_changes_nothing() -> None:
    (warning,) = warnings_of(written(first="{points: 0, when: {did: a}}"))
    assert (warning.line, warning.column) == (6, 18)
    assert warning.message == "0 points: the rule changes nothing"


def test_a_cap_below_one_occurrence_is_told() -> None:
    (warning,) = warnings_of(written(first="{points: -20, cap: 15, when: {did: a}}"))
    assert (warning.line, warning.column) == (6, 28)
    assert (
        warning.message == "the cap of 15 is less than the 20 of one occurrence; no occurrence counts in full"
    )


def test_with_an_error_there_is_no_talk_of_warnings() -> None:
    _, problems = examine(
        written(first="{points: 0, when: {did: a, wihtin: 7}}", rest="thresholds: {mql: 5000}")
    )
    assert [each.severity for each in problems] == ["error"]


def test_a_playbook_with_warnings_can_be_used() -> None:
    assert parse(written(first="{points: 0, when: {did: a}}")).playbook == "Acme"


def test_a_name_that_is_spelled_in_two_ways_is_told_at_the_second() -> None:
    stages = """\
stages:
  mql: {enter: {any_of: [{did: demo_requested}, {did: Demo Requested}, {did: page_viewed}]}}
  sql: {enter: {all_of: [{trait: Employees, below: 9}, {did: [page_viewed, DemoRequested, demo_requested]}]}}
"""
    assert [str(each) for each in warnings_of(written(rest=stages))] == [
        f"{where} {what}; what data spell as either counts there alone, so spell it in one way"
        for where, what in (
            (
                "9:49: warning: stages.mql.enter.any_of[1]:",
                "did 'Demo Requested' is spelled 'demo_requested' before",
            ),
            (
                "10:26: warning: stages.sql.enter.all_of[0]:",
                "trait 'Employees' is spelled 'employees' before",
            ),
            (
                "10:56: warning: stages.sql.enter.all_of[1]:",
                "did 'DemoRequested' is spelled 'demo_requested' before",
            ),
        )
    ]
