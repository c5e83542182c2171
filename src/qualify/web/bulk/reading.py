"""The store's facts as the tables that people's files have, so that they are gathered in the same way."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from qualify.engines.quoting import listed, literal, named
from qualify.files import Sources
from qualify.files.documents import json_path
from qualify.reading.properties import steps
from qualify.reading.text import bare
from qualify.scoring.layout import Layout
from qualify.web.living.values import Fields

if TYPE_CHECKING:
    import duckdb

TABLES = {
    "leads": "SELECT id AS lead_id, account_id, to_timestamp(created_at / 1000.0) AS created_at FROM store.person",
    "events": (
        "SELECT owner_id AS lead_id, kind, to_timestamp(happened_at / 1000.0) AS happened_at, "
        "{received}{properties} AS properties "
        "FROM (SELECT *{told} FROM store.event WHERE machine IS NULL AND known_at <= {moment}{kinds}) events"
    ),
    "answers": (
        "SELECT owner_id AS lead_id, question, value, "
        "CASE WHEN CAST(satisfied AS VARCHAR) IN ('1', 'true') THEN 'yes' "
        "WHEN satisfied IS NOT NULL THEN 'no' END AS satisfied, "
        "to_timestamp(answered_at / 1000.0) AS answered_at, to_timestamp(expires_at / 1000.0) AS expires_at "
        "FROM store.answer WHERE known_at <= {moment}"
    ),
    "decisions": (
        "SELECT owner_id AS lead_id, decision, to_timestamp(decided_at / 1000.0) AS decided_at FROM store.decision "
        "WHERE known_at <= {moment} AND taken_back_at IS NULL"
    ),
    "outcomes": (
        "SELECT owner_id AS lead_id, outcome, to_timestamp(closed_at / 1000.0) AS closed_at FROM store.outcome "
        "WHERE known_at <= {moment} AND taken_back_at IS NULL"
    ),
}
"""By table of facts, the query of the store that gives it. Values are texts: as JSON they would lose their type, and
keep its quotes, wherever they are handed on as Arrow. Moments have a zone: without one they would be read as the
playbook's local time."""


_RECEIVED = "to_timestamp(known_at / 1000.0) AS received_at, "
_AS_JSON = "CAST(properties AS JSON)", ""

_OWN = frozenset(map(bare, ("lead_id", "account_id", "created_at", "properties")))
"""What leads have besides their traits."""


def read_store(
    duck: duckdb.DuckDBPyConnection, layouts: Sequence[Layout], moment: int, *, settled: bool = False
) -> Sources:
    """The facts known by the moment that some playbooks ask for, copied at one point in time into tables of the
    connection's own.

    ``settled``: nobody will be judged as of an earlier moment, so of each trait only the newest value is read.
    """
    duck.execute("DROP SCHEMA IF EXISTS facts CASCADE")
    duck.execute("CREATE SCHEMA facts")
    duck.execute("BEGIN")
    queries = _queries(duck, layouts, moment, settled)
    for name, query in queries.items():
        duck.execute(f"CREATE TABLE {_kept(name)} AS {query}")
    duck.execute("COMMIT")
    given: dict[str, Any] = {
        name: duck.sql(f"SELECT * FROM {_kept(name)}")
        for name in queries
        if name == "leads" or duck.execute(f"SELECT 1 FROM {_kept(name)} LIMIT 1").fetchone()
    }
    return Sources(**given)


def _queries(
    duck: duckdb.DuckDBPyConnection, layouts: Sequence[Layout], moment: int, settled: bool
) -> dict[str, str]:
    """What gives each table of facts; a table of traits unless leads have them already."""
    # What is read was known by the moment; who asks of no earlier one need not look again, in each statement anew.
    found = queries_of(moment, _kinds(duck, layouts), *(("", *_properties(layouts)) if settled else ()))
    found["accounts"] = _accounts(duck, layouts, moment)
    newest = _newest_traits(duck, layouts, moment) if settled else None
    return found | ({"traits": _traits(duck, layouts, moment)} if newest is None else {"leads": newest})


