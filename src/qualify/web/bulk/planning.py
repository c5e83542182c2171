"""What publishing a draft would do, and whom the playbook in force fits: asked of processes of their own."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Mapping
from typing import Any

import msgspec

from qualify.errors import QualifyError
from qualify.web.bulk.attaching import place
from qualify.web.database import rows


def planned(text: str, now: int) -> dict[str, Any]:
    """Who would move if this text were published now, as plain data; ``version`` is what it was compared with.

    Raises :class:`~qualify.errors.QualifyError` when no playbook is in force yet, or the reading process fails.
    """
    found = rows(
        "SELECT text, id FROM playbook_version WHERE published_at <= %s ORDER BY published_at DESC LIMIT 1",
        [now],
    )
    if not found:
        raise QualifyError("no playbook is in force yet: there is nothing to compare the draft with")
    told = _asked("drafting", {"old": found[0][0], "new": text, "now": now})
    return {**told, "version": found[0][1]}


def matched(version_id: int, now: int) -> dict[str, Any]:
    """How many leads and customers each profile, persona and rule of a version fits now, as plain data.

    Raises :class:`~qualify.errors.QualifyError` when there is no such version, or the reading process fails.
    """
    found = rows("SELECT text FROM playbook_version WHERE id = %s", [version_id])
    if not found:
        raise QualifyError(f"there is no version {version_id}")
    return {**_asked("matching", {"text": found[0][0], "now": now}), "version": version_id}


def _asked(module: str, what: Mapping[str, Any]) -> dict[str, Any]:
    """What the module answers, run by itself."""
    kind, name = place()
    command = [sys.executable, "-P", "-m", f"qualify.web.bulk.{module}"]
    told = msgspec.json.encode({"kind": kind, "name": name, **what})
    done = subprocess.run(command, input=told + b"\n", stdout=subprocess.PIPE, check=False)
    if done.returncode:
        raise QualifyError(f"{module} failed (exit code {done.returncode}); the log says why")
    answer: dict[str, Any] = msgspec.json.decode(done.stdout)
    return answer
