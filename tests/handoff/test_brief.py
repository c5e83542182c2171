"""What a rep is told before the first word, and their follow-ups in the calendar they look at anyway."""

from __future__ import annotations

from dataclasses import replace

from icalendar import Calendar as Read

from qualify.handoff.brief import Activity, Person, as_text, brief, looked_at
from qualify.handoff.diary import diary, uid
from qualify.handoff.facts import Assignment, Rejection
from qualify.handoff.followups import Enrolment, Task, follow
from qualify.playbook.followups import FollowUps
from tests.handoff.made import BERLIN, DAY, HOUR, at, calendars, judged

NOW = at("2026-03-02 10:00")
KIM = Person(
    "Kim Wu",
    "Head of IT",
    "Acme",
    "kim@acme.test",
    "+49 30 1234",
    "Germany",
    source="paid search",
    more={"team_size": "12"},
)
GIVEN = Assignment(
    "lead", 2, "ada", NOW, ("DACH: their turn among 2 of team dach (weight 1 of 2)",), rule="DACH"
)
JUDGED = judged(
    NOW,
    {"employees": "80"},
    [("demo_requested", NOW - HOUR), ("pricing_viewed", NOW - DAY), ("pricing_viewed", NOW - 2 * HOUR)],
)
DID = [
    Activity("the page Prices", NOW - DAY),
    Activity("the page Prices", NOW - 2 * HOUR),
    Activity("the form Demo", NOW - HOUR),
    Activity("later", NOW + 1),
]
REFUSED = Rejection(
    "lead",
    1,
    "ben",
    at("2025-11-03 09:00"),
    "wrong_timing",
    "after the\nbudget round",
    frozenset({"large enough"}),
)


def test_the_brief_says_who_why_now_what_they_did_what_to_ask_and_how_to_open():
    made = brief(JUDGED, GIVEN, KIM, DID, [REFUSED], at("2026-03-02 14:00"), BERLIN)
    assert (
        as_text(made, BERLIN)
        == """\
Kim Wu
Head of IT, Acme, Germany
kim@acme.test · +49 30 1234
80 points
First contact by 2026-03-02 14:00

Why you:
- DACH: their turn among 2 of team dach (weight 1 of 2)

Why now:
- +40 asked for a demo (engagement), last on 2026-03-02 09:00
- +30 large enough (fit)
- +10 looked at prices (engagement), last on 2026-03-02 08:00

What they did:
- the form Demo, last on 2026-03-02 09:00
- the page Prices, 2 times, last on 2026-03-02 08:00

What to ask:
- Is there money for this, how much, and from when?
- Who decides, and who else is asked?
- What is the problem, and what does it cost them to leave it as it is?
- By when do they want it, and what happens on that day?

Earlier:
- 2025-11-03, refused as wrong timing: after the budget round

To open with:
- We spoke before: refused on 2025-11-03 as wrong timing; new since: asked for a demo, looked at prices
- Asked for a demo, last on 2026-03-02 09:00
- Looked at prices, last on 2026-03-02 08:00
- Found us by paid search

Also known:
- team size: 12
"""
    )


def test_of_who_is_hardly_known_it_says_what_there_is():
    said = as_text(brief(judged(NOW), Assignment("lead", 1, "ada", NOW), Person()))
    assert said.startswith("lead\n0 points\n\nWhat to ask:\n- Is there money")
    assert "Why now" not in said


ASKING = """\
playbook: A
scores: {fit: {rules: [{points: 10, when: {did: a}}]}}
stages: {sql: {enter: [{answer: budget, satisfied: true}, {answer: number of seats}]}, mql: {enter: {score: fit, at_least: 5}}}
handoff: {fallback: boss}
"""


def test_what_the_playbook_asks_is_asked_and_what_is_answered_is_known():
    answers = [("budget", NOW - DAY, None, "20,000"), ("number of seats", NOW - 2 * DAY, NOW - DAY, "30")]
    made = brief(judged(NOW, {}, [("a", NOW)], answers, text=ASKING), GIVEN, KIM)
    assert made.answered == (("budget", "20,000"),)
    assert [(each.words, each.expired) for each in made.to_ask] == [("Number of seats?", NOW - DAY)]
    assert "- Number of seats? (the last answer expired on 2026-03-01)" in as_text(made, BERLIN)


def test_coming_back_to_something_is_worth_mentioning():
    made = brief(
        judged(NOW), GIVEN, Person(), [Activity("the page Prices", NOW - each) for each in (1, 2, 3)]
    )
    assert made.openings == ("Came back to the page Prices: 3 times",)


def test_the_same_thing_is_named_once_newest_first_and_nothing_that_is_still_to_come():
    assert [(each.what, each.times) for each in looked_at(DID, NOW)] == [
        ("the form Demo", 1),
        ("the page Prices", 2),
    ]


STEPS = [
    {"day": 1, "channel": "email", "title": "write, friendly; short"},
    {"day": 2, "channel": "phone", "title": "call", "text": "Grüße " * 20},
]
TASKS = follow(
    FollowUps.model_validate({"name": "first", "steps": STEPS}),
    Enrolment("lead", 1, "first", NOW, "ada"),
    [],
    [],
    calendars().house,
    NOW,
).tasks


def events(tasks: tuple[Task, ...]):
    made = diary(
        tasks, NOW, "qualify.acme.test", {"lead": "Kim Wü"}, {"lead": "https://qualify.acme.test/leads/7"}
    )
    assert all(len(line) <= 75 for line in made.split(b"\r\n"))  # RFC 5545, 3.1
    return Read.from_ical(made).walk("VEVENT")


def test_open_follow_ups_stand_in_the_calendar_at_their_times():
    first, second = events(TASKS)
    assert (first.decoded("dtstart").isoformat(), first.decoded("dtend").isoformat()) == (
        "2026-03-02T09:00:00+00:00",
        "2026-03-02T09:15:00+00:00",
    )
    assert (str(first["summary"]), str(first["status"])) == (
        "email: write, friendly; short – Kim Wü",
        "CONFIRMED",
    )
    assert str(second["description"]).startswith("Grüße Grüße") and str(second["url"]).endswith("/leads/7")
    assert [str(alarm["action"]) for alarm in first.walk("VALARM")] == ["DISPLAY"]


def test_the_same_task_is_the_same_event_when_it_has_moved_and_goes_when_it_is_cancelled():
    moved = replace(TASKS[0], due_at=TASKS[0].due_at + DAY)
    assert uid(moved, "a.test") == uid(TASKS[0], "a.test") != uid(TASKS[1], "a.test")
    (gone,) = events((replace(TASKS[0], state="cancelled"), replace(TASKS[1], state="done")))
    assert (str(gone["status"]), gone.walk("VALARM")) == ("CANCELLED", [])
