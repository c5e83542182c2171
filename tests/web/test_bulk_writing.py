"""What was judged in bulk is written, but for people whom the worker knows more about."""

from __future__ import annotations

import threading
from collections.abc import Collection, Iterator, Sequence
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction

from qualify.engines.duck import connect
from qualify.engines.quoting import literal
from qualify.moments import DAY
from qualify.web.bulk import rescoring
from qualify.web.bulk.protocol import Standings, Told
from qualify.web.bulk.scoring import as_copied
from qualify.web.bulk.writing import Written, write
from qualify.web.database import Row, insert, is_sqlite, rows
from qualify.web.living.standings import STANDING

NOW, VERSION = 1_800_000_000_000, 7
NEW, SAME, SOONER, OTHER, NEWS, DUE, LATER, DONE, NOBODY, BOTH, ELSEWHERE = range(1, 12)


def judged(who: int, **other: Any) -> Row:
    """The row of a standing."""
    given: dict[str, Any] = {
        "person_id": who, "version_id": VERSION, "as_of": NOW, "total": 1200 + who, "grade": "A\\", "information": 0.1 + 0.2,
        "scores": '{"\\t\\"fit\\"\\\\é":1200}', "lines": '[[0,"rule",null,null,null,1200,null,null,1200]]', "unknown": "[3]",
        "stage": "mql", "since": NOW - DAY, "cycle": 1, "cycle_since": 0, "next_at": None if who % 2 else NOW + DAY,
    }  # fmt: skip
    return tuple({**given, **other}[name] for name in STANDING.split(", "))


def part(whom: Sequence[int], **other: Any) -> Standings:
    """What the reading half tells of people, as the store takes it."""
    fresh = [judged(who, **other) for who in whom]
    if is_sqlite():
        return Standings(whom[0], whom[-1], [], rows=fresh)
    names = STANDING.split(", ")
    cells = [", ".join(_cell(value, name) for name, value in zip(names, row, strict=True)) for row in fresh]
    query = " UNION ALL ".join(f"SELECT {each}" for each in cells)
    [(text,)] = connect().execute(f"SELECT string_agg({as_copied()}, '') FROM ({query})").fetchall()
    return Standings(whom[0], whom[-1], [], text=text)


def _cell(value: object, name: str) -> str:
    told = (
        literal(value)
        if isinstance(value, str)
        else "CAST(NULL AS BIGINT)"
        if value is None
        else f"{value!r}::DOUBLE"
    )
    return f"{told if not isinstance(value, int) else value} AS {name}"


def stand() -> dict[int, Row]:
    """The standings that there are."""
    return {row[0]: row for row in rows(f"SELECT {STANDING} FROM standing")}


def settle() -> dict[int, Row]:
    """People of whom the worker knows less than we do, as much, and more; how they stand."""
    everybody = [who for who in range(NEW, ELSEWHERE + 1) if who != NOBODY]
    people = [(who, 0, "", "", "", "{}") for who in everybody]
    insert("person", "id, created_at, email, name, company, traits", people)
    old = {"version_id": 6, "as_of": NOW - DAY, "lines": "[]"}
    before = [
        judged(SAME, **old), judged(SOONER, **{**old, "next_at": NOW + 5}), judged(OTHER, **{**old, "total": 5, "stage": "lead"}), judged(NEWS, **old),
        judged(DUE, **{**old, "next_at": NOW}), judged(LATER, **{**old, "as_of": NOW + 1}), judged(DONE, as_of=NOW + 1),
        judged(BOTH, as_of=NOW + 1), judged(ELSEWHERE, **old),
    ]  # fmt: skip
    insert("standing", f"{STANDING}, rep_id", [(*row, "joe") for row in before])
    news = [(who, NOW, 1, NOW, True, 0, 0) for who in (NEWS, BOTH, ELSEWHERE)]
    insert("dirty", "person_id, since, marks, marked_at, own, tries, taken_until", news)
    return stand()


