"""JSON: one object on each line, or one list of objects."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Collection, Sequence
from contextlib import ExitStack
from typing import Final

from qualify.errors import InputError
from qualify.files.gathering import Gathering
from qualify.files.given import Given, Opened, cleaned, given_name
from qualify.files.rejects import LONGEST_FOUND
from qualify.files.separated import LONGEST_LINE, read_lines, unique
from qualify.files.sql import file, literal, named
from qualify.files.texts import Text, ending, rewritten

UNREAD: Final = "a line that is no JSON object"
"""The column that holds such a line's beginning; null for all that could be read."""

_LINE: Final = "line"


def is_json(text: Text) -> bool:
    """Whether the text begins as JSON data does: with an object or a list."""
    return text.head.lstrip()[:1] in ("{", "[") and ending(text.path) not in (".csv", ".tsv", ".txt")


def open_json(gathering: Gathering, table: str, text: Text) -> Opened:
    """A JSON file, opened; each column of it is JSON."""
    lines = _on_lines(text)
    source = _lines(gathering, table, text) if lines else _document(gathering, table, text)
    keys = _keys(gathering, source)
    columns = dict.fromkeys(unique(keys), "JSON")
    if not columns:
        raise InputError(f"{text.path} holds no JSON objects with names; write one object on each line")

    def load(names: Sequence[str], ids: Collection[str] = ()) -> Given:
        return _load(gathering, source, keys, names, ids)

    return Opened(table, str(text.path), columns, load, typed=False)


def _on_lines(text: Text) -> bool:
    """Whether the first line is a whole object."""
    first = text.head.lstrip().partition("\n")[0].strip()
    try:
        return isinstance(json.loads(first), dict)
    except ValueError:
        # A first line that is broken, or too long to be seen whole, still begins an object.
        return first.startswith("{") and first != "{" and ending(text.path) != ".json"


def _lines(gathering: Gathering, table: str, text: Text) -> Given:
    """Each line of the file as text."""
    # No line of JSON holds the control character 1, nor can a line be quoted: so each line is one column.
    options: dict[str, object] = {
        "columns": {_LINE: "VARCHAR"}, "delim": "\x01", "skip": 0, "header": False, "quote": "",
    }  # fmt: skip
    given = read_lines(gathering, table, text, {_LINE: _LINE}, options)
    place = f"lines_{table}"
    gathering.database.drop(place)
    gathering.database.run(f"ALTER TABLE {given.relation} RENAME TO {place}")
    return Given(table, given.label, place, {_LINE: "VARCHAR"}, kept=True, spelled=True, gaps=given.gaps)


def _document(gathering: Gathering, table: str, text: Text) -> Given:
    """Each object of the document as text."""
    import duckdb

    place = f"lines_{table}"
    gathering.database.drop(place)
    try:
        with ExitStack() as stack:
            path = text.path
            if text.encoding != "utf-8":
                folder = stack.enter_context(tempfile.TemporaryDirectory())
                path = stack.enter_context(rewritten(text, folder))
            gathering.database.run(
                f"CREATE TEMP TABLE {place} AS SELECT CAST(json AS VARCHAR) AS {_LINE} FROM read_json_objects("
                f"{file(path)}, format = 'auto', maximum_object_size = {LONGEST_LINE * 4}, "
                f"compression = '{'gzip' if text.zipped and path == text.path else 'uncompressed'}')"
            )
    except duckdb.Error as error:
        raise InputError(
            f"{text.path} is not the JSON it seems to be: {str(error).splitlines()[0]}"
        ) from error
    return Given(table, str(text.path), place, {_LINE: "VARCHAR"}, kept=True, spelled=True)


def _keys(gathering: Gathering, source: Given) -> list[str]:
    """The names in the objects, in the order of the first one that has them."""
    inside = f"SELECT rowid AS row, json_keys({_LINE}) AS keys FROM {source.relation} WHERE {_IS_OBJECT}"
    found = gathering.database.rows(
        "SELECT key, min(row) AS row, min(place) AS place FROM ("
        f"SELECT row, unnest(keys) AS key, generate_subscripts(keys, 1) AS place FROM ({inside})) "
        "GROUP BY key ORDER BY row, place"
    )
    return [key for key, _, _ in found]


_IS_OBJECT: Final = f"TRY(json_type({_LINE})) = 'OBJECT'"


def _load(
    gathering: Gathering, source: Given, keys: Sequence[str], names: Sequence[str], ids: Collection[str]
) -> Given:
    """The columns asked for, ids as text, others as JSON; and one that tells which lines were no objects."""
    wanted = [(key, name) for key, name in zip(keys, unique(keys), strict=True) if name in names]
    place = given_name(source.table)
    gathering.database.drop(place)
    columns = [f"{_extracted(key, as_id=name in ids)} AS {named(name)}" for key, name in wanted]
    unread = f"CASE WHEN {_IS_OBJECT} THEN NULL ELSE left({_LINE}, {LONGEST_FOUND}) END AS {named(UNREAD)}"
    gathering.database.run(
        f"CREATE TEMP TABLE {place} AS SELECT {', '.join([*columns, unread])} FROM {source.relation} "
        f"WHERE {_LINE} IS NOT NULL"
    )
    gathering.database.drop(source.relation)
    types = {**{name: "VARCHAR" if name in ids else "JSON" for _, name in wanted}, UNREAD: "VARCHAR"}
    return Given(source.table, source.label, place, types, kept=True, spelled=True, gaps=source.gaps)


def _extracted(key: str, *, as_id: bool) -> str:
    path = literal(json_path([key]))
    return (
        cleaned(f"TRY(json_extract_string({_LINE}, {path}))")
        if as_id
        else f"TRY(json_extract({_LINE}, {path}))"
    )


def json_path(names: list[str]) -> str:
    """DuckDB's path to a value inside JSON."""
    if names in ([""], ["*"]):
        # In the other notation "*" means all, and an empty name is not allowed.
        return "/" + names[0]
    return "$" + "".join('."' + name.replace("\\", "\\\\").replace('"', '\\"') + '"' for name in names)
