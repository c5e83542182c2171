"""Qualify's own forms: complete or told what is missing, by people and not by bots, readable by everybody."""

from __future__ import annotations

from html.parser import HTMLParser
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from qualify.capture.doors.form_html import embed, html
from qualify.capture.doors.forms import (
    LONGEST_OPEN,
    TOKEN,
    Errors,
    Field,
    FormSpec,
    Submission,
    calls,
    next_questions,
    token,
    validate,
)  # fmt: skip
from tests.capture.arriving import identify, track

KEY = "the server's key"
SHOWN = 1_790_000_000_000
NOW = SHOWN + 20_000

DEMO = FormSpec(
    id="demo",
    name="Demo",
    title="Ask for a demo",
    fields=(
        Field(name="email", label="Work e-mail", type="email", required=True),
        Field(name="first_name", label="First name"),
        Field(name="phone", label="Phone", type="phone"),
        Field(name="company", label="Company", required=True, progressive=True),
        Field(name="employees", label="How many are you?", type="select", options=("1–10", "11–50"), progressive=True),
        Field(name="tools", label="Tools", type="checkbox", options=("CRM", "Sheets")),
        Field(name="partner", label="We are partners", type="checkbox"),
        Field(name="need", label="What do you need?", type="textarea", max_length=40),
        Field(name="utm_source", type="hidden"),
        Field(name="agree", type="consent", required=True),
        Field(name="news", label="Send me news by mail.", type="consent", purposes=("email",)),
    ),
    consent_text="I agree to be answered.",
    event="demo_requested",
)  # fmt: skip
FILLED: dict[str, Any] = {
    "email": " ada@fabrik.example ", "first_name": "Ada", "company": "Fabrik", "employees": "11–50",
    "tools": ["CRM", "Sheets"], "need": "A demo", "utm_source": "ads", "agree": "yes", "q_more": "",
    "not_ours": "x", TOKEN: token("demo", SHOWN, KEY),
}  # fmt: skip


def sent(spec: FormSpec = DEMO, known: dict[str, Any] | None = None, now: int = NOW, **changed: Any) -> Any:
    return validate(spec, {**FILLED, **changed}, known or {}, now, KEY)


def errors(**changed: Any) -> dict[str, str]:
    found = sent(**changed)
    assert isinstance(found, Errors), "nothing was wrong"
    return dict(found.fields)


def test_a_form_that_is_in_order_is_a_submission_of_its_own_fields():
    found = sent()
    assert isinstance(found, Submission)
    assert found.traits == {
        "email": "ada@fabrik.example", "first_name": "Ada", "company": "Fabrik", "employees": "11–50",
        "tools": ["CRM", "Sheets"], "need": "A demo", "utm_source": "ads",
    }  # fmt: skip
    assert found.spam is None


def test_consent_is_kept_by_purpose_with_the_words_agreed_to():
    assert (sent().consent, sent().consent_text) == ({"process": True}, "I agree to be answered.")
    both = sent(news="yes")
    assert both.consent == {"process": True, "email": True}
    assert both.consent_text == "I agree to be answered.\nSend me news by mail."


def test_a_submission_is_an_identify_and_the_forms_kind_of_event():
    made = calls(sent(), message_id="form:1", anonymous_id="anon", page={"url": "https://x.example"})
    who, did = identify(made), track(made)
    assert who.email == did.email == "ada@fabrik.example"
    assert "utm_source" not in who.traits
    assert (did.event, did.message_id, did.anonymous_id) == ("demo_requested", "form:1", "anon")
    assert did.properties == {"form_id": "demo", "form_name": "Demo", "utm_source": "ads"}
    assert did.context == {"page": {"url": "https://x.example"}}
    assert who.consent_text == "I agree to be answered."


def test_all_that_is_missing_is_said_at_once_at_its_field():
    said = errors(email="", company="  ", agree="")
    assert set(said) == {"email", "company", "agree"}
    assert said["company"] == "Fill in “Company”."


