"""Mail out, by a real server that may be down; mail in, and what follows from it. Nothing is lost, nothing twice."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from qualify.web.database import rows
from qualify.web.handing.postman import Postman
from qualify.web.handing.unsubscribing import address_for
from qualify.web.looking.consents import consents_of
from qualify.web.looking.handing import letters, whose
from qualify.web.verbs.actor import Conflict
from qualify.web.verbs.contacting import Touch, log_contact
from qualify.web.verbs.mailing import receive_mail, send_again, write_to_lead
from tests.web.cast import OWNER
from tests.web.handing.conftest import DAY, HOUR, MINUTE, MONDAY, Company, clock, owners, rep
from tests.web.handing.letters import Post, bounced, mail, posting

pytestmark = pytest.mark.slow


@pytest.fixture
def post() -> Iterator[Post]:
    with posting() as found:
        yield found


def address(name: str) -> str:
    return f"{name}@{name}-works.io"


def test_the_owner_gets_a_brief_and_what_is_to_be_done_when(company: Company, post: Post) -> None:
    jane = company.hand("jane", MONDAY)
    Postman().step(MONDAY)
    [got] = post.got
    assert got["To"] == owners(jane)[0]
    assert got["Subject"] == "Jane is yours now"
    text = post.text_of(0)
    assert "First contact by 2026-03-02 11:00" in text
    assert "VP Marketing, " in text and f"/leads/{jane}" in text
    calendars = [part for part in got.walk() if part.get_content_type() == "text/calendar"]
    assert "BEGIN:VEVENT" in str(calendars[0].get_payload(decode=True))


def test_mail_waits_while_the_server_is_down_for_an_hour(company: Company, post: Post) -> None:
    post.down()
    everybody = [company.hand(name, MONDAY + place) for place, name in enumerate(["ann", "bob", "cid"])]
    postman = Postman()
    for minute in range(60):
        postman.step(MONDAY + MINUTE * (minute + 1))
    assert (post.got, len(letters(["waiting"]))) == ([], 3)
    post.up()
    for minute in range(60, 180):
        postman.step(MONDAY + MINUTE * minute)
    assert sorted(got["To"] for got in post.got) == sorted(str(each) for each in owners(*everybody))
    assert len({got["Message-ID"] for got in post.got}) == 3
    assert [each.state for each in letters(["waiting", "sent", "dead"])] == ["sent"] * 3
    assert rows("SELECT body FROM mail") == [("",)] * 3, "what was sent is not kept"


def test_what_the_server_refuses_for_good_is_shown_and_can_be_sent_again(
    company: Company, post: Post
) -> None:
    post.refuses = "550 5.7.1 not from you"
    company.hand("jane", MONDAY)
    Postman().step(MONDAY)
    [dead] = letters(["dead"])
    assert "5.7.1" in dead.detail
    post.refuses = ""
    assert send_again(OWNER, [dead.id], MONDAY + 1) == 1
    Postman().step(MONDAY + 1)
    assert len(post.got) == 1


def test_a_mail_that_was_sent_and_not_written_down_comes_under_the_same_id(
    company: Company, post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    company.hand("jane", MONDAY)

    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("qualify.web.handing.postman.sent", killed)
        with pytest.raises(KeyboardInterrupt):
            Postman().step(MONDAY)
    Postman().step(MONDAY + 1)
    assert len(post.got) == 1, "somebody else has it until the lease is over"
    Postman().step(MONDAY + 5 * MINUTE)
    assert [got["Message-ID"] for got in post.got] == [post.got[0]["Message-ID"]] * 2


def test_a_mail_to_a_lead_stops_the_clock_once_it_is_sent_and_goes_on_if_it_comes_back(
    company: Company, post: Post
) -> None:
    jane = company.hand("jane", MONDAY)
    Postman().step(MONDAY)
    owner = rep(str(owners(jane)[0]))
    write_to_lead(
        owner, jane, "About your demo", "Hello Jane", MONDAY + MINUTE, sequence="eight touches", step=0
    )
    company.works(MONDAY + MINUTE)
    assert clock(jane)[0] == "running", "it is not sent yet"
    Postman().step(MONDAY + 2 * MINUTE)
    company.works(MONDAY + 2 * MINUTE)
    sent = post.got[-1]
    assert (sent["To"], str(sent["Reply-To"])) == (address("jane"), owner.name)
    assert address_for(jane) in str(sent["List-Unsubscribe"])
    assert clock(jane)[0] == "answered"
    [(_, tasks, _)] = whose(jane, MONDAY + 2 * MINUTE).sequences
    assert tasks[0].state == "done"
    read = receive_mail(OWNER, bounced(address("jane"), str(sent["Message-ID"])), MONDAY + 3 * MINUTE)
    assert (read.kind, read.leads) == ("bounce", (jane,))
    company.works(MONDAY + 3 * MINUTE)
    assert clock(jane)[0] == "running"
    [(_, _, ended)] = whose(jane, MONDAY + 3 * MINUTE).sequences
    assert ended is not None and ended.reason == "bounce"
    with pytest.raises(Conflict, match="came back"):
        write_to_lead(owner, jane, "Again", "Hello?", MONDAY + 4 * MINUTE)


def test_an_answer_ends_the_sequence_and_is_counted_once(company: Company) -> None:
    jane = company.hand("jane", MONDAY)
    raw = mail(address("jane"), "leads@qualify.example", at=MONDAY, Message_ID="<a1@jane-works.io>")
    assert receive_mail(OWNER, raw, MONDAY + HOUR).new
    assert not receive_mail(OWNER, raw, MONDAY + 2 * HOUR).new
    company.works(MONDAY + 2 * HOUR)
    [(_, _, ended)] = whose(jane, MONDAY + 2 * HOUR).sequences
    assert ended is not None and (ended.reason, ended.at) == ("reply", MONDAY + HOUR)
    assert len(rows("SELECT 1 FROM contact")) == 1
    assert clock(jane)[0] != "answered", "that they wrote is no answer of ours"


def test_who_is_away_is_not_written_to_until_they_are_back(company: Company) -> None:
    jane = company.hand("jane", MONDAY)
    raw = mail(
        address("jane"), "leads@qualify.example", "I am back on 16 March 2026.", MONDAY,
        Subject="Out of office", Auto_Submitted="auto-replied", Message_ID="<o1@jane-works.io>",
    )  # fmt: skip
    assert receive_mail(OWNER, raw, MONDAY + 1).kind == "auto reply"
    company.works(MONDAY + 2)
    [(_, tasks, ended)] = whose(jane, MONDAY + 2).sequences
    assert ended is None
    assert min(task.due_at for task in tasks) == MONDAY + 14 * DAY
    assert clock(jane)[0] == "running"


@pytest.mark.parametrize("way", ["address", "words", "complaint"])
def test_who_wants_no_more_mail_gets_none(company: Company, way: str) -> None:
    jane = company.hand("jane", MONDAY)
    if way == "address":
        raw = mail("someone@else.example", address_for(jane), "", MONDAY, Message_ID="<u1@x.example>")
    elif way == "words":
        raw = mail(
            address("jane"), "leads@qualify.example", "unsubscribe", MONDAY, Message_ID="<u2@x.example>"
        )
    else:
        log_contact(OWNER, jane, Touch("email", outcome="sent", contact_id="<m7@qualify.example>"), MONDAY)
        raw = (
            b"From: fbl@isp.example\r\nTo: leads@qualify.example\r\nSubject: complaint\r\nMessage-ID: <c1@isp.example>\r\n"
            b'MIME-Version: 1.0\r\nContent-Type: multipart/report; report-type=feedback-report; boundary="b"\r\n\r\n'
            b"--b\r\nContent-Type: text/plain\r\n\r\nabuse\r\n--b\r\nContent-Type: message/feedback-report\r\n\r\n"
            b"Feedback-Type: abuse\r\nUser-Agent: x/1\r\nVersion: 1\r\n"
            b"--b\r\nContent-Type: text/rfc822-headers\r\n\r\nMessage-ID: <m7@qualify.example>\r\n--b--\r\n"
        )
    assert receive_mail(OWNER, raw, MONDAY + 1).leads == (jane,)
    assert consents_of(jane, MONDAY + 2)["email"].given is False
    [(_, _, ended)] = whose(jane, MONDAY + 2).sequences
    assert ended is not None and ended.reason == "unsubscribe"


def test_nobody_unsubscribes_others_by_an_address_they_made_up(company: Company) -> None:
    jane = company.hand("jane", MONDAY)
    forged = address_for(jane).replace("-", "-0", 1)[:-1]
    raw = mail("someone@else.example", forged, "", MONDAY, Message_ID="<u3@x.example>")
    assert receive_mail(OWNER, raw, MONDAY + 1).leads == ()
    assert consents_of(jane, MONDAY + 2) == {}


def test_a_copy_of_what_a_rep_wrote_is_a_contact(company: Company) -> None:
    jane = company.hand("jane", MONDAY)
    [owner] = owners(jane)
    raw = mail(
        str(owner),
        address("jane"),
        "Hello Jane",
        MONDAY,
        Bcc="leads@qualify.example",
        Message_ID="<r1@q.example>",
    )
    assert receive_mail(OWNER, raw, MONDAY + MINUTE).kind == "sent by us"
    company.works(MONDAY + MINUTE)
    assert clock(jane)[0] == "answered"


def test_of_strangers_mail_nothing_is_kept_but_that_it_came(company: Company) -> None:
    raw = mail(
        "stranger@nowhere.example",
        "leads@qualify.example",
        "secret",
        MONDAY,
        Message_ID="<s1@nowhere.example>",
    )
    assert receive_mail(OWNER, raw, MONDAY).leads == ()
    assert rows("SELECT kind, sender, subject, message_id, about FROM incoming") == [
        ("other", "", "", "", "[]")
    ]


def test_whoever_is_erased_leaves_no_mail_behind(company: Company, post: Post) -> None:
    from qualify.web.verbs.erase import erase

    jane = company.hand("jane", MONDAY)
    raw = mail(address("jane"), "leads@qualify.example", at=MONDAY, Message_ID="<a1@jane-works.io>")
    receive_mail(OWNER, raw, MONDAY + 1)
    erase(OWNER, jane, MONDAY + 2)
    tables = (
        "mail",
        "incoming",
        "contact",
        "assignment",
        "enrolment",
        "happening",
        "nudge",
        "handoff",
        "handing",
    )
    left = json.dumps([rows(f"SELECT count(*) FROM {table}") for table in tables])
    assert set(left) <= set("[0], ")
