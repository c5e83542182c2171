"""Leads and accounts → their canonical tables: one row each, with the traits that the playbook looks at."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

from qualify.criteria.logic import Field
from qualify.errors import nearest
from qualify.files.cells import Finder
from qualify.files.dates import Moment, moment
from qualify.files.gathering import Gathering
from qualify.files.given import Given, Opened
from qualify.files.headers import OWN_ID, Headers
from qualify.files.readings import Readings, as_canonical, known
from qualify.files.screening import (
    Check,
    failed,
    first_of_each,
    id_of,
    id_text,
    line_checks,
    moment_checks,
    repetitions,
    without,
)
from qualify.files.sql import named
from qualify.reading.text import bare

ADDRESSES: Final = "known_addresses"
"""The temporary table of the first lead with each e-mail address: address, lead_id (as text)."""

_FALLBACKS: Final = {
    "leads": ("email", "linkedin_url"),
    "accounts": ("domain", "website", "company", "name"),
}
"""What tells rows apart when there is no id."""


@dataclass
class People:
    """Leads or accounts, opened, with the columns that their ids and moment are read from."""

    opened: Opened
    headers: Headers
    id: str
    by_trait: str | None
    account: str | None
    created: str | None
    bag: str | None
    account_by_trait: str | None = None
    address: str | None = None
    """The column with the e-mail address, where facts are to be matched by it."""

    @property
    def id_columns(self) -> list[str]:
        """The columns that hold ids."""
        return [each for each in (self.id, self.account) if each is not None]


def people(gathering: Gathering, opened: Opened, headers: Headers) -> People:
    """Find the ids; raises ``InputError`` when there is nothing to tell the rows apart by."""
    own = OWN_ID[opened.table]
    column, by_trait = headers.role(own), None
    if column is None:
        column, by_trait = _fallback(gathering, opened, headers)
    account = headers.role("account_id") if opened.table == "leads" else None
    bag = headers.spelled("properties")
    return People(opened, headers, column, by_trait, account, headers.role("created_at"), bag)


def _fallback(gathering: Gathering, opened: Opened, headers: Headers) -> tuple[str, str | None]:
    """The column to tell rows apart by where there is no id, and which trait it is."""
    own = OWN_ID[opened.table]
    for trait in _FALLBACKS[opened.table]:
        if (column := headers.trait(trait)) is not None:
            headers.read[column] = own
            gathering.warn(
                f"{opened.label} has no column with an id; {opened.table} are told apart by {column!r}"
            )
            return column, trait
    return headers.required(own, f"which of the {opened.table} a row is about", opened.label), None


def at_accounts(gathering: Gathering, leads: People, accounts: People) -> People:
    """The leads, with the trait that stands in for the accounts' id where they have no account of their own."""
    if leads.account is not None or accounts.by_trait is None:
        return leads
    column = leads.headers.trait(accounts.by_trait)
    if column is None:
        return leads
    gathering.warn(
        f"{leads.opened.label}: leads belong to the account whose {accounts.id!r} is their {column!r}"
    )
    return replace(leads, account=column, account_by_trait=accounts.by_trait)


def id_expression(given: Given, column: str, by_trait: str | None, key: str) -> str:
    """The id of a row; an e-mail address or a name that stands in for one is in lower case."""
    found = id_of(given, column, key)
    return found if by_trait is None else f"lower({found})"


def gather_people(gathering: Gathering, found: People, key: str) -> None:
    """Make the canonical table; its name is the source's."""
    table, fields = found.opened.table, gathering.layout.trait_fields
    needed = _needed(gathering, found, fields)
    given = found.opened.load(needed, found.id_columns)
    identity = id_expression(given, found.id, found.by_trait, key)
    created = moment(gathering, given, found.created) if found.created else None
    checks = [*line_checks(given), Check("no id", f"{identity} IS NULL")]
    if found.created and created:
        checks += moment_checks(found.created, created, required=False)
    failing, (again,) = failed(gathering, given, checks, [repetitions(identity)])
    good = without(gathering, given, identity, failing)
    if again:
        given, good = first_of_each(gathering, given, good, identity, needed)
    _fill(gathering, found, given, good or "TRUE", identity, created, key)
    if found.address is not None:
        _remember_addresses(gathering, given, found.address, good or "TRUE", identity)
    gathering.database.drop(f"again_{table}", *([given.relation] if given.kept else []))
    gathering.rows[table] = gathering.database.value(f"SELECT count(*) FROM {table}")


