"""A company with two reps, a manager and a playbook, and leads who ask for a demo."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import pytest

from qualify.capture.model import Source
from qualify.handoff.facts import Assignment
from qualify.playbook.starters import text as starter
from qualify.web.database import rows
from qualify.web.handing import facts
from qualify.web.handing.working import Hander
from qualify.web.living.working import Worker
from qualify.web.sources import create_source
from qualify.web.verbs.actor import Actor
from qualify.web.verbs.publish import publish
from qualify.web.verbs.reps import set_rep
from qualify.web.verbs.roles import actor_in
from tests.web.cast import OWNER, lead_of, of, send

MINUTE = 60_000
HOUR = 60 * MINUTE
DAY = 24 * HOUR
MONDAY = 1_772_442_000_000  # 2 March 2026, 09:00 UTC
ROSA, RAVI, MAX = (f"{name}@qualify.example" for name in ("rosa", "ravi", "max"))


def rep(address: str) -> Actor:
    """A rep as verbs see them."""
    return actor_in("sales_rep", address)


MANAGER = actor_in("sales_manager", MAX)


class Company(NamedTuple):
    """What there is, and the means to let something happen in it."""

    source: Source
    worker: Worker
    hander: Hander

    def comes(self, name: str, at: int) -> int:
        """Somebody who fits asks for a demo; their number. Nobody has looked at them yet."""
        told = {"email": f"{name}@{name}-works.io", "title": "VP Marketing", "employees": 120, "country": "DE",
                "industry": "software", "name": name.capitalize()}  # fmt: skip
        send(self.source, at, *of(name, told, ["Demo Requested"]))
        return lead_of(f"{name}@{name}-works.io")

    def works(self, at: int) -> None:
        """Everything that the worker has to do by then."""
        while self.worker.work_off(at) + self.hander.work_off(at):
            pass

    def hand(self, name: str, at: int) -> int:
        """Somebody asks for a demo and is handed over; their number."""
        who = self.comes(name, at)
        self.works(at)
        return who


def settled() -> Company:
    """Rosa and Ravi sell, Max leads them; today is a Monday, nine o'clock."""
    source = Source(id=create_source("site", "segment", MONDAY - DAY), name="site", trusted=True)
    publish(OWNER, starter("b2b-saas"), MONDAY - DAY)
    for address in (ROSA, RAVI):
        set_rep(OWNER, address, MONDAY - DAY, teams=["sales"], time_zone="UTC")
    set_rep(OWNER, MAX, MONDAY - DAY, teams=["managers"], time_zone="UTC")
    return Company(source, Worker(), Hander())


@pytest.fixture
def company(store: Path) -> Company:
    """The same, in a store of its own."""
    return settled()


def owners(*people: int) -> list[str | None]:
    """Who has these leads now."""
    given: dict[str, Assignment] = {each.lead_id: each for each in facts.assignments(people)}
    return [given[str(who)].rep_id if str(who) in given else None for who in people]


def told(kind: str) -> list[int]:
    """The leads of whom other systems were told so."""
    return [who for (who,) in rows("SELECT person_id FROM message WHERE type = %s ORDER BY id", [kind])]


def clock(who: int) -> tuple[str, int | None]:
    """How the clock of a lead stands, and when it is due."""
    [(state, due)] = rows(
        "SELECT state, due_at FROM handoff WHERE person_id = %s ORDER BY reached_at DESC LIMIT 1", [who]
    )
    return state, due
