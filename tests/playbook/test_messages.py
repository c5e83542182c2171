"""What a revenue-operations person is told: full sentences, what was found, what is allowed, the nearest word."""

from __future__ import annotations

import pytest

from qualify.errors import Problem
from qualify.playbook import examine


def problems_of(section: str, *, rules: str = "[{points: 5, when: {trait: a, is: b}}]") -> list[Problem]:
    """The problems of a playbook that is right but for one section."""
    return examine(f"playbook: Acme\n{section}\nscores: {{fit: {{rules: {rules}}}}}\n")[1]


def message(section: str) -> str:
    problems = problems_of(section)
    assert len(problems) == 1, [str(each) for each in problems]
    return problems[0].message


def of_rule(rule: str) -> str:
    problems = problems_of("", rules=f"[{rule}]")
    assert len(problems) == 1, [str(each) for each in problems]
    return problems[0].message


def of_criterion(criterion: str) -> str:
    return of_rule(f"{{points: 5, when: {criterion}}}")


@pytest.mark.parametrize(
    ("section", "expected"),
    [
        (
            "curency: USD",
            "'curency' is not known here; did you mean 'currency'? Allowed: playbook, description,",
        ),
        ("currency: usd", "'usd' is not a currency; did you mean 'USD'? Allowed: AED, AFN,"),
        ("currency: Euro", "'Euro' is not a currency; did you mean 'EUR'?"),
        ("currency: 5", "a text is expected here, not 5; put it in quotes: '5'"),
        ("time_zone: Berlin", "'Berlin' is not a time zone; did you mean 'Europe/Berlin'?"),
        ("time_zone: CEST+2", "'CEST+2' is not a time zone; "),
        ("review_by: next year", "'next year' is not a date; write one as 2026-03-31"),
        ("columns: [a]", "lines of `name: value` are expected here, not a list"),
        ("icp: {name: a}", "a list is expected here, not a mapping"),
        ("icp: software", "a list is expected here, not 'software'"),
        ("icp: [software]", "lines of `key: value` are expected here, not 'software'"),
        ("product: used", "lines of `key: value` are expected here, not 'used'"),
        (
            "grades: {letters: {score: fit, A: 9, B: 5, C: 1}}",
            "`numbers` is missing (the number, and which score it is of)",
        ),
        ("total: {of: []}", "nothing is in it; write at least one"),
        ("total: {of: fit}", "a list is expected here, not 'fit'"),
        ("thresholds: {mql: sixty}", "'sixty' is not a number of points; write one such as 10, -5 or 2.5"),
        (
            "thresholds: {lead: 5}",
            "'lead' is not allowed; allowed: iql, mql, pql, sal, sql, customer, recycled or disqualified",
        ),
        ("thresholds: {mql: {leave: 5}}", "`enter` is missing (enter at this many points or more)"),
        ("stages: {mql: {enter: {grade: A}}}", "there are no grades; add a `grades` section"),
        ("stages: {mql: {score: fit, at_least: 5}}", "'score' is a criterion; write it under `enter`"),
        (
            "stages: {mql: {enter: {score: fit}}}",
            "nothing is asked of the score; add at_least, above, below or at_most",
        ),
        ("stages: {mql: {enter: {score: fit, at_least: lots}}}", "'lots' is not a number of points"),
        (
            "stages: {recycled: {enter: {decision: reject}}}",
            "'reject' is not a decision; did you mean 'rejected'?",
        ),
        ("stages: {mql: {enter: []}}", "nothing is in it; write at least one"),
    ],
)
def test_a_mistake_in_a_section(section: str, expected: str) -> None:
    said = problems_of(section)
    assert any(expected in each.message for each in said), [each.message for each in said]


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ("{points: true, when: {did: a}}", "true is not a number of points; write one such as 10, -5 or 2.5"),
        ("{points: '10', when: {did: a}}", "'10' is not a number of points"),
        ("{points: null, when: {did: a}}", "nothing is not a number of points"),
        ("{points: 0.001, when: {did: a}}", "0.001 points; write at most two decimals, a hundredth is the finest step"),
        ("{points: 5, cap: 0, when: {did: a}}", "write a cap above 0; it limits the points' size, whatever their sign"),
        ("{points: 5, counts: once, when: {trait: a, is: b}, half_life: 7}", "half_life needs events of its own; use it where"),
        ("{points: 5, counts: every time, when: {quiet_for: 7}}", "counts needs events of its own; use it where `when` is one did or one sequence, not quiet_for"),
        ("{points: 5, half_life: 0, when: {did: a}}", "a duration of 0; write 1 day to 36,500 days (a hundred years); or none"),
        ("{points: 5, half_life: 4000, when: {did: a}}", "a half-life of 4000 is over ten years; write none: the points do not age"),
        ("{points: 5, name: [a], when: {did: a}}", "a text is expected here, not a list"),
        ("{points: 5, when: [{did: a}, 5]}", "a criterion is expected here, not 5; it starts with one of trait,"),
    ],
)  # fmt: skip
def test_a_mistake_in_a_rule(rule: str, expected: str) -> None:
    assert expected in of_rule(rule)


