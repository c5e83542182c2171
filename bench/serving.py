"""``python -m bench.serving``: what the application takes over HTTP, and how soon it has judged, as it really runs.

A web process, the generator of :mod:`bench.load` beside it and, for the second part, a worker: all on the same cores,
over a store in a temporary folder, or in the empty PostgreSQL database that ``QUALIFY_DATABASE_URL`` names.

There is a year of a simulated market in the store, and everybody of it is judged. In the second part comes what
visitors do whom nothing names and, a part of it, what leads of the market do. They are drawn by lot, so that nearly every
event of a lead is of another one: seldom is somebody judged once for several.
"""

from __future__ import annotations

import argparse
import datetime as dt
import gzip
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import threading
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from bench.load import Client, quantile
from bench.store import begin, fill, publish

PATIENCE = 60.0
PROBES = 100
"""People whose single events are followed, while batches of other people's come in."""

APART = 0.05
"""Seconds between two events that are followed."""

EVENTS_OF_A_VISIT = 5
"""Of somebody whom nothing names."""


class Application:
    """Processes of the application over one store, which this process looks into."""

    def __init__(self, folder: Path, leads: int = 0) -> None:
        self.folder, self.leads = folder, leads
        begin(folder)
        from qualify.clock import now
        from qualify.web.sources import create_key, create_source

        if leads:
            fill(leads, end=dt.date.fromtimestamp(now() / 1_000))
        publish("b2b-saas", now() - 1_000)
        if leads:
            from qualify.web.bulk.rescoring import rescore

            rescore(now())
        self.key = create_key(create_source("bench", "segment", now()), "secret", now())
        self.running: list[subprocess.Popen[bytes]] = []
        self.address = ""

    def start(self, *words: str) -> Path:
        """Start ``qualify serve`` with these words; where it says what it says."""
        said = self.folder / f"said-{len(self.running)}.txt"
        with said.open("wb") as file:
            command = [sys.executable, "-m", "qualify", "serve", "--no-migrate", *words]
            self.running.append(subprocess.Popen(command, stdout=file, stderr=file))
        return said

    def web(self) -> None:
        """Start one web process, and wait until it answers."""
        said = self.start("--web", "--workers", "1", "--port", "0")
        deadline = time.monotonic() + PATIENCE
        while not (found := re.search(r"http://[\d.]+:\d+", said.read_text())):
            if time.monotonic() > deadline:
                raise SystemExit(f"the web process does not come up: {said.read_text()}")
            time.sleep(0.05)
        self.address = found.group(0)

    def loading(self, **words: Any) -> subprocess.Popen[str]:
        """Start the generator; when this returns, it sends."""
        told = [text for name, value in words.items() for text in (f"--{name}", str(value))]
        command = [sys.executable, "-m", "bench.load", self.address, self.key, *told]
        generator = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        assert generator.stdout is not None
        generator.stdout.readline()
        return generator

    def load(self, **words: Any) -> dict[str, Any]:
        """Let the generator send; what it saw."""
        return finished(self.loading(**words))

    def spent(self) -> float:
        """Seconds of CPU of all processes so far."""
        ours = {each.pid for each in self.running}
        found = 0.0
        for _ in range(3):  # children and theirs
            ours |= {pid for pid, parent, _ in _processes() if parent in ours}
        for pid, _, seconds in _processes():
            found += seconds if pid in ours else 0.0
        return found

    def end(self) -> None:
        """End every process."""
        for each in self.running:
            each.terminate()
        for each in self.running:
            each.wait(PATIENCE)


def _processes() -> Iterator[tuple[int, int, float]]:
    """Every process: its number, its parent's, and its seconds of CPU."""
    tick = os.sysconf("SC_CLK_TCK")
    for each in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = each.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        yield int(each.parent.name), int(fields[1]), (int(fields[11]) + int(fields[12])) / tick


def finished(generator: subprocess.Popen[str]) -> dict[str, Any]:
    """What a generator says at its end."""
    said, _ = generator.communicate()
    found: dict[str, Any] = json.loads(said)
    return found


