"""What our own people tell of a lead: decisions, outcomes, answers, traits, consents."""

from __future__ import annotations

import json
from decimal import Decimal

import pytest

from qualify.errors import QualifyError
from qualify.moments import DAY
from qualify.web.database import rows
from qualify.web.living.working import Worker
from qualify.web.verbs.actor import Forbidden, NotThere
from qualify.web.verbs.answer import answer
from qualify.web.verbs.consent import consent
from qualify.web.verbs.decide import Amount, decide
from qualify.web.verbs.learn import learn
from tests.web.cast import OWNER, STRANGER, Cast


def stage_of(person: int) -> str:
    [(stage,)] = rows("SELECT stage FROM standing WHERE person_id = %s", [person])
    return str(stage)


def total_of(person: int) -> int:
    [(total,)] = rows("SELECT total FROM standing WHERE person_id = %s", [person])
    return int(total)


def test_a_decision_moves_the_lead_when_the_worker_comes_by(people: Cast) -> None:
    decide(OWNER, people.jane, "disqualified", people.now + 1, reason="a competitor")
    Worker().work_off(people.now + 2)
    assert stage_of(people.jane) == "disqualified"
    assert stage_of(people.joe) != "disqualified"


def test_the_audit_says_who_decided_what(people: Cast) -> None:
    number = decide(OWNER, people.jane, "accepted", people.now)
    [(who, verb, subject, detail)] = rows(
        "SELECT who, verb, subject, detail FROM audit WHERE id = %s", [number]
    )
    assert (who, verb, subject) == ("Olga", "decide", str(people.jane))
    assert json.loads(detail)["decision"] == "accepted"


def test_a_deal_is_kept_with_what_it_was_worth(people: Cast) -> None:
    decide(OWNER, people.jane, "won", people.now, worth=Amount(Decimal("1200.50"), "EUR"))
    [(outcome, amount, currency)] = rows("SELECT outcome, amount, currency FROM outcome")
    assert (outcome, Decimal(str(amount)), currency) == ("won", Decimal("1200.5"), "EUR")
    Worker().work_off(people.now + 1)
    assert stage_of(people.jane) == "customer"


@pytest.mark.parametrize(
    ("decision", "worth"),
    [
        ("accepted", Amount(Decimal(5), "EUR")),
        ("won", Amount(Decimal(-5), "EUR")),
        ("won", Amount(Decimal("NaN"), "EUR")),
        ("won", Amount(Decimal(5), "eur")),
        ("promoted", None),
    ],
)
def test_what_makes_no_sense_is_refused_and_leaves_nothing(
    people: Cast, decision: str, worth: Amount | None
) -> None:
    with pytest.raises(QualifyError):
        decide(OWNER, people.jane, decision, people.now, worth=worth)
    assert rows("SELECT count(*) FROM decision") == rows("SELECT count(*) FROM outcome") == [(0,)]
    assert not rows("SELECT 1 FROM audit WHERE verb = 'decide'")


def test_nothing_can_be_decided_for_the_day_after_tomorrow(people: Cast) -> None:
    with pytest.raises(QualifyError, match="future"):
        decide(OWNER, people.jane, "accepted", people.now, at=people.now + 2 * DAY)


def test_a_stranger_may_do_none_of_this(people: Cast) -> None:
    before = rows("SELECT count(*) FROM audit")
    for verb in (
        lambda: decide(STRANGER, people.jane, "accepted", people.now),
        lambda: answer(STRANGER, people.jane, "budget", people.now),
        lambda: learn(STRANGER, people.jane, {"title": "CEO"}, people.now),
        lambda: consent(STRANGER, people.jane, "email", False, people.now),
    ):
        with pytest.raises(Forbidden, match="write:leads"):
            verb()
    assert rows("SELECT count(*) FROM audit") == before


def test_nobody_can_be_decided_about_who_is_not_there(people: Cast) -> None:
    [(browser,)] = rows("SELECT id FROM identifier WHERE kind = 'anonymous_id' ORDER BY id LIMIT 1")
    for nobody in (10**12, browser):
        with pytest.raises(NotThere):
            decide(OWNER, nobody, "accepted", people.now)


def test_answers_make_a_lead_sales_ready(people: Cast) -> None:
    decide(OWNER, people.jane, "accepted", people.now)
    for question in ("budget", "authority", "need", "timeline"):
        answer(OWNER, people.jane, question, people.now + 1, value="yes", satisfied=True)
    decide(OWNER, people.jane, "confirmed", people.now + 2)
    Worker().work_off(people.now + 3)
    assert stage_of(people.jane) == "sql"


@pytest.mark.parametrize(
    "told",
    [{"confidence": 1.5}, {"expires_at": 0}, {"value": "x" * 2_001}, {"value": "a\x00b"}],
)
def test_an_answer_that_cannot_be_is_refused(people: Cast, told: dict[str, object]) -> None:
    with pytest.raises(QualifyError):
        answer(OWNER, people.jane, "budget", people.now, **told)  # type: ignore[arg-type]


def test_what_is_learnt_by_hand_scores(people: Cast) -> None:
    before = total_of(people.joe)
    learn(OWNER, people.joe, {"title": "VP Marketing", "employees": 120}, people.now)
    Worker().work_off(people.now + 1)
    assert total_of(people.joe) > before


@pytest.mark.parametrize(
    "traits", [{}, {"": 1}, {"$account": "group:x"}, {"title": "a\x00b"}, {"x": "y" * 70_000}, {"n" * 200: 1}]
)
def test_traits_that_cannot_be_kept_are_refused(people: Cast, traits: dict[str, object]) -> None:
    before = rows("SELECT count(*) FROM learnt")
    with pytest.raises(QualifyError):
        learn(OWNER, people.joe, traits, people.now)
    assert rows("SELECT count(*) FROM learnt") == before
