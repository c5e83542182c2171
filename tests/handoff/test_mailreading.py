"""Mail that comes back is told for what it is, on a corpus made as its programs write it; nothing makes it raise."""

from __future__ import annotations

import datetime as dt
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qualify.handoff.mailparts import MOST_BYTES
from qualify.handoff.mailreading import MailRead, Recipient, read
from qualify.handoff.returning import return_date
from tests.handoff.mails import CORPUS, OURS, POSTFIX, TWO, mail

RECEIVED = dt.date(2026, 3, 6)


def told(raw: bytes) -> MailRead:
    return read(
        raw, RECEIVED, lambda message_id: message_id == OURS, lambda address: address == "kim@customer.test"
    )


@pytest.mark.parametrize("name", CORPUS)
def test_the_mail_is(name: str) -> None:
    raw, kind, hard, returns_on = CORPUS[name]
    found = told(raw)
    assert (found.kind, found.hard) == (kind, hard), found.why
    assert (found.returns_on and found.returns_on.isoformat()) == returns_on


def test_a_bounce_names_the_mail_that_bounced_and_for_whom() -> None:
    found = told(POSTFIX)
    assert (found.about, found.to) == ((OURS,), ("bounce+l7@acme.test",))
    said = "smtp; 550 5.1.1 <kim@customer.test>: Recipient address rejected: User unknown"
    assert found.recipients == (Recipient("kim@customer.test", "failed", "5.1.1", said),)
    assert [each.status for each in told(TWO).recipients] == ["4.4.7", "5.1.1"]


@pytest.mark.parametrize(
    "name",
    [
        "exim, in words",
        "qmail, in words",
        "with the whole mail",
        "complaint",
        "a reply",
        "by References alone",
    ],
)
def test_it_names_which_of_our_mails_it_is_about(name: str) -> None:
    assert OURS in told(CORPUS[name][0]).about


def test_who_is_away_is_told_from_who_only_thanks() -> None:
    assert told(CORPUS["vacation of Dovecot"][0]).away
    assert not told(CORPUS["of a ticket system"][0]).away


def test_every_kind_is_in_the_corpus_and_says_by_what_it_was_told() -> None:
    kinds = {told(raw).kind for raw, *_ in CORPUS.values()}
    assert kinds == {"bounce", "delayed", "complaint", "auto reply", "unsubscribe", "reply", "other"}
    assert all(told(raw).why for raw, *_ in CORPUS.values())


DATES = [
    ("I'll be back on Monday, 16 March 2026.", "2026-03-16"),
    ("I will return on March 12th", "2026-03-12"),
    ("I am back in the office on Tuesday the 10th of March", "2026-03-10"),
    ("Ich bin vom 9. bis 13. März im Urlaub", "2026-03-14"),
    ("bis einschließlich Freitag, den 13.03.", "2026-03-14"),
    ("wieder ab Montag erreichbar", "2026-03-09"),
    ("Estaré fuera hasta el 3 de abril", "2026-04-04"),
    ("Sarò fuori ufficio fino al 20 marzo", "2026-03-21"),
    ("Ik ben terug op 16 maart", "2026-03-16"),
    ("away from 9 to 13 March", "2026-03-14"),
    ("on leave March 9 through March 13", "2026-03-14"),
    ("until 2026-03-31", "2026-04-01"),
    ("until 03/25/2026", "2026-03-26"),
    ("until 5 January", "2027-01-06"),
    ("until 03/04/2026", None),
    ("until 31 February", None),
    ("until further notice", None),
    ("until 2 March 2026", None),
    ("back on 1 June 2029", None),
    ("We have moved to 5 March Street", None),
]


@pytest.mark.parametrize(("text", "day"), DATES, ids=[text for text, _ in DATES])
def test_when_somebody_is_back(text: str, day: str | None) -> None:
    found = return_date(text, RECEIVED)  # a Friday
    assert (found and found.isoformat()) == day


HEADERS = st.sampled_from(["Subject", "From", "To", "Date", "Content-Type", "Auto-Submitted", "In-Reply-To", "Return-Path", "Content-Transfer-Encoding"])  # fmt: skip


@given(
    st.sampled_from(list(CORPUS.values())), st.integers(0, 2_000), st.integers(0, 200), st.binary(max_size=30)
)
def test_a_damaged_mail_is_still_something(entry, place, gone, put) -> None:
    raw = entry[0]
    assert told(raw[:place] + put + raw[place + gone :]).kind


@given(
    st.lists(st.tuples(HEADERS, st.text('ab1 <>@=?;:,"\\\r\n\t()/éß\x00\udc80', max_size=40)), max_size=6),
    st.binary(max_size=200),
)
def test_whatever_the_headers_say_nothing_is_raised(headers, body) -> None:
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers).encode("utf-8", "replace")
    assert told(lines + b"\r\n" + body).kind


def test_a_mail_nested_too_deep_or_too_large_is_read_as_far_as_it_goes() -> None:
    deep = b"".join(
        b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (level, level) for level in range(3_000)
    )
    assert told(deep).kind == "other"
    assert told(mail("x" * 3 * MOST_BYTES, In_Reply_To=OURS)).kind == "reply"


TIRING = {
    "commas": "until " + ", " * 4_000,
    "froms": "from " * 2_000,
    "fillers": "back on the the the " * 400,
    "tags": "<" * 8_000,
    "breaks": "<br" * 4_000,
    "dens": "bis " + "den " * 2_000,
    "quotes": "on " + "wrote " * 2_000,
}


@pytest.mark.parametrize("text", TIRING.values(), ids=TIRING)
def test_no_text_takes_long(text: str) -> None:
    began = time.process_time()
    told(mail(text, Auto_Submitted="auto-replied"))
    told(mail(text, kind="text/html", Auto_Submitted="auto-replied"))
    assert time.process_time() - began < 2  # of this process alone, however busy the machine
