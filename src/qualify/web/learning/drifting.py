"""What changed lately, said in one sentence each: in what is known of leads, in the model's scores, in what arrives."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from qualify.moments import DAY

if TYPE_CHECKING:
    import duckdb

    from qualify.learning.challenger import Challenger
    from qualify.learning.drift import Alarm
    from qualify.learning.likelihood import Likelihood
    from qualify.runs.learning import Observed
    from qualify.web.learning.contest import Later


def arriving(duck: duckdb.DuckDBPyConnection, now: int) -> dict[str, dict[int, list[int]]]:
    """By kind of event and span of days, how many came in the last one and in those of the weeks before it."""
    from qualify.learning.drift import SPANS, WEEKS_BEFORE

    ends = [now - week * 7 * DAY for week in range(WEEKS_BEFORE + 1)]
    spans = [(end - days * DAY, end) for days in SPANS for end in ends]
    counts = ", ".join(
        f"count(*) FILTER (happened_at > {since} AND happened_at <= {until})" for since, until in spans
    )
    rows = duck.execute(
        f"SELECT kind, {counts} FROM store.event WHERE machine IS NULL AND known_at <= {now} "
        f"AND happened_at > {min(since for since, _ in spans)} GROUP BY kind"
    ).fetchall()
    many = len(ends)
    return {
        kind: {days: list(found[place * many : (place + 1) * many]) for place, days in enumerate(SPANS)}
        for kind, *found in rows
    }


def drifted(
    found: Observed,
    scoring: Likelihood | Challenger | None,
    champion: Mapping[str, Any] | None,
    since: Later | None,
    days: int,
) -> dict[str, Any]:
    """The alarms, and how many leads of the last days were held against how many before; ``quiet`` without any.

    ``scoring`` is the model by which leads that come are ranked, then and now.
    """
    from qualify.learning.drift import split_at, stopped, watched
    from qualify.learning.evidence import fit_for_learning
    from qualify.runs.learning import MONTHS_BEFORE

    alarms = [*stopped(*found.kinds, MONTHS_BEFORE, 1), *_of_champion(champion, since)]
    rows, before, after = found.arriving, 0, 0
    if len(rows):
        columns, _ = fit_for_learning(rows.columns)
        earlier, lately = split_at(rows.at, days)
        scores = None if scoring is None else scoring.ranking(rows.columns)
        seen = watched(
            columns.at(earlier), columns.at(lately),
            scores=None if scores is None else (scores[earlier], scores[lately]),
        )  # fmt: skip
        alarms, before, after = [*seen.alarms, *alarms], seen.before, seen.after
    return {
        "days": days, "before": before, "after": after,
        "alarms": [vars(each) for each in alarms], "kinds": _kinds(found.kinds, MONTHS_BEFORE),
        "model": {} if since is None else {"leads": len(since.won), "won": int(since.won.sum()),
                                           "expected": float(since.chances.sum())},
    }  # fmt: skip


def _of_champion(champion: Mapping[str, Any] | None, since: Later | None) -> list[Alarm]:
    """Whether what the model in force foretold came about, and whether it still ranks leads as it promised."""
    from qualify.learning.drift import foretold, ranking_fell

    if champion is None or since is None or not since.enough:
        return []
    promised = champion["figures"]["challenger" if champion["kind"] == "trees" else "likelihood"]["auc"]
    found = (foretold(since.chances, since.won), ranking_fell(since.ranking, since.won, promised))
    return [each for each in found if each is not None]


def _kinds(kinds: Any, months: int) -> list[list[Any]]:
    """By kind of event, the most frequent first: how many a month came before, and in the last one."""
    before, lately = kinds
    found = [[kind, before.get(kind, 0) / months, lately.get(kind, 0)] for kind in {**before, **lately}]
    return sorted(found, key=lambda row: (-row[1] - row[2], row[0]))[:60]
