"""Why a lead has its score: the ledger in words, with a sum that matches."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from qualify import moments
from qualify.scoring.layout import Layout
from qualify.vocabulary import TOTAL


@dataclass(frozen=True)
class Explained:
    """One line of the ledger in words; ``points`` add up."""

    score: str
    line: str
    what: str
    points: Decimal
    occurrences: int | None = None
    first_at: int | None = None
    last_at: int | None = None
    raw: Decimal | None = None
    decayed: Decimal | None = None
    capped: Decimal | None = None


@dataclass(frozen=True)
class Explanation:
    """A lead's scores, the lines behind them, and the rules that could not be judged."""

    lead_id: str
    as_of: int
    playbook: str
    fingerprint: str
    scores: Mapping[str, Decimal]
    total: Decimal
    grade: str | None
    stage: str
    information: float
    lines: Sequence[Explained]
    unknown: Sequence[str]
    total_of: Sequence[str]

    @property
    def counted(self) -> list[Explained]:
        """The lines that add up to the total (scores that the total leaves out have lines too)."""
        return [line for line in self.lines if line.score == TOTAL or line.score in self.total_of]

    def __str__(self) -> str:
        """The ledger as text; its last line is the sum."""
        rows = [f"{line.points:>+9.2f}  {line.score}: {line.what}{_behind(line)}" for line in self.lines]
        grade = f", grade {self.grade}" if self.grade else ""
        head = f"Lead {self.lead_id} as of {moments.written(self.as_of)} UTC: {self.stage}{grade}"
        return "\n".join([head, *rows, f"{self.total:>9.2f}  total"])

    def _repr_html_(self) -> str:
        """The ledger as a table, for notebooks."""
        from qualify.runs.showing import html_explanation

        return html_explanation(self)


def _behind(line: Explained) -> str:
    if line.occurrences is None:
        return ""
    last = moments.written(line.last_at)[:10]
    return f" ({line.occurrences}×, last {last})"


def explanation(
    layout: Layout,
    as_of: int,
    row: Mapping[str, Any],
    lines: Sequence[Mapping[str, Any]],
    unknown: Sequence[int],
) -> Explanation:
    """The explanation from a lead's row of scores, its rows of the ledger, and the rules not judged."""
    labels = {rule.number: rule.label for rule in layout.rules}
    places = {name: place for place, name in enumerate([*layout.score_names, TOTAL])}
    return Explanation(
        lead_id=str(row["lead_id"]),
        as_of=as_of,
        playbook=layout.book.playbook,
        fingerprint=layout.book.fingerprint,
        scores={name: row[name] for name in layout.score_names},
        total=row[TOTAL],
        grade=row["grade"],
        stage=row["stage"],
        information=row["information"],
        lines=[_explained(line) for line in sorted(lines, key=lambda line: places[line["score"]])],
        unknown=[labels[number] for number in unknown],
        total_of=layout.book.total_of,
    )


def _explained(line: Mapping[str, Any]) -> Explained:
    return Explained(
        score=line["score"], line=line["line"], what=line["rule"], points=line["points"],
        occurrences=line["occurrences"], first_at=line["first_at"], last_at=line["last_at"],
        raw=line["raw"], decayed=line["decayed"], capped=line["capped"],
    )  # fmt: skip
