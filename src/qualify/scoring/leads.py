"""What a condition may look at in a lead's wide row."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import ibis

from qualify.criteria import logic
from qualify.criteria.logic import Answered, HasAnswer, Occurrences
from qualify.moments import DAY
from qualify.scoring.canonical import score_column
from qualify.scoring.knowing import answer_column
from qualify.scoring.lowering import Row, surely

if TYPE_CHECKING:
    from qualify.scoring.expression import Scoring


class Facts(Row):
    """What conditions may look at in a lead's wide row."""

    def __init__(self, table: Any, scoring: Scoring) -> None:
        super().__init__(table, scoring.as_of)
        self.scoring = scoring
        self.layout = scoring.layout

    def count(self, occurrences: Occurrences) -> Any:
        """How many, 0 when none; null when there are no events at all to look at."""
        if not self.scoring.sees_events:
            return ibis.null("int64")
        number = self.layout.tally_of(occurrences)
        return ibis.coalesce(self.table[f"tally_{number}_n"], ibis.literal(0, "int64"))

    def newest(self, occurrences: Occurrences) -> Any:
        """When the newest was; null when there is none."""
        if not self.scoring.sees_events:
            return ibis.null("int64")
        return self.table[f"tally_{self.layout.tally_of(occurrences)}_last"]

    def answered(self, answer: Answered | HasAnswer) -> tuple[Any, Row]:
        """Whether the newest answer still holds, and its fields."""
        if "answers" not in self.scoring.tables:
            return ibis.literal(False), _Nothing(self.table, self.as_of)
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


class _Nothing(Row):
    def field(self, field: logic.Field) -> Any:
        return ibis.null("float64" if field.is_number else "string")
