"""What the doors do: sources and their keys, what was put aside, how many calls passed each step; and the audit."""

from __future__ import annotations

import json
from typing import Any, NamedTuple

from qualify.speech import heard
from qualify.web.database import rows
from qualify.web.looking.leads import closed, opened


class KeySeen(NamedTuple):
    """A key, without the key: only how it begins is kept."""

    id: int
    source_id: int | None
    kind: str
    label: str
    prefix: str
    scopes: list[str]
    created_at: int
    revoked_at: int | None
    last_used_at: int | None
    """To the hour: it may have been used within the hour after."""


class SourceSeen(NamedTuple):
    """A source with its settings; its secrets are not shown."""

    id: int
    name: str
    kind: str
    settings: dict[str, Any]
    created_at: int
    closed_at: int | None


class AsideSeen(NamedTuple):
    """A call that was dropped: the step that stopped it, why, and how it came (as text, cut)."""

    id: int
    source_id: int | None
    door: str
    step: str
    reason: str
    detail: str
    raw: str
    received_at: int
    replayed_at: int | None


class StepSeen(NamedTuple):
    """How many calls passed or left (with a reason) at a step on a day, and the nanoseconds it took."""

    day: int
    source_id: int
    step: str
    reason: str
    calls: int
    nanoseconds: int


class AuditSeen(NamedTuple):
    """A line of the audit."""

    id: int
    happened_at: int
    who: str
    verb: str
    subject: str
    detail: dict[str, Any]


SHOWN = 4_000
"""Bytes of a call that was put aside that are shown."""


def sources() -> list[SourceSeen]:
    """Every source."""
    found = rows("SELECT id, name, kind, settings, created_at, closed_at FROM source ORDER BY id")
    return [SourceSeen._make((*row[:3], json.loads(row[3]), *row[4:])) for row in found]


def keys() -> list[KeySeen]:
    """Every key."""
    columns = "id, source_id, kind, label, prefix, scopes, created_at, revoked_at, last_used_at"
    found = rows(f"SELECT {columns} FROM access_key ORDER BY id")
    return [KeySeen._make((*row[:5], row[5].split(), *row[6:])) for row in found]


def asides(
    *,
    reason: str = "",
    step: str = "",
    source_id: int | None = None,
    replayed: bool | None = None,
    cursor: str | None = None,
    limit: int = 50,
) -> tuple[list[AsideSeen], str | None]:
    """Calls that were put aside, the newest first, and where older ones begin."""
    wanted: list[tuple[str, object]] = [
        *([("reason = %s", reason)] if reason else []),
        *([("step = %s", step)] if step else []),
        *([("source_id = %s", source_id)] if source_id is not None else []),
        *([("id < %s", opened(cursor, "aside", 1)[0])] if cursor else []),
    ]
    conditions = [said for said, _ in wanted]
    if replayed is not None:
        conditions.append(f"replayed_at IS {'NOT ' if replayed else ''}NULL")
    columns = f"id, source_id, door, step, reason, detail, substr(raw, 1, {SHOWN}), received_at, replayed_at"
    found = rows(
        f"SELECT {columns} FROM aside WHERE {' AND '.join(conditions) or 'true'} ORDER BY id DESC LIMIT %s",
        [*(value for _, value in wanted), limit + 1],
    )
    following = closed("aside", [found[limit - 1][0]]) if len(found) > limit else None
    return [AsideSeen._make((*row[:6], _text(row[6]), *row[7:])) for row in found[:limit]], following


def _text(raw: Any) -> str:
    return bytes(raw).decode("utf-8", "replace")


def steps(since: int) -> list[StepSeen]:
    """What each step did on each day from a moment on."""
    columns = "day, source_id, step, reason, calls, nanoseconds"
    found = rows(
        f"SELECT {columns} FROM step_count WHERE day >= %s ORDER BY day, source_id, step, reason", [since]
    )
    return [StepSeen(*row) for row in found]


def audit(cursor: str | None = None, limit: int = 50) -> tuple[list[AuditSeen], str | None]:
    """Who did what, the newest first, and where older lines begin."""
    before = opened(cursor, "audit", 1)[0] if cursor else 2**62
    columns = "id, happened_at, who, verb, subject, detail"
    found = rows(f"SELECT {columns} FROM audit WHERE id < %s ORDER BY id DESC LIMIT %s", [before, limit + 1])
    following = closed("audit", [found[limit - 1][0]]) if len(found) > limit else None
    return [AuditSeen._make((*row[:5], heard(json.loads(row[5])))) for row in found[:limit]], following
