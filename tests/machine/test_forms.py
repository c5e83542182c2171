"""Form spam: programs fall into the traps, people with odd names do not."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qualify.machine.forms import Submission, looks_like_spam, submission_of, text_digest
from qualify.machine.reasons import Reason
from qualify.machine.settings import Settings

ADA = {
    "first_name": "Ada",
    "last_name": "Lovelace",
    "company": "https://engine.test",
    "message": "See www.engine.test",
}


def test_ada_is_no_spam_though_her_message_holds_a_link():
    assert looks_like_spam(Submission(ADA, took=25)) is None
    assert looks_like_spam(Submission({})) is None


def test_whoever_fills_in_the_hidden_field_is_a_program():
    found = looks_like_spam(Submission(ADA, honeypot="x", took=25))
    assert found is not None and found.reason is Reason.FORM_SPAM and "no human sees" in found.because


@pytest.mark.parametrize(
    ("took", "spam"), [(0.0, True), (1.9, True), (2.0, False), (None, False), (-3.0, False)]
)
def test_the_time_trap_closes_on_what_no_human_can_do(took, spam):
    assert (looks_like_spam(Submission(ADA, took=took)) is not None) is spam


def test_the_time_trap_can_be_set():
    assert looks_like_spam(Submission(ADA, took=4), settings=Settings(form_seconds=5))
    assert not looks_like_spam(Submission(ADA, took=0), settings=Settings(form_seconds=0))


@pytest.mark.parametrize(
    "fields",
    [
        {"first_name": "Win $$$ https://spam.test"},
        {"Last Name": "www.spam.test"},
        {"fullName": '<a href="x">'},
        {"phone": "bit.ly/3abc"},
        {"city": "[url=http://x]"},
    ],
)
def test_a_link_where_a_name_belongs_is_spam(fields):
    assert looks_like_spam(Submission(fields))


@pytest.mark.parametrize("name", ["nNYxTfQvQKkpLGXA", "qwrtpsdfghkl", "xKjHqWbTzRp"])
def test_letters_drawn_at_random_are_no_name(name):
    assert looks_like_spam(Submission({"last_name": name}))


@pytest.mark.parametrize(
    "name",
    [
        *("Krzysztof", "Schtschedrin", "Nguyễn", "O'Shaughnessy", "McDonaldVanDerBerg", "van der Westhuizen"),
        *("Wojciechowski", "Hrvoje", "Ng", "Смирнов", "山田太郎", "Srinivasaraghavan", "Brzęczyszczykiewicz"),
        *("St. John-Smythe", "DeLaCruz", "LEUTHEUSSER-SCHNARRENBERGER", "Llanfairpwllgwyngyll", "X Æ A-12"),
    ],
)
def test_names_that_people_really_have_are_names(name):
    assert looks_like_spam(Submission({"first_name": name, "last_name": name})) is None


def test_a_company_may_be_called_what_no_human_is():
    assert looks_like_spam(Submission({"company": "QWRTZPSDFGH GmbH"})) is None


def test_the_same_text_from_many_is_one_program():
    found = looks_like_spam(Submission(ADA, same_text=4))
    assert found
    assert (found.reason, found.because) == (Reason.SAME_TEXT, "4 others sent the same text.")
    assert looks_like_spam(Submission(ADA, same_text=3)) is None


def test_texts_are_the_same_however_they_are_spaced_and_short_ones_are_not_compared():
    text = "We offer the very best backlinks for your website today"
    assert text_digest({"message": text, "name": "Bob"}) == text_digest(
        {"note": f"  {text.upper()} ", "name": "Eve"}
    )
    assert text_digest({"message": "Please call me"}) is None
    assert text_digest({}) is None
    assert text_digest({"message": text}) != text_digest({"message": text[::-1]})


def test_an_event_tells_its_form():
    told = {"fields": {"name": "Ada", "age": 5}, "honeypot": "", "took": 12, "same_text": 2, "form": "demo"}
    assert submission_of(told) == Submission({"name": "Ada"}, "", 12.0, 2)
    assert submission_of({"honeypot": True}).honeypot
    assert submission_of({"fields": "x", "took": True, "same_text": "x"}) == Submission()


@pytest.mark.slow
@given(st.dictionaries(st.text(max_size=20), st.text(max_size=60), max_size=6))
def test_any_form_can_be_looked_at(fields):
    looks_like_spam(Submission(fields))
    text_digest(fields)
