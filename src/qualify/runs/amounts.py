"""What leads were worth: the amounts, with their currencies, of a table of outcomes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple

from qualify.files.gathering import Gathering
from qualify.files.headers import Headers
from qualify.files.sources import Sources, open_source
from qualify.files.sql import Database
from qualify.reading.text import number

if TYPE_CHECKING:
    import duckdb

    from qualify.scoring.layout import Layout


class Worth(NamedTuple):
    """What one lead was worth: the largest amount of its outcomes; ``currency`` is empty where none is said."""

    amount: float
    currency: str = ""


def worths(
    connection: duckdb.DuckDBPyConnection, layout: Layout, sources: Sources, mapping: Mapping[str, str]
) -> dict[str, Worth]:
    """What each lead was worth, by its id as text; nothing for those of whom the outcomes do not say.

    Looks at the columns ``lead_id``, ``amount`` (as people write it: ``1.234,50 €``) and, where there is one,
    ``currency``.
    """
    if sources.outcomes is None:
        return {}
    opened = open_source(
        Gathering(Database(connection), layout, "UTC", dict(mapping)), "outcomes", sources.outcomes
    )
    headers = Headers("outcomes", list(opened.columns), mapping)
    whose, amount, currency = (headers.role(name) for name in ("lead_id", "amount", "currency"))
    if whose is None or amount is None:
        return {}
    given = opened.load([each for each in (whose, amount, currency) if each is not None], [whose])
    columns = (whose, amount) if currency is None else (whose, amount, currency)
    told = ", ".join(f"CAST({given.column(each).sql} AS VARCHAR)" for each in columns)
    found: dict[str, Worth] = {}
    for lead, text, *said in Database(connection).rows(f"SELECT DISTINCT {told} FROM {given.relation} g"):
        worth = number(text or "")
        if worth is not None and (lead not in found or worth > found[lead].amount):
            found[lead] = Worth(worth, str(said[0] or "").upper() if said else "")
    return found
