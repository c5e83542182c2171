"""The benchmark's playbook as DuckDB SQL written by hand: the same numbers, in the two shapes that were fastest.

*Long* groups by lead and rule, *wide* keeps one sum for each rule; both read the events in slices of time that
name only the kinds whose window is still open. Points are fixed to hundredths, as ours are.
"""

from __future__ import annotations

from dataclasses import dataclass

from bench.data import MOMENT
from qualify.moments import DAY


@dataclass(frozen=True)
class _Rule:
    number: int
    kind: str
    page: str | None
    window: int | None
    points: int
    half_life: int | None
    cap: int
    sign: int = 1

    @property
    def condition(self) -> str:
        page = f" AND starts_with(page__text, '{self.page}')" if self.page else ""
        return f"kind = '{self.kind}'{page}"

    @property
    def worth(self) -> str:
        if self.half_life is None:
            return "1.0"
        age = f"(({MOMENT} - happened_at) // {DAY})"
        return f"floor({self.points}.0 * power(0.5, {age} / {float(self.half_life)}) + 0.5)"

    def capped(self, total: str) -> str:
        if self.half_life is None:
            return f"CASE WHEN {total} > 0 THEN {self.sign * self.points} ELSE 0 END"
        return f"{'-' if self.sign < 0 else ''}least({total}, {self.cap}.0)"


RULES = [
    _Rule(0, "demo_requested", None, 180, 4000, 14, 8000),
    _Rule(1, "page_viewed", "/pricing", 90, 800, 30, 2400),
    _Rule(2, "page_viewed", "/blog", 60, 50, 7, 1000),
    _Rule(3, "webinar_attended", None, 180, 1000, 45, 2000),
    _Rule(4, "content_downloaded", None, 180, 500, 30, 1500),
    _Rule(5, "email_clicked", None, 90, 200, 14, 600),
    _Rule(6, "email_opened", None, 30, 25, 7, 200),
    _Rule(7, "form_submitted", None, 180, 600, 30, 1800),
    _Rule(8, "product_used", None, 90, 300, 21, 2100),
    _Rule(9, "meeting_booked", None, 365, 2500, 60, 5000),
    _Rule(10, "page_viewed", "/careers", 180, 1500, 90, 3000, -1),
    _Rule(11, "email_unsubscribed", None, None, 4000, None, 4000, -1),
]

_FIT = """
CASE WHEN industry__text IN ('software', 'finance', 'health', 'logistics') THEN 1500 ELSE 0 END
+ CASE WHEN employees__number >= 50 AND employees__number < 1000 THEN 2000 ELSE 0 END
+ CASE WHEN employees__number >= 1000 THEN 1000 ELSE 0 END + CASE WHEN revenue__number >= 1000000 THEN 1200 ELSE 0 END
+ CASE WHEN country__country IN ('DE', 'FR', 'NL', 'US', 'GB') THEN 1000 ELSE 0 END
+ CASE WHEN job_title__seniority IN ('director', 'vp', 'c_level') THEN 1500 ELSE 0 END
+ CASE WHEN job_title__department IN ('marketing', 'sales') THEN 1000 ELSE 0 END
+ CASE WHEN email__email_kind = 'business' THEN 800 ELSE 0 END
+ CASE WHEN email__email_kind = 'disposable' THEN -3000 ELSE 0 END
+ CASE WHEN job_title__seniority = 'intern' AND industry__text <> 'education' THEN -1250 ELSE 0 END
"""

_INFORMATION = """
(12 + CASE WHEN industry__text IS NULL THEN 0 ELSE 1 END + CASE WHEN employees__number IS NULL THEN 0 ELSE 2 END
+ CASE WHEN revenue__number IS NULL THEN 0 ELSE 1 END + CASE WHEN country__country IS NULL THEN 0 ELSE 1 END
+ CASE WHEN job_title__seniority IS NULL THEN 0 ELSE 1 END + CASE WHEN job_title__department IS NULL THEN 0 ELSE 1 END
+ CASE WHEN email__email_kind IS NULL THEN 0 ELSE 2 END
+ CASE WHEN (job_title__seniority = 'intern' AND industry__text <> 'education') IS NULL THEN 0 ELSE 1 END) / 22.0::DOUBLE
"""


