"""How many leads and customers each profile, persona and rule fits: a process of its own, which writes nothing.

It is told what to do in one line of JSON and answers in one.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any, BinaryIO

import msgspec

from qualify.criteria.traits import Icp, Persona
from qualify.engines.compiling import Question
from qualify.engines.duck import Runner
from qualify.files import gather
from qualify.playbook import Playbook, parse
from qualify.playbook.sections import Profile, Rule, Score
from qualify.scoring.layout import Layout
from qualify.web.bulk.attaching import Place, attached
from qualify.web.bulk.reading import read_store

if TYPE_CHECKING:
    import duckdb

BEST = 20
"""Customers that no profile fits who are named."""


class Counted(msgspec.Struct):
    """Where the store is, the text in force, and the moment."""

    kind: str
    name: str
    text: str
    now: int


def counted(asked: Counted) -> dict[str, Any]:
    """The counts, as of the moment."""
    duck, book = attached(Place(asked.kind, asked.name)), parse(asked.text)
    layout = Layout(_with_profiles(book))
    gathered = gather(duck, layout, read_store(duck, [layout], asked.now))
    runner = Runner(duck, layout, Question("duckdb", gathered.present, key=gathered.key))
    runner.judge(asked.now)
    duck.execute(
        f"CREATE OR REPLACE TEMP TABLE customers AS {_CUSTOMERS.replace('{now}', str(int(asked.now)))}"
    )
    duck.execute(
        "CREATE OR REPLACE TEMP TABLE everybody AS SELECT j.*, c.person_id IS NOT NULL AS customer, c.amount, "
        "c.currency FROM judged j LEFT JOIN customers c ON CAST(c.person_id AS VARCHAR) = CAST(j.lead_id AS VARCHAR)"
    )
    count = sum(1 for _ in book.rules())
    icp = list(range(count, count + len(book.icp)))
    personas = list(range(count + len(icp), count + len(icp) + len(book.personas)))
    return {
        "as_of": asked.now,
        "all": _all(duck, "TRUE"),
        "rules": _rules(duck, runner, asked.now, count),
        "icp": _each(duck, book.icp, icp),
        "personas": _each(duck, book.personas, personas),
        "no_icp": _all(duck, _none(icp)),
        "no_persona": _all(duck, _none(personas)),
        "best": _best(duck, icp) if icp else [],
    }


_CUSTOMERS = """
SELECT p.id AS person_id, coalesce(w.amount, 0) AS amount, w.currency FROM store.person p
LEFT JOIN store.standing s ON s.person_id = p.id
LEFT JOIN (SELECT owner_id, sum(amount) AS amount, max(currency) AS currency FROM store.outcome
    WHERE outcome = 'won' AND known_at <= {now} AND taken_back_at IS NULL GROUP BY owner_id) w ON w.owner_id = p.id
WHERE s.stage = 'customer' OR w.owner_id IS NOT NULL
"""


def _with_profiles(book: Playbook) -> Playbook:
    """The playbook with one more score, in which each profile is a rule: so profiles are judged as rules are."""
    kinds = ((Icp, "icp", book.icp), (Persona, "persona", book.personas))
    rules = [
        Rule.model_construct(
            points=100, when=kind(**{word: each.name}), name=each.name, counts=None, cap=None, half_life=None
        )
        for kind, word, profiles in kinds
        for each in profiles
    ]
    if not rules:
        return book
    name = "_" + max(book.scores, key=len)
    made = Score.model_construct(rules=rules)
    return book.model_copy(update={"scores": {**book.scores, name: made}})


def _rules(duck: duckdb.DuckDBPyConnection, runner: Runner, now: int, count: int) -> list[int]:
    """To how many leads each rule gives or takes points, in the order written."""
    found = duck.execute(
        f"SELECT rule, count(DISTINCT lead_id) FROM ({runner.sql('ledger', now)}) WHERE line = 'rule' GROUP BY rule"
    ).fetchall()
    leads = dict(found)
    return [int(leads.get(number, 0)) for number in range(count)]


def _each(duck: duckdb.DuckDBPyConnection, profiles: list[Profile], numbers: list[int]) -> list[list[Any]]:
    """Each profile's name, and how many leads and customers it fits."""
    return [
        [each.name, *_all(duck, f"coalesce(rule_{number}, FALSE)")]
        for each, number in zip(profiles, numbers, strict=True)
    ]


def _all(duck: duckdb.DuckDBPyConnection, which: str) -> list[int]:
    """How many leads and customers are such."""
    row = duck.execute(f"SELECT count(*), count(*) FILTER (customer) FROM everybody WHERE {which}").fetchone()
    return list(row or (0, 0))


def _none(numbers: list[int]) -> str:
    """The condition that none of these rules holds."""
    return " AND ".join(f"NOT coalesce(rule_{number}, FALSE)" for number in numbers) or "FALSE"


def _best(duck: duckdb.DuckDBPyConnection, icp: list[int]) -> list[list[Any]]:
    """The customers that no profile of the ICP fits who paid most: id, amount, currency."""
    rows = duck.execute(
        f"SELECT CAST(lead_id AS BIGINT), amount, coalesce(currency, '') FROM everybody "
        f"WHERE customer AND {_none(icp)} ORDER BY amount DESC, total DESC, lead_id LIMIT {BEST}"
    ).fetchall()
    return [[who, float(amount), currency] for who, amount, currency in rows]


def main(told: BinaryIO, answer: BinaryIO) -> None:
    """Do what one line asks for."""
    asked = msgspec.json.decode(told.readline(), type=Counted)
    answer.write(msgspec.json.encode(counted(asked)) + b"\n")


if __name__ == "__main__":
    main(sys.stdin.buffer, sys.stdout.buffer)
