"""The sections ``handoff`` and ``sequences`` of a playbook: what they say, and what is told of mistakes in them."""

from __future__ import annotations

import jsonschema
import pytest

from qualify.playbook import examine, load, parse, schema
from qualify.playbook.document import read
from qualify.playbook.prose import prose
from qualify.playbook.times import spoken, wall
from tests.handoff.made import TEXT, book

WHOLE = """\
playbook: A
country_groups: {home: [dach]}
scores: {fit: {rules: [{points: 10, when: {did: a}}]}}
thresholds: {mql: 5, pql: 7}
handoff:
  at: [mql, pql]
  respond_within: 90 minutes
  warn_before: 30min
  on_breach: reroute
  escalate_to: heads
  time_zone: Europe/Vienna
  hours:
    - {days: [monday, tuesday], from: 8:00, until: 12:00}
    - {days: friday, from: 22:00, until: 24:00}
  holidays: {countries: [at, de-by], dates: 2026-12-24}
  wait_at_most: 6h
  rules:
    - {name: owner, account_owner: yes, when: {country: home}}
    - {name: home, when: {country: home}, team: home, skills: german, skills_from: [language], pick: least busy, respond_within: 1 hour}
    - {name: rest, team: far}
  fallback: boss
  recycle_after: {no_intent: 2 weeks}
sequences:
  - {name: hot, when: {score: fit, at_least: 10}, runs_in: mql, stops_on: reply, account_reply_stops: no, steps: [{day: 1, channel: phone, title: call, text: Hello, at: "9:30"}]}
  - {name: rest, steps: [{day: 1, channel: email, title: write}, {day: 3, channel: linkedin, title: connect}]}
"""


def problems(handoff: str = "{fallback: boss}", sequences: str = "[]", stages: str = "mql: 5") -> list[str]:
    text = f"playbook: A\nscores: {{fit: {{rules: [{{points: 10, when: {{did: a}}}}]}}}}\nthresholds: {{{stages}}}\nhandoff: {handoff}\nsequences: {sequences}\n"
    return [f"{each.path}: {each.message}" for each in examine(text)[1]]


def test_it_is_read_whole_and_its_schema_accepts_it() -> None:
    made, found = examine(WHOLE)
    assert (made is not None, found) == (True, [])
    assert not list(jsonschema.Draft202012Validator(schema()).iter_errors(read(WHOLE).data))
    handed = parse(WHOLE).handoff
    assert handed is not None
    assert (handed.respond_within, handed.warn_before, handed.holidays.countries) == (90, 30, ("AT", "DE-BY"))
    assert [(each.days, each.from_, each.until) for each in handed.hours] == [
        (("monday", "tuesday"), 480, 720),
        (("friday",), 1320, 1440),
    ]
    assert (handed.promise_of("home"), handed.promise_of("rest")) == (60, 90)


def test_a_fallback_is_all_that_has_to_be_said() -> None:
    assert problems() == []
    handed = parse(TEXT).handoff
    assert handed is not None and handed.hours[0].sentence() == "Monday to Friday 09:00 to 17:00"


def test_it_reads_as_prose() -> None:
    said = prose(parse(WHOLE))
    for sentence in (
        "- A lead that reaches mql or pql is handed over and hears from us within 1 hour 30 minutes of working time "
        "(Monday, Tuesday 08:00 to 12:00 and Friday 22:00 to 24:00, not on public holidays of AT and DE-BY, 1 more day off).",
        "- Its owner is warned 30 minutes before; when it is late, it goes to somebody else.",
        "- owner: who is in home: the owner of the account, if there is one.",
        "- home: who is in home: team home with german who has the lead's language among their skills, least busy, within 1 hour.",
        "- rest: team far, weighted round robin.",
        "- Nobody found: boss.",
        "- Refused as no intent, it rests for 14 days.",
        "## Follow-up: hot",
        "- For who fit is at least 10, 1 touch; ends on reply or leaving mql.",
        "- day 1 at 09:30, phone: call.",
        "- For everybody, 2 touches; ends on reply, meeting, bounce, unsubscribe or leaving mql, pql or sal, and a reply of a colleague.",
    ):
        assert sentence in said


