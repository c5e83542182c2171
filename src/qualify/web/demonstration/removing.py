"""The simulated market, taken out again: its facts, and every conclusion from them. What is real stays.

An identifier is the market's when no other source ever named it. So a real visitor who was merged with a simulated
lead keeps everything that was told of them elsewhere, and what we ourselves wrote down about simulated leads
(decisions, answers) goes with them.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from django.db import transaction

from qualify.clock import now as clock
from qualify.web.database import marks, parts, rows, run, those
from qualify.web.demonstration.names import AUTHOR, LOADED, NAME
from qualify.web.keeping.people import lock_the_graph
from qualify.web.learning.keeping import forget_lessons
from qualify.web.living.kinds import Progress

TOLD = (
    *("answer", "decision", "outcome", "consent"),
    *("assignment", "contact", "enrolment", "step_done", "happening", "nudge", "incoming"),
)
"""What we write down about people; it goes with the identifier that it was written under."""

BY_SOURCE = ("event", "learnt", "account_learnt")
"""What sources send."""


class Counts(NamedTuple):
    """How much of the store is the market's."""

    leads: int
    events: int
    traits: int
    told: int
    costs: int

    def all(self) -> int:
        """All of it."""
        return sum(self)


def source() -> int | None:
    """The market's source; None when there is no market here."""
    found = rows("SELECT id FROM source WHERE name = %s", [NAME])
    return int(found[0][0]) if found else None


def counts() -> Counts:
    """What removing it would take away."""
    number = source()
    if number is None:
        return Counts(0, 0, 0, 0, 0)
    nodes = _nodes_of_its_own(number)
    leads = those(_LEADS, nodes)
    told = sum(
        len(those(f"SELECT id FROM {table} WHERE subject_id IN ({{}})", nodes)) for table in TOLD
    )  # fmt: skip
    [(events,)] = rows("SELECT count(*) FROM event WHERE source_id = %s", [number])
    [(traits,)] = rows(
        "SELECT (SELECT count(*) FROM learnt WHERE source_id = %s) "
        "+ (SELECT count(*) FROM account_learnt WHERE source_id = %s)",
        [number, number],
    )
    return Counts(len(leads), events, traits, told, _costs(number, "SELECT count(*) FROM cost"))


_LEADS = "SELECT id FROM person WHERE id IN ({})"


def remove(parameters: object, progress: Progress) -> str:
    """Take it out, as a piece of long work: its facts at once or not at all, then every conclusion anew."""
    from qualify.web.recomputing import recompute

    before = counts()
    progress(0, 1, "facts")
    with transaction.atomic():
        lock_the_graph()
        number = source()
        if number is not None:
            _forget(number)
    recompute(clock(), lambda what, done, of: progress(done, of, what))
    return json.dumps(before._asdict())


def _forget(number: int) -> None:
    nodes, shared = _nodes_of_its_own(number), _shared(number)
    _forget_facts(number, nodes)
    _forget_people(nodes)
    _forget_source(number)
    forget_lessons()
    for node in shared:
        run(f"UPDATE identifier SET first_seen = ({_FIRST}) WHERE id = %s", [*[node] * 5, node])


def _nodes_of_its_own(number: int) -> list[int]:
    """The identifiers that only the market named."""
    return sorted(_named(number, "= %s") - _named(number, "<> %s"))


def _shared(number: int) -> list[int]:
    """Those that others named, too."""
    return sorted(_named(number, "= %s") & _named(number, "<> %s"))


def _named(number: int, is_its: str) -> set[int]:
    return {node for (node,) in rows(_NAMED.format(is_its=is_its), [number] * 5)}


_NAMED = " UNION ".join(
    [
        *(f"SELECT subject_id FROM {table} WHERE source_id {{is_its}}" for table in BY_SOURCE),
        *(f"SELECT {end} FROM link WHERE source_id {{is_its}}" for end in ("one_id", "other_id")),
    ]
)


_FIRST = "SELECT min(at) FROM ({}) AS named".format(
    " UNION ALL ".join(
        [
            *(f"SELECT min(received_at) AS at FROM {table} WHERE subject_id = %s" for table in BY_SOURCE),
            *(f"SELECT min(known_at) FROM link WHERE {end} = %s" for end in ("one_id", "other_id")),
        ]
    )
)
"""The first that others said of an identifier."""


def _forget_facts(number: int, nodes: Sequence[int]) -> None:
    events = f"(SELECT id FROM event WHERE source_id = {number:d})"
    for beside in ("sighting", "form_text"):
        run(f"DELETE FROM {beside} WHERE event_id IN {events}")
    for table in BY_SOURCE:
        run(f"DELETE FROM {table} WHERE source_id = %s", [number])
    for table in TOLD:
        _delete(table, "subject_id", nodes)


def _forget_people(nodes: Sequence[int]) -> None:
    """Their identifiers and links, and what was concluded of them."""
    messages = [each for (each,) in those("SELECT id FROM message WHERE person_id IN ({})", nodes)]
    for table, column, ids in (
        ("attempt", "message_id", messages),
        ("message", "id", messages),
        *(
            (table, "person_id", nodes)
            for table in ("standing", "move", "dirty", "handoff", "handing", "mail")
        ),
        *((table, column, nodes) for table in ("link", "suggestion") for column in ("one_id", "other_id")),
        ("person", "id", nodes),
        ("identifier", "id", nodes),
    ):
        _delete(table, column, ids)


def _forget_source(number: int) -> None:
    """The links that it brought to others' identifiers, what it cost, the source itself."""
    run("DELETE FROM link WHERE source_id = %s", [number])
    _costs(number, "DELETE FROM cost")
    run("DELETE FROM rep_setting WHERE set_by = %s", [AUTHOR])
    for table in ("aside", "step_count", "access_key", "import", "form"):
        run(f"DELETE FROM {table} WHERE source_id = %s", [number])
    run("DELETE FROM source WHERE id = %s", [number])


def _costs(number: int, statement: str) -> int:
    """Of the costs that came with it: how many there are, or how many were deleted."""
    found = rows("SELECT detail FROM audit WHERE verb = %s AND subject = %s", [LOADED, str(number)])
    between = json.loads(found[-1][0]).get("costs") if found else None
    if not between:
        return 0
    where = f"{statement} WHERE id BETWEEN %s AND %s"
    return int(rows(where, between)[0][0]) if statement.startswith("SELECT") else run(where, between)


def _delete(table: str, column: str, ids: Iterable[int]) -> int:
    return sum(
        run(f"DELETE FROM {table} WHERE {column} IN ({marks(len(part))})", part) for part in parts(ids, 500)
    )
