"""The report of a lesson that a manager can read, as a page and as plain data."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from qualify.learning import figures, gates
from qualify.learning.advising import Advice
from qualify.learning.columns import Floats
from qualify.learning.drift import Watch
from qualify.learning.gaps import Gaps
from qualify.learning.icp import Icps
from qualify.learning.lesson import Lesson
from qualify.learning.proposing import Proposal, card_text, rate_sentence
from qualify.learning.rates import of_channels
from qualify.learning.thresholds import Expected
from qualify.learning.trial import Figures
from qualify.learning.wording import said
from qualify.moments import written as date
from qualify.playbook.book import Playbook
from qualify.reports.drawing import Axis, Line, bar_chart, line_chart, share
from qualify.reports.leftover import whom_they_leave_out
from qualify.reports.page import folded, heading, page, paragraph, table
from qualify.reports.thresholds import sentences

_NAMES: Final = {
    "likelihood": "learned likelihood",
    "card": "point card",
    "challenger": "challenger (trees)",
    "today": "today's rules",
}


@dataclass(frozen=True, eq=False)
class Told:
    """All that a report of learning says: the lesson, and what was asked for besides."""

    lesson: Lesson
    counts: Mapping[str, int] = field(default_factory=dict)
    as_of: int = 0
    book: Playbook | None = None
    icps: Icps | None = None
    watch: Watch | None = None
    thresholds: tuple[Expected, Sequence[Expected]] | None = None
    a_week: float | None = None
    source: str = ""
    advice: Advice | None = None
    gaps: Mapping[str, Gaps] = field(default_factory=dict)
    """By whose profiles they are: whom these fit, and whom they leave out."""

    @property
    def card_text(self) -> str:
        """The card as a playbook; empty without one."""
        card = self.lesson.card
        if card is None or not card.items.items:
            return ""
        about = f"Learned from {len(self.lesson.evidence):,} leads: a proposal, to be agreed on before it is used."
        return card_text(card, self.lesson.evidence.columns, about=about, book=self.book)


def as_page(told: Told) -> str:
    """The report as one HTML page with charts, which needs nothing beside itself."""
    lesson = told.lesson
    parts = [
        "<h1>What past outcomes say</h1>",
        paragraph(
            f"{told.source} as of {date(told.as_of)} UTC. The question: won within {lesson.horizon_days} days?"
        ),
        paragraph(_headline(lesson), "said"),
        *_evidence(told),
        *_questions(lesson),
        *_quality(lesson),
        *_channels(lesson),
        *_card(told),
        *_rules(lesson),
        *_thresholds(told),
        *_icps(told),
        *_drift(told),
    ]
    return page("What past outcomes say", parts)


def _headline(lesson: Lesson) -> str:
    text = lesson.verdict.why
    return text[:1].upper() + text[1:] + "."


def _evidence(told: Told) -> list[str]:
    lesson, counts = told.lesson, told.counts
    rows = [[name.replace("_", " "), f"{count:,}"] for name, count in counts.items()]
    rows.append(["learnt from (one row of each lead that is decided)", f"{len(lesson.evidence):,}"])
    rows.append(["of these won within the horizon", f"{lesson.won:,}"])
    unfit = "; ".join(f"{each.name} {each.why}" for each in lesson.unfit)
    return [
        heading("What it was learnt from"),
        paragraph(
            "Leads that are open, that nobody worked, or whose horizon has not passed are undecided: not lost."
        ),
        table(["leads", "count"], rows, [1]),
        paragraph(f"With more leads: {more}." if (more := gates.next_gate(lesson.won, lesson.lost)) else ""),
        paragraph(f"Nothing can be learnt from: {unfit}." if unfit else ""),
    ]


def _questions(lesson: Lesson) -> list[str]:
    if not lesson.leaks and not lesson.left_out:
        return []
    parts = [heading("Questions to you: may these be used?")]
    if set_aside := [leak.column for leak in lesson.leaks if leak.set_aside]:
        listed = ", ".join(dict.fromkeys(set_aside))
        parts.append(paragraph(f"Set aside until you answer (--keep or --leave-out): {listed}."))
    return parts + [paragraph(leak.said, "asked") for leak in lesson.leaks]


def _quality(lesson: Lesson) -> list[str]:
    tested = lesson.tested
    if not tested.figures:
        return []
    rows = [_row(_NAMES[name], each) for name, each in tested.figures.items()]
    if lesson.shuffled is not None:
        rows.append(_row("likelihood, shuffled (flatters)", lesson.shuffled))
    head = [
        "on leads that came later",
        "leads",
        "won",
        "AUC (90 %)",
        "lift in the best fifth",
        "calibration error",
    ]
    parts = [
        heading("How good it is"),
        paragraph(f"Learnt on leads up to {date(tested.cut or 0)}, tested on those that came later."),
        table(head, rows, [1, 2, 3, 4, 5]),
        *[paragraph(each + ".") for each in lesson.warnings],
        _gains(lesson),
        _calibration(lesson),
    ]
    return [*parts, _history(lesson)]


def _row(name: str, found: Figures) -> list[str]:
    error = "–" if found.calibration_error is None else f"{found.calibration_error:.3f}"
    bounds = f"{found.auc:.3f} ({found.low:.2f} … {found.high:.2f})"
    return [name, f"{found.leads:,}", f"{found.won:,}", bounds, f"{found.lift:.1f} ×", error]


def _gains(lesson: Lesson) -> str:
    tested = lesson.tested
    if tested.chances is None or tested.won is None:
        return ""
    lines = [Line("learned likelihood", figures.gained(tested.chances, tested.won))]
    if tested.today is not None:
        lines.append(Line("today's rules", figures.gained(tested.today, tested.won)))
    lines.append(Line("by chance", [(0, 0), (1, 1)], dashed=True))
    return line_chart(
        "Share of the won that is found when the best leads are worked",
        Axis("share of leads worked, best first", 0, 1, share),
        Axis("share of the won among them", 0, 1, share),
        lines,
    )


def _calibration(lesson: Lesson) -> str:
    tested = lesson.tested
    if tested.chances is None or tested.won is None:
        return ""
    bins = figures.calibration_bins(tested.chances, tested.won)
    most = max([0.05, *(max(said_, came) for said_, came, _ in bins)])
    hits = [round(came * count) for _, came, count in bins]
    low, high = figures.wilson(_floats(hits), _floats([count for _, _, count in bins]))
    points = [(said_, came) for said_, came, _ in bins]
    return line_chart(
        "Chance foretold against the share that was won",
        Axis("chance foretold", 0, most, share),
        Axis("share won (95 %)", 0, min(1.0, max(most, float(high.max()))), share),
        [
            Line(
                "tenths of the later leads",
                points,
                bounds=list(zip(low.tolist(), high.tolist(), strict=True)),
                dots=True,
            ),
            Line("perfect", [(0, 0), (most, most)], dashed=True),
        ],
    )


def _floats(values: Sequence[float]) -> Floats:
    import numpy as np

    return np.asarray(values, dtype=np.float64)


def _history(lesson: Lesson) -> str:
    history = lesson.tested.history
    if len(history) < 2:
        return ""
    points = [(float(number), auc) for number, (_, auc, _, _) in enumerate(history)]
    days = [date(cut)[:10] for cut, *_ in history]
    across = Axis(
        "learnt up to", 0, len(history) - 1, lambda at: days[min(round(at), len(days) - 1)], len(history) - 1
    )
    bounds = [(low, high) for _, _, low, high in history]
    line = Line("AUC on the stretch that followed (90 %)", points, bounds=bounds, dots=True)
    return line_chart(
        "How well it ranked, further and further on", across, Axis("AUC", 0.4, 1.0, "{:.2f}".format), [line]
    )


def _channels(lesson: Lesson) -> list[str]:
    found = of_channels(lesson.evidence.columns, lesson.evidence.won)
    if found is None:
        return []
    name, rates = found
    bars = [
        (f"{rate.level} ({rate.leads:,})", rate.won / rate.leads, rate.low, rate.high) for rate in rates[:15]
    ]
    about = "Share won, with 95 % intervals; ranked by the rate drawn to the overall one: luck does not lead."
    return [heading(f"By {name}"), paragraph(about), bar_chart(f"Share won by {name}", bars)]


def _card(told: Told) -> list[str]:
    lesson = told.lesson
    if lesson.card is None:
        return []
    columns = lesson.evidence.columns
    rows = [[said(item, columns[item.column]), f"{points:+d}"] for item, points in lesson.card.lines]
    parts = [
        heading("A point card: a proposal"),
        paragraph(
            "So few items, in steps of 5, rank almost as well as the whole likelihood. Behaviour only adds."
        ),
        table(["when", "points"], rows, [1]),
    ]
    if curve := lesson.tested.curve:
        best = lesson.tested.figures["likelihood"].auc
        low = min(0.5, *(auc for _, auc in curve))
        lines = [
            Line("point card", [(float(size), auc) for size, auc in curve], dots=True),
            Line("whole likelihood", [(1, best), (curve[-1][0], best)], dashed=True),
        ]
        up = Axis("AUC on later leads", low, max(best, *(auc for _, auc in curve)) + 0.02, "{:.2f}".format)
        parts.append(
            line_chart("What more items buy", Axis("items", 1, curve[-1][0], "{:.0f}".format), up, lines)
        )
    return [*parts, folded("The card as a playbook", told.card_text)]


def _rules(lesson: Lesson) -> list[str]:
    own = [each for each in lesson.proposals if each.path is not None]
    new = [each for each in lesson.proposals if each.path is None]
    parts = []
    if own:
        parts += [heading("Your rules, one by one"), _proposals(own)]
    if new:
        parts += [heading("New rules that history suggests"), _proposals(new)]
    if parts:
        parts.append(
            paragraph("Nothing is changed by this: accept some, and they become a draft to be agreed on.")
        )
    return parts


def _proposals(found: Sequence[Proposal]) -> str:
    rows = [[each.verdict, each.sentence, rate_sentence(each.support)] for each in found]
    return table(["", "proposal (90 % interval)", "evidence"], rows)


def _thresholds(told: Told) -> list[str]:
    if told.advice is None:
        return []
    said = [paragraph(each, "said") for each in sentences(told.advice, told.a_week)]
    return [heading("The threshold that sales can work"), *said, *_volume(told)]


def _volume(told: Told) -> list[str]:
    """What other thresholds would bring, against the capacity."""
    if told.thresholds is None or told.a_week is None:
        return []
    _, curve = told.thresholds
    most = max(each.threshold for each in curve)
    volume = [(each.threshold, each.a_week) for each in curve]
    return [
        line_chart(
            "Leads a week over each threshold",
            Axis("threshold", 0, most, "{:.0%}".format),
            Axis("leads a week (90 %)", 0, max(each.high for each in curve), "{:.0f}".format),
            [
                Line("leads a week", volume, bounds=[(each.low, each.high) for each in curve]),
                Line("capacity", [(0, told.a_week), (most, told.a_week)], dashed=True),
            ],
        )
    ]


def _icps(told: Told) -> list[str]:
    if told.icps is None:
        return []
    sentences = [paragraph(profile.sentence) for profile in told.icps.profiles]
    why = paragraph(f"Nothing: {told.icps.why}." if told.icps.why else "")
    text = told.icps.text()
    return [
        heading("What the best customers have in common"),
        *sentences,
        why,
        *[part for name, each in told.gaps.items() for part in whom_they_leave_out(name, each)],
        folded("As a playbook writes it", text) if text else "",
    ]


def _drift(told: Told) -> list[str]:
    if told.watch is None:
        return []
    quiet = "Nothing changed that is more than chance." if told.watch.quiet else ""
    return [
        heading("What changed lately"),
        paragraph(f"The last {told.watch.after:,} leads against the {told.watch.before:,} before. {quiet}"),
        *[paragraph(alarm.said, "asked") for alarm in told.watch.alarms],
    ]


def as_data(told: Told) -> dict[str, Any]:
    """The report as plain data, for JSON."""
    lesson, tested = told.lesson, told.lesson.tested
    return {
        "as_of": told.as_of,
        "horizon_days": lesson.horizon_days,
        "counts": dict(told.counts),
        "rows": len(lesson.evidence),
        "won": lesson.won,
        "active": lesson.verdict.active,
        "nothing_to_learn": lesson.verdict.nothing_to_learn,
        "why": lesson.verdict.why,
        "champion": lesson.champion,
        "questions": [vars(leak) for leak in lesson.leaks],
        "left_out": list(lesson.left_out),
        "unfit": {each.name: each.why for each in lesson.unfit},
        "figures": {name: each.written() for name, each in tested.figures.items()},
        "shuffled": None if lesson.shuffled is None else lesson.shuffled.written(),
        "auc_by_items": [{"items": size, "auc": auc} for size, auc in tested.curve],
        "card": told.card_text,
        "proposals": [_proposal(each) for each in lesson.proposals],
        "warnings": list(lesson.warnings),
        "icp": None if told.icps is None else [profile.written() for profile in told.icps.profiles],
        "drift": None if told.watch is None else [vars(alarm) for alarm in told.watch.alarms],
        "gaps": {name: each.written(100) for name, each in told.gaps.items()},
        "thresholds": _advised(told),
        "threshold": None if told.thresholds is None else vars(told.thresholds[0]),
    }


def _advised(told: Told) -> dict[str, Any] | None:
    found = told.advice
    if found is None:
        return None
    money = found.money
    return {
        "by_capacity": None if found.capacity is None else vars(found.capacity),
        "by_money": None if money is None else {**vars(money), "expected": vars(money.expected)},
        "leaving": None if found.leaving is None else vars(found.leaving),
        "moved": found.moved,
        "said": sentences(found, told.a_week),
    }


def _proposal(each: Proposal) -> dict[str, Any]:
    place = None if each.path is None else {"score": each.path[0], "rule": each.path[1]}
    return {
        "rule": each.rule, "verdict": each.verdict, "today": each.today, "points": each.points, "at": place,
        "when": each.when, "said": each.sentence, "support": vars(each.support),
    }  # fmt: skip
