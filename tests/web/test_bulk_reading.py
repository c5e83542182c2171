"""What a child process reads of the store means what it means to the worker: texts as texts, moments in no zone."""

from __future__ import annotations

import json
import random
from typing import TYPE_CHECKING

import pytest
from django.db import connection

from qualify.engines.compiling import Question
from qualify.engines.duck import Runner, connect
from qualify.files import Sources, gather
from qualify.moments import DAY
from qualify.playbook import parse
from qualify.playbook.starters import text as starter
from qualify.runs.run import score
from qualify.scoring.layout import Layout
from qualify.web.bulk.attaching import Place, attached
from qualify.web.bulk.reading import read_store
from qualify.web.database import rows
from tests.web.cast import Cast, people, source

if TYPE_CHECKING:
    import duckdb

__all__ = ["people", "source"]


@pytest.mark.slow
def test_scored_from_what_was_read_everybody_has_the_total_that_the_worker_gave(people: Cast) -> None:
    book = parse(starter("b2b-saas"))
    live = {who: (total, stage) for who, total, stage in rows("SELECT person_id, total, stage FROM standing")}
    path = str(connection.settings_dict["NAME"])
    connection.close()  # whoever reads the file besides may not be in the process that writes it
    read = read_store(attached(Place("sqlite", path)), [Layout(book)], people.now)
    tables = Sources(**{name: relation.to_arrow_table() for name, relation in read.given()})
    found = score(book, tables, as_of=people.now).scores.to_pylist()
    assert {int(row["lead_id"]): (round(float(row["total"]) * 100), row["stage"]) for row in found} == live
    assert live[people.jane][0] > live[people.joe][0] > 0


NOW = 1_800_000_000_000
SOMETIMES: dict[str, list[object]] = {
    "country": ["US", " us ", "Germany", "AR", "", None, "n/a", 7],
    "employees": ["60", 60, "1,000", "5000", None, "many", 11.5, True],
    "email": ["a@acme.com", "b@gmail.com", "c@mailinator.com", "no address", None],
    "job_title": ["Head of Sales", "Intern", "CEO", None, "", ["VP", "Sales"]],
    "industry": ["software", "Government", None, {"is": "software"}],
}
"""What is learnt of leads, now and then badly."""


def a_store(seed: int, leads: int = 80, *, at_once: bool = False) -> duckdb.DuckDBPyConnection:
    """A store in DuckDB, in which much is learnt of everybody; some of it later than now."""
    chance, duck = random.Random(seed), connect()
    duck.execute("ATTACH ':memory:' AS store")
    for table, columns in _TABLES.items():
        duck.execute(f"CREATE TABLE store.{table} ({columns})")
    moments = [NOW - 30 * DAY, NOW - DAY, NOW, NOW + 1]
    for lead in range(leads):
        duck.execute(
            "INSERT INTO store.person VALUES (?, ?, ?)", [lead, lead % 90, chance.choice(moments[:3])]
        )
        for _ in range(chance.randrange(7)):
            names = chance.sample(sorted(SOMETIMES), chance.randint(1, 3))
            told = json.dumps({name: chance.choice(SOMETIMES[name]) for name in names})
            at = chance.choice(moments) - (0 if at_once else chance.randrange(10**9))
            row = [lead, told, at, chance.choice(moments)]
            duck.execute("INSERT INTO store.learnt VALUES (?, ?, ?, ?)", row)
    return duck


_TABLES = {
    "person": "id BIGINT, account_id BIGINT, created_at BIGINT",
    "learnt": "owner_id BIGINT, traits VARCHAR, learned_at BIGINT, known_at BIGINT",
    "account_learnt": "id BIGINT, owner_id BIGINT, traits VARCHAR, learned_at BIGINT, known_at BIGINT",
    "event": "owner_id BIGINT, kind VARCHAR, happened_at BIGINT, known_at BIGINT, properties VARCHAR, machine VARCHAR",
    "answer": "owner_id BIGINT, question VARCHAR, value VARCHAR, satisfied BIGINT, answered_at BIGINT, "
    "expires_at BIGINT, known_at BIGINT",
    "decision": "owner_id BIGINT, decision VARCHAR, decided_at BIGINT, known_at BIGINT, taken_back_at BIGINT",
    "outcome": "owner_id BIGINT, outcome VARCHAR, closed_at BIGINT, known_at BIGINT, taken_back_at BIGINT",
}


