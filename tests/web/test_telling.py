"""The outbox: what happened is told to whoever asked, signed, in order, at least once."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading

import pytest

from qualify.clock import now
from qualify.web.database import insert, rows, run
from qualify.web.telling import outbox, posting
from qualify.web.telling.courier import Courier
from qualify.web.telling.webhooks import rotate, settle
from qualify.web.verbs import hooking
from qualify.web.verbs.actor import the_owner
from tests.clients.node_tools import Missing, installed
from tests.web.receiver import receiving
from tests.web.servers import until

pytestmark = pytest.mark.slow

ADA, BEN = 1, 2


@pytest.fixture
def receiver(store, monkeypatch):
    monkeypatch.setenv(posting.PRIVATE, "1")
    with receiving() as found:
        yield found


@pytest.fixture
def courier():
    found = Courier()
    yield found
    found.close()


def create_webhook(url: str, types: list[str], at: int) -> tuple[int, str]:
    return hooking.create_webhook(the_owner(), url, at, types=types)


def happened(*people: int, type_: str = "lead.moved") -> list[int]:
    """Something happened to these people, in this order; the ids of the messages."""
    values = [
        (type_, who, json.dumps({"lead_id": who, "to": "mql ü"}, ensure_ascii=False), now()) for who in people
    ]
    return [
        row[0] for row in insert("message", "type, person_id, payload, created_at", values, "RETURNING id")
    ]


def deliver(courier: Courier, at: int | None = None) -> None:
    """Everything that is due."""
    while courier.step(at or now()) or courier.away:
        pass


def states() -> list[tuple[str, int, int | None]]:
    return rows("SELECT state, tries, status FROM attempt ORDER BY message_id, webhook_id")


def test_a_message_reaches_whoever_wants_its_type_signed(receiver, courier):
    _, secret = create_webhook(receiver.url, ["lead.moved"], now())
    [moved] = happened(ADA)
    happened(ADA, type_="lead.scored")
    deliver(courier)
    [got] = receiver.got
    said = got.verified(secret)
    assert got.id == f"msg_{moved}"
    assert (said["type"], said["data"]) == ("lead.moved", {"lead_id": ADA, "to": "mql ü"})
    assert said["timestamp"].endswith("Z")
    assert states() == [("delivered", 1, 200)]


def test_after_a_rotation_both_secrets_verify_until_it_is_settled(receiver, courier):
    webhook, former = create_webhook(receiver.url, [], now())
    newest = rotate(webhook)
    happened(ADA)
    deliver(courier)
    assert receiver.got[0].verified(former) == receiver.got[0].verified(newest)
    settle(webhook)
    happened(BEN)
    deliver(courier)
    assert receiver.got[1].verified(newest)
    with pytest.raises(Exception, match="No matching signature"):
        receiver.got[1].verified(former)


def test_the_official_verifier_for_node_agrees(receiver, courier):
    try:
        look = {**os.environ, "NODE_PATH": str(installed())}
    except Missing as missing:
        pytest.skip(f"NOT RUN: {missing}")
    _, secret = create_webhook(receiver.url, [], now())
    happened(ADA)
    deliver(courier)
    program = (
        "const {Webhook} = require('standardwebhooks'); const [s, b, h] = JSON.parse(process.argv[1]);"
        "console.log(JSON.stringify(new Webhook(s).verify(b, h)))"
    )
    told = json.dumps([secret, receiver.got[0].body, receiver.got[0].headers])
    ran = subprocess.run(["node", "-e", program, told], env=look, capture_output=True, text=True)
    assert json.loads(ran.stdout)["data"]["lead_id"] == ADA, ran.stderr


def test_a_failure_is_tried_again_later_under_the_same_id_and_at_last_given_up(receiver, courier):
    create_webhook(receiver.url, [], now())
    happened(ADA)
    receiver.status, at = 500, now()
    waits = []
    for _ in range(8):
        deliver(courier, at)
        [(state, next_at)] = rows("SELECT state, next_at FROM attempt")
        waits.append((next_at - now()) / 1000)
        at = next_at + 1
    assert state == "dead"
    assert len(receiver.got) == 8 and len({got.id for got in receiver.got}) == 1
    for waited, meant in zip(waits, outbox.DELAYS, strict=False):
        assert 0.79 * meant <= waited <= 1.21 * meant
    [(detail, failing)] = rows("SELECT a.detail, w.failing_since FROM attempt a JOIN webhook w ON true")
    assert detail == "500: as you like" and failing
    deliver(courier, at + 10**9)
    assert len(receiver.got) == 8


def test_what_was_given_up_can_be_sent_again(receiver, courier):
    create_webhook(receiver.url, [], now())
    happened(ADA)
    deliver(courier)
    [(attempt,)] = rows("SELECT id FROM attempt")
    run("UPDATE attempt SET state = 'dead', tries = 8")
    assert outbox.replay([attempt], now()) == 1
    assert outbox.replay([attempt], now()) == 0
    deliver(courier)
    assert [got.id for got in receiver.got] == [receiver.got[0].id] * 2
    assert states() == [("delivered", 1, 200)]


def test_who_says_for_how_long_to_wait_is_left_alone_for_as_long(receiver, courier):
    create_webhook(receiver.url, [], now())
    happened(ADA)
    receiver.status, receiver.headers = 429, {"Retry-After": "600"}
    deliver(courier)
    [(next_at,)] = rows("SELECT next_at FROM attempt")
    assert next_at - now() > 590_000


def test_an_address_that_is_gone_is_switched_off(receiver, courier):
    create_webhook(receiver.url, [], now())
    happened(ADA, BEN)
    receiver.status = 410
    deliver(courier)
    assert [bool(active) for (active,) in rows("SELECT active FROM webhook")] == [False]
    assert {state for state, _, status in states() if status == 410} == {"dead"}
    asked = len(receiver.got)
    happened(ADA)
    deliver(courier)
    assert len(receiver.got) == asked


def test_no_answer_is_a_failure_and_holds_up_nobody_else(receiver, courier, monkeypatch):
    monkeypatch.setattr(posting, "ANSWERING", 0.5)
    go_on = threading.Event()
    receiver.before = lambda got: go_on.wait(30)
    create_webhook(receiver.url, [], now())
    with receiving() as other:
        create_webhook(other.url, [], now())
        happened(*range(1, 13))
        until(lambda: courier.step(now()) and len(other.got) == 12)
        deliver(courier)
    go_on.set()
    assert len({got.id for got in other.got}) == 12
    assert {(state, status) for state, _, status in states()} == {("delivered", 200), ("waiting", None)}
    assert rows("SELECT DISTINCT detail FROM attempt WHERE state = 'waiting'") == [("no answer in time",)]


def test_redirects_are_not_followed(receiver, courier):
    with receiving() as elsewhere:
        receiver.status, receiver.headers = 302, {"Location": elsewhere.url}
        create_webhook(receiver.url, [], now())
        happened(ADA)
        deliver(courier)
        assert not elsewhere.got
    assert "redirects are not followed" in rows("SELECT detail FROM attempt")[0][0]


def test_what_happened_to_a_person_is_told_in_its_order_even_when_the_first_fails(receiver, courier):
    create_webhook(receiver.url, [], now())
    first, second = happened(ADA, ADA)
    others = happened(*range(10, 15))
    receiver.status = 500
    deliver(courier)
    assert {got.id for got in receiver.got} == {f"msg_{number}" for number in (first, *others)}
    receiver.status, receiver.got[:] = 200, []
    deliver(courier, now() + 10_000)
    told = [got.id for got in receiver.got]
    assert told.index(f"msg_{first}") < told.index(f"msg_{second}")
    assert {state for state, *_ in states()} == {"delivered"}


def test_many_that_wait_behind_a_failure_do_not_stand_in_the_way_of_others(receiver, courier):
    create_webhook(receiver.url, [], now())
    receiver.status = 500
    happened(*[ADA] * (2 * outbox.LOOKED_AT))
    deliver(courier)
    receiver.status = 200
    [late] = happened(BEN)
    deliver(courier)
    assert receiver.got[-1].id == f"msg_{late}"


def test_two_couriers_send_nothing_twice(receiver, store):
    create_webhook(receiver.url, [], now())
    sent = happened(*range(1, 101))
    one, other = Courier(), Courier()
    until(lambda: one.step(now()) + other.step(now()) and len(receiver.got) >= 100)
    one.close()
    other.close()
    assert sorted(got.id for got in receiver.got) == sorted(f"msg_{number}" for number in sent)


@pytest.mark.skipif(sys.platform == "win32", reason="needs SIGKILL")
def test_a_clock_read_a_little_earlier_takes_nothing_from_who_was_quicker(receiver, store):
    create_webhook(receiver.url, [], now())
    happened(ADA)
    outbox.spread(now())
    moment = now()
    assert outbox.take(moment, 5, {}, 5)
    assert outbox.take(moment - 3, 5, {}, 5) == []


def test_a_worker_killed_between_sending_and_writing_sends_it_again_under_the_same_id(
    receiver, store, courier
):
    create_webhook(receiver.url, [], now())
    happened(ADA)
    arrived, go_on = threading.Event(), threading.Event()

    def hold(got):
        arrived.set()
        go_on.wait(30)

    receiver.before = hold
    program = (
        "from qualify.web.starting import start; start()\n"
        "from django.conf import settings\n"
        "from qualify.web.telling.courier import Courier; from qualify.clock import now\n"
        "courier = Courier()\n"
        "while True: courier.step(now())"
    )
    environment = {
        **os.environ,
        "QUALIFY_DATABASE_URL": f"sqlite:///{store}",
        "QUALIFY_SECRET_KEY": _secret(),
    }
    sender = subprocess.Popen([sys.executable, "-c", program], env=environment)
    assert arrived.wait(60)
    sender.send_signal(signal.SIGKILL)
    sender.wait()
    go_on.set()
    assert states() == [("waiting", 0, None)]
    deliver(courier, now() + outbox.LEASE + 1)
    assert states() == [("delivered", 1, 200)]
    assert len(receiver.got) == 2 and receiver.got[0].id == receiver.got[1].id
    assert receiver.got[0].body == receiver.got[1].body


def _secret() -> str:
    from django.conf import settings

    return str(settings.SECRET_KEY)


@pytest.mark.parametrize(
    "host",
    ["127.0.0.1", "localhost", "10.1.2.3", "192.168.0.1", "169.254.169.254", "100.64.0.1", "0.0.0.0",
     "::1", "::ffff:127.0.0.1", "fe80::1", "fd00::1", "64:ff9b::7f00:1", "2002:7f00:1::", "224.0.0.1"],
)  # fmt: skip
def test_addresses_of_private_networks_are_refused(monkeypatch, host):
    monkeypatch.delenv(posting.PRIVATE, raising=False)
    with pytest.raises(posting.Refused, match=r"private network|no address"):
        posting.resolve(host, 443)


def test_addresses_of_the_internet_are_not(monkeypatch):
    monkeypatch.delenv(posting.PRIVATE, raising=False)
    assert posting.resolve("93.184.216.34", 443) == "93.184.216.34"
    assert posting.resolve("2606:2800:220:1:248:1893:25c8:1946", 443) == "2606:2800:220:1:248:1893:25c8:1946"


def test_a_name_that_leads_to_this_machine_is_not_called(receiver, courier, monkeypatch):
    monkeypatch.delenv(posting.PRIVATE)
    create_webhook(receiver.url.replace("127.0.0.1", "localhost"), [], now())
    happened(ADA)
    deliver(courier)
    assert not receiver.got
    assert "private network" in rows("SELECT detail FROM attempt")[0][0]