def check_that_only_those_are_written_of_whom_the_worker_knows_no_more() -> None:
    before = settle()
    with transaction.atomic():
        written = write(part(range(NEW, ELSEWHERE)), VERSION, NOW)
    assert written == Written({NEW, SAME, SOONER, OTHER}, {NEWS, DUE, LATER})
    assert stand() == before | {who: judged(who) for who in (NEW, SAME, SOONER, OTHER)}
    assert rows("SELECT DISTINCT rep_id FROM standing WHERE person_id <> %s", [NEW]) == [("joe",)]


def test_only_those_are_written_of_whom_the_worker_knows_no_more(store: Path) -> None:
    check_that_only_those_are_written_of_whom_the_worker_knows_no_more()


@pytest.mark.slow
def test_the_same_on_postgresql(postgres_store: str) -> None:
    check_that_only_those_are_written_of_whom_the_worker_knows_no_more()


def test_where_everybody_stays_in_their_place_everybody_is_written(store: Path) -> None:
    settle()
    with transaction.atomic():
        assert write(part([SAME]), VERSION, NOW).people == {SAME}
        assert write(part([SAME], as_of=NOW + 5), VERSION, NOW + 5).people == {SAME}
        assert stand()[SAME] == judged(SAME, as_of=NOW + 5)
        # Judged otherwise as of the very same moment: a mended rule, say.
        assert write(part([SAME], as_of=NOW + 5, total=3), VERSION, NOW + 5).people == {SAME}
    assert stand()[SAME] == judged(SAME, as_of=NOW + 5, total=3)


def told(how_many: int, but: Collection[int] = ()) -> Iterator[Told]:
    """Parts of one person each, who has moved, but for some."""
    for who in range(1, how_many + 1):
        each = part([who])
        each.moves = [] if who in but else [(who, NOW, 0, VERSION, "lead", "mql", 1, 1200, "A", "[0]")]
        yield each


class Stopped(Exception):
    pass


def check_that_what_was_stopped_is_done_when_it_is_done_again(monkeypatch: pytest.MonkeyPatch) -> None:
    insert(
        "person",
        "id, created_at, email, name, company, traits",
        [(n, 0, "", "", "", "{}") for n in range(1, 41)],
    )
    insert("playbook_version", "id, text, digest, author, note, published_at", [(VERSION, "", "", "", "", 0)])
    monkeypatch.setattr(rescoring, "begins_to_hand_over", lambda version: False)
    monkeypatch.setattr(rescoring, "scored", lambda asked: nullcontext(told(40)))

    def stop(what: str, done: int, of: int) -> None:
        if done == 9:
            raise Stopped

    with pytest.raises(Stopped):
        rescoring.rescore(NOW, stop)
    some = set(stand())
    assert 9 <= len(some) < 40
    # Whoever stands has moved, and been told of: each part is there whole.
    assert {who for (who,) in rows("SELECT person_id FROM move")} == some
    assert {who for (who,) in rows("SELECT person_id FROM message")} == some

    # Who moved has moved: of them nothing but the standing is told again.
    monkeypatch.setattr(rescoring, "scored", lambda asked: nullcontext(told(40, but=some)))
    assert rescoring.rescore(NOW) == rescoring.Rescored(40, 40 - len(some), 0)
    assert stand() == {who: judged(who) for who in range(1, 41)}
    assert rows("SELECT count(*), count(DISTINCT person_id) FROM move") == [(40, 40)]


def test_what_was_stopped_is_done_when_it_is_done_again(store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    check_that_what_was_stopped_is_done_when_it_is_done_again(monkeypatch)


@pytest.mark.slow
def test_several_who_write_to_postgresql_leave_no_connection_behind(
    postgres_store: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    check_that_what_was_stopped_is_done_when_it_is_done_again(monkeypatch)
    others = (
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() "
        "AND backend_type = 'client backend'"
    )
    # The server takes a moment to let go of who has left.
    assert any(rows(others) == [(0,)] for _ in range(5_000))


def test_who_listens_no_longer_is_not_waited_for() -> None:
    lines = (b"%d" % number for number in range(1_000))
    with rescoring.ahead(lines) as heard:
        assert [next(heard) for _ in range(100)] == [b"%d" % number for number in range(100)]
        [reader] = [each for each in threading.enumerate() if each.name == rescoring.READER]
    reader.join(10)
    assert not reader.is_alive()
    assert next(lines) < b"200"
