"""Who the profiles that were found describe today: leads that fit and nobody works, customers that none describes."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from qualify.criteria.traits import Icp
from qualify.engines.compiling import Question
from qualify.engines.duck import Runner
from qualify.files import gather
from qualify.playbook import Playbook, parse
from qualify.playbook.sections import Rule, Score
from qualify.scoring.layout import Layout

if TYPE_CHECKING:
    import duckdb

    from qualify.files import Sources
    from qualify.learning.icp import Icps

NAMED: Final = 30
"""Leads and customers that are named."""

_LEADS: Final = """
CREATE OR REPLACE TEMP TABLE about AS SELECT p.id AS person_id, coalesce(s.total, 0) AS total,
    coalesce(s.stage, 'lead') AS stage, coalesce(w.amount, 0) AS amount, coalesce(w.currency, '') AS currency,
    w.owner_id IS NOT NULL AS won, EXISTS (SELECT 1 FROM store.decision d WHERE d.owner_id = p.id
        AND d.known_at <= {now} AND d.taken_back_at IS NULL) AS decided,
    EXISTS (SELECT 1 FROM store.contact c WHERE c.owner_id = p.id) AS contacted,
    EXISTS (SELECT 1 FROM store.outcome o WHERE o.owner_id = p.id AND o.taken_back_at IS NULL) AS closed,
    EXISTS (SELECT 1 FROM store.handoff h WHERE h.person_id = p.id AND h.rep_id IS NOT NULL) AS given
FROM store.person p LEFT JOIN store.standing s ON s.person_id = p.id
LEFT JOIN (SELECT owner_id, sum(CAST(amount AS DOUBLE)) AS amount, max(currency) AS currency FROM store.outcome
    WHERE outcome = 'won' AND known_at <= {now} AND taken_back_at IS NULL GROUP BY owner_id) w ON w.owner_id = p.id
"""

_OVER: Final = "('customer', 'disqualified', 'recycled')"
_IDLE: Final = f"NOT decided AND NOT contacted AND NOT closed AND NOT given AND stage NOT IN {_OVER}"


def described(
    duck: duckdb.DuckDBPyConnection, facts: Sources, found: Icps, book: Playbook | None, now: int
) -> dict[str, Any]:
    """For each profile how many leads it fits and whom of them nobody works; and customers that none describes.

    Judged by the playbook's own engine, as of now. Leads are told by id, the strongest first.
    """
    accounts = [each for each in found.profiles if not each.persona]
    duck.execute(_LEADS.replace("{now}", str(int(now))))
    if not accounts:
        return {"profiles": [], "undescribed": _undescribed(duck, "TRUE")}
    watching = _watching([each.written() for each in accounts], book)
    layout = Layout(watching)
    gathered = gather(duck, layout, facts)
    Runner(duck, layout, Question("duckdb", gathered.present, key=gathered.key)).judge(now)
    duck.execute(
        "CREATE OR REPLACE TEMP TABLE everybody AS SELECT a.*, j.* EXCLUDE (total) FROM about a "
        "JOIN judged j ON CAST(j.lead_id AS VARCHAR) = CAST(a.person_id AS VARCHAR)"
    )
    return {
        "profiles": [_profile(duck, place, each.name) for place, each in enumerate(accounts)],
        "undescribed": _undescribed(
            duck, " AND ".join(_fits_not(place) for place in range(len(accounts))), "everybody"
        ),
    }


def _fits_not(place: int) -> str:
    return f"NOT coalesce(rule_{place}, FALSE)"


def _watching(profiles: list[dict[str, Any]], book: Playbook | None) -> Playbook:
    """A playbook in which each profile is a rule of no points: so profiles are judged as rules are."""
    shared = (
        {}
        if book is None
        else book.model_dump(mode="json", by_alias=True, include={"columns", "country_groups"})
    )
    text = json.dumps(
        {
            "playbook": "profiles",
            **shared,
            "icp": profiles,
            "scores": {"fits": {"rules": [{"points": 1, "when": {"icp": "any"}}]}},
        }
    )
    made = parse(text)
    rules = [
        Rule.model_construct(
            points=100, when=Icp(icp=each.name), name=each.name, counts=None, cap=None, half_life=None
        )
        for each in made.icp
    ]
    return made.model_copy(update={"scores": {"fits": Score.model_construct(rules=rules)}})


def _profile(duck: duckdb.DuckDBPyConnection, place: int, name: str) -> dict[str, Any]:
    fits = f"coalesce(rule_{place}, FALSE)"
    [(leads, customers, idle)] = duck.execute(
        f"SELECT count(*), count(*) FILTER (won OR stage = 'customer'), count(*) FILTER ({_IDLE}) "
        f"FROM everybody WHERE {fits}"
    ).fetchall()
    some = duck.execute(
        f"SELECT person_id FROM everybody WHERE {fits} AND {_IDLE} ORDER BY total DESC, person_id DESC LIMIT {NAMED}"
    ).fetchall()
    return {
        "name": name, "leads": int(leads), "customers": int(customers), "idle": int(idle),
        "named": [int(who) for (who,) in some],
    }  # fmt: skip


def _undescribed(duck: duckdb.DuckDBPyConnection, which: str, table: str = "about") -> dict[str, Any]:
    """The customers of whom the condition holds: how many, and those who paid most as id, amount, currency."""
    customers = f"FROM {table} WHERE (won OR stage = 'customer') AND {which}"
    [(count,)] = duck.execute(f"SELECT count(*) {customers}").fetchall()
    some = duck.execute(
        f"SELECT person_id, amount, currency {customers} ORDER BY amount DESC, person_id LIMIT {NAMED}"
    ).fetchall()
    return {
        "count": int(count),
        "named": [[int(who), float(amount), str(currency)] for who, amount, currency in some],
    }
