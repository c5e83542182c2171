"""A lesson as plain data, as the store keeps it and the pages show it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from qualify.learning import gates

if TYPE_CHECKING:
    from qualify.learning.icp import Icps
    from qualify.learning.lesson import Lesson
    from qualify.learning.proposing import Proposal
    from qualify.playbook import Playbook
    from qualify.runs.learning import Observed


def nothing() -> dict[str, Any]:
    """What is said where nothing has come of any lead."""
    return {
        "rows": 0, "won": 0, "lost": 0, "active": False, "nothing_to_learn": False, "why": gates.missing(0, 0),
        "next": gates.next_gate(0, 0), "crowned": False, "contest": "", "model": None, "data": "",
    }  # fmt: skip


def told(found: Observed, lesson: Lesson, book: Playbook | None, now: int) -> dict[str, Any]:
    """Everything that the report says (:func:`qualify.reports.learned.as_data`), with what the pages draw."""
    from qualify.learning.proposing import rate_sentence
    from qualify.reports.learned import Told, as_data

    lesson = replace(lesson, proposals=tuple(_settled(each) for each in lesson.proposals))
    plain = as_data(Told(lesson, found.counts, now, book))
    proposals = [
        {**each, "evidence": rate_sentence(proposal.support)}
        for each, proposal in zip(plain.pop("proposals"), lesson.proposals, strict=True)
    ]
    return {
        **{name: value for name, value in plain.items() if name not in ("icp", "drift", "threshold", "as_of")},
        "proposals": proposals, "lost": lesson.lost, "next": gates.next_gate(lesson.won, lesson.lost),
        "cut": lesson.tested.cut, "history": [list(each) for each in lesson.tested.history],
        "calibration": _calibration(lesson), "rates": _rates(lesson), "card_lines": _card(lesson),
        "data": lesson.evidence.fingerprint,
    }  # fmt: skip


def _settled(proposal: Proposal) -> Proposal:
    """The proposal as somebody would accept it: points that may as well be none are left out, not turned round."""
    had = proposal.support
    none = proposal.points == 0 or (proposal.points * (proposal.today or 0) < 0 and had.low <= 0 <= had.high)
    return replace(proposal, verdict="drop", points=0) if proposal.verdict == "change" and none else proposal


def _calibration(lesson: Lesson) -> list[list[float]]:
    """By tenths of the later leads: chance foretold, share won, how many, and the 95 % interval of the share."""
    from qualify.learning.figures import calibration_bins
    from qualify.learning.shares import wilson

    tested = lesson.tested
    if tested.chances is None or tested.won is None:
        return []
    bins = calibration_bins(tested.chances, tested.won)
    return [[said, came, count, *wilson(round(came * count), count)] for said, came, count in bins]


def _rates(lesson: Lesson) -> dict[str, Any]:
    """The rates by channel: what can be said however little there is to learn from."""
    from qualify.learning.rates import of_channels

    found = of_channels(lesson.evidence.columns, lesson.evidence.won)
    return {} if found is None else {"by": found[0], "levels": [vars(each) for each in found[1][:12]]}


def _card(lesson: Lesson) -> list[list[Any]]:
    from qualify.learning.wording import said

    if lesson.card is None:
        return []
    return [[said(item, lesson.evidence.columns[item.column]), points] for item, points in lesson.card.lines]


def profiles(found: Observed, lesson: Lesson) -> Icps:
    """What the best of the earlier two thirds of the leads have in common, confirmed on the later third."""
    import numpy as np

    from qualify.learning.evidence import fit_for_learning
    from qualify.learning.icp import best
    from qualify.learning.icp import found as looked_for

    rows = lesson.evidence
    columns, _ = fit_for_learning(rows.columns)
    cut = np.quantile(rows.at, 2 / 3) if len(rows) else 0
    early, late = rows.at <= cut, rows.at > cut
    counted = best(rows.won, rows.amount)
    return looked_for(columns.at(early), counted[early], (columns.at(late), counted[late]))


def icp(found: Icps) -> dict[str, Any]:
    """The profiles as a playbook writes them, with what stands behind each; ``why`` where there are none."""
    return {
        "why": found.why,
        "tried": found.tried,
        "found": [
            {
                **each.written(), "persona": each.persona, "leads": each.leads, "rate": each.rate,
                "overall": each.overall,
                "traits": [
                    {"said": trait.said, "leads": trait.leads, "lift": trait.lift, "low": trait.low,
                     "later": trait.later_lift}
                    for trait in each.traits
                ],
            }
            for each in found.profiles
        ],
    }  # fmt: skip


def model(lesson: Lesson, book: Playbook | None, now: int) -> dict[str, Any] | None:
    """The model as :func:`qualify.learning.storing.stored` gives it, with how each of its columns is asked for.

    None where there is none, and where it may not come into force: nobody would ever look at it.
    """
    from qualify.learning.storing import stored

    if not lesson.verdict.active:
        return None
    kept = stored(lesson, playbook=book.fingerprint if book else None, as_of=now)
    columns = lesson.evidence.columns
    asked = {
        name: {"origin": each.origin, "number": each.is_number, "asked": dict(each.asked or {})}
        for name, each in columns.items()
    }
    return {**kept, "asked": asked}
