"""Every criterion is true of one lead, false of another, and unknown of one of whom we do not know enough."""

from __future__ import annotations

from functools import cache
from typing import Any

import pytest

from qualify.criteria import KINDS
from qualify.moments import DAY
from qualify.scoring.layout import Layout
from qualify.scoring.record import Decided
from qualify.scoring.single import Judge
from qualify.scoring.truths import Judged, compiled
from tests.criteria.leads import NOW, answer, asking, lead


@cache
def judge_of(criterion: str, *, sees_events: bool) -> Judge:
    return Judge(asking(criterion), sees_events=sees_events)


def judged(criterion: str, *, sees_events: bool = True, **facts: Any) -> Judged:
    """What the criterion is of a lead with these facts, by the ledger: True, False, or None for unknown."""
    judge = judge_of(criterion, sees_events=sees_events)
    found = judge(lead(judge.layout, **facts), NOW)
    if 0 in found.unknown:
        assert found.scores["asked"] == 0, "what is unknown earns nothing"
        return None
    return found.scores["asked"] > 0


SOFTWARE = {"industry": " SoftWare "}
OTHER = {"industry": "Farming"}

TRAITS = [
    ("{trait: industry, is: software}", SOFTWARE, OTHER),
    ("{trait: industry, is_not: software}", OTHER, SOFTWARE),
    ("{trait: industry, is_one_of: [internet, Software]}", SOFTWARE, OTHER),
    ("{trait: industry, is_none_of: [internet, Software]}", OTHER, SOFTWARE),
    ("{trait: industry, contains: ware}", SOFTWARE, OTHER),
    ("{trait: industry, contains: [x, ware]}", SOFTWARE, OTHER),
    ("{trait: industry, starts_with: soft}", SOFTWARE, {"industry": "a software house"}),
    ("{trait: industry, is: STRASSE}", {"industry": "straße"}, OTHER),
    ("{trait: employees, at_least: 50}", {"employees": "50"}, {"employees": "49.99"}),
    ("{trait: employees, above: 50}", {"employees": 51}, {"employees": 50}),
    ("{trait: employees, below: 50}", {"employees": 49}, {"employees": 50}),
    ("{trait: employees, at_most: 50}", {"employees": 50}, {"employees": 51}),
    ("{trait: employees, at_least: 50, below: 1000}", {"employees": "999"}, {"employees": 1000}),
    ("{trait: employees, is: 50}", {"employees": "50.0"}, {"employees": 51}),
    ("{trait: employees, is_one_of: [many, 50]}", {"employees": "Many"}, {"employees": 51}),
    ("{trait: vip, is: true}", {"vip": "Yes"}, {"vip": "no"}),
    ("{trait: vip, is: false}", {"vip": "0"}, {"vip": "y"}),
    ("{seniority: [vp, c_level]}", {"job_title": "VP of Sales"}, {"job_title": "Sales Intern"}),
    ("{seniority: vp, title: position}", {"position": "VP Sales"}, {"position": "Trainee"}),
    ("{department: sales}", {"job_title": "VP of Sales"}, {"job_title": "Software Engineer"}),
    ("{email: free}", {"email": "ada@gmail.com"}, {"email": "ada@acme-widgets.com"}),
    ("{email: business, address: mail}", {"mail": "ada@acme-widgets.com"}, {"mail": "ada@gmail.com"}),
    ("{country: [dach, FR]}", {"country": "Deutschland"}, {"country": "USA"}),
    ("{country: home}", {"country": "Austria"}, {"country": "Switzerland"}),
    ("{country: NO, from: hq}", {"hq": "Norway"}, {"hq": "Sweden"}),
    ("{icp: public}", {"industry": "government"}, OTHER),
    (
        "{icp: mid-market}",
        {"employees": 50, "industry": "software"},
        {"employees": 50, "industry": "gambling"},
    ),
    ("{icp: any}", {"industry": "government"}, {"industry": "gambling", "employees": 70}),
    ("{persona: buyer}", {"job_title": "Sales Director"}, {"job_title": "Sales Intern"}),
    ("{persona: any}", {"job_title": "Sales Director"}, {"job_title": "IT Director"}),
]


@pytest.mark.parametrize(("criterion", "true_of", "false_of"), TRAITS, ids=[each[0] for each in TRAITS])
def test_a_criterion_on_traits(criterion: str, true_of: dict[str, Any], false_of: dict[str, Any]) -> None:
    assert judged(criterion, traits=true_of) is True
    assert judged(criterion, traits=false_of) is False
    assert judged(criterion) is None
    assert judged(criterion, traits=dict.fromkeys(true_of, "n/a")) is None
    assert judged(criterion, traits=dict.fromkeys(true_of), account=true_of) is True, (
        "the account's trait stands in"
    )
    assert judged(criterion, traits=false_of, account=true_of) is False, "the person's own trait goes first"


