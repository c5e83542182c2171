"""``python -m bench.load ADDRESS KEY``: sends batches over HTTP from a process of its own, and says what it saw as JSON.

Every request's body is made before the first is sent, so that the generator takes next to nothing from the two
cores that it shares with what it measures.
"""

from __future__ import annotations

import argparse
import base64
import gzip
import json
import os
import queue
import random
import threading
import time
import uuid
from http.client import HTTPConnection, HTTPException
from typing import Any, NamedTuple
from urllib.parse import urlsplit

PAGES = ("/", "/pricing", "/docs/start", "/customers/acme", "/blog/post-17", "/security")
PEOPLE = 2_000
SIZE = 100


def bodies(
    count: int, seed: int, people: int = PEOPLE, size: int = SIZE, named: float = 1.0, leads: int = 0
) -> list[bytes]:
    """Batches as a server's client sends them: page views, tracked events, some identifies; of so many people.

    ``named`` is the share of the calls that are of people whom something names; the others are visitors', of whom
    there are as many. Where ``leads`` says how many leads of a simulated market are in the store, those with a name
    are some of these.
    """
    chance, found = random.Random(seed), []
    for _ in range(count):
        batch = [
            message(chance, chance.randrange(people), True)
            if chance.random() >= named
            else of_lead(chance, chance.randrange(leads))
            if leads
            else message(chance, chance.randrange(people))
            for _ in range(size)
        ]
        found.append(gzip.compress(json.dumps({"batch": batch}).encode(), mtime=0))
    return found


def of_lead(chance: random.Random, lead: int) -> dict[str, Any]:
    """What a lead of a simulated market does: looks at a page, or uses the product."""
    told: dict[str, Any] = {
        "messageId": str(uuid.UUID(int=chance.getrandbits(128))),
        "userId": f"L{lead + 1:06d}",
        "context": {"library": {"name": "analytics-python"}},
    }
    if chance.random() < 0.5:
        return told | {"type": "track", "event": "Product Used", "properties": {"seats": 5}}
    return told | {"type": "page", "properties": {"path": chance.choice(PAGES)}}


def message(chance: random.Random, person: int, visitor: bool = False) -> dict[str, Any]:
    """A call of that person, or of that visitor."""
    kind, page = chance.random(), chance.choice(PAGES)
    told: dict[str, Any] = {
        "messageId": str(uuid.UUID(int=chance.getrandbits(128))),
        "anonymousId": f"{'visitor' if visitor else 'browser'}-{person:08d}",
        "context": {"library": {"name": "analytics-python"}, "page": {"path": page, "url": "https://x.com" + page}},
    }  # fmt: skip
    if visitor:
        return told | {"type": "page", "properties": {"path": page}}
    if kind < 0.05:
        traits = {"email": f"person{person}@company{person % 300}.com", "firstName": "Ann"}
        return told | {"type": "identify", "userId": f"u{person}", "traits": traits}
    if kind < 0.5:
        used = {"event": "Product Used", "properties": {"seats": 5}}
        return told | {"type": "track", "userId": f"u{person}"} | used
    return told | {"type": "page", "properties": {"path": page}}


class Seen(NamedTuple):
    """What became of a request: its status, and how long it took (seconds)."""

    status: int
    took: float


class Client:
    """A connection that is kept, and opened anew when it was closed."""

    def __init__(self, address: str, key: str) -> None:
        where = urlsplit(address)
        self.connection = HTTPConnection(str(where.hostname), where.port or 80, timeout=60)
        basic = base64.b64encode(f"{key}:".encode()).decode()
        self.headers = {
            "Authorization": f"Basic {basic}", "Content-Type": "application/json", "Content-Encoding": "gzip",
            "User-Agent": "analytics-python/2.2.3",
        }  # fmt: skip

    def send(self, body: bytes) -> int:
        """Send a batch; the status of its answer, 0 when there was none."""
        try:
            self.connection.request("POST", "/v1/batch", body, self.headers)
            answer = self.connection.getresponse()
            answer.read()
            return answer.status
        except (OSError, HTTPException):
            self.connection.close()
            return 0


def send(
    address: str, key: str, wanted: list[bytes], connections: int, rate: float = 0.0
) -> tuple[float, list[Seen]]:
    """Send all batches, as fast as they are answered or so many a second; the seconds it took and what was seen.

    At a rate, a request counts from the moment at which it was due: who waits for a connection waits as well.
    """
    waiting: queue.SimpleQueue[tuple[int, bytes]] = queue.SimpleQueue()
    for place in enumerate(wanted):
        waiting.put(place)
    seen: list[Seen] = []
    begun = time.perf_counter()

    def work() -> None:
        client = Client(address, key)
        while True:
            try:
                place, each = waiting.get_nowait()
            except queue.Empty:
                return
            due = begun + place / rate if rate else time.perf_counter()
            time.sleep(max(0.0, due - time.perf_counter()))
            status = client.send(each)
            seen.append(Seen(status, time.perf_counter() - due))

    threads = [threading.Thread(target=work) for _ in range(connections)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return time.perf_counter() - begun, seen


def quantile(values: list[float], share: float) -> float:
    """The value below which that share of them lies."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else 0.0


def main() -> None:
    """Send, and print what was seen."""
    asked = argparse.ArgumentParser()
    asked.add_argument("address")
    asked.add_argument("key")
    asked.add_argument("--events", type=int, default=60_000)
    asked.add_argument("--size", type=int, default=SIZE, help="events in a request")
    asked.add_argument("--people", type=int, default=PEOPLE)
    asked.add_argument("--named", type=float, default=1.0, help="the share of calls of people with a name")
    asked.add_argument("--leads", type=int, default=0, help="who have a name are of so many simulated leads")
    asked.add_argument("--connections", type=int, default=8)
    asked.add_argument("--rate", type=float, default=0.0, help="events a second; 0: as many as are answered")
    asked.add_argument("--seed", type=int, default=int.from_bytes(os.urandom(4), "big"))
    told = asked.parse_args()
    many = max(1, told.events // told.size)
    made = bodies(many, told.seed, told.people, told.size, told.named, told.leads)
    print("ready", flush=True)
    begun = time.process_time()
    took, seen = send(told.address, told.key, made, told.connections, told.rate / told.size)
    times = [each.took for each in seen]
    spent = time.process_time() - begun
    print(json.dumps({
        "events": sum(each.status == 200 for each in seen) * told.size, "seconds": took,
        "refused": sum(each.status != 200 for each in seen), "generator_cpu": spent,
        "p50": quantile(times, 0.5), "p99": quantile(times, 0.99), "longest": max(times, default=0.0),
    }))  # fmt: skip


if __name__ == "__main__":
    main()
