"""Everything that can be known of everybody, to be compared."""

from __future__ import annotations

from qualify.web.database import Row, rows

STATEMENTS = {
    "identifier": "SELECT id, owner_id, joined_at, contested FROM identifier ORDER BY id",
    **{
        table: f"SELECT id, subject_id, owner_id, received_at, known_at FROM {table} ORDER BY id"
        for table in ("event", "learnt", "answer", "decision", "outcome", "consent", "assignment", "contact")
    },
    "machine": "SELECT id, machine FROM event ORDER BY id",
    "person": "SELECT id, created_at, account_id, email, name, company, traits FROM person ORDER BY id",
    "standing": "SELECT person_id, version_id, total, grade, information, scores, lines, unknown, stage, since, "
    "cycle, cycle_since, next_at FROM standing ORDER BY person_id",
    "move": "SELECT person_id, moved_at, place, version_id, stage_from, stage_to, cycle, total, grade, "
    "rules FROM move ORDER BY 1, 2, 3",
    "dirty": "SELECT person_id FROM dirty ORDER BY person_id",
}


def everything() -> dict[str, list[Row]]:
    """Whose everything is, and how everybody stands."""
    return {name: rows(statement) for name, statement in STATEMENTS.items()}
