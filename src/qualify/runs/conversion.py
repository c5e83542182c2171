"""Whether a score foretold what came of leads: how each of its bands converted."""

from __future__ import annotations

from dataclasses import dataclass

from qualify.engines.quoting import named
from qualify.errors import InputError, did_you_mean
from qualify.reports.bands import Band, bands
from qualify.runs.interruption import interruptible
from qualify.runs.run import Run
from qualify.vocabulary import TOTAL


@dataclass(frozen=True)
class Conversion:
    """How the bands of a score, as of a moment, converted.

    ``foretold``: the outcomes came after the score, so it could not know of them, and leads decided before
    are left out. When no outcome came after, the bands hold the outcomes from before, in hindsight.
    ``undecided`` leads are in no band: they are neither won nor lost.
    """

    score: str
    as_of: int
    foretold: bool
    bands: list[Band]
    decided: int
    undecided: int
    decided_before: int


def conversion(run: Run, score: str = TOTAL, count: int = 5) -> Conversion | None:
    """How ``count`` bands of a score converted; None when the facts hold no outcome (won or lost).

    A lead counts by its first outcome after the run's moment; in hindsight by its last one before.
    """
    names = [*run.layout.score_names, TOTAL]
    if score not in names:
        raise InputError(f"there is no score {score!r}{did_you_mean(score, names)}")
    if "decisions" not in run.gathered.present:
        return None
    with interruptible(run.connection):
        rows = run.connection.execute(_DECIDED.format(points=named(score), as_of=run.as_of)).fetchall()
    before = [(float(points), past == "won") for points, past, _ in rows if past]
    after = [(float(points), next_ == "won") for points, past, next_ in rows if not past]
    counted = after or before
    if not counted:
        return None
    found = bands([points for points, _ in counted], [won for _, won in counted], count)
    undecided = sum(run.funnel().values()) - len(rows)
    return Conversion(score, run.as_of, bool(after), found, len(counted), undecided, len(before))


_DECIDED = """
SELECT {points}, past, next FROM scores JOIN (
    SELECT lead_id,
        arg_max(decision, decided_at) FILTER (decided_at <= {as_of}) AS past,
        arg_min(decision, decided_at) FILTER (decided_at > {as_of}) AS next
    FROM decisions WHERE decision IN ('won', 'lost') GROUP BY lead_id
) USING (lead_id)
"""
