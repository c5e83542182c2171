"""Runs, explanations and plans as small HTML tables, for notebooks. Everything shown is escaped."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from qualify.runs.explanation import Explanation
    from qualify.runs.planning import Plan
    from qualify.runs.run import Run


def table(head: Sequence[str], rows: Iterable[Sequence[Any]], caption: str) -> str:
    """An HTML table; numbers stand right."""
    body = "".join(f"<tr>{''.join(_cell(value) for value in row)}</tr>" for row in rows)
    names = "".join(f"<th>{escape(name)}</th>" for name in head)
    return f"<table><caption>{escape(caption)}</caption><thead><tr>{names}</tr></thead><tbody>{body}</tbody></table>"


def _cell(value: Any) -> str:
    right = "" if value is None or isinstance(value, str) else ' style="text-align:right"'
    return f"<td{right}>{escape('' if value is None else str(value))}</td>"


def html(run: Run) -> str:
    """A run's ten best leads."""
    names = run.layout.score_names
    rows = [
        [
            row["lead_id"],
            row["grade"],
            row["stage"],
            row["total"],
            *(row[name] for name in names),
            "; ".join(row["why"]),
        ]
        for row in run.top(10)
    ]
    return table(["lead", "grade", "stage", "total", *names, "why"], rows, repr(run)[1:-1])


def html_explanation(explained: Explanation) -> str:
    """An explanation's lines, and the sum."""
    rows: list[list[Any]] = [
        [line.score, line.what, line.occurrences, line.points] for line in explained.lines
    ]
    rows.append(["", "total", None, explained.total])
    caption = f"Lead {explained.lead_id}: {explained.stage}, grade {explained.grade or '–'}"
    return table(["score", "line", "occurrences", "points"], rows, caption)


def html_plan(plan: Plan) -> str:
    """A plan's moves."""
    rows = [
        [
            move.before,
            move.after,
            move.leads,
            "; ".join(f"{rule.rule} {rule.change:+}" for rule in move.rules),
        ]
        for move in plan.moves
    ]
    return table(["from", "to", "leads", "by which rules"], rows, str(plan).splitlines()[0])
