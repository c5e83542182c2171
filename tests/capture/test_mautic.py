"""Mautic's forms: the fields are in brackets, the key is in the action."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from qualify.capture.doors.mautic import DOOR
from tests.capture.arriving import as_form, identify, posted, read, survives, track

PATH = "form/submit"
ADA = [
    ("mauticform[email]", "ada@fabrik.example"),
    ("mauticform[f_name]", "Ada"),
    ("mauticform[interests][]", "machines"),
    ("mauticform[interests][]", "tools"),
    ("mauticform[utm_medium]", "email"),
    ("mauticform[formId]", "7"),
    ("mauticform[formName]", "demo"),
    ("mauticform[return]", "https://www.fabrik.example/thanks"),
    ("mauticform[messenger]", "1"),
    ("submit", "1"),
]


def test_the_fields_in_brackets_become_traits():
    delivery = read(DOOR, as_form(PATH, ADA, formId="7"))
    assert identify(delivery).traits == {
        "email": "ada@fabrik.example", "first_name": "Ada", "interests": "machines; tools",
    }  # fmt: skip
    assert track(delivery).properties == {"form_id": "7", "form_name": "demo", "utm_medium": "email"}


def test_the_key_is_in_the_action_else_the_forms_id():
    assert read(DOOR, as_form(PATH, ADA, formId="7", key="wk_1")).key == "wk_1"
    assert read(DOOR, as_form(PATH, ADA)).key == DOOR.key(as_form(PATH, ADA), {}) == "7"


def test_a_multipart_form_is_read_and_its_files_are_left_out():
    body = (
        b'--b1\r\nContent-Disposition: form-data; name="mauticform[email]"\r\n\r\nada@fabrik.example\r\n'
        b'--b1\r\nContent-Disposition: form-data; name="mauticform[note]"\r\n\r\ntwo\r\nlines\r\n'
        b'--b1\r\nContent-Disposition: form-data; name="mauticform[cv]"; filename="a.pdf"\r\n\r\n%PDF\r\n--b1--\r\n'
    )
    delivery = read(DOOR, posted(PATH, body, {"content-type": "multipart/form-data; boundary=b1"}))
    assert identify(delivery).traits == {"email": "ada@fabrik.example", "note": "two\r\nlines"}


def test_people_are_sent_back_only_to_an_allowed_page():
    allowed = DOOR.answer(read(DOOR, as_form(PATH, ADA), {"redirects": "www.fabrik.example"}))
    assert allowed.headers["Location"] == "https://www.fabrik.example/thanks"
    assert DOOR.answer(read(DOOR, as_form(PATH, ADA))).status == 200


def test_a_form_of_somebody_else_is_put_aside():
    delivery = read(DOOR, as_form(PATH, {"email": "ada@fabrik.example"}))
    assert delivery.calls == []
    assert delivery.malformed


@given(st.binary())
def test_any_bytes_are_read_or_refused(body):
    survives(DOOR, posted(PATH, body))
    kind = {"content-type": "multipart/form-data; boundary=b"}
    survives(DOOR, posted(PATH, b'--b\r\nContent-Disposition: form-data; name="mauticform[' + body, kind))
