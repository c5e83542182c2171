"""Two people in a store: Jane of a company that fits, and Joe who may be her with another address."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
import pytest

from qualify.capture.known import Known
from qualify.capture.model import Call, Source
from qualify.capture.pipeline import Facts, run
from qualify.playbook.starters import text as starter
from qualify.web.database import rows
from qualify.web.keeping.keep import keep
from qualify.web.living.working import Worker
from qualify.web.sources import create_source
from qualify.web.verbs.actor import Actor, the_owner
from qualify.web.verbs.publish import publish

START = 1_700_000_000_000
MINUTE = 60_000
OWNER = the_owner("Olga")
STRANGER = Actor("Sam", frozenset())


class Cast(NamedTuple):
    """The two, by their ids, and the moment at which they were judged last."""

    jane: int
    joe: int
    now: int


def send(source: Source, at: int, *calls: dict[str, Any]) -> None:
    """Calls through the pipeline into the store, received at a moment."""
    passed = run([msgspec.convert(each, Call) for each in calls], source, Facts(), at, Known())
    assert not passed.dropped, passed.dropped
    keep(passed.drafts, at)


def lead_of(email: str) -> int:
    """The lead who has the address."""
    [(owner,)] = rows("SELECT owner_id FROM identifier WHERE key = %s", [f"email:{email}"])
    return int(owner)


def of(person: str, traits: dict[str, Any], events: Iterable[str]) -> list[dict[str, Any]]:
    """What a client sends of somebody who looked around, identified themselves and did things."""
    who = {"user_id": person, "anonymous_id": f"browser-{person}"}
    first: dict[str, Any] = {
        "type": "page",
        "anonymous_id": f"browser-{person}",
        "properties": {"path": "/pricing"},
    }
    named: dict[str, Any] = {"type": "identify", "traits": traits, **who}
    done = [{"type": "track", "event": event, **who} for event in events]
    return [{**each, "message_id": f"{person}-{place}"} for place, each in enumerate([first, named, *done])]


NOW = START + 3 * MINUTE


def settle() -> None:
    """Let Jane and Joe come into an empty store, and be judged by the starter playbook."""
    source = _site()
    publish(OWNER, starter("b2b-saas"), START)
    fits = {"email": "jane@acme-corp.io", "title": "VP Marketing", "employees": 120, "country": "DE"}
    send(source, START + MINUTE, *of("jane", {**fits, "industry": "software"}, ["Demo Requested"]))
    send(
        source,
        START + 2 * MINUTE,
        *of("joe", {"email": "joe@gmail.com", "name": "Joe"}, ["Webinar Attended"]),
    )
    Worker().work_off(NOW)


def _site() -> Source:
    return Source(id=create_source("site", "segment", START), name="site", trusted=True)


@pytest.fixture
def source(store: Path, request: pytest.FixtureRequest) -> Source:
    """A source that may be trusted; where the cast is, the one that it came by."""
    if "peopled" not in request.fixturenames:
        return _site()
    [(number,)] = rows("SELECT id FROM source WHERE name = 'site'")
    return Source(id=number, name="site", trusted=True)


@pytest.fixture
def people(peopled: Path, source: Source) -> Cast:
    """Jane and Joe, judged by the starter playbook."""
    return Cast(lead_of("jane@acme-corp.io"), lead_of("joe@gmail.com"), NOW)