@pytest.mark.parametrize(
    ("handoff", "told"),
    [
        ("{}", "handoff.fallback: `fallback` is missing (a rep or a team who gets what no rule finds somebody for)"),
        ("{fallback: b, respond_within: 1 day}", "handoff.respond_within: '1 day': working time is counted in hours, as a working day is as long as yours is; write 8 hours for a day of 8 hours"),
        ("{fallback: b, respond_within: 4}", "handoff.respond_within: 4 is no stretch of time; write hours or minutes, as 4 hours"),
        ("{fallback: b, respond_within: 0 hours}", "handoff.respond_within: '0 hours' is no stretch of time; write 1 minute to 1000 hours"),
        ("{fallback: b, warn_before: 4 hours}", "handoff.warn_before: a warning 4 hours before the end of 4 hours comes at once; warn later, or promise less"),
        ("{fallback: b, rules: [{name: x, team: a, respond_within: 1 hour}]}", "handoff.warn_before: a warning 1 hour before the end of 1 hour comes at once; warn later, or promise less"),
        ("{fallback: b, hours: {from: 9am}}", "handoff.hours.from: '9am' is not a time of day; write one such as 09:00 (24:00 ends the day)"),
        ("{fallback: b, hours: {from: 24:30}}", "handoff.hours.from: '24:30' is not a time of day; write one such as 09:00 (24:00 ends the day)"),
        ("{fallback: b, hours: {from: 22:00, until: 06:00}}", "handoff.hours.until: until 06:00 is not after from 22:00; write a night shift as two entries, one to 24:00 and one from 00:00"),
        ("{fallback: b, hours: {days: mondey}}", "handoff.hours.days: 'mondey' is not a day of the week; did you mean 'monday'? Allowed: monday, tuesday, wednesday, thursday, friday, saturday or sunday"),
        ("{fallback: b, holidays: {countries: DE-XX}}", "handoff.holidays.countries: 'DE-XX' is no part of DE; its parts are BB, BE, BW, BY, HB, HE, HH, MV, NI, NW, RP, SH, SL, SN, ST, TH"),
        ("{fallback: b, holidays: {dates: [24.12.2026]}}", "handoff.holidays.dates[0]: '24.12.2026' is not a date; write one as 2026-12-24"),
        ("{fallback: b, time_zone: Europe/Berln}", "handoff.time_zone: 'Europe/Berln' is not a time zone; did you mean 'Europe/Berlin'?"),
        ("{fallback: b, at: sale}", "handoff.at: 'sale' is not allowed; did you mean 'sal'? Allowed: iql, mql, pql, sal or sql"),
        ("{fallback: b, at: [mql, pql]}", "handoff.at[1]: no lead enters pql in this playbook; did you mean 'mql'? Allowed: mql"),
        ("{fallback: b, rules: [{name: x}]}", "handoff.rules[0]: it leads nowhere; add `team: …`, or `account_owner: true`"),
        ("{fallback: b, rules: [{name: x, team: a, account_owner: yes}]}", "handoff.rules[0].team: it goes to the account's owner or to a team, not to both; write two rules"),
        ("{fallback: b, rules: [{name: x, team: a}, {name: x, team: b}]}", "handoff.rules[1].name: 'x' is already taken; every name is used once"),
        ("{fallback: b, rules: [{name: x, team: a, when: [{decision: won}]}]}", "handoff.rules[0].when[0].decision: decision can be asked in stages only; a lead is handed over by what is known of it"),
        ("{fallback: b, rules: [{name: x, team: a, when: {score: fitt, at_least: 5}}]}", "handoff.rules[0].when.score: 'fitt' is no score; did you mean 'fit'? Allowed: fit or total"),
        ("{fallback: b, recycle_after: {no_intnt: 30}}", "handoff.recycle_after.no_intnt: 'no_intnt' is not allowed; did you mean 'no_intent'? Allowed: not_icp, no_intent, bad_data, wrong_timing, duplicate, competitor, unreachable or other"),
    ],
)  # fmt: skip
def test_a_mistake_in_the_handoff_is_told_so_that_it_can_be_mended(handoff: str, told: str) -> None:
    assert problems(handoff) == [told]