def queries_of(
    moment: int,
    kinds: str = "",
    received: str = _RECEIVED,
    properties: str = _AS_JSON[0],
    told: str = _AS_JSON[1],
) -> dict[str, str]:
    """The queries of :data:`TABLES` as of the moment; without more said, of all events as they were sent."""
    said = {
        "moment": str(int(moment)),
        "kinds": kinds,
        "received": received,
        "properties": properties,
        "told": told,
    }
    found = dict(TABLES)
    for place, words in said.items():
        found = {name: query.replace("{" + place + "}", words) for name, query in found.items()}
    return found


def _kept(name: str) -> str:
    """What a table of facts is called: not as the tables that will be made of it, which would hide it."""
    return f"facts.known_{name}"


def _kinds(duck: duckdb.DuckDBPyConnection, layouts: Sequence[Layout]) -> str:
    """Only the kinds of event that are asked for are read, however a playbook spells them."""
    if any(layout.event_kinds is None for layout in layouts):
        return ""
    fields = Fields(layouts)
    there = [row[0] for row in duck.execute("SELECT DISTINCT kind FROM store.event").fetchall()]
    wanted = [kind for kind in there if fields.kind(kind) is not None]
    return f" AND kind IN {listed(wanted)}" if wanted else " AND FALSE"


def _properties(layouts: Sequence[Layout]) -> tuple[str, str]:
    """The properties of events that are asked for, as a structure of texts; and the column that it is made of.

    So the JSON of each event is read once and not kept.
    """
    names = sorted({field.name for layout in layouts for field in layout.event_fields})
    if len({name.casefold() for name in names}) < len(names):  # a structure would not tell them apart
        return _AS_JSON
    found, paths = [], list[str]()
    for name in names:
        places = [json_path(path) for path in ([name], steps(name)) if path]
        values = ", ".join(f"told[{len(paths) + place}]" for place in range(1, len(places) + 1))
        found.append(f"{named(name)} := coalesce({values})")
        paths += places
    if not names:
        return "NULL", ""
    return f"struct_pack({', '.join(found)})", f", json_extract_string(properties, {_list(paths)}) AS told"


def _traits(duck: duckdb.DuckDBPyConnection, layouts: Sequence[Layout], moment: int) -> str:
    """The traits that are asked for, however a playbook spells them: a row for each time one was learnt."""
    known = f"FROM store.learnt WHERE known_at <= {int(moment)}"
    asked = _asked(duck, layouts, known)
    if not asked:
        nothing = "CAST(NULL AS BIGINT) AS lead_id, '' AS name, '' AS value, CAST(NULL AS TIMESTAMPTZ) AS learned_at"
        return f"SELECT {nothing} WHERE FALSE"
    places = _list(_pointer(name) for name in asked)
    # One list with the values of all names: the text of each row is read once.
    told = (
        f"SELECT owner_id AS lead_id, unnest({_list(asked)}) AS name, unnest(json_extract_string(traits, {places})) "
        f"AS value, unnest(json_exists(traits, {places})) AS told, to_timestamp(learned_at / 1000.0) AS learned_at "
        f"FROM (SELECT owner_id, learned_at, traits {known}) AS learnt"
    )
    return f"SELECT lead_id, name, value, learned_at FROM ({told}) WHERE told"


