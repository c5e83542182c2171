"""The canonical tables that a playbook is scored on: their names, columns and types."""

from __future__ import annotations

from typing import Final, Literal, TypeAlias

from qualify.criteria.logic import Field
from qualify.scoring.layout import Layout
from qualify.vocabulary import TOTAL

Type: TypeAlias = Literal["string", "int64", "float64", "int32", "boolean"]
Columns: TypeAlias = dict[str, Type]

TABLES: Final = ("leads", "accounts", "traits", "events", "answers", "decisions")
"""The canonical tables; all but ``leads`` may be absent."""


def columns(layout: Layout, key: Type = "string") -> dict[str, Columns]:
    """The columns of each canonical table for that playbook; ``key`` is the type of ids.

    - ``leads``: ``created_at`` is never null (0: always known); traits as read, null when unknown.
    - ``accounts``: the same traits, for the leads that do not have them.
    - ``traits``: one row for each learnt fact and reading: ``trait`` is the column it replaces,
      ``told`` its folded text, by which facts of the same moment are ordered.
    - ``events``: ``known_at`` is the later of ``happened_at`` and ``received_at``; properties as read.
    - ``answers``: ``expires_at`` null when it does not expire.
    - ``decisions``: outcomes (won, lost) are among them.
    """
    traits = _as_read(layout.trait_fields)
    return {
        "leads": {"lead_id": key, "account_id": key, "created_at": "int64", **traits},
        "accounts": {"account_id": key, "created_at": "int64", **traits},
        "traits": {
            "lead_id": key, "trait": "string", "told": "string",
            "text": "string", "number": "float64", "learned_at": "int64",
        },
        "events": {
            "lead_id": key, "kind": "string", "happened_at": "int64", "known_at": "int64",
            **_as_read(layout.event_fields),
        },
        "answers": {
            "lead_id": key, "question": "string", "told": "string", "answered_at": "int64", "expires_at": "int64",
            **_as_read(layout.answer_fields),
        },
        "decisions": {"lead_id": key, "decision": "string", "decided_at": "int64"},
    }  # fmt: skip


def score_column(name: str) -> str:
    """The column of a score in the judged table."""
    return TOTAL if name == TOTAL else f"score__{name}"


def answer_column(layout: Layout, question: str, what: str) -> str:
    """The column in which a question's newest answer is kept."""
    return f"answer_{layout.questions.index(question)}_{what}"


def tallied_columns(key: Type = "string") -> Columns:
    """The columns of the tallies: see :func:`qualify.scoring.tallying.tallied`."""
    return {
        "lead_id": key, "tally": "int32", "n": "int64", "first_at": "int64", "last_at": "int64",
        "worth": "float64",
    }  # fmt: skip


def judged_columns(layout: Layout, present: frozenset[str], key: Type = "string") -> Columns:
    """The columns of the judged table: what the stages look at, which rules hold, and the scores.

    ``rule_0`` … say whether a rule holds (null: unknown), ``sum__`` is a score before its bounds.
    """
    scores = layout.score_names
    return {
        "lead_id": key, "account_id": key, "created_at": "int64",
        **_for_stages(layout, present),
        **{f"rule_{rule.number}": "boolean" for rule in layout.conditions},
        **{f"sum__{name}": "int64" for name in [*scores, TOTAL]},
        **{score_column(name): "int64" for name in [*scores, TOTAL]},
        "grade": "string", "information": "float64",
    }  # fmt: skip


def _for_stages(layout: Layout, present: frozenset[str]) -> Columns:
    """The facts that conditions of stages look at."""
    asked = layout.asked_by_stages
    found: Columns = _as_read(asked.fields)
    if "events" in present:
        for number in asked.tallies:
            found |= {f"tally_{number}_n": "int64", f"tally_{number}_last": "int64"}
    if "answers" in present:
        for question in asked.questions:
            found |= {answer_column(layout, question, at): "int64" for at in ("answered_at", "expires_at")}
            values = _as_read(layout.answer_fields)
            found |= {answer_column(layout, question, name): kind for name, kind in values.items()}
    if "decisions" in present and layout.stages:
        found |= {"decision": "string", "decided_at": "int64"}
    return found


def _as_read(fields: list[Field]) -> Columns:
    return {field.column: "float64" if field.is_number else "string" for field in fields}