def test_known_and_unknown_are_never_unknown_themselves() -> None:
    assert judged("{trait: industry, is_known: true}", traits=SOFTWARE) is True
    assert judged("{trait: industry, is_known: true}") is False
    assert judged("{trait: industry, is_known: false}") is True
    assert judged("{trait: industry, is_known: false}", traits=SOFTWARE) is False


def test_an_exclusion_that_is_not_known_does_not_exclude() -> None:
    assert judged("{icp: mid-market}", traits={"employees": 50}) is True


def test_several_words_of_one_test_must_all_hold() -> None:
    both = "{trait: industry, starts_with: soft, is_not: software}"
    assert judged(both, traits={"industry": "soft drinks"}) is True
    assert judged(both, traits=SOFTWARE) is False


DEMO = ("form_submitted", 3.0, {"form": "demo", "page": {"path": "/pricing/x"}, "seconds": 30})

BEHAVIOUR: list[tuple[str, dict[str, Any], dict[str, Any]]] = [
    ("{did: visited}", {"events": [("visited", 900)]}, {"events": [("asked", 1)]}),
    ("{did: [visited, asked]}", {"events": [("asked", 1)]}, {"events": [("other", 1)]}),
    ("{did: any event}", {"events": [("other", 1)]}, {}),
    ("{did: visited, at_least: 2}", {"events": [("visited", 1), ("visited", 1)]}, {"events": [("visited", 1)]}),
    ("{did: visited, within: 7 days}", {"events": [("visited", 6.999)]}, {"events": [("visited", 7)]}),
    ("{did: visited, by: account}", {"colleague": [("visited", 1)]}, {"colleague": [("asked", 1)]}),
    ("{did: visited}", {"events": [("visited", 0)]}, {"colleague": [("visited", 1)]}),
    ("{did: form_submitted, where: {form: DEMO}}", {"events": [DEMO]}, {"events": [("form_submitted", 1, {"form": "x"})]}),
    ("{did: form_submitted, where: {form: [offer, demo]}}", {"events": [DEMO]}, {"events": [("form_submitted", 1)]}),
    ("{did: any event, where: {page.path: {starts_with: /pricing}}}", {"events": [DEMO]}, {"events": [("visited", 1, {"page": "/pricing"})]}),
    ("{did: any event, where: {seconds: {at_least: 30}, form: demo}}", {"events": [DEMO]}, {"events": [("x", 1, {"seconds": 30})]}),
    ("{sequence: [a, b], apart_at_most: 7}", {"events": [("b", 3), ("a", 10)]}, {"events": [("b", 3), ("a", 10.01)]}),
    ("{sequence: [a, b], apart_at_most: 7}", {"events": [("b", 3), ("a", 4)]}, {"events": [("a", 3), ("b", 4)]}),
    ("{sequence: [a, a], apart_at_most: 7}", {"events": [("a", 3), ("a", 4)]}, {"events": [("a", 3), ("a", 3)]}),
    ("{sequence: [a, b], apart_at_most: 30, within: 7}", {"events": [("b", 6.9), ("a", 20)]}, {"events": [("b", 7), ("a", 8)]}),
    ("{sequence: [a, b], apart_at_most: 7, by: account}", {"events": [("b", 1)], "colleague": [("a", 2)]}, {"events": [("b", 1)]}),
]  # fmt: skip


@pytest.mark.parametrize(("criterion", "true_of", "false_of"), BEHAVIOUR)
def test_a_criterion_on_behaviour(criterion: str, true_of: dict[str, Any], false_of: dict[str, Any]) -> None:
    for asked in (criterion, f"{{all_of: [{criterion}]}}"):
        assert judged(asked, **true_of) is True
        assert judged(asked, **false_of) is False
        assert judged(asked) is False, "who did nothing did not do it: that is known"
        assert judged(asked, **true_of, sees_events=False) is None, "without any events nothing is known"


