"""``python -m bench.pages [FOLDER]``: what every page costs the server, on the store that :mod:`bench.company` made.

Each page is asked for as often as ``--rounds`` says by whoever it is for, in one process; what counts is the CPU time
of the best round, the number of statements, and the size of the page. Pages over the budget are marked. Where others
work on the same machine, a second of CPU does less than it would: each round is divided by how much longer a fixed
loop took just before and after it than at its fastest. On PostgreSQL (QUALIFY_DATABASE_URL) the CPU time of the server
process that works for the page is counted with it, and statements are not counted.
"""

from __future__ import annotations

import argparse
import gc
import json
import logging
import os
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final, NamedTuple

BUDGET_MS: Final = 100
BUDGET_BYTES: Final = 60 * 1024
FOLDER: Final = Path("/tmp/qualify-bench/company")

BESIDES: Final = {
    "leads, searched by a name": ("/leads?q=anna", "mia"),
    "leads, searched by what is nowhere": ("/leads?q=zzyzx", "mia"),
    "leads, searched by an address": ("/leads?q=%40gmail.com", "mia"),
    "leads, of a stage": ("/leads?stage=iql", "mia"),
    "leads, of a grade, by name": ("/leads?grade=A1&sort=name", "mia"),
    "leads, of a channel": ("/leads?channel=paid_search", "mia"),
    "leads, by company": ("/leads?sort=company", "mia"),
    "leads, newest first": ("/leads?sort=-created_at", "mia"),
    "leads, a page further on": ("/leads?sort=-created_at&stage=lead", "mia"),
    "inbox, all": ("/inbox?show=all", "rosa"),
    "inbox, mine": ("/inbox?show=mine", "ravi"),
    "inbox, nobody's": ("/inbox?show=nobody", "max"),
    "the lead with 2,000 events": ("/leads/{busy}", "rosa"),
    "its timeline": ("/leads/{busy}/timeline", "rosa"),
    "its history": ("/leads/{busy}/history", "rosa"),
    "it as of a year's middle": ("/leads/{busy}?as_of={middle}", "rosa"),
    "its identity": ("/leads/{busy}/identity", "rosa"),
    "its privacy": ("/leads/{busy}/privacy", "mia"),
    "a day with many leads": ("/day", "ravi"),
    "a rep with many leads": ("/team/ravi@qualify.example", "max"),
    "alignment, half a year": ("/alignment?last=26w", "max"),
    "alignment, a whole year": ("/alignment?last=52w", "max"),
    "alignment, a year of a source": ("/alignment?last=52w&source=email", "max"),
    "alignment, a year's leads": ("/alignment/leads?last=52w", "max"),
    "alignment, a year's rejected leads": ("/alignment/leads?last=52w&said=rejected", "max"),
}
"""Pages in other shapes than those that the tests in the browser walk."""


class Cost(NamedTuple):
    """What a page costs: milliseconds of CPU (the best round, by the yardstick), statements, bytes, the status."""

    name: str
    ms: float
    statements: int
    size: int
    status: int

    @property
    def over(self) -> bool:
        """Whether it is over the budget; some pages lead elsewhere, or say that something is not there."""
        return self.ms > BUDGET_MS or self.size > BUDGET_BYTES or self.status >= 500


def pages(company: dict[str, Any]) -> Iterator[tuple[str, str, str | None]]:
    """The name of each page, its address, and who looks."""
    from tests.browser.pages import PAGES

    middle = time.strftime("%Y-%m-%d", time.gmtime(time.time() - 182 * 86_400))
    names = {"lead": company["leads"][1], "busy": company["busy"], "middle": middle, **company["things"]}
    for name, (path, who) in (*PAGES.items(), *BESIDES.items()):
        yield f"/{name}" if name in PAGES else name, path.format(**names), who


def browser(who: str | None) -> Any:
    """A browser in which somebody is signed in."""
    from django.test import Client

    from qualify.web.store.models import User

    client = Client(raise_request_exception=False)
    if who is not None:
        user = User.objects.get(email=f"{who}@qualify.example")
        client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


