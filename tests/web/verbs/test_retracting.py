"""A decision that is taken back counts for nothing, as if it had never been; and it can count again."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from qualify.moments import DAY
from qualify.web.bulk.rescoring import rescore
from qualify.web.database import rows
from qualify.web.living.working import Worker
from qualify.web.looking.decided import stories
from qualify.web.looking.lead import then
from qualify.web.looking.timeline import timeline
from qualify.web.recomputing import forget, recompute
from qualify.web.verbs.actor import Actor, Conflict, Forbidden
from qualify.web.verbs.decide import Amount, decide
from qualify.web.verbs.merge import merge
from qualify.web.verbs.several import Chosen, decide_several, preview_several
from qualify.web.verbs.undo import undo
from qualify.web.verifying import verify
from tests.web.cast import MINUTE, OWNER, START, STRANGER, Cast
from tests.web.snapshot import everything
from tests.web.verbs.test_deciding import stage_of
from tests.web.verbs.test_reversible import WHO, WORKER, World, acts, fresh

__all__ = ["fresh"]

ROSA, RAVI = (Actor(f"{name}@qualify.example", OWNER.scopes) for name in ("rosa", "ravi"))


def concluded() -> dict[str, Any]:
    """All that follows from the facts; which facts there are is left out."""
    return {name: found for name, found in everything().items() if name not in ("decision", "outcome")}


def test_undoing_a_decision_brings_the_lead_back_to_where_it_was(people: Cast) -> None:
    before = concluded()
    number = decide(ROSA, people.jane, "accepted", people.now)
    Worker().work_off(people.now + 1)
    assert stage_of(people.jane) == "sal"
    undo(RAVI, number, people.now + MINUTE)
    Worker().work_off(people.now + 2 * MINUTE)
    assert concluded() == before


def test_it_stays_in_the_timeline_with_who_took_it_back(people: Cast) -> None:
    undo(RAVI, decide(ROSA, people.jane, "rejected", people.now, reason="no_intent"), people.now + MINUTE)
    [entry] = timeline(people.jane, people.now + DAY, types=("decision",)).entries
    assert entry.details["taken_back_at"] == people.now + MINUTE
    assert entry.details["taken_back_by"] == RAVI.name
    assert not stories([people.jane])


def test_a_won_deal_can_be_taken_back_too(people: Cast) -> None:
    before = stage_of(people.jane)
    number = decide(OWNER, people.jane, "won", people.now, worth=Amount(Decimal(5), "EUR"))
    Worker().work_off(people.now + 1)
    assert stage_of(people.jane) == "customer"
    undo(OWNER, number, people.now + 2)
    Worker().work_off(people.now + 3)
    assert stage_of(people.jane) == before


def test_undoing_the_undoing_lets_it_count_again(people: Cast) -> None:
    number = decide(ROSA, people.jane, "accepted", people.now)
    Worker().work_off(people.now + 1)
    accepted = concluded()
    taken_back = undo(ROSA, number, people.now + 2)
    Worker().work_off(people.now + 3)
    undo(ROSA, taken_back.audit_id, people.now + 4)
    Worker().work_off(people.now + 5)
    assert concluded() == accepted


@pytest.mark.slow
def test_no_reader_counts_it(people: Cast) -> None:
    number = decide(OWNER, people.jane, "disqualified", people.now)
    undo(OWNER, number, people.now + 1)
    before = stage_of(people.jane)
    Worker().work_off(people.now + 2)
    rescore(people.now + 3)
    assert stage_of(people.jane) == before
    seen = then(people.jane, people.now)
    assert seen is not None and seen.lead.stage == before
    live = concluded()
    forget()
    recompute(people.now + 3)
    assert concluded() == live
    assert not verify(people.now + 3).differences


def test_it_is_taken_back_once(people: Cast) -> None:
    number = decide(OWNER, people.jane, "accepted", people.now)
    undo(OWNER, number, people.now + 1)
    with pytest.raises(Conflict, match="before"):
        undo(OWNER, number, people.now + 2)
    with pytest.raises(Forbidden):
        undo(STRANGER, number, people.now + 2)


def test_it_is_taken_back_from_whoever_it_belongs_to_by_then(people: Cast) -> None:
    number = decide(OWNER, people.joe, "disqualified", people.now)
    survivor = merge(OWNER, people.jane, people.joe, people.now + 1).survivor
    Worker().work_off(people.now + 2)
    assert stage_of(survivor) == "disqualified"
    assert undo(OWNER, number, people.now + 3).leads == (survivor,)
    Worker().work_off(people.now + 4)
    assert stage_of(survivor) != "disqualified"


def test_who_decides_on_what_is_old_is_told_who_was_quicker(people: Cast) -> None:
    from qualify.web.store.models import User

    User(email=ROSA.name, name="Rosa", role="sales_rep", password="!").save()
    decide(ROSA, people.jane, "accepted", people.now, seen="0.0")
    with pytest.raises(Conflict, match="Rosa accepted this lead 2 minutes ago"):
        decide(RAVI, people.jane, "rejected", people.now + 2 * MINUTE, seen="0.0")
    assert rows("SELECT decision FROM decision") == [("accepted",)]
    decide(
        RAVI, people.jane, "rejected", people.now + 2 * MINUTE, seen=stories([people.jane])[people.jane].seen
    )


def decided_at_once(lead: int, now: int) -> list[bool]:
    """Two reps decide in the same instant about what both have seen: who of them could."""
    from django.db import connections

    ready = threading.Barrier(2)

    def one(who: Actor) -> bool:
        try:
            ready.wait()
            decide(who, lead, "accepted", now, seen="0.0")
        except Conflict:
            return False
        finally:
            connections.close_all()
        return True

    with ThreadPoolExecutor(2) as reps:
        return sorted(reps.map(one, (ROSA, RAVI)))


def test_of_two_at_the_same_instant_one_is_too_late(people: Cast) -> None:
    for each in (people.jane, people.joe):
        assert decided_at_once(each, people.now) == [False, True]
    assert rows("SELECT count(*) FROM decision") == [(2,)]


def test_so_it_is_on_postgres(postgres_store: str) -> None:
    from tests.web.screens.crowd import crowd

    for row in crowd(8, START):
        assert decided_at_once(row["id"], START + 1) == [False, True]
    assert rows("SELECT count(*) FROM decision") == [(8,)]


def test_what_was_taken_back_meanwhile_is_news_too(people: Cast) -> None:
    number = decide(ROSA, people.jane, "accepted", people.now)
    seen = stories([people.jane])[people.jane].seen
    undo(ROSA, number, people.now + 1)
    with pytest.raises(Conflict, match="taken back meanwhile"):
        decide(RAVI, people.jane, "confirmed", people.now + 2, seen=seen)


def test_many_are_decided_about_at_once_and_undone_at_once(people: Cast) -> None:
    before = concluded()
    chosen = [Chosen(people.jane, "0.0"), Chosen(people.joe, "0.0"), Chosen(10**12, "0.0")]
    preview = preview_several(ROSA, chosen, "accepted", people.now)
    assert {each.lead_id: each.after for each in preview.would} == {people.jane: "sal", people.joe: "sal"}
    assert [each.lead_id for each in preview.cannot] == [10**12]
    assert concluded() == before and not stories([people.jane])

    done = decide_several(ROSA, chosen, "accepted", people.now)
    assert set(done.done) == {people.jane, people.joe} and done.cannot == preview.cannot
    Worker().work_off(people.now + 1)
    assert stage_of(people.joe) == "sal"
    again = decide_several(RAVI, chosen[:2], "accepted", people.now + 1)
    assert not again.done and len(again.cannot) == 2 and again.audit_id is None
    assert done.audit_id is not None
    undo(ROSA, done.audit_id, people.now + 2)
    Worker().work_off(people.now + 3)
    assert concluded() == before


def test_a_customer_is_not_rejected_with_the_others(people: Cast) -> None:
    decide(OWNER, people.jane, "won", people.now)
    Worker().work_off(people.now + 1)
    chosen = [Chosen(people.jane, stories([people.jane])[people.jane].seen), Chosen(people.joe, "0.0")]
    done = decide_several(OWNER, chosen, "rejected", people.now + 2, reason="wrong_timing")
    assert done.done == (people.joe,)
    assert done.cannot[0].why == "is a customer"


@pytest.mark.slow
@settings(
    max_examples=15,
    deadline=None,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    before=acts,
    meanwhile=acts,
    who=st.sampled_from(WHO),
    what=st.sampled_from(["accepted", "rejected", "recycled", "disqualified", "won", "lost"]),
)
def test_deciding_and_undoing_is_identity(
    fresh: Callable[[], Path], before: list[Any], meanwhile: list[Any], who: str, what: str
) -> None:
    """Whatever happens before and in between, live and recomputed."""
    from django.db import connections

    path = fresh()
    world = World()
    world.play(before)
    WORKER.work_off(world.at)
    connections.close_all()
    kept = path.with_suffix(".kept")
    shutil.copy(path, kept)
    at, sent = world.at, world.sent

    world.play(meanwhile)
    WORKER.work_off(world.at)
    never_decided = concluded()

    connections.close_all()
    for ending in ("-wal", "-shm"):
        path.with_name(path.name + ending).unlink(missing_ok=True)
    shutil.copy(kept, path)
    world.at, world.sent = at, sent
    number = decide(OWNER, world.ids[who], what, world.at)
    WORKER.work_off(world.at)
    world.play(meanwhile)
    undo(OWNER, number, world.at)
    WORKER.work_off(world.at)
    assert concluded() == never_decided
    recompute(world.at)
    assert concluded() == never_decided
