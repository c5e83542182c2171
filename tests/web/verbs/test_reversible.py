"""Whatever two people did, before and while they were one: after the split it is as if they had never been."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from qualify.capture.model import Source
from qualify.moments import DAY
from qualify.playbook.starters import text as starter
from qualify.web.living.working import Worker
from qualify.web.sources import create_source
from qualify.web.verbs.consent import consent
from qualify.web.verbs.decide import decide
from qualify.web.verbs.learn import learn
from qualify.web.verbs.merge import merge
from qualify.web.verbs.publish import publish
from qualify.web.verbs.split import split
from tests.web.cast import OWNER, START, lead_of, send
from tests.web.snapshot import everything

WHO = ("ada", "bob", "eve")

calls = st.builds(
    lambda who, browser, kind, traits: {
        "type": kind,
        "user_id": who,
        "anonymous_id": browser,
        **({"traits": traits} if kind == "identify" else {"event": traits["did"]}),
    },
    st.sampled_from(WHO),
    st.sampled_from(["one", "two", "three"]),
    st.sampled_from(["identify", "track"]),
    st.fixed_dictionaries(
        {
            "did": st.sampled_from(["Demo Requested", "Webinar Attended", "Trial Started"]),
            "title": st.sampled_from(["VP Marketing", "Student", "CEO"]),
            "employees": st.sampled_from([3, 120, 9000]),
        }
    ),
)
"""What a client sends: browsers change hands, people do and tell things."""

told = st.tuples(
    st.sampled_from(WHO),
    st.sampled_from(["accepted", "rejected", "recycled", "consent", "withdrawn", "learn"]),
)
WORKER = Worker()
"""One for all: it reads the playbook once."""

acts = st.lists(st.tuples(st.integers(0, 5 * DAY), st.one_of(calls, told)), max_size=14)
"""What happens, each so long after what was before."""


class World:
    """Plays acts into the store that is the default database."""

    def __init__(self) -> None:
        self.source = Source(id=create_source("site", "segment", START), name="site", trusted=True)
        self.at, self.sent = START, 0
        publish(OWNER, starter("b2b-saas"), START)
        for who in WHO:
            self.play(
                [(1_000, {"type": "identify", "user_id": who, "traits": {"email": f"{who}@{who}corp.com"}})]
            )
        self.ids = {who: lead_of(f"{who}@{who}corp.com") for who in WHO}

    def play(self, what: list[tuple[int, Any]]) -> None:
        """One after the other, the worker coming by now and then."""
        for wait, act in what:
            self.at += wait
            if isinstance(act, dict):
                self.sent += 1
                send(self.source, self.at, {**act, "message_id": f"m{self.sent}"})
            else:
                self.tell(*act)
            if self.sent % 2:
                WORKER.work_off(self.at)

    def tell(self, who: str, what: str) -> None:
        """What one of us writes down."""
        person = self.ids[who]  # as they were called first: what is told of that id goes with it
        if what in ("consent", "withdrawn"):
            consent(OWNER, person, "email", what == "consent", self.at)
        elif what == "learn":
            learn(OWNER, person, {"title": "Head of Sales"}, self.at)
        else:
            decide(OWNER, person, what, self.at)


@pytest.fixture
def fresh(store: Path) -> Callable[[], Path]:
    """An empty store each time it is asked for, under the same name."""
    from django.db import connections

    empty = store.with_suffix(".empty")
    shutil.copy(store, empty)

    def again() -> Path:
        connections.close_all()
        _put(empty, store)
        return store

    return again


def _put(one: Path, there: Path) -> None:
    """A store in the place of another, whose log and shared memory go with it."""
    for ending in ("-wal", "-shm"):
        there.with_name(there.name + ending).unlink(missing_ok=True)
    shutil.copy(one, there)


@settings(
    max_examples=12,
    deadline=None,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(before=acts, while_one=acts, pair=st.permutations(WHO).map(lambda each: each[:2]))
def test_merge_then_split_is_identity(
    fresh: Callable[[], Path], before: list[Any], while_one: list[Any], pair: list[str]
) -> None:
    from django.db import connections

    path = fresh()
    world = World()
    world.play(before)
    WORKER.work_off(world.at)
    connections.close_all()
    kept = path.with_suffix(".kept")
    shutil.copy(path, kept)
    at, sent = world.at, world.sent

    world.play(while_one)
    WORKER.work_off(world.at)
    never_merged = everything()

    connections.close_all()
    _put(kept, path)
    world.at, world.sent = at, sent
    one, other = (lead_of(f"{who}@{who}corp.com") for who in pair)
    merged = merge(OWNER, one, other, world.at)
    WORKER.work_off(world.at)
    world.play(while_one)
    split(OWNER, [merged.link_id], world.at)
    WORKER.work_off(world.at)
    after = everything()
    for name, expected in never_merged.items():
        assert after[name] == expected, name
