"""Each criterion says itself in English, as sales reads it in the ledger and in the prose."""

from __future__ import annotations

import pytest

from qualify.criteria import KINDS
from qualify.playbook import Playbook, parse, starters
from qualify.playbook.prose import prose
from tests.criteria.leads import asking

SENTENCES = [
    ("{trait: industry, is: software}", "industry is software"),
    ("{trait: job_level, is_one_of: [a, b, 3]}", "job level is a, b or 3"),
    ("{trait: industry, is_not: gambling}", "industry is not gambling"),
    ("{trait: industry, is_none_of: [gambling, tobacco]}", "industry is not gambling or tobacco"),
    ("{trait: employees, at_least: 50, below: 1000}", "employees is at least 50 and below 1,000"),
    ("{trait: revenue, above: 2.5, at_most: 1e6}", "revenue is above 2.5 and at most 1,000,000"),
    ("{trait: founded, is: 2015}", "founded is 2015"),
    ("{trait: vip, is: true}", "vip is yes"),
    (
        "{trait: industry, contains: soft, starts_with: [a, b]}",
        "industry contains soft and starts with a or b",
    ),
    ("{trait: phone, is_known: true}", "phone is known"),
    ("{trait: phone, is_known: false}", "phone is not known"),
    ("{trait: size, is_one_of: [a, b, c, d, e, f, g]}", "size is a, b, c, d, e, f … (7 in all)"),
    ("{seniority: [vp, c_level]}", "is VP or C-level by job title"),
    ("{seniority: owner, title: position_name}", "is owner by position name"),
    ("{department: [hr, customer_success]}", "works in HR or customer success"),
    ("{department: it, title: position}", "works in IT (by position)"),
    ("{email: [free, disposable]}", "has a free or disposable e-mail address"),
    ("{email: business, address: work_email}", "has a business e-mail address (by work email)"),
    ("{country: [north_america, NO]}", "is in north america or NO"),
    ("{country: DE, from: billing_country}", "is in DE (by billing country)"),
    ("{icp: any}", "matches an ICP profile"),
    ("{icp: mid-market}", "matches the ICP profile mid-market"),
    ("{persona: any}", "matches a persona"),
    ("{persona: buyer}", "is the persona buyer"),
    ("{did: demo_requested}", "did demo_requested"),
    ("{did: demo_requested, within: 1 day}", "did demo_requested in the last 1 day"),
    ("{did: [a, b], at_least: 2, within: 4 weeks}", "did a or b at least 2 times in the last 28 days"),
    ("{did: a, by: account, within: 30}", "did a in the last 30 days (counting everybody at the account)"),
    ("{did: any event}", "did any event"),
    (
        "{did: a, where: {page.path: {starts_with: /pricing}, form: demo}, within: 60}",
        "did a where page.path starts with /pricing and form is demo, in the last 60 days",
    ),
    ("{sequence: [a, b], apart_at_most: 7}", "did a, then within 7 days b"),
    (
        "{sequence: [a, {did: b, where: {c: d}}], apart_at_most: 1, at_least: 2, within: 60}",
        "did a, then within 1 day b where c is d, at least 2 times in the last 60 days",
    ),
    ("{quiet_for: 30 days}", "has been quiet for 30 days"),
    ("{quiet_for: 30 days, by: account}", "has been quiet for 30 days (counting everybody at the account)"),
    ("{quiet_for: 30 days, doing: visited}", "has not done visited for 30 days, though once before"),
    ("{used: active_days, at_least: 1}", "used the product on at least 1 day"),
    (
        "{used: active_days, at_least: 5, within: 14}",
        "used the product on at least 5 days in the last 14 days",
    ),
    (
        "{used: features, at_least: 4, by: account}",
        "used at least 4 features (counting everybody at the account)",
    ),
    (
        "{used: seats, at_least: 3, within: 30}",
        "is at an account where at least 3 used the product in the last 30 days",
    ),
    ("{used: limits, at_least: 1}", "hit a limit of the plan"),
    ("{used: limits, at_least: 2, within: 7}", "hit a limit of the plan at least 2 times in the last 7 days"),
    ("{answer: budget}", "budget is known"),
    ("{answer: budget, is_known: no}", "budget is not known"),
    ("{answer: need, satisfied: true, valid_for: 180}", "need is satisfied (an answer counts for 180 days)"),
    ("{answer: budget, satisfied: false, at_least: 10000}", "budget is not satisfied and is at least 10,000"),
    ("[{did: a}, {did: b}]", "did a and did b"),
    ("{all_of: [{did: a}, {did: b}, {did: c}]}", "did a, did b and did c"),
    ("{any_of: [{did: a}, [{did: b}, {did: c}]]}", "did a or (did b and did c)"),
    ("{none_of: [{did: a}]}", "not (did a)"),
    ("{none_of: [{did: a}, {any_of: [{did: b}, {did: c}]}]}", "none of these (did a; did b or did c)"),
]

