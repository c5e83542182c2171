"""Pages in the reader's language: who chooses it, and how numbers, money and moments are written in it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.test import Client
from django.utils import timezone, translation

from qualify.playbook import parse
from qualify.playbook.wording import sections
from tests.web.screens.members import Members, the

AT = int(datetime(2024, 11, 22, 23, 30, tzinfo=UTC).timestamp() * 1000)
RULES = """\
playbook: Ours
scores:
  fit:
    rules:
      - {points: 12.5, when: {trait: employees, at_least: 1000}}
  engagement:
    rules:
      - {points: 10, name: Prices, when: {did: page_viewed, within: 30 days}, cap: 20}
thresholds:
  mql: {enter: 10}
"""


def test_a_member_reads_in_the_language_that_they_chose(members: Members) -> None:
    _chooses(members, "vic", "de")
    page = members.vic.get("/account").content.decode()
    assert '<html lang="de">' in page
    assert "Ihr Konto" in page
    assert "Your account" not in page


def test_who_chose_none_reads_as_their_browser_asks_and_else_english(members: Members) -> None:
    asked = members.vic.get("/account", headers={"accept-language": "de-AT,de;q=0.9"}).content.decode()
    assert '<html lang="de">' in asked
    assert '<html lang="en">' in members.vic.get("/account").content.decode()
    assert (
        '<html lang="en">' in members.vic.get("/account", headers={"accept-language": "fi"}).content.decode()
    )


def test_whom_nobody_knows_reads_as_their_browser_asks(members: Members) -> None:
    page = Client().get("/sign-in", headers={"accept-language": "de"}).content.decode()
    assert "Passwort" in page


def test_what_was_chosen_goes_before_what_the_browser_asks(members: Members) -> None:
    _chooses(members, "vic", "en")
    assert (
        '<html lang="en">' in members.vic.get("/account", headers={"accept-language": "de"}).content.decode()
    )


def test_programs_are_answered_in_english(members: Members) -> None:
    answer = Client().get("/api/v1/leads", headers={"accept-language": "de"})
    assert answer.headers["content-language"] == "en"


def test_a_refusal_is_said_in_the_readers_language(members: Members) -> None:
    _chooses(members, "ada", "de")
    page = members.ada.get("/people/999999").content.decode()
    assert "es gibt kein solches Mitglied" in page


@pytest.mark.parametrize(
    ("name", "arguments", "english", "german"),
    [
        ("points", (1234.5,), "1,234.5", "1.234,5"),
        ("signed", (-2.25,), "−2.25", "−2,25"),
        ("number", (1234567,), "1,234,567", "1.234.567"),
        ("percent", (0.256,), "26%", "26\xa0%"),
        ("percent", (0.056,), "5.6%", "5,6\xa0%"),
        ("money", (1234.5, "EUR"), "€1,234.50", "1.234,50\xa0€"),
        ("span", (3 * 24 * 3600 * 1000,), "3 days", "3 Tage"),
        ("stage_word", ("disqualified",), "Disqualified", "Disqualifiziert"),
    ],
)
def test_numbers_and_money_are_written_as_the_reader_writes_them(
    name: str, arguments: tuple[Any, ...], english: str, german: str
) -> None:
    from qualify.web.screens.templatetags import qualify as filters

    show = getattr(filters, name)
    with translation.override("en"):
        assert show(*arguments) == english
    with translation.override("de"):
        assert show(*arguments) == german


def test_a_moment_is_written_in_the_readers_language_and_zone() -> None:
    assert "22 Nov 2024, 11:30\u202fPM" in _moment("en", "UTC")
    assert "23. Nov. 2024, 00:30" in _moment("de", "Europe/Berlin")
    assert 'datetime="2024-11-23T00:30:00+01:00"' in _moment("de", "Europe/Berlin")


def _moment(language: str, zone: str) -> str:
    from qualify.web.screens.templatetags.qualify import moment

    with translation.override(language), timezone.override(ZoneInfo(zone)):
        return moment(AT)


@contextmanager
def _german() -> Iterator[None]:
    from qualify.web.looking.tongue import in_the_readers_words

    with translation.override("de"), in_the_readers_words():
        yield


def test_the_playbook_is_told_in_the_readers_language() -> None:
    with _german():
        fit, engagement, stages = sections(parse(RULES))
    assert fit.said[0].sentence == "Zahl der Beschäftigten ist mindestens 1.000"
    assert engagement.said[0].sentence == "hatte page_viewed innerhalb der letzten 30 Tage"
    assert engagement.said[0].limits == ("jedes Mal", "höchstens 20")
    assert stages.said[0].sentence.startswith("beginnt, wenn gilt: ")


def test_what_a_rule_is_known_by_is_the_same_in_every_language() -> None:
    told = sections(parse(RULES))
    with _german():
        german = sections(parse(RULES))
    assert [said.anchor for each in told for said in each.said] == [
        said.anchor for each in german for said in each.said
    ]
    assert told[0].said[0].sentence == "employees is at least 1,000"


def test_a_mail_is_in_the_language_of_whoever_gets_it(members: Members) -> None:
    from django.utils.translation import gettext

    from qualify.web.looking.tongue import in_the_words_of

    _chooses(members, "rosa", "de")
    with in_the_words_of("rosa@qualify.example"):
        assert gettext("%(lead)s is yours now") == "%(lead)s gehört jetzt Ihnen"
    with translation.override("de"), in_the_words_of("ravi@qualify.example"):
        assert gettext("%(lead)s is yours now") == "%(lead)s is yours now"


def _chooses(members: Members, name: str, language: str) -> None:
    user = the(name)
    user.language = language
    user.save()
