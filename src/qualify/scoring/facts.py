"""What conditions may look at in a lead's wide row."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import ibis

from qualify.criteria import logic
from qualify.criteria.logic import Answered, HasAnswer, Occurrences
from qualify.moments import DAY
from qualify.scoring.canonical import answer_column, score_column
from qualify.scoring.layout import Layout
from qualify.scoring.lowering import Row, surely


class Facts(Row):
    """A lead's row: traits, counts, answers, and the scores once they are there.

    ``tables`` are the canonical tables that there are; without events no behaviour can be known.
    """

    def __init__(self, table: Any, layout: Layout, tables: Mapping[str, Any], as_of: Any) -> None:
        super().__init__(table, as_of)
        self.layout, self.tables = layout, tables

    def count(self, occurrences: Occurrences) -> Any:
        """How many, 0 when none; null when there are no events at all to look at."""
        if "events" not in self.tables:
            return ibis.null("int64")
        number = self.layout.tally_of(occurrences)
        return ibis.coalesce(self.table[f"tally_{number}_n"], ibis.literal(0, "int64"))

    def newest(self, occurrences: Occurrences) -> Any:
        """When the newest was; null when there is none."""
        if "events" not in self.tables:
            return ibis.null("int64")
        return self.table[f"tally_{self.layout.tally_of(occurrences)}_last"]

    def answered(self, answer: Answered | HasAnswer) -> tuple[Any, Row | None]:
        """Whether the newest answer still holds, and its fields; none where there are no answers at all."""
        if "answers" not in self.tables:
            return ibis.literal(False), None
        when, until = (
            self.table[answer_column(self.layout, answer.question, what)]
            for what in ("answered_at", "expires_at")
        )
        holds = when.notnull() & (until.isnull() | surely(until > self.as_of))
        if answer.expires_after is not None:
            holds = holds & surely(when > self.as_of - answer.expires_after * DAY)
        return holds, _AnswerRow(self, answer.question)

    def score(self, name: str) -> Any:
        """A score in hundredths."""
        return self.table[score_column(name)]

    def grade(self) -> Any:
        """The grade."""
        return self.table.grade


class _AnswerRow(Row):
    def __init__(self, facts: Facts, question: str) -> None:
        super().__init__(facts.table, facts.as_of)
        self.layout, self.question = facts.layout, question

    def field(self, field: logic.Field) -> Any:
        return self.table[answer_column(self.layout, self.question, field.column)]