IN_STAGES = [
    ("{score: asked, at_least: 40, below: 80.5}", "asked is at least 40 and below 80.5"),
    ("{score: total, above: 0, at_most: 9}", "total is above 0 and at most 9"),
    ("{grade: [A1, B]}", "grade is A1 or B"),
    ("{decision: [accepted, won]}", "was accepted or won"),
    ("{came_back: any event}", "came back"),
    ("{came_back: [a, b]}", "came back and did a or b"),
]


def said(criterion: str, *, in_stage: bool = False) -> str:
    book = asking(criterion, in_stage=in_stage)
    asked = book.stages["mql"].enter if in_stage else book.scores["asked"].rules[0].when
    assert asked is not None
    return asked.sentence()


@pytest.mark.parametrize(("criterion", "sentence"), SENTENCES, ids=[each[0] for each in SENTENCES])
def test_a_criterion_says_itself(criterion: str, sentence: str) -> None:
    assert said(criterion) == sentence


@pytest.mark.parametrize(("criterion", "sentence"), IN_STAGES, ids=[each[0] for each in IN_STAGES])
def test_a_criterion_of_a_stage_says_itself(criterion: str, sentence: str) -> None:
    assert said(criterion, in_stage=True) == sentence


def test_every_kind_of_criterion_has_a_sentence_here() -> None:
    written = " ".join(each[0] for each in (*SENTENCES, *IN_STAGES))
    assert [kind.KEYWORD for kind in KINDS if f"{kind.KEYWORD}:" not in written] == []


def test_a_rule_without_a_name_goes_by_its_sentence() -> None:
    book = asking("{trait: employees, at_least: 50}")
    assert [rule.label for _, _, rule in book.rules()] == ["employees is at least 50", "vip is yes"]


BOOK = """\
playbook: Acme
description: Who is worth a call.
icp:
  - name: mid-market
    conditions: [{trait: employees, at_least: 50}, {country: dach}]
    exclude: [{trait: industry, is: gambling}, {email: free}]
scores:
  fit:
    bounds: {at_least: 0, at_most: 100}
    rules:
      - {points: 40, name: matches the ICP, when: {icp: any}}
      - {points: -2.5, when: {email: disposable}}
  engagement:
    description: What they did.
    half_life: 30 days
    rules:
      - {points: 5, cap: 15, when: {did: webinar_attended}}
      - {points: 3, counts: first time, half_life: none, when: {did: visited}}
thresholds: {iql: {score: engagement, enter: 5}}
stages:
  mql: {enter: {score: fit, at_least: 40}, fast_lane: {did: demo_requested}, leave: {score: fit, below: 20}, stay_at_least: 7}
"""

PROSE = """\
# Acme

Who is worth a call.

## Who is worth having

- **mid-market**: employees is at least 50 and is in dach, unless industry is gambling or has a free e-mail address.

## fit (no lower than 0, no higher than 100)

- +40 **matches the ICP**: matches an ICP profile
- −2.5 has a disposable e-mail address

## engagement

What they did.

- +5 did webinar_attended, every time, 15 at most, halves every 30 days
- +3 did visited, the first time only

**total** is fit + engagement.

## What follows

- **iql**: enters when engagement is at least 5; leaves when engagement is below 5.
- **mql**: enters when fit is at least 40; enters at once when did demo_requested; leaves when fit is below 20; \
stays at least 7 days."""


def test_a_playbook_as_prose_that_sales_reads() -> None:
    assert prose(parse(BOOK)).rstrip() == PROSE


@pytest.mark.parametrize("name", starters.names())
def test_the_starters_read_well(name: str) -> None:
    text = prose(Playbook.load(name))
    for technical in ("_of", "None", "()", "  ", "..", " ,", "=", "'"):
        assert technical not in text.replace("**total** is", ""), technical
