"""Whatever the playbook and whatever happened: everybody at once is judged as one at a time, and a version's first look
moves the same people."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from qualify.capture.model import Call, Draft, Identifier, Linked
from qualify.moments import DAY
from qualify.web.bulk.rescoring import rescore
from qualify.web.database import insert, rows, run
from qualify.web.keeping.keep import keep
from qualify.web.keeping.marking import mark
from qualify.web.living.working import Worker
from tests.scoring.world import KINDS, NUMBERS, PAGES, TEXTS, written_playbooks
from tests.web.faults.streams import HOUR, MINUTE, SOURCE, START, emptied, published
from tests.web.lives import CONCLUSIONS

pytestmark = pytest.mark.slow

STANDINGS = CONCLUSIONS["standing"].replace(", next_at", "")  # all at once, an earlier moment may be foretold
AFTER = [1, 40, MINUTE, HOUR, 7 * HOUR, DAY - 1, DAY, 2 * DAY, 7 * DAY, 30 * DAY]
LATE = [0, 0, 0, 1, HOUR, DAY, 3 * DAY]
DECISIONS = ["accepted", "rejected", "confirmed", "recycled", "disqualified", "won", "lost"]
PEOPLE = [Identifier("user_id", f"u{number}") for number in range(5)]

texts = written_playbooks(staged=True).map(json.dumps)  # JSON is YAML


def streams(chance: random.Random) -> list[Draft]:
    """What a handful of people of two companies did, and what was learnt of them, in the order in which it came."""
    found, at = [], START
    for number in range(chance.randint(5, 60)):
        at += chance.choice(AFTER)
        found.append(_draft(chance, number, at))
    return found


def _draft(chance: random.Random, number: int, at: int) -> Draft:
    who, more = chance.choice(PEOPLE), dict[str, Any]()
    kind = chance.choice(["identify", "group", *KINDS, *KINDS])
    about = _some(chance, industry=[*TEXTS, "Software"], employees=NUMBERS)
    if kind == "identify":
        other = chance.choice(PEOPLE)
        same = chance.random() < 0.05
        more = {"traits": about, "links": [Linked(who, other, "aliased")] if same and other != who else []}
    elif kind == "group":
        more = {"account": Identifier("group", chance.choice(["a0", "a1"])), "account_traits": about}
    else:
        more = {"properties": _some(chance, page=PAGES, seconds=[*NUMBERS, "50", "9.5"])}
    return Draft(
        call=Call(type="track"), source=SOURCE, received_at=at, message_id=f"m{number}", kind=kind,
        happened_at=at - chance.choice(LATE), subject=who, identifiers=[who, *(each.other for each in more.get("links", []))],
        **more,
    )  # fmt: skip


def _some(chance: random.Random, **values: list[Any]) -> dict[str, Any]:
    return {name: chance.choice(each) for name, each in values.items() if chance.random() < 0.7}


def tell(chance: random.Random, since: int, now: int) -> None:
    """What our own people said of some of them meanwhile: answers and decisions."""
    common, news = "subject_id, owner_id, received_at, known_at, source", dict[int, int]()
    for node, owner in rows("SELECT id, owner_id FROM identifier WHERE kind = 'user_id' ORDER BY id"):
        if chance.random() < 0.6:
            continue
        at = news[owner] = chance.randint(since, now)
        fact = (node, owner, now, now, "sales")
        if chance.random() < 0.5:
            said = chance.choice(["budget", "need"]), chance.choice(["9.5", "50", "software", ""])
            good, until = chance.choice([True, False, None]), chance.choice([None, at + 5 * DAY])
            columns = "question, value, satisfied, answered_at, expires_at, asked_by"
            insert("answer", f"{common}, {columns}", [(*fact, *said, good, at, until, "")])
        else:
            made = (*fact, chance.choice(DECISIONS), at, "", "")
            insert("decision", f"{common}, decision, decided_at, reason, decided_by", [made])
    mark(news, now)


def lived(chance: random.Random) -> int:
    """Let it all come in, somebody judging now and then; the last moment."""
    found, last, worker = streams(chance), START, Worker()
    while found:
        many = chance.randint(1, 8)
        batch, found = found[:many], found[many:]
        before, last = last, batch[-1].received_at
        keep(batch, last)
        if chance.random() < 0.5:
            worker.work_off(last)
        if chance.random() < 0.3:
            tell(chance, before, last)
    last += chance.choice([0, 1, HOUR, 3 * DAY, 40 * DAY])
    worker.work_off(last)
    return last


@settings(
    max_examples=5, suppress_health_check=list(HealthCheck), phases=(Phase.explicit, Phase.generate)
)  # compiling takes most of an example, and shrinking one minutes
@given(playbook=texts, another=texts, seed=st.integers(0, 10**9))
def live_and_publish(playbook: str, another: str, seed: int) -> None:
    emptied(playbook)
    last = lived(random.Random(seed))
    alive = rows(STANDINGS)
    rescore(last)
    assert rows(STANDINGS) == alive
    last += 1
    published(another, last)
    rescore(last)
    Worker().work_off(last)  # whose time has come just then is left to it
    at_once = rows(STANDINGS), rows(CONCLUSIONS["move"])
    run("DELETE FROM move WHERE moved_at >= %s", [last])
    mark({who: last for (who,) in rows("SELECT id FROM person")}, last)
    Worker().work_off(last)
    assert (rows(STANDINGS), rows(CONCLUSIONS["move"])) == at_once


def test_any_playbook_means_the_same_to_the_worker_and_to_everybody_at_once(store: Path) -> None:
    live_and_publish()