def database() -> float:
    """CPU seconds of the server process that works for us on PostgreSQL, which is another one; on SQLite there is none."""
    from django.db import connection

    if connection.vendor != "postgresql" or connection.connection is None:
        return 0.0
    stat = Path(f"/proc/{connection.connection.info.backend_pid}/schedstat")
    return int(stat.read_text(encoding="ascii").split()[0]) / 1e9


def yardstick() -> float:
    """CPU seconds of a loop that is always the same: on a busy machine a second of CPU does less."""
    before, total = time.process_time(), 0
    for number in range(200_000):
        total += number
    return time.process_time() - before


def cost(name: str, path: str, client: Any, rounds: int, idle: float) -> Cost:
    """Ask for the page so often; ``idle`` is what the yardstick takes when nobody else works."""
    from django.db import connection

    from qualify.web.database import is_sqlite

    answer, best = client.get(path), float("inf")
    _work_off()
    for _ in range(rounds):
        first, before = yardstick(), time.process_time() + database()
        answer = client.get(path)
        body = b"".join(answer) if answer.streaming else answer.content
        took = time.process_time() + database() - before
        slower = (first + yardstick()) / 2 / idle
        best = min(best, took / max(1.0, slower))
    asked = list[str]()
    trace = _traced(asked) if is_sqlite() else None
    if trace is not None:
        connection.ensure_connection()
        connection.connection.set_trace_callback(trace)
        client.get(path)
        connection.connection.set_trace_callback(None)
    return Cost(name, best * 1_000, len(asked), len(body), answer.status_code)


def _work_off() -> None:
    """What a page left to the worker is done, as it is a moment later."""
    from qualify.clock import now
    from qualify.web.living.errands import Errands

    errands = Errands(now, threading.Event())
    while errands.step(now()):
        pass


def _traced(asked: list[str]) -> Any:
    def trace(statement: str) -> None:
        if not statement.startswith("--"):  # what a trigger does
            asked.append(statement)

    return trace


def _as_served() -> None:
    """Garbage is collected as in the process that serves."""
    from qualify.web.serving.server import GARBAGE

    gc.set_threshold(*GARBAGE)
    gc.freeze()


def main() -> None:
    """Print the table."""
    words = argparse.ArgumentParser(prog="bench.pages", description=__doc__)
    words.add_argument("folder", type=Path, nargs="?", default=FOLDER)
    words.add_argument("--rounds", type=int, default=5)
    words.add_argument("--only", default="", help="pages with this in their name or address")
    words.add_argument(
        "--idle", type=float, help="ms of the yardstick on this machine when idle; else its fastest now"
    )
    asked = words.parse_args()
    company = json.loads((asked.folder / "company.json").read_text(encoding="utf-8"))
    os.environ["QUALIFY_DATA"] = str(asked.folder)
    from qualify.web.starting import start

    start()
    from django.conf import settings

    settings.ALLOWED_HOSTS = ["*"]
    logging.disable(logging.CRITICAL)
    _as_served()
    found, browsers = [], {}
    idle = min(yardstick() for _ in range(200)) if asked.idle is None else asked.idle / 1_000
    print("| page | CPU ms | statements | KB |  |\n| --- | ---: | ---: | ---: | --- |")
    for name, path, who in pages(company):
        if asked.only not in name and asked.only not in path:
            continue
        if who not in browsers:
            browsers[who] = browser(who)
        each = cost(name, path, browsers[who], asked.rounds, idle)
        found.append(each)
        mark = "over" if each.over else ""
        mark += f" {each.status}" if each.status != 200 else ""
        print(
            f"| {each.name} | {each.ms:.0f} | {each.statements} | {each.size / 1024:.0f} | {mark} |",
            flush=True,
        )
    print(f"\n{len(found)} pages, {sum(each.over for each in found)} over the budget")
    print(f"the yardstick: {idle * 1_000:.1f} ms when idle, {yardstick() * 1_000:.1f} ms now")


if __name__ == "__main__":
    main()