def judged(
    duck: duckdb.DuckDBPyConnection, *, settled: bool, text: str = starter("b2b-saas")
) -> list[tuple[object, ...]]:
    """Everybody judged as of now from what was read."""
    layout = Layout(parse(text))
    sources = read_store(duck, [layout], NOW, settled=settled)
    gathered = gather(duck, layout, sources)
    Runner(duck, layout, Question("duckdb", gathered.present, key=gathered.key)).judge(NOW)
    return duck.execute("SELECT * FROM judged ORDER BY lead_id").fetchall()


@pytest.mark.parametrize("at_once", [False, True], ids=["one after the other", "some at the same moment"])
def test_the_newest_traits_alone_give_what_all_that_was_ever_learnt_gives(at_once: bool) -> None:
    duck = a_store(1, at_once=at_once)
    of_everything = judged(duck, settled=False)
    assert len({row[-4:] for row in of_everything}) > 10
    assert judged(duck, settled=True) == of_everything


@pytest.mark.parametrize("name", ["Job Title", "created at", "company.country"])
def test_traits_that_a_column_could_not_be_called_by_are_read_as_they_were_learnt(name: str) -> None:
    duck = a_store(3, leads=3)
    text = "playbook: x\nscores: {fit: {rules: [{when: {trait: %s, is: CEO}, points: 5}]}}"
    asked = [Layout(parse(text % each)) for each in ("job_title", json.dumps(name))]
    for each in ("job_title", name):
        duck.execute("INSERT INTO store.learnt VALUES (1, ?, 0, 0)", [json.dumps({each: "CEO"})])
    assert read_store(duck, asked, NOW, settled=True).traits is not None


LOOKED_AT: list[dict[str, object]] = [
    {"plan": "Pro", "page": {"path": "/pricing"}, "seats": 12},
    {"page.path": "/Pricing", "page": {"path": "/other"}, "seats": "12"},
    {"page.path": None, "page": {"path": " /pricing "}, "seats": None},
    {"plan": None, "page": "/pricing", "seats": True, "*": "pro", "": "pro"},
    {"plan": ["pro"], "page": {"path": ["/pricing"]}, "seats": 12.0},
    {"plan": "PRÓ", "page": {"path": "/pr\u0131cing"}, "seats": "1e1"},
    {'say "hi"\\': "pro", "plan": {"is": "pro"}, "Plan": "pro"},
    {},
]
"""Properties of events, now and then badly told."""


def did_things(duck: duckdb.DuckDBPyConnection) -> None:
    """Everybody in the store does some of them; one we hear of too late, and one is still to come."""
    for lead in range(8):
        for place, each in enumerate(LOOKED_AT[lead:] + LOOKED_AT[:1]):
            kind, happened_at = "page_viewed" if place % 2 else "trial_started", NOW - (place - 1) * DAY
            known_at = NOW + 1 if place == 3 else 0
            row = [lead, kind, happened_at, known_at, json.dumps(each)]
            duck.execute("INSERT INTO store.event VALUES (?, ?, ?, ?, ?, NULL)", row)


@pytest.mark.slow
@pytest.mark.parametrize(
    "conditions",
    [
        [
            "{did: page_viewed, where: {page.path: {starts_with: /pricing}}}",
            "{did: trial_started, where: {plan: pro}}",
        ],
        [
            "{did: trial_started, where: {seats: {at_least: 10}}}",
            "{did: page_viewed, where: {plan: [pro, pró]}}",
        ],
        ["{did: page_viewed, where: {plan: pro}}", "{did: page_viewed, where: {Plan: pro}}"],
        ['{did: page_viewed, where: {"say \\"hi\\"\\\\": pro}}', '{did: trial_started, where: {"*": pro}}'],
        ["{did: page_viewed}"],
    ],
)
def test_properties_taken_out_of_their_json_mean_what_they_meant_inside(conditions: list[str]) -> None:
    duck = a_store(2, leads=8)
    did_things(duck)
    rules = ", ".join(f"{{when: {each}, points: {3**place}}}" for place, each in enumerate(conditions))
    text = f"playbook: x\nscores: {{fit: {{rules: [{rules}]}}}}"
    of_json = judged(duck, settled=False, text=text)
    assert len({row[-4:] for row in of_json}) > 1 or len(conditions) == 1
    assert judged(duck, settled=True, text=text) == of_json
