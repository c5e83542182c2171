"""What the worker reads: no more than can count, in an order that an index has, however many it asks for at once."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.db import connection, transaction

from qualify.moments import DAY
from qualify.web.database import MOST, insert, rows, run, those
from qualify.web.living import working
from qualify.web.living.loading import load
from qualify.web.living.recording import Recorder
from qualify.web.living.versions import Versions


@pytest.mark.slow
def test_what_colleagues_did_too_long_ago_is_not_read_and_changes_nothing(lived: int) -> None:
    versions = Versions()
    versions.refresh()
    current = versions.since(lived)[0]
    fields = versions.asked([current]).by(current)
    people = [who for (who,) in rows("SELECT id FROM person ORDER BY id")]
    whole = load(people, fields, lived).found
    for since in (lived - 4 * DAY, lived - DAY // 2, lived):
        some = load(people, fields, lived, since=dict.fromkeys(people, since)).found
        read, there = (sum(len(each.account_events) for each in found.values()) for found in (some, whole))
        assert 0 < read < there
        for who in people:
            for moment in (since - 1, since, lived, lived + 20 * DAY):
                one, other = (
                    current.judge(Recorder(found[who], fields)(moment), moment) for found in (some, whole)
                )
                assert (one.scores, one.lines, one.unknown) == (other.scores, other.lines, other.unknown)
                assert current.changes.after(one) == current.changes.after(other)


def test_the_line_is_read_in_its_order_from_an_index_and_not_as_a_whole(store: Path) -> None:
    plan = [row[3] for row in rows(f"EXPLAIN QUERY PLAN {_next_in_line()}")]
    assert plan == ["SCAN dirty USING INDEX dirty_turn"], "and nothing is sorted"


def test_so_it_is_on_postgresql(postgres_store: str) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute(f"EXPLAIN {_next_in_line()}")
        plan = "\n".join(row[0] for row in cursor.fetchall())
    assert "Index Scan using dirty_turn" in plan
    assert "Sort" not in plan


def _next_in_line() -> str:
    free = working.FREE.replace("%s", "1000")
    return f"SELECT person_id FROM dirty WHERE {free} ORDER BY {working._TURN} LIMIT 50"


@pytest.mark.parametrize("many", [1, 3, 300, MOST, 2 * MOST + 100])
def test_each_of_many_rows_is_written_once_and_found_once(store: Path, many: int) -> None:
    values = [(number, 7, "", "", "", "{}") for number in range(1, many + 1)]
    told = insert("person", "id, created_at, email, name, company, traits", values, "RETURNING id")
    assert sorted(told) == [(number,) for number in range(1, many + 1)]
    found = those("SELECT id FROM person WHERE created_at = %s AND id IN ({})", range(many + 50), before=[7])
    assert sorted(found) == sorted(told)


def test_as_many_are_taken_at_once_as_have_news_of_their_own() -> None:
    own, other = working.Taken(1, 0, 1, True, 0, 0), working.Taken(2, 0, 1, False, 0, 0)
    assert working.room_after([]) == working.room_after([own] * 3 + [other] * 40) == working.FEW
    assert working.room_after([own] * 30 + [other] * 20) == working.AT_ONCE
    assert working.room_after([own] * working.AT_ONCE) == working.MANY
    assert working.room_after([own] * 60) == working.MANY, "until it is worked off"


def test_whom_a_colleague_did_something_waits_half_a_minute_for_those_with_news_of_their_own(
    store: Path,
) -> None:
    for who, own, at in ((1, False, 1_000), (2, True, 20_000), (3, True, 40_000)):
        run(
            "INSERT INTO dirty (person_id, since, marks, marked_at, own, tries, taken_until) VALUES (%s, 0, 1, %s, %s, 0, 0)",
            [who, at, own],
        )
    assert [[each.person_id for each in working.take(50_000, 1)] for _ in range(3)] == [[2], [1], [3]]
