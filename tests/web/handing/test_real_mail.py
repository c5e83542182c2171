"""What real Postfix and real Dovecot send back is told for what it is, and what follows from it is done.

Mail goes out by our own outbox and comes back into a mailbox that our letterbox reads by IMAP; in between nothing is ours.
"""

from __future__ import annotations

import os
import smtplib
from collections.abc import Iterator
from contextlib import contextmanager
from email.message import EmailMessage
from typing import Any, NoReturn

import pytest
from django.test import override_settings

from qualify.web.database import rows
from qualify.web.handing.mailbox import EVERY, Letterbox
from qualify.web.handing.postman import Postman
from qualify.web.handing.unsubscribing import address_for
from qualify.web.looking.consents import consents_of
from qualify.web.looking.handing import whose
from qualify.web.people.asked import Mail
from qualify.web.verbs.actor import Conflict
from qualify.web.verbs.mailing import write_to_lead
from tests.web.handing.conftest import DAY, MINUTE, MONDAY, Company, owners, rep
from tests.web.handing.mailsystem import OURS, Box, MailSystem, NotHere, mail_system, missing
from tests.web.servers import until

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("mail")]


def address(name: str) -> str:
    return f"{name}@{name}-works.io"


ANSWERS = 'require ["vacation", "editheader"]; deleteheader "List-Unsubscribe"; '
"""Dovecot itself answers nothing that one can unsubscribe from; other programs do, so what it looks at is taken out."""


def away(words: str, subject: str = "") -> str:
    said = f':subject "{subject}" ' if subject else ""
    return f'{ANSWERS}vacation :days 1 {said}"{words}";'


BOXES = {
    "reads": Box(),
    "away": Box(away("I am back on 16 March 2026.", "Out of office")),
    "weg": Box(away("Ich bin bis zum 15.03.2026 nicht im Büro.", "Abwesenheitsnotiz")),
    "taken": Box(away("We have got your mail and will answer soon. Ticket 4711.")),
    "html": Box(f'{ANSWERS}vacation :mime text:\r\nContent-Type: text/html; charset=utf-8\r\n\r\n'
                "<p>Je suis absente jusqu'au <b>13 mars 2026</b>.</p>\r\n.\r\n;"),
    "full": Box(bytes=10),
    "silent": Box('require "vacation"; vacation :days 1 "I am back on 16 March 2026.";'),
    "denies": Box('require "reject"; reject "We take no mail from sales.";'),
    "moved": Box('redirect "nobody@moved-works.io";'),
}  # fmt: skip
"""Whose mail does what; `gone` has no mailbox at all."""

EXPECTED = {
    "reads": [],
    "away": ["auto reply"],
    "weg": ["auto reply"],
    "taken": ["auto reply"],
    "html": ["auto reply"],
    "full": ["bounce", "delayed"],
    "silent": [],
    "denies": ["bounce"],
    "moved": ["bounce"],
    "gone": ["bounce"],
}


@pytest.fixture
def system() -> Iterator[MailSystem]:
    reason = missing()
    if reason is not None:
        _go_without(reason)
    try:
        with mail_system({address(name): box for name, box in BOXES.items()}) as found, sending_by(found):
            yield found
    except NotHere as error:
        _go_without(str(error))


def _go_without(reason: str) -> NoReturn:
    if "mail" in os.environ.get("QUALIFY_MUST_RUN", "").split():
        pytest.fail(f"mail must run here (QUALIFY_MUST_RUN), but: {reason}", pytrace=False)
    pytest.skip(f"NOT RUN: {reason}")


@contextmanager
def sending_by(system: MailSystem) -> Iterator[None]:
    mail = Mail("127.0.0.1", system.smtp, sender=f"Qualify <{OURS}>")
    with override_settings(
        MAIL=mail, EMAIL_HOST=mail.host, EMAIL_PORT=mail.port, EMAIL_USE_TLS=False, EMAIL_USE_SSL=False,
        DEFAULT_FROM_EMAIL=mail.sender, MAILBOX=system.mailbox,
    ):  # fmt: skip
        yield


