"""What a draft would do, as a worker found out: how far that is, and what came of it."""

from __future__ import annotations

import json
from typing import Any, NamedTuple

import msgspec

from qualify.web.database import rows
from qualify.web.living.kinds import told_of
from qualify.web.looking.phrases import kept_words
from qualify.web.looking.playbook import Draft


class Planned(NamedTuple):
    """A plan of a draft. ``state``: waiting, running, done, failed, or nothing when nobody asked.

    ``old_text``: the draft was changed since; ``old_version``: another version came into force since.
    ``share`` is how far it is, from 0 to 1, None while that is not known; ``said`` what is being done or went wrong.
    """

    state: str = ""
    said: str = ""
    share: float | None = None
    asked_at: int | None = None
    finished_at: int | None = None
    result: dict[str, Any] | None = None
    old_text: bool = False
    old_version: bool = False

    @property
    def under_way(self) -> bool:
        """Whether there is something to wait for."""
        return self.state in ("waiting", "running")

    @property
    def current(self) -> bool:
        """Whether it says what this very text would do to what is in force today."""
        return self.result is not None and not (self.old_text or self.old_version)


def planned(draft: Draft, in_force: int | None) -> Planned:
    """The newest plan of a draft; ``in_force`` is the version that is."""
    found = work(draft.plan_id)
    if found is None:
        return Planned()
    version = in_force if found.result is None else found.result.get("version")
    return found._replace(old_text=draft.plan_digest != draft.digest, old_version=version != in_force)


def backtested(draft: Draft, version: int | None) -> Planned | None:
    """The newest backtest of a draft's very text against a version; None when nobody asked for one."""
    if version is None:
        return None
    found = rows(
        "SELECT state, detail, done, of, created_at, finished_at FROM work WHERE kind = 'backtest' "
        "AND parameters = %s ORDER BY id DESC LIMIT 1",
        [json.dumps(told_of(draft.id, draft.digest, version))],
    )
    return _read(found[0]) if found else None


def work(number: int | None) -> Planned | None:
    """A long piece of work whose result is an object; None when there is none."""
    if number is None:
        return None
    columns = "state, detail, done, of, created_at, finished_at"
    found = rows(f"SELECT {columns} FROM work WHERE id = %s", [number])
    return _read(found[0]) if found else None


def _read(row: Any) -> Planned:
    state, detail, done, of, asked_at, finished_at = row
    share = done / of if of else None
    if state == "done" and not detail:  # it named somebody who was erased since
        return Planned()
    if state == "done":
        return Planned(state, "", 1.0, asked_at, finished_at, msgspec.json.decode(detail))
    return Planned(state, kept_words(detail), share, asked_at, finished_at)