@pytest.mark.parametrize(
    ("criterion", "expected"),
    [
        ("{traits: industry, is: software}", "'traits' is no criterion; did you mean 'trait'? it starts with one of trait,"),
        ("{industry: software}", "'industry' is no criterion; it starts with one of trait,"),
        ("{all_off: [{did: a}]}", "'all_off' is no criterion; did you mean 'all_of'?"),
        ("{did: a, used: limits}", "two criteria in one (did and used); put them under all_of or any_of, each with a dash"),
        ("{trait: a}", "nothing is asked of the value; add is, is_not, is_one_of, is_none_of, at_least, above, below,"),
        ("{trait: '', is: a}", "the text is empty; write at least one letter or digit"),
        ("{trait: a, is: ' '}", "an empty text matches nothing; use is_known: false to ask for a missing value"),
        ("{trait: a, is: [b, c]}", "a text, a number, true or false is expected here, not a list"),
        ("{trait: a, is_one_of: [b, [c]]}", "a text, a number, true or false is expected here, not a list"),
        ("{trait: a, contains: 49}", "a text is expected here, not 49; put it in quotes: '49'"),
        ("{trait: a, at_least: '50'}", "'50' is not a number; write digits and a point alone, as 1000 or 2.5"),
        ("{trait: a, at_least: true}", "true is not a number"),
        ("{trait: a, is_known: 1}", "true or false is expected here, not 1"),
        ("{seniority: CEO}", "'CEO' is not a seniority; allowed: intern, entry, staff, senior, manager, head, director, vp, c_level or owner"),
        ("{seniority: Director}", "'Director' is not a seniority; did you mean 'director'?"),
        ("{department: marketting}", "'marketting' is not a department; did you mean 'marketing'?"),
        ("{email: private}", "'private' is not a kind of e-mail address; allowed: free, disposable or business"),
        ("{country: Germny}", "'Germny' is neither a country nor a group of countries; did you mean 'Germany'?"),
        ("{country: xyzzy}", "'xyzzy' is neither a country nor a group of countries; write a code such as DE, an English name, or a group"),
        ("{icp: any}", "there is no ICP profile in this playbook; add a `icp` section"),
        ("{persona: any}", "there is no persona in this playbook; add a `personas` section"),
        ("{did: a, within: 2 months}", "'2 months' is not a duration; write whole days or weeks, as 30 days or 4 weeks"),
        ("{did: a, within: 1.5}", "1.5 is not a duration"),
        ("{did: a, within: 200 years}", "'200 years' is not a duration"),
        ("{did: a, within: 40000}", "a duration of 40000; write 1 day to 36,500 days (a hundred years)"),
        ("{did: a, at_least: 2.5}", "2.5 is not a count; write a whole number from 1 to 1,000,000"),
        ("{did: a, at_least: -1}", "-1 is not a count"),
        ("{did: a, times: 3}", "'times' is not known here; allowed: did, where, at_least, within or by"),
        ("{did: a, where: {form: [demo, {a: b}]}}", "a text, a number, true or false is expected here, not a mapping"),
        ("{did: a, where: {form: null}}", "nothing is asked of the value; add is,"),
        ("{did: a, where: form}", "lines of `name: value` are expected here, not 'form'"),
        ("{sequence: [a, b, c], apart_at_most: 7}", "there are too many; write 2 at most"),
        ("{sequence: [{kind: a}, b], apart_at_most: 7}", "'kind' is not known here; allowed: did or where"),
        ("{used: seats, at_least: 3}", "which events that are is not written down; add `product: {events: [...]}`"),
        ("{used: limits, at_least: 1}", "which events that are is not written down; add `product: {limits: [...]}`"),
        ("{any_of: {did: a}}", "a list is expected here, not a mapping"),
        ("{none_of: []}", "nothing is in it; write at least one"),
        ("{decision: won}", "decision can be asked in stages only, not in a rule"),
        ("{came_back: a}", "came_back can be asked in stages only, not in a rule"),
        ("{grade: A}", "grade can be asked in stages only, not in a rule"),
        ("{all_of: [{any_of: [{score: fit, at_least: 5}]}]}", "score can be asked in stages only, not in a rule"),
    ],
)  # fmt: skip
def test_a_mistake_in_a_criterion(criterion: str, expected: str) -> None:
    said = problems_of("", rules=f"[{{points: 5, when: {criterion}}}]")
    assert any(expected in each.message for each in said), [each.message for each in said]