def _remember_addresses(gathering: Gathering, given: Given, column: str, good: str, identity: str) -> None:
    """Make the table of the first lead with each e-mail address."""
    text = f"lower(trim({id_text(given.column(column))}))"
    gathering.database.drop(ADDRESSES)
    gathering.database.run(
        f"CREATE TEMP TABLE {ADDRESSES} AS SELECT address, arg_min(lead_id, position) AS lead_id FROM ("
        f"SELECT {text} AS address, CAST({identity} AS VARCHAR) AS lead_id, {given.position} AS position "
        f"FROM {given.relation} g WHERE {good}) WHERE address <> '' GROUP BY address"
    )


def _needed(gathering: Gathering, found: People, fields: list[Field]) -> list[str]:
    finder = Finder(gathering.database, _unread(found.opened), found.headers, found.bag)
    columns = [column for field in fields for column in finder.columns(field.name)]
    return [each for each in (*found.id_columns, found.created, found.address, *columns) if each is not None]


def _unread(opened: Opened) -> Given:
    """The source as if its rows were there, to find columns by."""
    return Given(opened.table, opened.label, "", opened.columns)


def _fill(
    gathering: Gathering,
    found: People,
    given: Given,
    good: str,
    identity: str,
    created: Moment | None,
    key: str,
) -> None:
    """Create the canonical table of the good rows."""
    database, table = gathering.database, found.opened.table
    readings = Readings(database, given)
    finder = Finder(database, given, found.headers, found.bag)
    since = f"coalesce({created.sql if created else 'NULL'}, 0)::BIGINT"
    inner = [f"{identity} AS {OWN_ID[table]}", f"{since} AS created_at"]
    if table == "leads":
        nothing = f"CAST(NULL AS {'BIGINT' if key == 'int64' else 'VARCHAR'})"
        account = (
            id_expression(given, found.account, found.account_by_trait, key) if found.account else nothing
        )
        inner.append(f"{account} AS account_id")
    fields = gathering.layout.trait_fields
    cells = [finder.cell(field.name) for field in fields]
    traits = readings.settled(
        lambda: [as_canonical(*each, readings) for each in zip(fields, cells, strict=True)], good
    )
    inner += [f"{trait} AS {named(field.column)}" for trait, field in zip(traits, fields, strict=True)]
    outer = [_outer(field) for field in fields]
    ids = "lead_id, account_id" if table == "leads" else "account_id"
    database.run(
        f"CREATE TEMP TABLE {table} AS SELECT {', '.join([ids, 'created_at', *outer])} "
        f"FROM (SELECT {', '.join(inner)} FROM {readings.joined} WHERE {good})"
    )
    database.drop(*readings.tables)


def _outer(field: Field) -> str:
    column = named(field.column)
    return f"{known(column)} AS {column}" if field.reading == "text" else column


def warn_of_missing_traits(gathering: Gathering, tables: list[People], told: list[str]) -> None:
    """Warn of traits that the playbook looks at and no table has; ``told`` are the names of dated facts."""
    known_facts = {bare(name) for name in told}
    for name in dict.fromkeys(field.name for field in gathering.layout.trait_fields):
        has = any(
            Finder(gathering.database, _unread(each.opened), each.headers, each.bag).columns(name)
            for each in tables
        )
        if not has and bare(name) not in known_facts:
            names = [known for each in tables for known in each.headers.known_names()] + told
            guess = nearest(name, names)
            hint = f"; the nearest that it has is {guess!r}" if guess else ""
            gathering.warn(f"no trait {name!r} in the data: rules on it stay unknown{hint}")
