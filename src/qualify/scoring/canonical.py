"""The canonical tables that a playbook is scored on: their names, columns and types."""

from __future__ import annotations

from typing import Final, Literal, TypeAlias

from qualify.criteria.logic import Field
from qualify.scoring.layout import Layout
from qualify.vocabulary import TOTAL

Type: TypeAlias = Literal["string", "int64", "float64"]
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


def _as_read(fields: list[Field]) -> Columns:
    return {field.column: "float64" if field.is_number else "string" for field in fields}


def score_column(name: str) -> str:
    """The column of a score in the judged table."""
    return TOTAL if name == TOTAL else f"score__{name}"