def _slices() -> list[tuple[str, list[_Rule]]]:
    """Spans of time with the rules that still look at them."""
    ends: list[int | None] = [*sorted({rule.window for rule in RULES if rule.window}), None]
    found, newer = [], 0
    for end in ends:
        alive = [rule for rule in RULES if rule.window is None or (end is not None and end <= rule.window)]
        older = f" AND happened_at > {MOMENT - end * DAY}" if end else ""
        found.append((f"known_at <= {MOMENT} AND happened_at <= {MOMENT - newer * DAY}{older}", alive))
        newer = end or 0
    return found


def _kinds(rules: list[_Rule]) -> str:
    return " OR ".join(sorted({f"kind = '{rule.kind}'" for rule in rules}))


def long() -> str:
    """Totals, grouped by lead and rule first."""
    parts = []
    for span, rules in _slices():
        which = "CASE " + " ".join(f"WHEN {rule.condition} THEN {rule.number}" for rule in rules) + " END"
        worth = "CASE " + " ".join(f"WHEN rule = {rule.number} THEN {rule.worth}" for rule in rules) + " END"
        read = f"SELECT lead_id, happened_at, ({which})::TINYINT AS rule FROM events WHERE {span} AND ({_kinds(rules)})"
        parts.append(f"SELECT lead_id, rule, {worth} AS worth FROM ({read}) WHERE rule IS NOT NULL")
    capped = " ".join(f"WHEN rule = {rule.number} THEN {rule.capped('worth')}" for rule in RULES)
    summed = (
        f"SELECT lead_id, rule, sum(worth) AS worth FROM ({' UNION ALL '.join(parts)}) GROUP BY lead_id, rule"
    )
    return _totals(f"SELECT lead_id, sum(CASE {capped} END) AS points FROM ({summed}) GROUP BY lead_id")


def wide() -> str:
    """Totals, with one sum for each rule."""
    parts = [f"SELECT * FROM events WHERE {span} AND ({_kinds(rules)})" for span, rules in _slices()]
    sums = ", ".join(
        f"sum(CASE WHEN {rule.condition}"
        + (f" AND happened_at > {MOMENT - rule.window * DAY}" if rule.window else "")
        + f" THEN {rule.worth} ELSE 0.0 END) AS w{rule.number}"
        for rule in RULES
    )
    points = " + ".join(rule.capped(f"w{rule.number}") for rule in RULES)
    summed = f"SELECT lead_id, {sums} FROM ({' UNION ALL '.join(parts)}) GROUP BY lead_id"
    return _totals(f"SELECT lead_id, {points} AS points FROM ({summed})")


def _totals(engagement: str) -> str:
    return f"""
    SELECT *, (CASE WHEN score__fit >= 6000 THEN 'A' WHEN score__fit >= 4000 THEN 'B' WHEN score__fit >= 2000 THEN 'C'
        ELSE 'D' END) || (CASE WHEN score__engagement >= 5000 THEN '1' WHEN score__engagement >= 2500 THEN '2'
        WHEN score__engagement >= 1000 THEN '3' ELSE '4' END) AS grade
    FROM (SELECT lead_id, account_id, score__fit, score__engagement, score__fit + score__engagement AS total, information
    FROM (SELECT l.lead_id, account_id, greatest(0, least(10000, {_FIT}))::BIGINT AS score__fit,
        least(15000, coalesce(e.points, 0))::BIGINT AS score__engagement, {_INFORMATION} AS information
    FROM leads l LEFT JOIN ({engagement}) e USING (lead_id) WHERE created_at <= {MOMENT}))
    """