def test_a_long_value_is_not_repeated_at_length() -> None:
    said = of_criterion(f"{{seniority: {'very ' * 20_000}}}")
    assert said.startswith("'very very")
    assert len(said) < 250


def test_a_nameless_rule_that_says_the_same_as_another_is_told_which() -> None:
    problems = problems_of("", rules="[{points: 1, when: {did: a}}, {points: 2, when: {did: a}}]")
    assert [each.message for each in problems] == [
        "two rules of fit are called 'did a' (the other is rules[0]); give one a name of its own"
    ]
    assert problems[0].path == "scores.fit.rules[1]"


def test_the_keyword_that_should_be_nested_is_told_its_place() -> None:
    problems = problems_of("", rules="[{points: 5, did: demo_requested}]")
    assert [each.message for each in problems] == [
        "`when` is missing (the criterion that earns them)",
        "'did' is a criterion; write it under `when`",
    ]


def test_one_mistake_does_not_hide_another_in_the_same_criterion() -> None:
    said = [each.message for each in problems_of("stages: {mql: {enter: {score: fitt, at_lest: 5}}}")]
    assert len(said) == 2
    assert "'at_lest' is not known here; did you mean 'at_least'?" in said[1] + said[0]
    assert "'fitt' is no score; did you mean 'fit'?" in said[0] + said[1]


def test_a_misspelt_section_is_checked_as_what_was_meant() -> None:
    said = problems_of("stagse: {mql: {enter: {score: fitt, at_least: 5}}}")
    assert [(each.path, each.message[:26]) for each in said] == [
        ("stagse", "'stagse' is not known here"),
        ("stagse.mql.enter.score", "'fitt' is no score; did yo"),
    ]


def test_what_follows_from_a_mistake_is_not_told_as_another() -> None:
    assert "'employees' is no criterion" in of_criterion("{employees: 5, at_least: 3}")
    assert message("icp: [{name: a, conditions: [{traitt: employees, at_least: 50}]}]").startswith(
        "'traitt' is no"
    )
    assert (
        len(
            problems_of(
                "icp: 5\npersonas: 6", rules="[{points: 1, when: {icp: a}}, {points: 1, when: {persona: b}}]"
            )
        )
        == 2
    )


def test_the_names_of_a_profile_with_a_mistake_are_still_known() -> None:
    section = "icp: [{name: mid, conditions: [{trait: a}]}]"
    said = problems_of(
        section, rules="[{points: 1, when: {icp: mid}}, {points: 1, name: b, when: {icp: midd}}]"
    )
    assert len(said) == 2
    assert "did you mean 'mid'?" in said[1].message


def test_a_stage_that_is_left_where_it_is_entered_would_flap() -> None:
    section = "stages: {mql: {enter: {score: fit, at_least: 5}, leave: [{score: fit, below: 8}, {did: a}]}}"
    (problem,) = problems_of(section)
    assert problem.path == "stages.mql.leave[0].below"
    assert problem.column == section.index("8}") + 1
    assert "mql is entered at fit ≥ 5 but left below 8; leads between would never leave" in problem.message


def test_a_score_whose_name_no_engine_could_take_is_refused() -> None:
    for name in ("my score", "lead_id", "Total", "x" * 41, "1st"):
        _, problems = examine(
            f"playbook: A\nscores:\n  {name}: {{rules: [{{points: 5, when: {{did: a}}}}]}}\n"
        )
        assert [(each.line, each.column) for each in problems] == [(3, 3)], name
