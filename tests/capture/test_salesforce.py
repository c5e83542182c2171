"""Web-to-Lead: a page made for Salesforce works when its host is changed, and sends nobody astray."""

from __future__ import annotations

from urllib.parse import quote_plus

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qualify.capture.doors.redirects import allowed_target
from qualify.capture.doors.salesforce import DOOR
from tests.capture.arriving import as_form, identify, posted, read, refused, survives, track

PATH = "servlet/servlet.WebToLead"
ADA = {
    "oid": "00D300000000xyz",
    "retURL": "https://www.fabrik.example/thanks?a=1#top",
    "first_name": "Ada",
    "last_name": "Berg",
    "company": "Fabrik",
    "email": "ada@fabrik.example",
    "title": "Head of Production",
    "lead_source": "Web",
    "URL": "https://fabrik.example",
    "employees": "240",
    "00N3000000AbCdE": "in spring",
    "debug": "1",
    "debugEmail": "dev@fabrik.example",
    "Campaign_ID": "701x",
}
OURS = {"redirects": "www.fabrik.example, *.werk.example"}


def test_the_reserved_names_become_traits_and_custom_fields_keep_theirs():
    delivery = read(DOOR, as_form(PATH, ADA, encoding="UTF-8"), OURS)
    assert delivery.key == "00D300000000xyz"
    assert identify(delivery).email == "ada@fabrik.example"
    assert identify(delivery).traits == {
        "first_name": "Ada", "last_name": "Berg", "company": "Fabrik", "email": "ada@fabrik.example",
        "job_title": "Head of Production", "source": "Web", "website": "https://fabrik.example",
        "employees": "240", "00N3000000AbCdE": "in spring",
    }  # fmt: skip
    assert track(delivery).event == "form_submitted"
    assert track(delivery).properties == {"form_name": "Web-to-Lead", "campaign_id": "701x", "debug": True}


def test_the_calls_have_no_id_as_the_form_has_none():
    assert [call.message_id for call in read(DOOR, as_form(PATH, ADA)).calls] == [None, None]


def test_the_key_is_found_before_the_secrets_are():
    assert DOOR.key(as_form(PATH, ADA), {}) == "00D300000000xyz"


def test_people_are_sent_to_an_allowed_page():
    reply = DOOR.answer(read(DOOR, as_form(PATH, ADA), OURS))
    assert (reply.status, reply.headers["Location"]) == (303, "https://www.fabrik.example/thanks?a=1#top")


def test_people_are_thanked_where_the_page_is_not_allowed():
    reply = DOOR.answer(read(DOOR, as_form(PATH, {**ADA, "retURL": "https://evil.example/"}), OURS))
    assert reply.status == 200
    assert b"Thank you" in reply.body
    assert "Location" not in reply.headers


@pytest.mark.parametrize(
    "url",
    [
        "https://evil.example/", "//evil.example", "/\\evil.example", "\\\\evil.example", "https:evil.example",
        "https:/evil.example", "javascript:alert(1)", "data:text/html,x", "https://www.fabrik.example@evil.example/",
        "https://evil.example/www.fabrik.example", "https://www.fabrik.example.evil.example/", " https://evil.example",
        "/\t/evil.example", "https://www.fabrik.example\r\nSet-Cookie: a=b", "https://www.fabrik.example:8443/",
        "https://ｗww.fabrik.example/", "https://xwerk.example/", "https://werk.example/", "https://[::1", "", "http://",
        "ftp://www.fabrik.example/", "thanks.html",
    ],
)  # fmt: skip
def test_no_redirect_leads_away(url):
    assert allowed_target(url, OURS["redirects"], "q.fabrik.example") is None


@pytest.mark.parametrize(
    ("url", "written"),
    [
        ("/thanks?x=1", "/thanks?x=1"),
        ("https://q.fabrik.example/done", "https://q.fabrik.example/done"),
        ("HTTPS://WWW.Fabrik.example/ä", "HTTPS://WWW.Fabrik.example/%C3%A4"),
        ("https://shop.werk.example/", "https://shop.werk.example/"),
    ],
)
def test_allowed_hosts_our_own_and_paths_are_fine(url, written):
    assert allowed_target(url, OURS["redirects"], "q.fabrik.example") == written


@given(st.text())
def test_a_target_is_always_fit_for_a_header(url):
    for tried in (url, f"/{url}", f"https://www.fabrik.example/{url}"):
        target = allowed_target(tried, "www.fabrik.example")
        assert target is None or (target.isascii() and target.isprintable() and " " not in target)


@pytest.mark.parametrize(
    ("named", "charset"), [("ISO-8859-1", "latin-1"), ("UTF-8", "utf-8"), ("Shift_JIS", "shift_jis")]
)
def test_the_charset_comes_from_the_query(named, charset):
    name = "東京" if charset == "shift_jis" else "Müller"
    body = f"oid=1&last_name={quote_plus(name, encoding=charset)}".encode()
    assert identify(read(DOOR, posted(PATH, body, encoding=named))).traits == {"last_name": name}


def test_a_charset_that_is_no_charset_is_read_as_utf_8():
    body = f"oid=1&last_name={quote_plus('Müller')}".encode()
    for odd in ("zlib", "hex", "rot13", "../etc", "idna"):
        assert identify(read(DOOR, posted(PATH, body, encoding=odd))).traits == {"last_name": "Müller"}


def test_the_charset_may_stand_in_the_form():
    body = f"encoding=ISO-8859-1&last_name={quote_plus('Müller', encoding='latin-1')}".encode()
    assert identify(read(DOOR, posted(PATH, body))).traits == {"last_name": "Müller"}


def test_several_choices_are_one_value():
    delivery = read(DOOR, as_form(PATH, [("00N1", "a"), ("00N1", "b"), ("email", "a@b.example")]))
    assert identify(delivery).traits["00N1"] == "a; b"


def test_where_they_came_from_is_said_of_the_event_not_of_the_person():
    delivery = read(DOOR, as_form(PATH, {"email": "a@b.example", "utm_source": "ads", "gclid": "x1"}))
    assert track(delivery).properties["utm_source"] == "ads"
    assert track(delivery).properties["gclid"] == "x1"
    assert identify(delivery).traits == {"email": "a@b.example"}


def test_an_empty_form_is_put_aside():
    delivery = read(DOOR, as_form(PATH, {"oid": "1", "retURL": "/x"}))
    assert delivery.calls == []
    assert "no fields" in delivery.malformed[0].detail


def test_a_form_without_end_is_refused():
    assert refused(DOOR, posted(PATH, b"a=1&" * 501)).status == 400


def test_only_post_is_taken():
    assert refused(DOOR, as_form(PATH, ADA)._replace(method="GET")).headers == {"Allow": "POST"}


@given(st.binary(), st.text(max_size=12))
def test_any_bytes_are_read_or_refused(body, charset):
    survives(DOOR, posted(PATH, body, encoding=charset))
    survives(
        DOOR,
        posted(
            PATH,
            b"--x\r\nContent-Disposition: form-data; " + body,
            {"content-type": "multipart/form-data; boundary=x"},
        ),
    )