@contextmanager
def application(leads: int = 0) -> Iterator[Application]:
    """An application in a folder of its own, with so many simulated leads in its store; gone afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="qualify-bench-"))
    made = Application(folder, leads)
    try:
        yield made
    finally:
        made.end()
        shutil.rmtree(folder, ignore_errors=True)


class Probing:
    """Sends an event of one person after another, and looks when they are judged: when they are no longer in line."""

    def __init__(self, made: Application) -> None:
        self.over, self.times = threading.Event(), list[float]()
        self.waiting: dict[int, float] = {}
        self.client = Client(made.address, made.key)
        self.people = [self._known(number) for number in range(PROBES)]
        self.threads = [threading.Thread(target=each, daemon=True) for each in (self._ask, self._watch)]

    def _known(self, number: int) -> int:
        """Somebody who is known, with a past; their id."""
        self._send({"type": "identify", "traits": {"email": f"probe{number}@probes{number}.com"}}, number)
        for path in ("/", "/docs/start", "/pricing"):
            self._send({"type": "page", "properties": {"path": path}}, number)
        from qualify.web.database import rows

        [(person,)] = rows("SELECT owner_id FROM identifier WHERE key = %s", [f"user_id:probe{number}"])
        return int(person)

    def _send(self, call: dict[str, Any], number: int) -> None:
        named = {"userId": f"probe{number}", "messageId": str(uuid.uuid4())}
        body = gzip.compress(json.dumps({"batch": [{**named, **call}]}).encode())
        if (
            self.client.send(body) != 200 and self.client.send(body) != 200
        ):  # a connection long idle is closed
            raise SystemExit("an event was not taken")

    def _ask(self) -> None:
        turn = 0
        while not self.over.wait(APART):
            number = turn % PROBES
            turn += 1
            if self.people[number] not in self.waiting:
                self._send({"type": "page", "properties": {"path": "/pricing"}}, number)
                self.waiting[self.people[number]] = time.perf_counter()

    def _watch(self) -> None:
        from django.db import connection

        from qualify.web.database import those

        while self.waiting or not self.over.is_set():
            asked = dict(self.waiting)
            line = {who for (who,) in those("SELECT person_id FROM dirty WHERE person_id IN ({})", asked)}
            for who, accepted in asked.items():
                took = time.perf_counter() - accepted
                if who not in line or took > PATIENCE:
                    del self.waiting[who]
                    self.times.append(took)
            time.sleep(0.003)
        connection.close()

    def start(self) -> None:
        """Begin."""
        for each in self.threads:
            each.start()

    def end(self) -> None:
        """Send no more, and wait for those that were sent."""
        self.over.set()
        for each in self.threads:
            each.join()


def throughput(made: Application, seconds: float) -> float:
    """Print what one web process takes, in batches and one by one; events a second in batches."""
    print("| sent | events/s | median | 99th | CPU µs an event | refused | load |\n" + "| --- " * 7 + "|")
    made.load(events=20_000)  # everybody is known after this
    best = 0.0
    for _ in range(3):
        before = made.spent()
        seen = made.load(events=int(seconds * 5_000))
        best = max(best, _told("batches of 100", seen, made.spent() - before))
    seen = made.load(events=int(seconds * 500), size=1)
    _told("one by one", seen, 0.0)
    return best


def _told(what: str, seen: dict[str, Any], spent: float) -> float:
    rate = float(seen["events"] / seen["seconds"])
    cost = f"{spent / seen['events'] * 1e6:,.0f}" if spent else ""
    print(
        f"| {what} | {rate:,.0f} | {seen['p50'] * 1000:.0f} ms | {seen['p99'] * 1000:.0f} ms | {cost} | "
        f"{seen['refused']} | {os.getloadavg()[0]:.1f} |",
        flush=True,
    )
    return rate


def latency(made: Application, rate: float, seconds: float, named: float) -> None:
    """Print how soon an event is judged at a steady load, of which that share is of people with a name."""
    from qualify.web.database import rows

    probing = Probing(made)
    _until_judged()
    before = made.spent()
    people = int(rate * seconds / EVENTS_OF_A_VISIT)
    told = {"rate": rate, "named": named, "people": people, "leads": made.leads}
    generator = made.loading(events=int(rate * seconds), **told)
    probing.start()
    seen = finished(generator)
    spent = made.spent() - before
    [(line,)] = rows("SELECT count(*) FROM dirty")
    probing.end()
    print(
        f"| {rate:,.0f} | {rate * named:,.0f} | {len(probing.times)} | {quantile(probing.times, 0.5) * 1000:.0f} ms | "
        f"{quantile(probing.times, 0.99) * 1000:.0f} ms | {seen['p99'] * 1000:.0f} ms | {line:,} | "
        f"{spent / seen['seconds']:.2f} | {os.getloadavg()[0]:.1f} |",
        flush=True,
    )


def _until_judged() -> None:
    """Until nobody is left to be judged, and the hand-off has looked at everybody who was."""
    from qualify.clock import now
    from qualify.web.database import rows

    left = "SELECT person_id FROM dirty UNION ALL SELECT person_id FROM handing WHERE due_at <= %s LIMIT 1"
    while rows(left, [now()]):
        time.sleep(0.05)


def main() -> None:
    """Print the figures as tables."""
    asked = argparse.ArgumentParser()
    asked.add_argument("--seconds", type=float, default=10.0, help="how long each part takes, about")
    asked.add_argument(
        "--rate", type=float, action="append", help="events a second; with it only latency is measured"
    )
    asked.add_argument("--named", type=float, action="append", help="the share of them of people with a name")
    asked.add_argument("--leads", type=int, default=20_000, help="in the store while latency is measured")
    told = asked.parse_args()
    with application(told.leads) as made:
        made.web()
        rates: list[float] = told.rate or [500.0, 1_000.0, throughput(made, told.seconds) / 2]
        made.start("--worker")
        heads = "events/s | of leads | followed | median | 99th | answer, 99th | in line | CPU | load"
        print(f"\n| {heads} |\n{'| --- ' * 9}|")
        for rate in rates:
            for named in told.named or [0.1]:
                latency(made, rate, told.seconds, named)


if __name__ == "__main__":
    main()
