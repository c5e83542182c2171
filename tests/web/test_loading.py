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
    assert plan == ["SEARCH dirty USING INDEX dirty_turn (own=? AND marked_at<?)"], "and nothing is sorted"


def test_so_it_is_on_postgresql(postgres_store: str) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute(f"EXPLAIN {_next_in_line()}")
        plan = "\n".join(row[0] for row in cursor.fetchall())
    assert "Index Scan using dirty_turn" in plan
    assert "Sort" not in plan


def _next_in_line() -> str:
    free, next_ = working.FREE.replace("%s", "1000"), working.NEXT % ("TRUE", "1000")
    return f"SELECT person_id FROM dirty WHERE {next_} AND {free} ORDER BY marked_at LIMIT 50"


@pytest.mark.parametrize("many", [1, 3, 300, MOST, 2 * MOST + 100])
def test_each_of_many_rows_is_written_once_and_found_once(store: Path, many: int) -> None:
    values = [(number, 7, "", "", "", "{}") for number in range(1, many + 1)]
    told = insert("person", "id, created_at, email, name, company, traits", values, "RETURNING id")
    assert sorted(told) == [(number,) for number in range(1, many + 1)]
    found = those("SELECT id FROM person WHERE created_at = %s AND id IN ({})", range(many + 50), before=[7])
    assert sorted(found) == sorted(told)


def test_who_has_news_of_their_own_comes_first_and_the_others_beside_once_they_have_waited(
    store: Path,
) -> None:
    """One lead is marked each second, by a colleague's doing or their own, the newest with the lowest id."""
    insert(
        "dirty",
        "person_id, since, marks, marked_at, own, tries, taken_until",
        [(100 - second, 0, 1, 1_000 * second, second % 2 == 0, 0, 0) for second in range(90)],
    )
    at = 50_000
    first = {each.person_id for each in working.take(at)}
    assert {who for who in first if who % 2 == 0} == set(range(12, 101, 2)), "all who have news of their own"
    others = [who for who in range(99, 10, -2) if 1_000 * (100 - who) <= at - working.BEHIND]
    beside = others[: working.BESIDE]
    assert len(beside) < len(others)
    assert sorted(first - set(range(12, 101, 2)), reverse=True) == beside, (
        "and some who waited, the longest first"
    )
    left = [who for who in range(99, 10, -2) if who not in beside]
    taken = [each.person_id for each in working.take(at)]
    assert sorted(taken, reverse=True) == left[: working.FEW], (
        "nobody has news of their own: some of the others"
    )


def test_no_more_are_taken_than_asked_for_and_a_clock_that_was_ahead_holds_nobody_back(store: Path) -> None:
    for who, own, at in ((1, False, 1_000), (2, True, 90_000), (3, True, 40_000)):
        run(
            "INSERT INTO dirty (person_id, since, marks, marked_at, own, tries, taken_until) VALUES (%s, 0, 1, %s, %s, 0, 0)",
            [who, at, own],
        )
    assert [[each.person_id for each in working.take(50_000, 1)] for _ in range(3)] == [[3], [2], [1]]
