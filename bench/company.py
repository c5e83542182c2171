"""``python -m bench.company FOLDER``: the store of a company that has worked with Qualify for a year.

A simulated market of 100,000 leads and two million events, judged by the starter playbook; 20,000 of them were handed
over to twenty reps in the course of the year, were accepted or rejected for a reason, won or lost; one lead did 2,000
things. Besides there are a second version of the playbook, a draft with its plan, lists in the middle of their
import, webhooks and whatever else a page shows.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import random
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final, NamedTuple

from bench.store import begin, fill, publish

DAY: Final = 86_400_000
HOUR: Final = 3_600_000
MINUTE: Final = 60_000
HANDED: Final = 20_000
REPS: Final = ("rosa", "ravi", *(f"rep{number}" for number in range(3, 21)))
BUSY_EVENTS: Final = 2_000
AT_ONCE: Final = 500

Row = tuple[Any, ...]

COLUMNS: Final = {
    "move": "person_id, moved_at, place, version_id, stage_from, stage_to, cycle, total, grade, rules",
    "assignment": "subject_id, owner_id, received_at, known_at, source, cycle, rep_id, assigned_at, why, rule, "
    "account_id, queue, pool, in_turn",
    "contact": "subject_id, owner_id, received_at, known_at, source, key, contact_id, rep_id, channel, direction, "
    "happened_at, outcome, auto_reply, note",
    "enrolment": "subject_id, owner_id, received_at, known_at, source, cycle, sequence, begun_at, rep_id, account_id",
    "decision": "subject_id, owner_id, received_at, known_at, source, decision, decided_at, reason, decided_by, detail",
    "outcome": "subject_id, owner_id, received_at, known_at, source, outcome, closed_at, reason, amount, currency",
}


class Company(NamedTuple):
    """What there is to look at: the leads that score best, the one that did most, and whatever addresses name."""

    leads: list[int]
    busy: int
    things: dict[str, Any]


def made(folder: Path, leads: int, say: Callable[[str], None]) -> Company:
    """Make the store in the folder (or where QUALIFY_DATABASE_URL says); it takes some minutes."""
    begin(folder)
    from qualify.clock import now
    from qualify.web.bulk.rescoring import rescore
    from qualify.web.database import rows, run
    from qualify.web.sources import create_source

    at = now()
    create_source("Market", "import", at - 366 * DAY)
    fill(leads, 365, 7, dt.datetime.fromtimestamp(at / 1000, dt.UTC).date())
    say("the market is there")
    run("DELETE FROM decision")
    publish("b2b-saas", at - 366 * DAY)
    busy = _busy(at)
    rescore(at)
    run("DELETE FROM dirty")
    say("everybody is judged")
    _people(at)
    told = _History(at, min(HANDED, leads // 5))
    told.write()
    say(f"{len(told.chosen):,} leads were handed over")
    run("ANALYZE")
    best = [who for (who,) in rows(_BEST, [busy])]
    things = _furnished(best, say)
    _work_off()
    say("whatever was left to the worker is done")
    run("ANALYZE")
    return Company([busy, *best], busy, things)


_BEST: Final = (
    "SELECT person_id FROM standing WHERE stage IN ('mql', 'pql') AND person_id <> %s "
    "AND rep_id <> 'rosa@qualify.example' ORDER BY total DESC, person_id LIMIT 40"
)


def _busy(at: int) -> int:
    """The lead that did most did 2,000 things, in the course of the year."""
    from qualify.web.database import insert, rows

    [(who, many, source)] = rows(
        "SELECT owner_id, count(*), min(source_id) FROM event GROUP BY owner_id ORDER BY 2 DESC, 1 LIMIT 1"
    )
    chance, kinds = random.Random(5), ("page_viewed", "email_opened", "email_clicked", "product_used")
    [(since,)] = rows("SELECT created_at FROM person WHERE id = %s", [who])
    moments = sorted(chance.randrange(since, at) for _ in range(BUSY_EVENTS - many))
    found = [
        (f"busy{place:012d}".encode(), source, who, who, chance.choice(kinds), moment, moment, moment,
         '{"page":{"path":"/pricing","title":"Prices"}}', "{}")
        for place, moment in enumerate(moments)
    ]  # fmt: skip
    columns = "message_key, source_id, subject_id, owner_id, kind, happened_at, received_at, known_at, properties, context"
    insert("event", columns, found)
    return int(who)


def _people(at: int) -> None:
    """The cast, and twenty reps."""
    from qualify.web.store.models import User
    from qualify.web.verbs.actor import the_owner
    from qualify.web.verbs.reps import set_rep
    from tests.web.screens.members import MEMBERS

    cast = {**MEMBERS, "mona": "marketing", **dict.fromkeys(REPS, "sales_rep")}
    for name, role in cast.items():
        User(
            email=f"{name}@qualify.example", name=name.capitalize(), role=role, password="!", created_at=at,
            time_zone="Europe/Berlin",
        ).save()  # fmt: skip
    for name in REPS:
        set_rep(the_owner("ada@qualify.example"), f"{name}@qualify.example", at - 366 * DAY, teams=["sales"])


class _History:
    """What marketing handed over in the year, and what sales made of it: facts, and the clocks that follow."""

    def __init__(self, at: int, many: int) -> None:
        from qualify.web.database import rows

        self.at, self.chance = at, random.Random(11)
        with_sales = "SELECT person_id FROM standing WHERE stage IN ('mql', 'pql')"
        now = {who for (who,) in rows(with_sales)}
        others = "SELECT person_id FROM standing WHERE stage NOT IN ('mql', 'pql') ORDER BY person_id"
        before = [who for (who,) in rows(others)]
        now = set(self.chance.sample(sorted(now), min(len(now), many // 8)))
        self.open = now
        self.chosen = [*sorted(now), *self.chance.sample(before, min(len(before), many - len(now)))]

    def write(self) -> None:
        """Write it."""
        from qualify.web.database import insert, run

        run("DELETE FROM move")
        run("DELETE FROM message")
        for start in range(0, len(self.chosen), AT_ONCE):
            written: dict[str, list[Row]] = {table: [] for table in COLUMNS}
            for who, *known in self._known(self.chosen[start : start + AT_ONCE]):
                for table, row in self._of(who, *known):
                    written[table].append(row)
            for table, columns in COLUMNS.items():
                insert(table, columns, written[table])
        run("DELETE FROM handing")
        self._clocks()

    def _known(self, people: list[int]) -> list[Row]:
        from qualify.web.database import those

        return those(
            "SELECT s.person_id, p.created_at, p.account_id, s.stage, s.total, s.grade, s.lines, s.version_id FROM standing s "
            "JOIN person p ON p.id = s.person_id WHERE s.person_id IN ({})",
            people,
        )

    def _of(
        self,
        who: int,
        created_at: int,
        account: int | None,
        stage: str,
        total: int,
        grade: str,
        lines: str,
        version: int,
    ) -> Iterator[tuple[str, Row]]:
        """The rows of a lead."""
        is_open = who in self.open
        since = max(created_at, self.at - (30 if is_open else 364) * DAY)
        until = self.at if is_open else min(since + 20 * DAY, self.at - 5 * DAY)
        reached = self.chance.randrange(since, max(since + 1, until))
        spoke = sorted({each[0] for each in json.loads(lines) if each[1] == "rule" and each[8] > 0})
        judged = (1, total, grade, json.dumps(spoke))
        rep = f"{self.chance.choice(REPS)}@qualify.example"
        to = stage if is_open else "mql"
        yield "move", (who, created_at, 0, version, "lead", "iql", *judged)
        yield "move", (who, max(reached, created_at + 1), 0, version, "iql", to, *judged)
        reached = max(reached, created_at + 1)
        yield "assignment", (
            who, who, reached, reached, "routing", 1, rep, reached, '["it was their turn"]', "everybody else", account,
            "", "[]", True,
        )  # fmt: skip
        yield "enrolment", (who, who, reached, reached, "routing", 1, "eight touches", reached, rep, account)
        if not is_open:
            yield from self._ended(who, reached, rep, version, judged)

    def _ended(
        self, who: int, reached: int, rep: str, version: int, judged: Row
    ) -> Iterator[tuple[str, Row]]:
        """What sales made of a lead that is with them no more."""
        chance = self.chance
        spoken = reached + chance.randrange(20 * MINUTE, 30 * HOUR)
        if chance.random() < 0.85:
            key = (who * 7919).to_bytes(16, "big")
            yield "contact", (
                who, who, spoken, spoken, rep, key, f"call-{who}", rep, "phone", "outbound", spoken, "reached", False, "",
            )  # fmt: skip
        said = spoken + chance.randrange(HOUR, 3 * DAY)
        if chance.random() < 0.35:
            reason = chance.choice(("no_intent", "not_icp", "wrong_timing", "unreachable", "bad_data"))
            detail = json.dumps({"cycle": 1, "rep": rep, "held": []})
            yield "decision", (who, who, said, said, "", "rejected", said, reason, rep, detail)
            yield "move", (who, said, 0, version, "mql", "recycled", *judged)
            return
        yield "decision", (who, who, said, said, "", "accepted", said, "", rep, "{}")
        yield "move", (who, said, 0, version, "mql", "sal", *judged)
        closed = said + chance.randrange(DAY, 60 * DAY)
        if closed > self.at or chance.random() < 0.2:
            return
        won = chance.random() < 0.1 + judged[1] / 40_000
        amount = chance.randrange(2_000, 90_000) if won else None
        word, currency = ("won", "EUR") if won else ("lost", "")
        yield "outcome", (who, who, closed, closed, "", word, closed, "", amount, currency)
        yield "move", (who, closed, 0, version, "sal", "customer" if won else "recycled", *judged)

    def _clocks(self) -> None:
        """Standings as the moves left them, and the clocks, as the worker looks at them."""
        from django.db import transaction

        from qualify.web.database import run
        from qualify.web.handing.giving import look
        from qualify.web.looking.handing import desk

        run(
            "UPDATE standing SET (stage, since) = (SELECT stage_to, moved_at FROM move WHERE person_id = standing.person_id "
            "ORDER BY moved_at DESC, place DESC LIMIT 1) WHERE person_id IN (SELECT person_id FROM move)"
        )
        run(
            "UPDATE standing SET stage = 'iql' WHERE stage IN ('mql', 'pql') AND person_id NOT IN (SELECT person_id FROM move)"
        )
        at = desk(self.at)
        assert at is not None
        for start in range(0, len(self.chosen), AT_ONCE):
            with transaction.atomic():
                look(self.chosen[start : start + AT_ONCE], at)


def _furnished(best: list[int], say: Callable[[str], None]) -> dict[str, Any]:
    """Whatever else a page shows, as the tests in the browser have it."""
    from tests.browser.furnishing import furnished

    things = furnished(best)
    say("a second version is published, a draft is planned, lists are brought")
    return things


def _work_off() -> None:
    from qualify.clock import now
    from qualify.web.handing.working import Hander
    from qualify.web.living.working import Worker

    worker, hander = Worker(), Hander()
    while worker.work_off(now()) + hander.work_off(now()):
        pass


def main() -> None:
    """Make it, and keep beside it what there is to look at."""
    words = argparse.ArgumentParser(prog="bench.company", description=__doc__)
    words.add_argument("folder", type=Path)
    words.add_argument("--leads", type=int, default=100_000)
    asked = words.parse_args()
    asked.folder.mkdir(parents=True, exist_ok=True)
    started = time.process_time()

    def say(what: str) -> None:
        print(f"{time.process_time() - started:7.1f} s of CPU: {what}", flush=True)

    company = made(asked.folder, asked.leads, say)
    (asked.folder / "company.json").write_text(json.dumps(company._asdict()), encoding="utf-8")


if __name__ == "__main__":
    main()
