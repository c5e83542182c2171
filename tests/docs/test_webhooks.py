"""The page on webhooks lists what is told and when it is tried again, and its example verifies."""

from __future__ import annotations

import datetime as dt
import json
import re

import pytest
import standardwebhooks.webhooks as official
from standardwebhooks import Webhook, WebhookVerificationError

from qualify.web.telling.outbox import DELAYS
from qualify.web.verbs.hooking import TYPES
from tests.docs.pages import DOCS, blocks

PAGE = DOCS / "reference" / "webhooks.md"
TEXT = PAGE.read_text(encoding="utf-8")
NUMBER = {5: "5 seconds", 30: "30", 120: "2 minutes", 600: "10 minutes", 3_600: "1 hour", 21_600: "6 hours"}


def shown(language: str) -> str:
    [block] = [each for each in blocks(PAGE) if each.language == language]
    return block.text


@pytest.fixture
def example(monkeypatch) -> tuple[str, dict[str, str], str]:
    """The secret, the headers and the body on the page, at the time at which they say it was sent."""
    headers = dict(line.split(": ", 1) for line in shown("http").splitlines())
    sent = dt.datetime.fromtimestamp(int(headers["webhook-timestamp"]), dt.UTC)

    class Then(dt.datetime):
        @classmethod
        def now(cls, tz=None):
            return sent

    monkeypatch.setattr(official, "datetime", Then)
    [secret] = re.findall(r"`(whsec_\S+)`", TEXT)
    return secret, headers, shown("json").strip()


def test_the_official_library_verifies_the_example(example):
    secret, headers, body = example
    assert Webhook(secret).verify(body, headers) == json.loads(body)
    with pytest.raises(WebhookVerificationError):
        Webhook(secret).verify(body.replace("mql", "sql"), headers)


def test_so_does_the_program_on_the_page(example):
    names: dict = {}
    exec(shown("python"), names)
    assert names["received"](*example)["type"] == "lead.moved"


def test_every_type_has_its_line():
    assert re.findall(r"(?m)^\| `([a-z_.]+)` \|", TEXT.partition("## What is posted")[0]) == list(TYPES)


def test_the_times_of_the_tries_are_those_of_the_program():
    said = ", then ".join([NUMBER[DELAYS[0]], ", ".join(NUMBER[each] for each in DELAYS[1:-1])])
    assert f"{said} and 24 hours" in " ".join(TEXT.split())
    assert DELAYS[-1] == 24 * 3_600
