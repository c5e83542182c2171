"""One long text from many people is a program's: labelled, also backwards, and as it would be told anew."""

from __future__ import annotations

from typing import Any

import pytest

from qualify.capture.model import Source
from qualify.machine.settings import STANDARD
from qualify.moments import DAY
from qualify.playbook.starters import text as starter
from qualify.web.database import rows
from qualify.web.living.working import Worker
from qualify.web.recomputing import forget, recompute
from qualify.web.sources import create_source
from qualify.web.verbs.merge import merge
from qualify.web.verbs.publish import publish
from qualify.web.verbs.split import split
from tests.web.cast import MINUTE, OWNER, START, Cast, lead_of, people, send, source
from tests.web.snapshot import everything

__all__ = ["people", "source"]

OFFER = "We offer the very best backlinks for your website, today only and for you alone."
AT = START + 10 * MINUTE
NAMES = ("ann", "bob", "cat", "dan", "eve")


def writes(source: Any, name: str, at: int, text: str = OFFER, **more: Any) -> None:
    """Somebody asks for a demo, says who they are, and writes a message."""
    told = {"email": f"{name}@{name}.example", "anonymous_id": f"{name}s-browser", "timestamp": at}
    call = {"type": "track", "event": "Demo Requested", "properties": {"message": text}}
    send(source, at, {**call, **told, "message_id": f"{name}-{at}", **more})


def labels() -> list[str | None]:
    """What the forms with a text are held to be, in the order in which they were sent."""
    told = "SELECT machine FROM event WHERE properties LIKE %s ORDER BY happened_at, id"
    return [machine for (machine,) in rows(told, ['%"message"%'])]


def total(name: str) -> int:
    [(found,)] = rows("SELECT total FROM standing WHERE person_id = %s", [lead_of(f"{name}@{name}.example")])
    return int(found)


def all_write(source: Any, *, apart: int = MINUTE) -> int:
    """Five people write the same, and each is judged before the next one writes; the moment after."""
    worker = Worker()
    for place, name in enumerate(NAMES):
        writes(source, name, AT + place * apart)
        worker.work_off(AT + place * apart)
    return AT + len(NAMES) * apart


def test_the_fifth_reveals_the_four_before(people: Cast, source: Any) -> None:
    worker = Worker()
    for place, name in enumerate(NAMES[:4]):
        writes(source, name, AT + place)
    worker.work_off(AT + 10)
    assert labels() == [None] * 4
    before = total("ann")
    writes(source, "eve", AT + 11)
    worker.work_off(AT + 12)
    assert labels() == ["same_text"] * 5
    assert total("ann") < before, "what a program asked for is nobody's demo"


def test_what_was_concluded_live_is_what_follows_from_the_facts(people: Cast, source: Any) -> None:
    now = all_write(source)
    alive = everything()
    assert labels() == ["same_text"] * 5
    forget()
    assert not rows("SELECT 1 FROM form_text")
    recompute(now)
    assert everything() == alive


@pytest.mark.parametrize(
    ("apart", "found"),
    [(STANDARD.alike // 4, ["same_text"] * 5), (3 * DAY, [None, None, "same_text", None, None])],
)
def test_what_is_far_apart_in_time_is_less_alike(
    people: Cast, source: Any, apart: int, found: list[str | None]
) -> None:
    all_write(source, apart=apart)
    assert labels() == found


def test_one_person_may_ask_five_times(people: Cast, source: Any) -> None:
    for place in range(5):
        writes(source, "ann", AT + place)
    Worker().work_off(AT + 10)
    assert labels() == [None] * 5


def test_short_texts_are_nobodys(people: Cast, source: Any) -> None:
    for place, name in enumerate(NAMES):
        writes(source, name, AT + place, "Please call me back")
    Worker().work_off(AT + 10)
    assert labels() == [None] * 5


def test_nobody_can_say_of_themselves_that_others_sent_it(people: Cast, source: Any) -> None:
    writes(source, "ann", AT, properties={"message": OFFER, "same_text": 50})
    Worker().work_off(AT + 10)
    assert labels() == [None]


def test_two_who_turn_out_to_be_one_clear_the_others_until_they_are_split(people: Cast, source: Any) -> None:
    now, worker = all_write(source), Worker()
    before = everything()
    merged = merge(OWNER, lead_of("ann@ann.example"), lead_of("bob@bob.example"), now)
    worker.work_off(now)
    assert labels() == [None] * 5
    [link] = rows("SELECT max(id) FROM link")
    split(OWNER, link, now + 1)
    worker.work_off(now + 1)
    assert labels() == ["same_text"] * 5
    assert merged
    assert everything()["standing"] == before["standing"]


def test_a_visitor_whom_nothing_names_counts_from_when_they_are_known(people: Cast, source: Any) -> None:
    now, worker = all_write(source, apart=1), Worker()
    writes(source, "fay", now, "Another text that is as long as it must be, by somebody else.", email=None)
    worker.work_off(now)
    assert labels() == [*["same_text"] * 5, None]
    writes(source, "gus", now + 1, email=None)
    worker.work_off(now + 1)
    assert labels()[-1] is None, "nobody is judged whom nothing names"
    told = {"email": "gus@gus.example", "anonymous_id": "guss-browser", "message_id": "gus is gus"}
    send(source, now + 2, {"type": "identify", **told})
    worker.work_off(now + 2)
    assert labels()[-1] == "same_text"


def test_on_postgresql_it_is_the_same(postgres_store: str) -> None:
    publish(OWNER, starter("b2b-saas"), START)
    site = Source(id=create_source("site", "segment", START), name="site", trusted=True)
    now = all_write(site)
    assert labels() == ["same_text"] * 5
    alive = everything()
    forget()
    recompute(now)
    assert everything() == alive