@pytest.mark.parametrize(
    ("sequences", "told"),
    [
        ("[{name: s, steps: []}]", "sequences[0].steps: nothing is in it; write at least one"),
        ("[{name: s, steps: [{day: 0, channel: email, title: x}]}]", "sequences[0].steps[0].day: 0 is not a count; write a whole number from 1 to 1,000,000"),
        ("[{name: s, steps: [{day: 1, channel: fax, title: x}]}]", "sequences[0].steps[0].channel: 'fax' is not allowed; allowed: email, phone, linkedin or whatsapp"),
        ("[{name: s, steps: [{day: 3, channel: email, title: x}, {day: 1, channel: email, title: y}]}]", "sequences[0].steps: a step on day 1 stands behind one on day 3; write them in the order of their days"),
        ("[{name: s, steps: [{day: 1, channel: email, title: x}]}, {name: t, steps: [{day: 1, channel: email, title: x}]}]", "sequences[1].name: 't' never begins: 's' before it is for everybody"),
    ],
)  # fmt: skip
def test_a_mistake_in_a_sequence_is_told_so_that_it_can_be_mended(sequences: str, told: str) -> None:
    assert problems(sequences=sequences) == [told]


def test_a_handoff_at_stages_that_nobody_enters_is_told() -> None:
    assert problems(stages="iql: 5") == [
        "handoff: no lead enters mql or pql in this playbook; say with `at` which stage is handed over"
    ]


def test_a_playbook_without_these_sections_is_the_playbook_it_was() -> None:
    plain = "playbook: A\nscores: {fit: {rules: [{points: 10, when: {did: a}}]}}\n"
    assert "handoff" not in parse(plain).model_dump(exclude_none=True)
    assert parse(plain).fingerprint == "fbead782dee5"


def test_what_it_says_makes_it_another() -> None:
    assert parse(TEXT.replace("4 hours", "3 hours")).fingerprint != book().fingerprint


def test_the_starter_hands_over() -> None:
    handed = load("b2b-saas").handoff
    assert handed is not None and [each.name for each in handed.rules] == [
        "account owner first",
        "asked for a demo",
        "everybody else",
    ]


def test_times_and_stretches_are_said_as_people_do() -> None:
    assert [wall(each) for each in (0, 545, 1440)] == ["00:00", "09:05", "24:00"]
    assert [spoken(each) for each in (1, 60, 90, 241)] == [
        "1 minute",
        "1 hour",
        "1 hour 30 minutes",
        "4 hours 1 minute",
    ]


def test_a_share_below_the_line_is_explored_only_where_the_playbook_says_so():
    plain = parse(WHOLE)
    assert plain.handoff is not None and plain.handoff.explore is None
    text = WHOLE.replace("  fallback: boss", "  fallback: boss\n  explore: 2.5 %")
    exploring = parse(text)
    assert exploring.handoff is not None and exploring.handoff.explore == 2.5
    assert "2.5% are drawn at random" in exploring.handoff.sentences()[-1]
    assert exploring.fingerprint != plain.fingerprint
    jsonschema.validate(read(text).data, schema())


@pytest.mark.slow
@pytest.mark.parametrize("share", ["0%", "0.00%", "20.5%", "21%", "2", '"2"', "all"])
def test_no_share_or_too_large_a_share_is_refused_and_so_does_the_schema(share):
    text = WHOLE.replace("  fallback: boss", f"  fallback: boss\n  explore: {share}")
    book_, problems = examine(text)
    assert book_ is None and ["up to 20" in str(each) for each in problems] == [True]
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(read(text).data, schema())