SILENCE_AND_USE: list[tuple[str, dict[str, Any], dict[str, Any]]] = [
    ("{quiet_for: 30 days}", {"events": [("visited", 30), ("visited", 90)]}, {"events": [("visited", 29.999), ("visited", 90)]}),
    ("{quiet_for: 30 days, doing: visited}", {"events": [("visited", 31), ("asked", 1)]}, {"events": [("asked", 31)]}),
    ("{quiet_for: 30 days, by: account}", {"colleague": [("visited", 31)]}, {"events": [("visited", 31)], "colleague": [("x", 1)]}),
    ("{used: active_days, at_least: 2}", {"events": [("used", 0), ("used", 1)]}, {"events": [("used", 0.1), ("used", 0.2)]}),
    ("{used: active_days, at_least: 1, within: 7}", {"events": [("used", 6.99)]}, {"events": [("used", 7), ("visited", 1)]}),
    ("{used: features, at_least: 2}", {"events": [("used", 1, {"screen": "A"}), ("used", 1, {"screen": "b"})]},
     {"events": [("used", 1, {"screen": "A"}), ("used", 2, {"screen": " a"}), ("used", 2)]}),
    ("{used: seats, at_least: 2}", {"events": [("used", 1)], "colleague": [("used", 1)]}, {"events": [("used", 1), ("used", 2)], "account": {}}),
    ("{used: limits, at_least: 2}", {"events": [("seats_full", 1), ("seats_full", 1)]}, {"events": [("seats_full", 1), ("used", 1)]}),
    ("{used: limits, at_least: 1, by: account}", {"colleague": [("seats_full", 1)]}, {"colleague": [("used", 1)]}),
]  # fmt: skip


@pytest.mark.parametrize(("criterion", "true_of", "false_of"), SILENCE_AND_USE)
def test_a_criterion_on_silence_or_use(
    criterion: str, true_of: dict[str, Any], false_of: dict[str, Any]
) -> None:
    assert judged(criterion, **true_of) is True
    assert judged(criterion, **false_of) is False
    assert judged(criterion) is False
    assert judged(criterion, **true_of, sees_events=False) is None


ANSWERS: list[tuple[str, list[Any], list[Any]]] = [
    ("{answer: budget, at_least: 5000}", [answer("budget", "5000 EUR", 3)], [answer("budget", 4999, 3)]),
    ("{answer: need, satisfied: true}", [answer("need", "yes", 3, good="yes")], [answer("need", "yes", 3, good="no")]),
    ("{answer: need, satisfied: no}", [answer("need", "yes", 3, good="false")], [answer("need", "yes", 3, good="true")]),
    ("{answer: need, is: crm, satisfied: yes}", [answer("need", "CRM", 3, good="1")], [answer("need", "ERP", 3, good="1")]),
    ("{answer: need, is: crm}", [answer("need", "erp", 5), answer("need", "crm", 3)], [answer("need", "crm", 5), answer("need", "erp", 3)]),
]  # fmt: skip


@pytest.mark.parametrize(("criterion", "true_of", "false_of"), ANSWERS)
def test_a_criterion_on_an_answer(criterion: str, true_of: list[Any], false_of: list[Any]) -> None:
    assert judged(criterion, answers=true_of) is True
    assert judged(criterion, answers=false_of) is False
    assert judged(criterion) is None
    assert judged(criterion, answers=[answer("authority", "5000", 1, good="yes")]) is None
    fresh = criterion.replace("}", ", valid_for: 3 days}")
    assert judged(fresh, answers=true_of) is None, "an answer of three days ago has expired today"
    assert judged(criterion.replace("}", ", valid_for: 4 days}"), answers=true_of) is True
    assert judged(criterion, answers=[each._replace(expires_at=NOW) for each in true_of]) is None
    assert judged(criterion, answers=[each._replace(expires_at=NOW + 1) for each in true_of]) is True


def test_whether_an_answer_is_known_is_never_unknown() -> None:
    given = [answer("budget", 5000, 3)]
    assert judged("{answer: budget}", answers=given) is True
    assert judged("{answer: budget}") is False
    assert judged("{answer: budget, is_known: false}") is True
    assert judged("{answer: budget, is_known: false}", answers=given) is False
    assert judged("{answer: budget, valid_for: 3}", answers=given) is False
    assert judged("{answer: budget, is_known: true, at_least: 1}") is False, (
        "an answer that is not there is not at least 1"
    )


TRUE, FALSE, UNKNOWN = (
    "{trait: yes, is_known: true}",
    "{trait: no, is_known: true}",
    "{trait: unknown, is: x}",
)

