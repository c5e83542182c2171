"""The store's facts as learning reads them: every trait with its date, every kind of event, what came and for how much.

Traits of accounts are told as their people's, from the day on which they were learnt: so a row of the past sees
of an account what was known of it then, and no more.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from qualify.files import Sources
from qualify.web.bulk.reading import queries_of

if TYPE_CHECKING:
    import duckdb

WHO: Final = (
    *("first_name", "last_name", "full_name", "name", "email", "phone", "company", "address", "street"),
    *("website", "job_title"),
)
"""Traits that say who somebody is: rules may look at them, and a title's seniority or an address's kind is learnt
from, but not they themselves. A first name that predicts is a prejudice, and no evidence."""

_OWN: Final = (
    "SELECT owner_id AS lead_id, told.key AS name, told.value ->> '$' AS value, learned_at "
    "FROM (SELECT owner_id, learned_at, traits FROM store.learnt WHERE known_at <= {moment}) AS learnt, "
    "json_each(learnt.traits) AS told WHERE NOT starts_with(told.key, '$')"
)

_OF_ACCOUNTS: Final = (
    "SELECT p.id AS lead_id, told.key AS name, told.value ->> '$' AS value, learnt.learned_at FROM store.person p "
    "JOIN (SELECT owner_id, learned_at, traits FROM store.account_learnt WHERE known_at <= {moment}) AS learnt "
    "ON learnt.owner_id = p.account_id, json_each(learnt.traits) AS told "
    "WHERE NOT starts_with(told.key, '$')"
)

_TRAITS: Final = """
WITH own AS ({own}), theirs AS ({theirs})
SELECT lead_id, name, value, to_timestamp(learned_at / 1000.0) AS learned_at FROM own
UNION ALL
SELECT theirs.lead_id, theirs.name, theirs.value, to_timestamp(theirs.learned_at / 1000.0) AS learned_at FROM theirs
ANTI JOIN (SELECT lead_id, name, min(learned_at) AS since FROM own WHERE value IS NOT NULL GROUP BY ALL) AS mine
ON mine.lead_id = theirs.lead_id AND mine.name = theirs.name AND mine.since <= theirs.learned_at
"""
"""What the account tells stands in until somebody's own is known."""

_OUTCOMES: Final = (
    "SELECT owner_id AS lead_id, outcome, to_timestamp(closed_at / 1000.0) AS closed_at, "
    "CAST(amount AS DOUBLE) AS amount FROM store.outcome WHERE known_at <= {moment} AND taken_back_at IS NULL"
)


def facts(duck: duckdb.DuckDBPyConnection, moment: int) -> Sources:
    """Everything known by the moment, as Arrow tables read at one point in time; what is empty is left out."""
    queries = {
        **queries_of(moment),
        "traits": _TRAITS.format(own=_OWN, theirs=_OF_ACCOUNTS),
        "outcomes": _OUTCOMES,
    }
    found: dict[str, Any] = {}
    duck.execute("BEGIN")
    for name, query in queries.items():
        table = duck.sql(query.replace("{moment}", str(int(moment)))).to_arrow_table()
        if name == "leads" or table.num_rows:
            found[name] = table
    duck.execute("COMMIT")
    return Sources(**found)
