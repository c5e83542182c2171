"""The response clock, case by case, each worked out by hand. The promise is four hours of working time."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qualify.handoff.clock import Clock, Handed, Promise, clock
from qualify.handoff.contacts import is_real, settled
from qualify.handoff.facts import Absence, Assignment, Contact, Rep
from tests.handoff.made import HOUR, MINUTE, at, calendars, handoff, rep, wall

ADA = rep("ada")
NIA = rep("nia", time_zone="America/New_York")
PROMISE = Promise(4 * HOUR, HOUR)


def given_to(rep_id: str | None, when: str) -> Assignment:
    return Assignment("lead", 1, rep_id, at(when))


def mail(when: str, **more) -> Contact:
    return Contact(
        more.pop("contact_id", "mail"), "lead", "ada", "email", "outbound", at(when), "sent", **more
    )


def call(when: str, outcome: str, **more) -> Contact:
    return Contact("call", "lead", "ada", "phone", "outbound", at(when), outcome, **more)


@dataclass
class Case:
    """A lead reached the stage, some things were done, and the clock is looked at."""

    reached: str
    now: str
    state: str
    used: int  # minutes
    due: str | None
    given: list[Assignment] | None = None
    contacts: list[Contact] = field(default_factory=list)
    absences: list[Absence] = field(default_factory=list)
    ended: str | None = None
    promise: Promise = PROMISE
    kept: bool | None = None


# In 2026, 2 March is a Monday; Good Friday is 3 April; clocks go forward on 29 March and back on 25 October.
CASES = {
    "it runs": Case("2026-03-02 09:00", "2026-03-02 10:30", "running", 90, "2026-03-02 13:00"),
    "it warns an hour before the end": Case("2026-03-02 09:00", "2026-03-02 12:00", "warning", 180, "2026-03-02 13:00"),
    "in the last minute it is not late": Case("2026-03-02 09:00", "2026-03-02 13:00", "warning", 240, "2026-03-02 13:00"),
    "then it is": Case("2026-03-02 09:00", "2026-03-02 13:01", "late", 241, "2026-03-02 13:00", kept=False),
    "at night it stands still": Case("2026-03-02 16:00", "2026-03-03 09:00", "running", 60, "2026-03-03 12:00"),
    "over a weekend it stands still": Case("2026-03-06 15:00", "2026-03-09 10:00", "warning", 180, "2026-03-09 11:00"),
    "on a Saturday it has not begun": Case("2026-03-07 12:00", "2026-03-08 20:00", "running", 0, "2026-03-09 13:00"),
    "over Easter": Case("2026-04-02 16:00", "2026-04-07 09:30", "running", 90, "2026-04-07 12:00"),
    "the weekend on which clocks go forward": Case("2026-03-27 16:00", "2026-03-30 09:30", "running", 90, "2026-03-30 12:00"),
    "the weekend on which clocks go back": Case("2026-10-23 16:00", "2026-10-26 09:30", "running", 90, "2026-10-26 12:00"),
    "in the owner's zone": Case("2026-03-02 09:00", "2026-03-02 16:00", "running", 60, "2026-03-02 19:00", [given_to("nia", "2026-03-02 09:00")]),
    "in New York after its clocks went forward, before ours": Case("2026-03-10 09:00", "2026-03-10 15:00", "running", 60, "2026-03-10 18:00", [given_to("nia", "2026-03-10 09:00")]),
    "an absence in the middle": Case("2026-03-02 15:00", "2026-03-04 10:00", "warning", 180, "2026-03-04 11:00", absences=[Absence("ada", at("2026-03-03 00:00"), at("2026-03-04 00:00"))]),
    "an absence entered afterwards undoes nothing": Case("2026-03-02 09:00", "2026-03-02 15:00", "late", 360, "2026-03-02 13:00", absences=[Absence("ada", at("2026-03-02 08:00"), at("2026-03-03 00:00"), known_at=at("2026-03-02 15:00"))], kept=False),
    "somebody else's absence": Case("2026-03-02 15:00", "2026-03-03 10:00", "warning", 180, "2026-03-03 11:00", absences=[Absence("ben", at("2026-03-03 00:00"), at("2026-03-04 00:00"))]),
    "while nobody has it, our own hours count": Case("2026-03-02 09:00", "2026-03-02 11:00", "running", 120, "2026-03-02 13:00", []),
    "nobody had it for two hours, and the promise goes on": Case("2026-03-02 09:00", "2026-03-02 12:00", "warning", 180, "2026-03-02 13:00", [given_to(None, "2026-03-02 09:00"), given_to("ada", "2026-03-02 11:00")]),
    "given to somebody else, who begins later, the promise goes on": Case("2026-03-02 14:00", "2026-03-02 16:00", "running", 120, "2026-03-02 18:00", [given_to("ada", "2026-03-02 14:00"), given_to("nia", "2026-03-02 15:00")]),
    "given to the same rep again": Case("2026-03-02 09:00", "2026-03-02 11:00", "running", 120, "2026-03-02 13:00", [given_to("ada", "2026-03-02 09:00"), given_to("ada", "2026-03-02 10:00")]),
    "owned before the stage was reached": Case("2026-03-02 09:00", "2026-03-02 11:00", "running", 120, "2026-03-02 13:00", [given_to("nia", "2026-02-02 09:00"), given_to("ada", "2026-02-09 09:00")]),
    "answered": Case("2026-03-02 09:00", "2026-03-02 17:00", "answered", 60, "2026-03-02 13:00", contacts=[mail("2026-03-02 10:00")], kept=True),
    "answered in the last minute": Case("2026-03-02 09:00", "2026-03-02 17:00", "answered", 240, "2026-03-02 13:00", contacts=[mail("2026-03-02 13:00")], kept=True),
    "answered too late": Case("2026-03-02 09:00", "2026-03-02 17:00", "answered", 300, "2026-03-02 13:00", contacts=[mail("2026-03-02 14:00")], kept=False),
    "answered in the evening before the time was up": Case("2026-03-02 15:00", "2026-03-03 17:00", "answered", 120, "2026-03-03 11:00", contacts=[mail("2026-03-02 21:00")], kept=True),
    "answered in the evening after the time was up": Case("2026-03-02 13:00", "2026-03-03 17:00", "answered", 240, "2026-03-02 17:00", contacts=[mail("2026-03-02 19:00")], kept=False),
    "an auto-reply is no contact": Case("2026-03-02 09:00", "2026-03-02 11:00", "running", 120, "2026-03-02 13:00", contacts=[mail("2026-03-02 09:01", auto_reply=True)]),
    "a contact before the hand-off does not count": Case("2026-03-02 09:00", "2026-03-02 11:00", "running", 120, "2026-03-02 13:00", contacts=[mail("2026-03-02 08:59")]),
    "a contact logged twice counts once, when it first happened": Case("2026-03-02 09:00", "2026-03-02 17:00", "answered", 60, "2026-03-02 13:00", contacts=[mail("2026-03-02 10:00"), mail("2026-03-02 14:00")], kept=True),
    "a second contact changes nothing": Case("2026-03-02 09:00", "2026-03-02 17:00", "answered", 60, "2026-03-02 13:00", contacts=[mail("2026-03-02 14:00", contact_id="two"), mail("2026-03-02 10:00")], kept=True),
    "a mail that bounced was no contact": Case("2026-03-02 09:00", "2026-03-02 12:30", "warning", 210, "2026-03-02 13:00", contacts=[mail("2026-03-02 10:00"), replace(mail("2026-03-02 10:00"), outcome="bounced", known_at=at("2026-03-02 10:05"))]),
    "a call without an outcome was not logged": Case("2026-03-02 09:00", "2026-03-02 11:00", "running", 120, "2026-03-02 13:00", contacts=[call("2026-03-02 10:00", "")]),
    "a call that nobody took is a contact": Case("2026-03-02 09:00", "2026-03-02 11:00", "answered", 60, "2026-03-02 13:00", contacts=[call("2026-03-02 10:00", "no answer")], kept=True),
    "what the lead wrote is no contact of ours": Case("2026-03-02 09:00", "2026-03-02 11:00", "running", 120, "2026-03-02 13:00", contacts=[replace(mail("2026-03-02 10:00"), direction="inbound")]),
    "a meeting that the lead booked is one": Case("2026-03-02 09:00", "2026-03-02 11:00", "answered", 60, "2026-03-02 13:00", contacts=[Contact("m", "lead", "ada", "meeting", "inbound", at("2026-03-02 10:00"), "booked")], kept=True),
    "a contact with another lead": Case("2026-03-02 09:00", "2026-03-02 11:00", "running", 120, "2026-03-02 13:00", contacts=[replace(mail("2026-03-02 10:00"), lead_id="other")]),
    "a contact that we do not know of yet": Case("2026-03-02 09:00", "2026-03-02 11:00", "running", 120, "2026-03-02 13:00", contacts=[mail("2026-03-02 10:00", known_at=at("2026-03-02 16:00"))]),
    "taken back before anybody was in touch": Case("2026-03-02 09:00", "2026-03-02 17:00", "ended", 120, "2026-03-02 13:00", ended="2026-03-02 11:00"),
    "answered before it was taken back": Case("2026-03-02 09:00", "2026-03-02 17:00", "answered", 60, "2026-03-02 13:00", contacts=[mail("2026-03-02 10:00")], ended="2026-03-02 11:00", kept=True),
    "answered after it was taken back": Case("2026-03-02 09:00", "2026-03-02 17:00", "ended", 120, "2026-03-02 13:00", contacts=[mail("2026-03-02 12:00")], ended="2026-03-02 11:00"),
    "a promise of its own": Case("2026-03-02 09:00", "2026-03-02 10:30", "warning", 90, "2026-03-02 11:00", promise=Promise(2 * HOUR, HOUR)),
}  # fmt: skip


def told(case: Case) -> Clock:
    reps = [ADA, NIA, rep("ben")]
    every = calendars(reps, case.absences, holidays={"countries": "DE"})
    handed = Handed("lead", 1, at(case.reached), at(case.ended) if case.ended else None)
    given = [given_to("ada", case.reached)] if case.given is None else case.given
    return clock(handed, given, case.contacts, every, case.promise, at(case.now))


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_the_clock(case: Case) -> None:
    found = told(case)
    assert (found.state, found.used / MINUTE, wall(found.due_at), found.kept) == (
        case.state,
        case.used,
        case.due,
        case.kept,
    )
    assert found.left == found.promise.within - found.used


def test_each_owner_has_an_age_of_their_own() -> None:
    given = [given_to("ada", "2026-03-02 11:00"), given_to("nia", "2026-03-02 15:00")]
    found = told(Case("2026-03-02 09:00", "2026-03-02 16:00", "", 0, None, given))
    ages = [(each.rep_id, each.used / HOUR, each.answered) for each in found.tenures]
    assert ages == [(None, 2, False), ("ada", 4, False), ("nia", 1, False)]
    assert (found.owner, found.owner_used) == ("nia", HOUR)
    # The promise was over while Ada had it: nobody gets out of it by passing the lead on.
    assert (wall(found.due_at), found.state) == ("2026-03-02 13:00", "late")


def test_who_has_it_from_the_first_moment_is_its_only_owner() -> None:
    found = told(
        Case("2026-03-02 09:00", "2026-03-02 10:00", "", 0, None, [given_to("ada", "2026-03-02 09:00")])
    )
    assert [each.rep_id for each in found.tenures] == ["ada"]


def test_it_says_when_something_changes_next_without_anybodys_doing() -> None:
    away = Absence("ada", at("2026-03-02 11:00"), at("2026-03-02 14:00"))
    case = Case("2026-03-02 09:00", "2026-03-02 09:00", "", 0, None, absences=[away])
    moments = ["2026-03-02 09:00"]
    while (following := told(replace(case, now=moments[-1])).next_at) is not None:
        moments.append(wall(following) or "")
    # Away at 11, back at 14, warned at 15; late a millisecond after 16.
    assert moments[1:] == [
        "2026-03-02 11:00",
        "2026-03-02 14:00",
        "2026-03-02 15:00",
        "2026-03-02 16:00:00.001",
    ]
    assert wall(told(replace(case, now="2026-03-02 12:00")).back_at) == "2026-03-02 14:00"


def test_a_contact_in_time_that_was_logged_after_the_end_keeps_the_promise_and_says_so() -> None:
    logged = mail("2026-03-02 10:00", known_at=at("2026-03-02 16:00"))
    case = Case("2026-03-02 09:00", "2026-03-02 15:00", "", 0, None, contacts=[logged])
    assert told(case).state == "late"
    after = told(replace(case, now="2026-03-02 16:00"))
    assert (after.state, after.kept, after.told_late) == ("answered", True, True)


def test_a_rule_may_promise_more() -> None:
    hurried = handoff(rules=[{"name": "hot", "team": "a", "respond_within": "2 hours"}])
    assert Promise.of(hurried, "hot") == (2 * HOUR, HOUR)
    assert Promise.of(hurried, "other") == (4 * HOUR, HOUR)


def test_who_never_works_again_is_never_late_and_that_is_told() -> None:
    gone = Absence("ada", at("2026-03-01 00:00"), at("2036-03-01 00:00"))
    found = told(Case("2026-03-02 09:00", "2026-03-09 09:00", "", 0, None, absences=[gone]))
    assert (found.due_at, found.state) == (None, "running")
    assert wall(found.back_at) == "2036-03-01 00:00"


@pytest.mark.parametrize(
    ("contact", "real"),
    [
        (call("2026-03-02 10:00", "connected"), True),
        (call("2026-03-02 10:00", "voicemail"), True),
        (call("2026-03-02 10:00", "wrong number"), False),
        (replace(mail("2026-03-02 10:00"), channel="linkedin", outcome=""), True),
        (replace(mail("2026-03-02 10:00"), outcome="draft"), False),
        (Contact("m", "lead", "ada", "meeting", "outbound", 0, "cancelled"), False),
        (Contact("m", "lead", "ada", "meeting", "outbound", 0, "held"), True),
    ],
)
def test_what_is_a_real_contact(contact: Contact, real: bool) -> None:
    assert is_real(contact) is real


def test_of_two_rows_about_one_contact_the_one_known_last_counts() -> None:
    sent, bounced = mail("2026-03-02 10:00"), replace(mail("2026-03-02 10:00"), outcome="bounced", known_at=at("2026-03-02 10:05"))  # fmt: skip
    assert [each.outcome for each in settled([bounced, sent], at("2026-03-02 10:04"))] == ["sent"]
    assert [each.outcome for each in settled([bounced, sent], at("2026-03-02 10:05"))] == ["bounced"]


MOMENTS = st.integers(at("2026-03-20 00:00"), at("2026-04-10 00:00"))
OWNERS = st.lists(st.tuples(st.sampled_from(["ada", "nia", None]), MOMENTS), max_size=4)


@given(MOMENTS, OWNERS, st.lists(MOMENTS, min_size=2, max_size=5))
def test_as_time_goes_by_the_time_used_never_shrinks_and_late_stays_late(reached, owners, moments) -> None:
    given = [Assignment("lead", 1, rep_id, moment) for rep_id, moment in owners]
    every = calendars([ADA, NIA], [Absence("ada", at("2026-03-25 00:00"), at("2026-03-28 00:00"))])
    seen = [
        clock(Handed("lead", 1, reached), given, [], every, PROMISE, now)
        for now in sorted(moment for moment in moments if moment >= reached)
    ]
    used = [each.used for each in seen]
    assert used == sorted(used)
    late = [each.state == "late" for each in seen]
    assert late == sorted(late)
    assert all((each.used > PROMISE.within) <= (each.state == "late") for each in seen)
    assert all(sum(tenure.used for tenure in each.tenures) == each.used for each in seen)


def test_a_rep_nobody_knows_works_by_our_own_hours() -> None:
    every = calendars([Rep("ada")])
    assert every.of("gone") is every.of(None) is every.house
