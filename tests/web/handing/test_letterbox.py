"""The mailbox is read as it fills, each mail once, whatever happens to the mailbox, the server or to us."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from qualify.web.database import rows
from qualify.web.handing.asked import MailboxAt, imap_settings
from qualify.web.handing.mailbox import EVERY, Letterbox
from tests.web.handing.conftest import MINUTE, MONDAY, Company
from tests.web.handing.imap import Mails, mailbox
from tests.web.handing.letters import mail

pytestmark = pytest.mark.slow


@pytest.fixture
def box() -> Iterator[tuple[Mails, MailboxAt]]:
    with mailbox() as found:
        yield found


def reply(number: int) -> bytes:
    return mail(
        "jane@jane-works.io", "leads@qualify.example", at=MONDAY, Message_ID=f"<{number}@jane-works.io>"
    )


def kinds() -> list[str]:
    return [kind for (kind,) in rows("SELECT kind FROM incoming ORDER BY id")]


def test_what_came_in_is_read_once_and_then_what_came_since(
    company: Company, box: tuple[Mails, MailboxAt]
) -> None:
    mails, where = box
    company.hand("jane", MONDAY)
    mails.arrives(reply(1), reply(2))
    letters = Letterbox(where)
    assert letters.step(MONDAY) == 2
    assert letters.step(MONDAY + EVERY // 2) == 0, "it is not time yet"
    assert letters.step(MONDAY + EVERY) == 0
    mails.arrives(reply(3))
    assert letters.step(MONDAY + 2 * EVERY) == 1
    assert (kinds(), mails.fetched) == (["reply"] * 3, [1, 2, 3])


def test_two_processes_do_not_both_look(company: Company, box: tuple[Mails, MailboxAt]) -> None:
    mails, where = box
    mails.arrives(reply(1))
    assert (Letterbox(where).step(MONDAY), Letterbox(where).step(MONDAY)) == (1, 0)


def test_in_a_mailbox_that_was_made_anew_nothing_counts_twice(
    company: Company, box: tuple[Mails, MailboxAt]
) -> None:
    mails, where = box
    company.hand("jane", MONDAY)
    mails.arrives(reply(1))
    Letterbox(where).step(MONDAY)
    mails.validity = 8
    assert Letterbox(where).step(MONDAY + EVERY) == 1
    assert kinds() == ["reply"]


def test_a_wrong_password_is_said_and_mended(company: Company, box: tuple[Mails, MailboxAt]) -> None:
    mails, where = box
    mails.arrives(reply(1))
    assert Letterbox(where._replace(password="wrong")).step(MONDAY) == 0
    [(trouble,)] = rows("SELECT trouble FROM mailbox")
    assert "wrong password" in trouble
    assert Letterbox(where).step(MONDAY + EVERY) == 1
    assert rows("SELECT trouble FROM mailbox") == [("",)]


def test_a_mail_that_breaks_the_reader_keeps_nobody_from_the_next(
    company: Company, box: tuple[Mails, MailboxAt], monkeypatch: pytest.MonkeyPatch
) -> None:
    mails, where = box
    mails.arrives(reply(1), reply(2))
    from qualify.web.handing import mailbox as reading

    real = vars(reading)["received"]

    def breaks(raw: bytes, now: int) -> object:
        assert b"<1@" not in raw
        return real(raw, now)

    monkeypatch.setattr(reading, "received", breaks)
    assert Letterbox(where).step(MONDAY + MINUTE) == 2
    assert len(kinds()) == 1


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("", MailboxAt()),
        ("imaps://ada%40x.example:p%2Fw@mail.x.example", MailboxAt("mail.x.example", 993, "ada@x.example", "p/w")),
        ("imap://ada:pw@mail.x.example:1143/Leads?tls=no", MailboxAt("mail.x.example", 1143, "ada", "pw", False, False, "Leads")),
        ("imap://ada:pw@mail.x.example", MailboxAt("mail.x.example", 143, "ada", "pw", False, True)),
    ],
)  # fmt: skip
def test_a_url_says_where_the_mailbox_is(url: str, expected: MailboxAt) -> None:
    assert imap_settings({"QUALIFY_IMAP_URL": url}) == expected


@pytest.mark.parametrize("url", ["pop3://a:b@c", "imaps://mail.x.example", "imaps:"])
def test_what_is_no_mailbox_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match="QUALIFY_IMAP_URL"):
        imap_settings({"QUALIFY_IMAP_URL": url})
