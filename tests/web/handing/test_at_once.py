"""Several at once on real connections, an address that answers 500 for a day, a line for a channel."""

from __future__ import annotations

import json
import threading

import pytest
from django.db import connection

from qualify.errors import QualifyError
from qualify.web.database import rows
from qualify.web.handing.working import Hander
from qualify.web.telling import posting
from qualify.web.telling.courier import Courier
from qualify.web.verbs.assigning import take
from qualify.web.verbs.decide import decide
from qualify.web.verbs.hooking import create_webhook
from qualify.web.verbs.reps import add_absence
from tests.web.cast import OWNER
from tests.web.handing.conftest import (
    DAY,
    HOUR,
    MANAGER,
    MAX,
    MINUTE,
    MONDAY,
    RAVI,
    ROSA,
    Company,
    owners,
    rep,
    settled,
    told,
)
from tests.web.receiver import receiving

pytestmark = pytest.mark.slow


def race(*runners) -> list[object]:
    """Let them all run at the same time; what each came to, or raised."""
    gate, came = threading.Barrier(len(runners)), []

    def run(work) -> None:
        gate.wait()
        try:
            came.append(work())
        except Exception as error:
            came.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(each,)) for each in runners]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    return came


def two_take_at_once(company: Company) -> None:
    for address in (ROSA, RAVI, MAX):
        add_absence(MANAGER, address, MONDAY - DAY, MONDAY + 7 * DAY, MONDAY - 1)
    for number in range(5):
        jane = company.hand(f"jane{number}", MONDAY + number)
        came = race(
            lambda who=jane: take(rep(ROSA), who, MONDAY + MINUTE),
            lambda who=jane: take(rep(RAVI), who, MONDAY + MINUTE),
        )
        assert sorted(type(each).__name__ for each in came) == ["Conflict", "int"]
        assert len(rows("SELECT 1 FROM assignment WHERE owner_id = %s AND rep_id IS NOT NULL", [jane])) == 1


def two_accept_at_once(company: Company) -> None:
    jane = company.hand("jane", MONDAY)
    came = race(
        lambda: decide(rep(ROSA), jane, "accepted", MONDAY + MINUTE),
        lambda: decide(rep(RAVI), jane, "accepted", MONDAY + MINUTE),
    )
    assert sorted(type(each).__name__ for each in came) == ["Conflict", "int"]
    assert len(rows("SELECT 1 FROM decision")) == 1


def workers_share_the_line(company: Company) -> None:
    everybody = [company.comes(f"lead{number}", MONDAY + number) for number in range(24)]
    company.worker.work_off(MONDAY + 100)

    def work() -> int:
        hander, done = Hander(), 0
        for place in range(40):
            done += hander.work(MONDAY + 200 + place, most=3)
        return done

    came = race(work, work, work)
    assert all(isinstance(each, int) for each in came), came
    Hander().work_off(MONDAY + HOUR)
    assert sorted(told("lead.assigned")) == everybody
    found = owners(*everybody)
    assert (found.count(ROSA), found.count(RAVI)) == (12, 12)


def test_of_two_who_take_a_lead_at_once_one_gets_it(company: Company) -> None:
    two_take_at_once(company)


def test_of_two_who_accept_at_once_one_gets_it(company: Company) -> None:
    two_accept_at_once(company)


def test_several_workers_give_each_lead_away_once(company: Company) -> None:
    workers_share_the_line(company)


@pytest.mark.parametrize("story", [two_take_at_once, two_accept_at_once, workers_share_the_line])
def test_it_is_the_same_on_postgresql(postgres_store: str, story) -> None:
    story(settled())


def test_an_address_that_answers_500_for_a_day_gets_everything_once_it_is_well(
    company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(posting.PRIVATE, "1")
    with receiving() as receiver:
        receiver.status = 500
        create_webhook(OWNER, receiver.url, MONDAY, types=["lead.assigned"])
        people = [company.hand(name, MONDAY + place) for place, name in enumerate(["ann", "bob"])]
        courier = Courier()
        for at in range(MONDAY + MINUTE, MONDAY + DAY, 20 * MINUTE):
            monkeypatch.setattr("qualify.web.telling.courier.clock", lambda at=at: at)
            deliver(courier, at)
        failed = len(receiver.got)
        receiver.status = 200
        for at in range(MONDAY + DAY, MONDAY + 3 * DAY, HOUR):
            monkeypatch.setattr("qualify.web.telling.courier.clock", lambda at=at: at)
            deliver(courier, at)
        courier.close()
        arrived = [json.loads(each.body)["data"]["lead_id"] for each in receiver.got[failed:]]
    assert failed >= 10
    assert sorted(arrived) == people
    assert rows("SELECT DISTINCT state FROM attempt") == [("delivered",)]


def test_a_channel_gets_a_line_that_people_can_read(
    company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(posting.PRIVATE, "1")
    with receiving() as receiver:
        create_webhook(OWNER, receiver.url, MONDAY, kind="slack")
        jane = company.hand("jane", MONDAY)
        courier = Courier()
        deliver(courier, MONDAY + 1)
        courier.close()
        [got] = receiver.got
    text = json.loads(got.body)["text"]
    assert f"/leads/{jane}|Jane> is with {owners(jane)[0]} now, due 2026-03-02 11:00 UTC" in text
    assert "webhook-signature" not in got.headers
    with pytest.raises(QualifyError):
        create_webhook(OWNER, receiver.url, MONDAY, kind="slack", types=["lead.scored"])


def deliver(courier: Courier, at: int) -> None:
    """Everything that is due."""
    while courier.step(at) or courier.away:
        pass
