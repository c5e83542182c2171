"""Whose a fact is when it does not say so by a lead's id: by a link of an anonymous id, or by an e-mail address."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from typing import Final

from qualify.files.dates import moment
from qualify.files.documents import UNREAD
from qualify.files.gathering import Gathering
from qualify.files.given import Given, Opened, given_name
from qualify.files.headers import Headers
from qualify.files.people import ADDRESSES, People
from qualify.files.presets import TRAITS
from qualify.files.screening import Check, id_of, id_text, line_checks, moment_checks, screened
from qualify.files.sql import named

LINKS: Final = "known_links"
"""The temporary table of the first link of each anonymous id: anonymous_id, lead_id, learned_at."""


@dataclass
class Link:
    """The links, opened, with the columns of both ids and the moment."""

    opened: Opened
    anonymous: str
    lead: str
    learned: str | None

    @property
    def id_columns(self) -> list[str]:
        """The columns that hold leads' ids."""
        return [self.lead]


def link(opened: Opened, headers: Headers) -> Link:
    """Find the columns; raises ``InputError`` that says which is missing."""
    return Link(
        opened,
        headers.required("anonymous_id", "which browser or device is linked", opened.label),
        headers.required("lead_id", "which lead it turned out to be", opened.label),
        headers.role("learned_at"),
    )


def gather_links(gathering: Gathering, found: Link, key: str) -> None:
    """Make the table of known links. Of several for one anonymous id the first that was learnt holds."""
    database = gathering.database
    wanted = [each for each in (found.anonymous, found.lead, found.learned) if each is not None]
    given = found.opened.load(wanted, (found.anonymous, found.lead))
    lead, anonymous = id_of(given, found.lead, key), id_of(given, found.anonymous, "string")
    learned = moment(gathering, given, found.learned) if found.learned else None
    checks = [*line_checks(given), Check("no id", f"({lead} IS NULL OR {anonymous} IS NULL)")]
    if found.learned and learned:
        checks += moment_checks(found.learned, learned, required=False)
    good = screened(gathering, given, anonymous, checks) or "TRUE"
    at = f"coalesce({learned.sql if learned else 'NULL'}, 0)::BIGINT"
    rows = f"SELECT {anonymous} AS a, {lead} AS l, {at} AS t FROM {given.relation} g WHERE {good}"
    database.drop(LINKS)
    database.run(
        f"CREATE TEMP TABLE {LINKS} AS SELECT a AS anonymous_id, arg_min(l, (t, l)) AS lead_id, min(t) AS learned_at "
        f"FROM ({rows}) GROUP BY a"
    )
    several = database.value(
        f"SELECT count(*) FROM (SELECT a FROM ({rows}) GROUP BY a HAVING min(l) <> max(l))"
    )
    if several:
        gathering.warn(
            f"{found.opened.label} links {several:,} anonymous ids to more than one lead; the first link of each holds"
        )
    gathering.rows["links"] = database.value(f"SELECT count(*) FROM {given.relation} g WHERE {good}")
    database.drop(*([given.relation] if given.kept else []))


def by_address(gathering: Gathering, opened: Opened, headers: Headers, leads: People) -> Opened:
    """A source without leads' ids but with e-mail addresses, as one with ids; any other as it is."""
    address = leads.headers.trait("email")
    if address is None or headers.role("lead_id") is not None or headers.role("anonymous_id") is not None:
        return opened
    column = next(
        (name for each in ("email", *TRAITS["email"]) if (name := headers.spelled(each)) is not None), None
    )
    if column is None:
        return opened
    leads.address = address
    headers.names.append("lead_id")
    gathering.warn(f"{opened.label} has no column with a lead's id; leads are found by {column!r}")

    def load(names: Sequence[str], ids: Collection[str] = ()) -> Given:
        return _with_lead(gathering, opened.load([*names, column], ids), column, names)

    return replace(opened, columns={**opened.columns, "lead_id": "VARCHAR"}, load=load, typed=False, files=())


def _with_lead(gathering: Gathering, given: Given, column: str, names: Sequence[str]) -> Given:
    """The rows with the lead of that address; where none has it, the address itself stands for a stranger."""
    database, place, table = gathering.database, "addressed", given_name(given.table)
    text = f"lower(trim({id_text(given.column(column))}))"
    kept = {name: kind for name, kind in given.columns.items() if name in (*names, UNREAD)}
    chosen = "".join(f"g.{named(name)}, " for name in kept)
    order = "ORDER BY g.rowid" if given.kept else ""
    database.drop(place)
    database.run(
        f"CREATE TEMP TABLE {place} AS SELECT {chosen}coalesce(a.lead_id, {text}) AS lead_id "
        f"FROM {given.relation} g LEFT JOIN {ADDRESSES} a ON a.address = {text} {order}"
    )
    database.drop(table)
    database.run(f"ALTER TABLE {place} RENAME TO {table}")
    columns = {**kept, "lead_id": "VARCHAR"}
    return Given(given.table, given.label, table, columns, kept=True, spelled=True, gaps=given.gaps)
