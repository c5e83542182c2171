"""Whom the profiles of an ICP fit: leads that fit and nobody works, and customers that no profile describes.

Tables to tables: profiles are judged as rules are, by the scoring engine, so that what fits here fits everywhere.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import ibis

from qualify.criteria.traits import Icp
from qualify.learning.labels import endings
from qualify.playbook.book import Playbook
from qualify.playbook.sections import Rule, Score
from qualify.scoring.layout import Layout


def profiled(book: Playbook) -> Playbook:
    """The playbook with one more score, in which each profile of its ICP is a rule; its total stays what it is."""
    if not book.icp:
        return book
    rules = [
        Rule.model_construct(
            points=100, when=Icp(icp=each.name), name=each.name, counts=None, cap=None, half_life=None
        )
        for each in book.icp
    ]
    name = "_" + max(book.scores, key=len)
    total = book.total.model_copy(update={"of": book.total_of})
    scores = {**book.scores, name: Score.model_construct(rules=rules)}
    written = {name: getattr(book, name) for name in Playbook.model_fields}
    # A copy would keep the fingerprint, under which other statements are remembered.
    return Playbook.model_construct(**{**written, "scores": scores, "total": total})


def fitting(layout: Layout, tables: Mapping[str, Any], judged: Any) -> Any:
    """One row for each lead: ``lead_id, created_at, total``, ``fits_0`` … (whether each profile of the ICP fits),
    ``worked_at, ended_at, won_at``.

    ``layout`` is of a :func:`profiled` playbook, ``judged`` the table that scoring made by it, ``tables`` the canonical
    ones; without decisions nobody was worked.
    """
    first = sum(1 for _ in layout.book.rules()) - len(layout.book.icp)
    never = ibis.null("int64")
    fits = {
        f"fits_{place}": ibis.coalesce(judged[f"rule_{first + place}"], ibis.literal(False))
        for place in range(len(layout.book.icp))
    }
    known = judged.select("lead_id", "created_at", "total", **fits)
    if "decisions" not in tables:
        return known.mutate(worked_at=never, ended_at=never, won_at=never)
    ends = endings(tables)
    joined = known.left_join(ends, "lead_id")
    return joined.select(*(known[name] for name in known.columns), ends.worked_at, ends.ended_at, ends.won_at)