def _newest_traits(duck: duckdb.DuckDBPyConnection, layouts: Sequence[Layout], moment: int) -> str | None:
    """Leads with the newest value of each trait that is asked for, one column for each, called as the playbook does.

    None where it cannot be said so simply: a trait that is spelled in several ways, or called as a column that leads
    have anyway; two values learnt at one moment, of which the one counts whose text comes last when it is folded.
    """
    fields = Fields(layouts)
    known = f"FROM store.learnt WHERE known_at <= {int(moment)} AND learned_at <= {int(moment)}"
    asked = _asked(duck, layouts, known)
    ours = [field.name for name in asked for field in fields.of_trait(name)[:1]]
    if len({bare(name) for name in ours} | _OWN) < len(ours) + len(_OWN) or any("." in name for name in ours):
        return None
    if not asked:
        return TABLES["leads"]
    places = _list(_pointer(name) for name in asked)
    duck.execute(
        f"CREATE TABLE facts.learnt AS SELECT owner_id, learned_at, json_extract_string(traits, {places}) AS told, "
        f"json_exists(traits, {places}) AS is_told {known}"
    )
    newest = ", ".join(map(_newest, range(1, len(ours) + 1)))
    duck.execute(
        f"CREATE TABLE facts.newest AS SELECT owner_id, {newest} FROM facts.learnt GROUP BY owner_id"
    )
    others = " OR ".join(map(_another, range(1, len(ours) + 1)))
    if duck.execute(
        f"SELECT 1 FROM facts.learnt JOIN facts.newest USING (owner_id) WHERE {others} LIMIT 1"
    ).fetchone():
        return None
    columns = ", ".join(f"newest_{place} AS {named(name)}" for place, name in enumerate(ours, 1))
    return (
        f"SELECT leads.*, {columns} FROM ({TABLES['leads']}) leads "
        "LEFT JOIN facts.newest ON owner_id = leads.lead_id"
    )


def _newest(place: int) -> str:
    """The newest value of a trait, null where it was learnt to be unknown, and when it was learnt."""
    told = f"FILTER (is_told[{place}]) AS"
    return f"arg_max_null(told[{place}], learned_at) {told} newest_{place}, max(learned_at) {told} at_{place}"


def _another(place: int) -> str:
    """Whether another value was learnt at the very moment of the newest."""
    same = f"is_told[{place}] AND learned_at = at_{place}"
    return f"({same} AND told[{place}] IS DISTINCT FROM newest_{place})"


def _asked(duck: duckdb.DuckDBPyConnection, layouts: Sequence[Layout], known: str) -> list[str]:
    """The names among those that were learnt which some playbook asks for."""
    fields = Fields(layouts)
    names = duck.execute(f"SELECT DISTINCT unnest(json_keys(traits)) {known}").fetchall()
    return sorted(name for (name,) in names if fields.of_trait(name))


def _pointer(name: str) -> str:
    """Where a JSON object has the value of that name, whatever signs are in it (RFC 6901)."""
    return "/" + name.replace("~", "~0").replace("/", "~1")


def _list(texts: Iterable[str]) -> str:
    return "[" + ", ".join(literal(text) for text in texts) + "]"


def _accounts(duck: duckdb.DuckDBPyConnection, layouts: Sequence[Layout], moment: int) -> str:
    """The newest value of each trait of each account, one column for each that is asked for, however it is spelled."""
    known = f"FROM store.account_learnt WHERE known_at <= {int(moment)}"
    columns = [
        f"arg_max_null({_told_as(names)}, (learned_at, id)) FILTER ({' OR '.join(map(_is_told, names))}) "
        f"AS {named(names[0])}"
        for names in _spellings(layouts, _asked(duck, layouts, known))
    ]
    chosen = ", ".join(["owner_id AS account_id", *columns])
    return f"SELECT {chosen} FROM (SELECT owner_id, learned_at, id, traits {known}) GROUP BY owner_id"


def _spellings(layouts: Sequence[Layout], names: Sequence[str]) -> list[list[str]]:
    """Names, together where they stand for one trait: the one that is asked for first, the others from the last on."""
    each = [Fields([layout]) for layout in layouts]
    found: dict[tuple[str, ...], list[str]] = {}
    for name in sorted(names, reverse=True):
        asked = tuple(field.name for fields in each for field in fields.of_trait(name)[:1])
        found.setdefault(asked, []).append(name)
    return [sorted(alike, key=lambda name: name not in asked) for asked, alike in found.items()]


def _told_as(names: Sequence[str]) -> str:
    """What was told of a trait, under the first of its names that is there."""
    values = [f"json_extract_string(traits, {literal(_pointer(name))})" for name in names]
    if len(names) == 1:
        return values[0]
    return f"CASE {' '.join(f'WHEN {_is_told(n)} THEN {v}' for n, v in zip(names, values, strict=True))} END"


def _is_told(name: str) -> str:
    return f"json_exists(traits, {literal(_pointer(name))})"