KLEENE = [
    ("all_of", [TRUE, TRUE], True), ("all_of", [TRUE, FALSE], False), ("all_of", [TRUE, UNKNOWN], None),
    ("all_of", [FALSE, UNKNOWN], False), ("all_of", [UNKNOWN, FALSE], False), ("all_of", [UNKNOWN, UNKNOWN], None),
    ("any_of", [FALSE, FALSE], False), ("any_of", [TRUE, FALSE], True), ("any_of", [TRUE, UNKNOWN], True),
    ("any_of", [UNKNOWN, TRUE], True), ("any_of", [FALSE, UNKNOWN], None), ("any_of", [UNKNOWN, UNKNOWN], None),
    ("none_of", [FALSE, FALSE], True), ("none_of", [TRUE, FALSE], False), ("none_of", [TRUE, UNKNOWN], False),
    ("none_of", [FALSE, UNKNOWN], None), ("none_of", [UNKNOWN], None),
]  # fmt: skip


@pytest.mark.parametrize(("word", "terms", "expected"), KLEENE)
def test_unknown_is_carried_as_kleene_has_it(word: str, terms: list[str], expected: Judged) -> None:
    assert judged(f"{{{word}: [{', '.join(terms)}]}}", traits={"yes": "here"}) is expected


@pytest.mark.parametrize(("word", "terms", "expected"), KLEENE)
def test_a_group_in_a_group_is_judged_by_its_truth(word: str, terms: list[str], expected: Judged) -> None:
    inner = f"{{{word}: [{', '.join(terms)}]}}"
    opposite = None if expected is None else not expected
    assert judged(f"{{none_of: [{inner}]}}", traits={"yes": "here"}) is opposite
    assert judged(f"[{inner}, {TRUE}]", traits={"yes": "here"}) is expected


def in_stage(criterion: str, *, decision: str | None = None, entered: int = 0, **facts: Any) -> Judged:
    """What a criterion that only stages may ask is of a lead."""
    book = asking(criterion, in_stage=True)
    layout = Layout(book)
    view = Judge(layout)(lead(layout, **facts), NOW).view
    view.decision, view.entered = decision, entered
    enter = layout.stages[0].enter
    assert enter is not None
    return compiled(enter)(view)


@pytest.mark.parametrize(
    ("limit", "expected"),
    [
        ("at_least: 2", True), ("at_least: 2.01", False), ("above: 2", False), ("above: 1.99", True),
        ("below: 2", False), ("below: 2.01", True), ("at_most: 2", True), ("at_most: 1.99", False), ("at_least: 1, below: 2", False),
    ],
)  # fmt: skip
def test_a_score_of_two_points_against_a_limit(limit: str, expected: bool) -> None:
    for name in ("other", "total"):
        assert in_stage(f"{{score: {name}, {limit}}}", traits={"vip": "yes"}) is expected


def test_a_score_is_known_even_where_nothing_else_is() -> None:
    assert in_stage("{score: other, at_most: 0}") is True


def test_a_grade_is_asked_for_by_its_marks_or_its_letter() -> None:
    for criterion, expected in {"[B4, A1]": True, "B": True, "[A1, B3]": False, "[A, C, D]": False}.items():
        assert in_stage(f"{{grade: {criterion}}}", traits={"vip": "yes"}) is expected


def test_a_decision_is_the_newest_of_this_cycle() -> None:
    asked = "{decision: [accepted, confirmed]}"
    assert in_stage(asked, decision="accepted") is True
    assert in_stage(asked, decision="rejected") is False
    assert in_stage(asked) is False


def test_who_came_back_did_so_after_entering_the_stage() -> None:
    asked = "{came_back: [visited, asked]}"
    visit = [("visited", 3.0)]
    assert in_stage(asked, entered=NOW - 4 * DAY, events=visit) is True
    assert in_stage(asked, entered=NOW - 3 * DAY, events=visit) is False, "not at the very moment"
    assert in_stage(asked, entered=0, events=[("used", 3)]) is False
    assert in_stage(asked) is False


def test_a_decision_before_the_cycle_began_is_forgotten() -> None:
    from qualify.stages.ladder import Ladder, State

    layout = Layout(asking("{decision: accepted}", in_stage=True))
    found = Judge(layout)(lead(layout), NOW)
    ladder, decided = Ladder(layout), Decided("accepted", NOW - 5)
    assert ladder.step(State("lead", 0, 2, NOW - 6), found, decided).stage == "mql"
    assert ladder.step(State("lead", 0, 2, NOW - 5), found, decided).stage == "lead"


def test_every_kind_of_criterion_is_tested_here() -> None:
    groups = ("all_of", "any_of", "none_of", "score", "grade", "decision", "came_back")
    asked = " ".join(each[0] for each in (*TRAITS, *BEHAVIOUR, *SILENCE_AND_USE, *ANSWERS))
    missing = [
        kind.KEYWORD for kind in KINDS if f"{kind.KEYWORD}:" not in asked and kind.KEYWORD not in groups
    ]
    assert missing == []