class Post:
    """What goes out and comes in, minute by minute."""

    def __init__(self, company: Company, system: MailSystem) -> None:
        self.company, self.system, self.now = company, system, MONDAY

    def write(self, name: str) -> int:
        """Let the owner of a new lead write to them; the lead's number."""
        who = self.company.hand(name, self.now)
        owner = rep(str(owners(who)[0]))
        write_to_lead(owner, who, "About your demo", "Hello", self.now, sequence="eight touches", step=0)
        while Postman().step(self.now):
            pass
        self.company.works(self.now)
        return who

    def fetched(self, expected: dict[int, list[str]]) -> dict[int, list[str]]:
        """What came back about these leads, once as much came as is expected."""
        letters = Letterbox(self.system.mailbox)

        def look() -> dict[int, list[str]]:
            self.now += EVERY
            letters.step(self.now)
            kinds = {who: sorted(self._kinds(who)) for who in expected}
            return kinds if sum(map(len, kinds.values())) >= sum(map(len, expected.values())) else {}

        found = until(look)
        self.company.works(self.now)
        return found

    def _kinds(self, who: int) -> list[str]:
        return [kind for (kind,) in rows("SELECT kind FROM incoming WHERE owner_id = %s", [who])]

    def answers(self, name: str, to: str, **headers: str) -> None:
        """Somebody writes with a program of their own."""
        mail = EmailMessage()
        mail["From"], mail["To"], mail["Message-ID"] = address(name), to, f"<{name}-{self.now}@works.example>"
        for field, value in headers.items():
            mail[field.replace("_", "-")] = value
        mail.set_content("Thank you, gladly. Thursday at ten?\n\n> Hello\n")
        with smtplib.SMTP("127.0.0.1", self.system.smtp) as server:
            server.send_message(mail)


def sequence(who: int, now: int) -> Any:
    [found] = whose(who, now).sequences
    return found


def test_everything_that_comes_back_is_told_for_what_it_is(company: Company, system: MailSystem) -> None:
    post = Post(company, system)
    leads = {name: post.write(name) for name in EXPECTED}
    found = post.fetched({leads[name]: kinds for name, kinds in EXPECTED.items()})
    assert {name: found[who] for name, who in leads.items()} == EXPECTED, system.log

    for name in ("gone", "denies", "moved"):
        assert sequence(leads[name], post.now)[2].reason == "bounce"
        with pytest.raises(Conflict, match="came back"):
            write_to_lead(rep(str(owners(leads[name])[0])), leads[name], "Again", "Hello?", post.now)
    for name in ("reads", "away", "weg", "html", "taken", "full", "silent"):
        assert sequence(leads[name], post.now)[2] is None, f"{name} is still to be written to"
    next_touch = {name: min(task.due_at for task in sequence(who, post.now)[1] if task.state != "done")
                  for name, who in leads.items() if sequence(who, post.now)[2] is None}  # fmt: skip
    assert next_touch["away"] == MONDAY // DAY * DAY + 14 * DAY + 9 * 60 * MINUTE, "when she is back"
    assert next_touch["weg"] >= next_touch["away"] and next_touch["html"] > next_touch["reads"]
    assert next_touch["taken"] == next_touch["reads"], "that a machine thanks moves nothing"


def test_people_who_answer_or_leave_are_heard(company: Company, system: MailSystem) -> None:
    post = Post(company, system)
    answered, left = post.write("reads"), post.write("away")
    [(number,)] = rows("SELECT message_id FROM mail WHERE kind = 'lead' AND person_id = %s", [answered])
    post.answers("reads", OURS, In_Reply_To=number, Subject="Re: About your demo")
    post.answers("away", address_for(left), Subject="unsubscribe")
    found = post.fetched({answered: ["reply"], left: ["auto reply", "unsubscribe"]})
    assert found == {answered: ["reply"], left: ["auto reply", "unsubscribe"]}, system.log
    assert sequence(answered, post.now)[2].reason == "reply"
    assert sequence(left, post.now)[2].reason == "unsubscribe"
    assert consents_of(left, post.now)["email"].given is False
