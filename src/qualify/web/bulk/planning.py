"""What publishing a draft would do, told before it is done."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import msgspec

from qualify.errors import QualifyError
from qualify.web.bulk.attaching import place
from qualify.web.database import rows


def planned(text: str, now: int) -> dict[str, Any]:
    """Who would move if this text were published now, as plain data.

    Raises :class:`~qualify.errors.QualifyError` when no playbook is in force yet, or the reading process fails.
    """
    found = rows(
        "SELECT text FROM playbook_version WHERE published_at <= %s ORDER BY published_at DESC LIMIT 1", [now]
    )
    if not found:
        raise QualifyError("no playbook is in force yet: there is nothing to compare the draft with")
    kind, name = place()
    asked = {"kind": kind, "name": name, "old": found[0][0], "new": text, "now": now}
    command = [sys.executable, "-P", "-m", "qualify.web.bulk.drafting"]
    done = subprocess.run(
        command, input=msgspec.json.encode(asked) + b"\n", stdout=subprocess.PIPE, check=False
    )
    if done.returncode:
        raise QualifyError(f"planning failed (exit code {done.returncode}); the log says why")
    told: dict[str, Any] = msgspec.json.decode(done.stdout)
    return told
