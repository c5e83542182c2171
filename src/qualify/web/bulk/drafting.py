"""What a draft of the playbook would do to the store: a process of its own, which reads and writes nothing.

It is told what to do in one line of JSON and answers in one.
"""

from __future__ import annotations

import sys
from typing import Any, BinaryIO

import msgspec

from qualify.files import Sources
from qualify.playbook import parse
from qualify.runs.planning import mapping_of, plan
from qualify.scoring.layout import Layout
from qualify.web.bulk.attaching import Place, attached
from qualify.web.bulk.consequences import sides
from qualify.web.bulk.reading import read_store

EXAMPLES = 100
"""People who would move that are named."""

RULES = 60
"""Rules whose points change that are named."""

_PREVIOUS = (
    "SELECT person_id AS lead_id, stage, to_timestamp(since / 1000.0) AS stage_since, CAST(cycle AS BIGINT) AS cycle, "
    "to_timestamp(nullif(cycle_since, -1) / 1000.0) AS cycle_since FROM store.standing"
)


class Drafted(msgspec.Struct):
    """Where the store is, the text in force and the draft, and the moment."""

    kind: str
    name: str
    old: str
    new: str
    now: int


def drafted(asked: Drafted) -> dict[str, Any]:
    """Who would move from which stage to which, by which rules, and some of them by id; and what
    :func:`~qualify.web.bulk.consequences.sides` adds.
    """
    duck = attached(Place(asked.kind, asked.name))
    old, new = parse(asked.old), parse(asked.new)
    # Both look at the same facts: those that either asks for.
    read = read_store(duck, [Layout(old), Layout(new)], asked.now)
    # As tables: a relation of another connection can be read once only, and both playbooks read it.
    sources = Sources(**{name: relation.to_arrow_table() for name, relation in read.given()})
    previous = duck.sql(_PREVIOUS).to_arrow_table()
    found = plan(old, new, sources, as_of=asked.now, previous=previous if previous.num_rows else None)
    movers = found.movers.slice(0, EXAMPLES)
    columns = ("lead_id", "stage_before", "stage_after", "total_before", "total_after", "strongest_rule")
    examples = [
        {name: _plain(row[name]) for name in columns} for row in movers.select(list(columns)).to_pylist()
    ]
    rules = [{"rule": each.rule, "leads": each.leads, "change": float(each.change)} for each in found.rules]
    told = {**mapping_of(found), "rules": rules[:RULES], "examples": examples}
    return {**told, **sides(found, duck)}


def _plain(value: Any) -> Any:
    return value if value is None or isinstance(value, str | int) else float(value)


def main(told: BinaryIO, answer: BinaryIO) -> None:
    """Do what one line asks for."""
    asked = msgspec.json.decode(told.readline(), type=Drafted)
    answer.write(msgspec.json.encode(drafted(asked)) + b"\n")


if __name__ == "__main__":
    main(sys.stdin.buffer, sys.stdout.buffer)
