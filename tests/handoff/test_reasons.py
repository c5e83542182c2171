"""Each reason for refusing a lead does something."""

from __future__ import annotations

from dataclasses import replace

import pytest

from qualify.errors import QualifyError
from qualify.handoff.facts import Rejection
from qualify.handoff.reasons import (
    EFFECTS,
    REASONS,
    Verdict,
    by_blamed,
    by_rule,
    by_source,
    check,
    consequence,
    said_by,
)
from tests.handoff.made import DAY, at, handoff, wall

REFUSED = Rejection("lead", 1, "ada", at("2026-03-02 10:00"), "no_intent")


def refused(reason, **more):
    return consequence(replace(REFUSED, reason=reason, **more), handoff())


def test_every_reason_does_something():
    assert set(EFFECTS) == set(REASONS)
    assert all(each.task or each.rest or each.excludes for each in EFFECTS.values())


@pytest.mark.parametrize(
    ("reason", "decision", "days", "task", "excludes", "blames"),
    [
        ("not_icp", "disqualified", None, "", "person", "fit"),
        ("no_intent", "recycled", 60, "", "", "engagement"),
        ("bad_data", "recycled", 7, "Mend the data", "", "data"),
        ("wrong_timing", "recycled", 90, "", "", "engagement"),
        ("competitor", "disqualified", None, "", "account", "fit"),
        ("unreachable", "recycled", 30, "Look for another way to reach them", "", "source"),
    ],
)
def test_what_a_reason_does(reason, decision, days, task, excludes, blames):
    found = refused(reason)
    back = None if days is None else REFUSED.rejected_at + days * DAY
    assert (found.decision, found.comes_back_at, found.task) == (decision, back, task)
    assert (found.excludes, found.blames) == (excludes, blames)


def test_a_duplicate_names_its_twin_and_is_to_be_merged_with_it():
    found = refused("duplicate", duplicate_of="other")
    assert (found.merge_with, found.task, found.decision) == (
        "other",
        "Merge with the other lead",
        "disqualified",
    )


def test_wrong_timing_comes_back_on_the_day_that_the_rep_names():
    assert wall(refused("wrong_timing", on=at("2026-09-01 09:00")).comes_back_at) == "2026-09-01 09:00"


def test_a_playbook_may_say_how_long_a_lead_rests():
    shorter = consequence(REFUSED, handoff(recycle_after={"no_intent": "2 weeks"}))
    assert shorter.comes_back_at == REFUSED.rejected_at + 14 * DAY
    kept = consequence(replace(REFUSED, reason="not_icp"), handoff(recycle_after={"not_icp": "1 week"}))
    assert (kept.decision, kept.excludes) == ("recycled", "")


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"reason": "other"}, "say in words why"),
        ({"reason": "other", "words": "  "}, "say in words why"),
        ({"reason": "duplicate"}, "say of which lead it is the duplicate"),
        ({"reason": "duplicate", "duplicate_of": "lead"}, "not its own duplicate"),
        ({"reason": "wrong_timing", "on": at("2026-03-01 10:00")}, "name one to come"),
        ({"reason": "no_inten"}, "'no_inten' is no reason; did you mean 'no_intent'?"),
    ],
)
def test_a_refusal_that_does_not_say_enough_is_refused(more, said):
    with pytest.raises(QualifyError, match=said):
        check(replace(REFUSED, **more))


def test_refusals_are_counted_by_rule_by_source_and_by_what_let_the_lead_through():
    verdicts = [
        Verdict("a", 1, False, "not_icp", frozenset({"demo", "large"}), "ads"),
        Verdict("b", 1, False, "no_intent", frozenset({"demo"}), "ads"),
        Verdict("c", 1, True, None, frozenset({"demo"}), "search"),
        Verdict("d", 1, None, None, frozenset({"demo"}), "ads"),
    ]
    demo, large = said_by(by_rule, verdicts)
    assert (demo.key, demo.handed, demo.accepted, demo.refused, demo.undecided) == ("demo", 4, 1, 2, 1)
    assert demo.reasons == {"no_intent": 1, "not_icp": 1}
    assert demo.refused_of_decided == pytest.approx(2 / 3)  # who has not said anything has not refused
    assert (large.key, large.refused) == ("large", 1)
    assert [(each.key, each.refused) for each in said_by(by_source, verdicts)] == [("ads", 2), ("search", 0)]
    assert {each.key for each in said_by(by_blamed, verdicts)} == {"fit", "engagement"}
    assert said_by(by_source, [verdicts[3]])[0].refused_of_decided is None
