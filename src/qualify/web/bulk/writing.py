"""Writing a part of the standings, but for people of whom there is news: those are left to the worker."""

from __future__ import annotations

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from functools import cache
from operator import itemgetter
from typing import Final, NamedTuple

from django.db import connection

from qualify.web.bulk.protocol import Standings
from qualify.web.database import is_sqlite, rows, run, run_many
from qualify.web.living.standings import REPLACED, STANDING

_COLUMNS: Final = STANDING.split(", ")
_GIVEN: Final = {name: f"?{number}" for number, name in enumerate(_COLUMNS, 1)}
_PLACES: Final = (("total", "grade", "stage", "since", "next_at"), ("total", "grade", "stage", "since"))
"""The columns that the indexes of standings are made of, but for the moment: all, and all but one."""


@cache
def _staying(place: tuple[str, ...]) -> str:
    """Writes the standing of who stays where they are, as far as these columns tell, and leaves these alone."""
    return (
        "UPDATE standing SET "
        + ", ".join(f"{name} = {_GIVEN[name]}" for name in _COLUMNS[1:] if name not in place)
        + f" WHERE person_id = {_GIVEN['person_id']} AND as_of <= {_GIVEN['as_of']}"
        + "".join(f" AND {name} IS {_GIVEN[name]}" for name in place)
    )


_REPLACED: Final = f"ON CONFLICT (person_id) DO UPDATE SET {REPLACED} WHERE standing.as_of <= excluded.as_of"
_ANYWHERE: Final = f"INSERT INTO standing ({STANDING}) VALUES ({', '.join(_GIVEN.values())}) {_REPLACED}"
_DONE: Final = "FROM standing WHERE person_id BETWEEN %s AND %s AND as_of = %s AND version_id = %s"
_COPIED: Final = (
    f"INSERT INTO standing ({STANDING}) SELECT {STANDING} FROM fresh WHERE person_id IN (SELECT id FROM person "
    # Rows are locked in the order of people, so that of two transactions one waits, and never each for the other.
    f"WHERE id BETWEEN %s AND %s) AND person_id <> ALL(%s) ORDER BY person_id {_REPLACED} RETURNING person_id"
)
_APART: Final = (
    "SELECT a.person_id, s.person_id IS NOT NULL AND s.version_id = %s AND s.as_of > %s FROM "
    "(SELECT person_id FROM dirty WHERE person_id BETWEEN %s AND %s UNION SELECT person_id FROM standing "
    "WHERE person_id BETWEEN %s AND %s AND (as_of > %s OR next_at <= %s)) a LEFT JOIN standing s USING (person_id)"
)


class Written(NamedTuple):
    """Who was written, and who was not because there is news of them, or their time had come before."""

    people: AbstractSet[int]
    stale: AbstractSet[int]


def write(part: Standings, version: int, now: int) -> Written:
    """Write the standings of a part, in a transaction.

    Whoever is nobody any more, or was judged by the worker under this version since, is left as they are.
    """
    here = [part.first, part.last]
    apart: dict[int, bool] = dict(rows(_APART, [version, now, *here, *here, now, now]))
    written = _to_file if is_sqlite() else _to_server
    people, left = written(part, version, now, frozenset(apart))
    return Written(people, {who for who in left if not apart[who]})


def _to_file(
    part: Standings, version: int, now: int, apart: AbstractSet[int]
) -> tuple[AbstractSet[int], AbstractSet[int]]:
    """On SQLite: who was written, and who of those apart is in the part. Nobody else writes before we are done.

    Most people stay in their place in every list, or in all but that of whose time comes: their entries in the others'
    indexes, which take longer than the row, are not written again.
    """
    here = [part.first, part.last]
    left = [row for row in part.rows if row[0] not in apart] if apart else part.rows
    people = {row[0] for row in left}
    for place in _PLACES:
        before = _changes()
        run_many(_staying(place), left)
        if _changes() - before == len(left):
            return people, _among(part, apart)
        cells = itemgetter(0, *(_COLUMNS.index(name) for name in place))
        done = set(rows(f"SELECT person_id, {', '.join(place)} {_DONE}", [*here, now, version]))
        left = [row for row in left if cells(row) not in done]
    gone = people - _people("SELECT id FROM person WHERE id BETWEEN %s AND %s", here)
    run_many(_ANYWHERE, [row for row in left if row[0] not in gone])
    return people - gone, _among(part, apart)


def _among(part: Standings, some: AbstractSet[int]) -> AbstractSet[int]:
    return some & {row[0] for row in part.rows} if some else some


def _changes() -> int:
    """How many rows this connection to SQLite has changed so far."""
    return int(rows("SELECT total_changes()")[0][0])


def _to_server(
    part: Standings, version: int, now: int, apart: AbstractSet[int]
) -> tuple[AbstractSet[int], AbstractSet[int]]:
    """The same on PostgreSQL, from a text that only the server takes apart: half of what rows as parameters take it."""
    # What is not yet on the disk when the server falls is done again, as is all that follows: nothing is waited for.
    run("SET LOCAL synchronous_commit TO off")
    run(f"CREATE TEMP TABLE fresh ON COMMIT DROP AS SELECT {STANDING} FROM standing WITH NO DATA")
    with connection.cursor() as cursor, cursor.copy(f"COPY fresh ({STANDING}) FROM STDIN") as copy:
        copy.write(part.text)
    left = _people("SELECT person_id FROM fresh WHERE person_id = ANY(%s)", [list(apart)]) if apart else apart
    people = _people(_COPIED, [part.first, part.last, list(apart)])
    run("DROP TABLE fresh")
    return people, left


def _people(statement: str, parameters: Sequence[object]) -> set[int]:
    return {who for (who,) in rows(statement, parameters)}