@pytest.mark.parametrize(
    "email", ["ada", "ada@", "@x.example", "a b@x.example", "ada@x", "a@b@x.example", "<a@x.example>", "a@x.example\u2028b@y.example"]
)  # fmt: skip
def test_what_is_no_address_is_not_taken(email):
    assert "email" in errors(email=email)


@pytest.mark.parametrize("phone", ["+49 30 1234567", "(030) 123-4567", "+1.555.123.4567"])
def test_telephone_numbers_may_be_written_in_many_ways(phone):
    assert sent(phone=phone).traits["phone"] == phone


@pytest.mark.parametrize(
    ("name", "value"), [("phone", "call me"), ("employees", "many"), ("tools", ["CRM", "axe"]), ("need", "x" * 41)]
)  # fmt: skip
def test_an_answer_that_cannot_be_is_said_at_its_field(name, value):
    assert list(errors(**{str(name): value})) == [name]


def test_control_characters_do_not_get_through():
    assert sent(first_name="A\x00d\x07a").traits["first_name"] == "Ada"


def test_a_filled_honeypot_is_spam_and_the_bot_is_told_nothing():
    found = sent(q_more="buy", email="not even an address", q_token="")
    assert isinstance(found, Submission)
    assert {call.properties["spam"] for call in calls(found)} == {"the honeypot was filled in"}


def test_whoever_is_too_fast_is_asked_again_and_then_believed():
    assert "quick" in errors(now=SHOWN + 2_999)[""]
    assert isinstance(sent(now=SHOWN + 3_000), Submission)


def test_a_form_that_was_open_for_too_long_is_shown_again():
    assert isinstance(sent(now=SHOWN + LONGEST_OPEN), Submission)
    assert "too long" in errors(now=SHOWN + LONGEST_OPEN + 1)[""]


@pytest.mark.parametrize(
    "made_up",
    [
        "", "1", f"{SHOWN}.", f"{SHOWN - 9}.{token('demo', SHOWN, KEY).partition('.')[2]}", token("other", SHOWN, KEY),
        token("demo", SHOWN, "another key"), f"{SHOWN}.{'é' * 64}",
    ],
)  # fmt: skip
def test_the_time_cannot_be_made_up(made_up):
    assert "expired" in errors(**{TOKEN: made_up})[""]


def test_a_form_from_the_future_is_too_quick():
    assert "quick" in errors(now=SHOWN - 60_000)[""]


def test_what_is_known_is_not_asked_again():
    names = [
        field.name for field in next_questions(DEMO, {"company": "Fabrik", "email": "ada@fabrik.example"})
    ]
    assert "company" not in names
    assert "employees" in names
    assert "email" in names, "a question that is not progressive is always asked"
    assert isinstance(sent(known={"company": "Fabrik"}, company=""), Submission)


@pytest.mark.parametrize(
    ("known", "asked"), [({}, "company"), ({"company": "F"}, "employees"), ({"company": ""}, "company")]
)
def test_one_question_more_is_asked_at_each_visit(known, asked):
    one = msgspec.structs.replace(DEMO, ask_at_most=1)
    assert [field.name for field in next_questions(one, known) if field.progressive] == [asked]


def test_a_form_can_be_kept_as_json():
    assert msgspec.json.decode(msgspec.json.encode(DEMO), type=FormSpec) == DEMO


@pytest.mark.slow
@given(
    st.dictionaries(
        st.sampled_from([*FILLED, "phone", "news", "partner"]), st.text() | st.lists(st.text(), max_size=3)
    )
)
def test_whatever_is_sent_is_a_submission_or_errors_of_the_forms_fields(data):
    found = validate(DEMO, {**FILLED, **data}, {}, NOW, KEY)
    if isinstance(found, Errors):
        assert set(found.fields) <= {"", *(field.name for field in DEMO.fields)}
    else:
        assert found.spam or "@" in found.traits["email"]
        assert calls(found)


