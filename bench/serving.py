"""``python -m bench.serving``: what the application takes over HTTP, and how soon it has judged, as it really runs.

A web process, the generator of :mod:`bench.load` beside it and, for the second part, a worker: all on the same cores,
over a store in a temporary folder, or in the empty PostgreSQL database that ``QUALIFY_DATABASE_URL`` names.
"""

from __future__ import annotations

import argparse
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
from bench.store import begin, publish

PATIENCE = 60.0
PROBES = 100
"""People whose single events are followed, while batches of other people's come in."""

APART = 0.1
"""Seconds between two events that are followed."""


class Application:
    """Processes of the application over one store, which this process looks into."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        begin(folder)
        from qualify.clock import now
        from qualify.web.sources import create_key, create_source

        publish("b2b-saas", now() - 1_000)
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
def application() -> Iterator[Application]:
    """An application in a folder of its own, gone afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="qualify-bench-"))
    made = Application(folder)
    try:
        yield made
    finally:
        made.end()
        shutil.rmtree(folder, ignore_errors=True)


class Probing(threading.Thread):
    """Sends an event of one person after another, and looks when they are judged: when they are no longer in line."""

    def __init__(self, made: Application) -> None:
        super().__init__(daemon=True)
        self.made, self.over, self.times = made, threading.Event(), list[float]()
        self.client = Client(made.address, made.key)
        self.people = [self._known(number) for number in range(PROBES)]

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
        body = json.dumps({"batch": [{**named, **call}]}).encode()
        if self.client.send(gzip.compress(body)) != 200:
            raise SystemExit("an event was not taken")

    def run(self) -> None:
        """Until told to stop."""
        from qualify.web.database import rows

        asked, turn = "SELECT 1 FROM dirty WHERE person_id = %s", 0
        while not self.over.wait(APART):
            self._send({"type": "page", "properties": {"path": "/pricing"}}, turn % PROBES)
            accepted = time.perf_counter()
            while rows(asked, [self.people[turn % PROBES]]) and time.perf_counter() - accepted < PATIENCE:
                time.sleep(0.002)
            self.times.append(time.perf_counter() - accepted)
            turn += 1


def throughput(made: Application, seconds: float) -> float:
    """Print what one web process takes, in batches and one by one; events a second in batches."""
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
    generator = made.loading(events=int(rate * seconds), rate=rate, named=named)
    probing.start()
    seen = finished(generator)
    probing.over.set()
    probing.join()
    [(line,)] = rows("SELECT count(*) FROM dirty")
    begun = time.monotonic()
    _until_judged()
    print(
        f"| {rate:,.0f} | {named:.0%} | {len(probing.times)} | {quantile(probing.times, 0.5) * 1000:.0f} ms | "
        f"{quantile(probing.times, 0.99) * 1000:.0f} ms | {seen['p99'] * 1000:.0f} ms | {line}, "
        f"{time.monotonic() - begun:.1f} s | {os.getloadavg()[0]:.1f} |",
        flush=True,
    )


def _until_judged() -> None:
    from qualify.web.database import rows

    while rows("SELECT 1 FROM dirty LIMIT 1"):
        time.sleep(0.05)


def main() -> None:
    """Print the figures as tables."""
    asked = argparse.ArgumentParser()
    asked.add_argument("--seconds", type=float, default=10.0, help="how long each part takes, about")
    asked.add_argument(
        "--rate", type=float, action="append", help="events a second while latency is measured"
    )
    asked.add_argument("--named", type=float, action="append", help="the share of them of people with a name")
    told = asked.parse_args()
    with application() as made:
        made.web()
        print("| sent | events/s | median | 99th | CPU µs an event | refused | load |\n" + "| --- " * 7 + "|")
        found = throughput(made, told.seconds)
        made.start("--worker")
        head = "| events/s | named | followed | median | 99th | answer, 99th | in line at the end | load |"
        print(f"\n{head}\n" + "| --- " * 8 + "|")
        for rate in told.rate or [500.0, found / 2]:
            for named in told.named or [0.1, 1.0]:
                latency(made, rate, told.seconds, named)


if __name__ == "__main__":
    main()
