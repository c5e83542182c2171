"""Lessons as the store keeps them, and which model is in force."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final, NamedTuple

import msgspec

from qualify.speech import heard, heard_text, kept, kept_text, marked, plain, sentence
from qualify.web.database import insert, rows, run

HELD_BACK: Final = marked(
    "somebody took the last model out of force: this one waits until somebody puts it in force"
)
WITHOUT_MODEL: Final = 100
"""So many lessons are kept that never were in force; what is older than these is let go."""
WITH_MODEL: Final = 5
"""Of those that never were in force, the newest so many keep their model, so that it can still be put in force."""
EVERY: Final = 7
"""Days between two lessons where nobody said otherwise."""


class Settings(NamedTuple):
    """How the store learns: every so many days (0: when asked), what was decided of columns, the newest work."""

    every: int = EVERY
    choices: Mapping[str, Any] = {}  # never written to
    work_id: int | None = None


class Reign(NamedTuple):
    """That a lesson's model is in force."""

    id: int
    lesson_id: int
    since: int
    why: str
    who: str


def settings() -> Settings:
    """How the store learns."""
    found = rows("SELECT every, choices, work_id FROM learning WHERE id = 1")
    if not found:
        return Settings()
    every, choices, work = found[0]
    return Settings(int(every), json.loads(choices), work)


def keep_settings(changed: Settings, now: int) -> None:
    """Write down how the store learns; in the verb's transaction."""
    insert(
        "learning", "id, every, choices, work_id, changed_at",
        [(1, changed.every, json.dumps(dict(changed.choices)), changed.work_id, now)],
        "ON CONFLICT (id) DO UPDATE SET every = excluded.every, choices = excluded.choices, "
        "work_id = excluded.work_id, changed_at = excluded.changed_at",
    )  # fmt: skip


def reign() -> Reign | None:
    """Which model is in force; None: the written rules alone."""
    found = rows(
        "SELECT id, lesson_id, since, why, who FROM champion WHERE ended_at IS NULL ORDER BY id DESC LIMIT 1"
    )
    if not found:
        return None
    number, lesson_id, since, why, who = found[0]
    return Reign(number, lesson_id, since, heard_text(why), who)


def model_of(lesson_id: int) -> dict[str, Any] | None:
    """A lesson's model as it is stored; None when it has none."""
    found = rows("SELECT model FROM lesson WHERE id = %s", [lesson_id])
    return msgspec.json.decode(found[0][0]) if found and found[0][0] else None


def keep(told: dict[str, Any], version: int | None, who: str, now: int) -> int:
    """Keep a lesson, let go of old ones that never were in force, and put its model in force where it won; its id."""
    model = told.pop("model", None)
    if told["crowned"] and held_back():
        told |= {"crowned": False, "contest": sentence(HELD_BACK)}
    row = (
        now, who[:255], version, str(told.get("data", ""))[:64], int(told["rows"]), int(told["won"]),
        bool(told["active"]), kept_text(heard(told["why"])), msgspec.json.encode(kept(told)).decode(),
        "" if model is None else msgspec.json.encode(model, enc_hook=plain).decode(),
    )  # fmt: skip
    columns = "learned_at, asked_by, version_id, data, leads, won, active, why, told, model"
    [(number,)] = insert("lesson", columns, [row], "RETURNING id")
    if told["crowned"] and model is not None:
        crown(int(number), heard(told["contest"]), who, now)
    _let_go()
    return int(number)


def held_back() -> bool:
    """Whether somebody took the last model out of force: the written rules stand alone until somebody says so."""
    return reign() is None and bool(rows("SELECT 1 FROM champion LIMIT 1"))


def forget_lessons() -> None:
    """Forget everything that was learnt: of leads that were taken out of the store nothing is to be foretold."""
    run("DELETE FROM champion")
    run("DELETE FROM lesson")
    run("DELETE FROM watch")


def crown(lesson_id: int, why: str, who: str, now: int) -> None:
    """Put a lesson's model in force."""
    insert(
        "champion", "lesson_id, since, why, who, ended_by", [(lesson_id, now, kept_text(why), who[:255], "")]
    )


def _let_go() -> None:
    """Lessons that never were in force are of use for a while; models that were, for good."""
    run(
        "UPDATE lesson SET model = '' WHERE model <> '' AND id NOT IN (SELECT lesson_id FROM champion) AND id NOT IN "
        "(SELECT id FROM (SELECT id FROM lesson WHERE model <> '' ORDER BY id DESC LIMIT %s) AS newest)",
        [WITH_MODEL],
    )
    run(
        "DELETE FROM lesson WHERE id NOT IN (SELECT lesson_id FROM champion) AND id NOT IN "
        "(SELECT id FROM (SELECT id FROM lesson ORDER BY id DESC LIMIT %s) AS newest)",
        [WITHOUT_MODEL],
    )