class Page(HTMLParser):
    """The elements of a page, checked to be closed, and its text."""

    VOID = frozenset({"input", "meta", "br"})

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.feed(text)
        assert not self.open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attrs for name, attrs in self.elements if name == tag]

    def controls(self) -> list[dict[str, str | None]]:
        shown = [one for one in self.all("input") if one["type"] != "hidden"]
        return [*shown, *self.all("select"), *self.all("textarea")]


def page(spec: FormSpec = DEMO, values: Any = None, wrong: Any = None) -> Page:
    return Page(html(spec, values or {}, wrong or {}, "1.ab", "/f/demo"))


def test_every_control_has_its_label():
    labelled = {label["for"] for label in page().all("label")}
    assert {control["id"] for control in page().controls()} == labelled


def test_every_id_stands_once():
    ids = [attrs["id"] for _, attrs in page(wrong={"email": "no", "tools": "no"}).elements if "id" in attrs]
    assert len(ids) == len(set(ids))


def test_an_error_is_tied_to_its_field_and_linked_from_above():
    found = page(values={"email": "ada"}, wrong={"email": "Write an e-mail address.", "": "Send it again."})
    [control] = [one for one in found.controls() if one["name"] == "email"]
    assert control["aria-invalid"] == "true"
    assert control["value"] == "ada"
    assert control["aria-describedby"] in {attrs.get("id") for attrs in found.all("p")}
    assert [f"#{control['id']}"] == [link["href"] for link in found.all("a")]
    assert any(attrs.get("role") == "alert" for attrs in found.all("div"))


def test_the_browser_may_fill_in_what_it_knows():
    filled = {one["name"]: one.get("autocomplete") for one in page().controls()}
    assert (filled["email"], filled["company"], filled["phone"]) == ("email", "organization", "tel")
    assert filled["q_more"] == "off"


def test_the_honeypot_is_out_of_the_way_of_people():
    [pot] = [one for one in page().controls() if one["name"] == "q_more"]
    assert pot["tabindex"] == "-1"
    assert any(attrs.get("aria-hidden") == "true" for attrs in page().all("div"))


def test_no_script_is_needed_or_there():
    assert not page().all("script")
    assert not [name for _, attrs in page().elements for name in attrs if name.startswith("on")]


def test_what_was_chosen_stays_chosen():
    found = page(values={"employees": "11–50", "tools": ["Sheets"], "agree": True})
    assert [one["value"] for one in found.all("option") if "selected" in one] == ["11–50"]
    assert [one["name"] for one in found.controls() if "checked" in one] == ["tools", "agree"]


HOSTILE = "\"><script>alert(1)</script>'&"


def test_nothing_that_is_written_into_a_form_gets_out_of_it():
    fields = tuple(
        Field(name=HOSTILE + kind, label=HOSTILE, type=kind, options=(HOSTILE,) if kind == "select" else ())
        for kind in ("email", "text", "phone", "select", "checkbox", "textarea", "hidden", "consent")
    )
    spec = FormSpec(
        id=HOSTILE, name=HOSTILE, title=HOSTILE, fields=fields, consent_text=HOSTILE, honeypot=HOSTILE,
        submit_label=HOSTILE, language=HOSTILE,
    )  # fmt: skip
    values = {field.name: HOSTILE for field in fields}
    text = html(spec, values, {**values, "": HOSTILE}, HOSTILE, HOSTILE)
    assert "<script" not in text
    assert Page(text).all("form")[0]["action"] == HOSTILE
    assert "<script" not in embed(spec, "https://q.example")


def test_a_form_is_embedded_as_a_frame_with_a_title():
    [frame] = Page(embed(DEMO, "https://q.example/")).all("iframe")
    assert (frame["src"], frame["title"]) == ("https://q.example/f/demo?embed=1", "Ask for a demo")
