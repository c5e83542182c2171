"""What publishing a draft would do, and whom the playbook in force fits: asked of processes of their own."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from qualify.errors import QualifyError
from qualify.speech import sentence
from qualify.web.bulk.attaching import place
from qualify.web.bulk.protocol import Found, Progress, Replay
from qualify.web.database import rows

LONGEST = 1_800.0
"""Seconds after which a replay is given up."""


def planned(text: str, now: int) -> dict[str, Any]:
    """Who would move if this text were published now, as plain data; ``version`` is what it was compared with.

    Raises :class:`~qualify.errors.QualifyError` when no playbook is in force yet, or the reading process fails.
    """
    found = rows(
        "SELECT text, id FROM playbook_version WHERE published_at <= %s ORDER BY published_at DESC LIMIT 1",
        [now],
    )
    if not found:
        raise QualifyError(
            sentence("no playbook is in force yet: there is nothing to compare the draft with")
        )
    told = _asked("drafting", {"old": found[0][0], "new": text, "now": now})
    return {**told, "version": found[0][1]}


def backtested(
    text: str, version_id: int, now: int, capacity: int | None, said: Callable[[str], None]
) -> dict[str, Any]:
    """How a draft's text would have done beside that version over the store's history, as plain data.

    ``said`` is told each step; what it raises ends the process that reads. Raises
    :class:`~qualify.errors.QualifyError` when there is no such version, or the process fails or takes too long.
    """
    found = rows("SELECT text FROM playbook_version WHERE id = %s", [version_id])
    if not found:
        raise QualifyError(sentence("there is no version %(version)s", version=str(version_id)))
    kind, name = place()
    asked = Replay(kind, name, found[0][0], text, now, capacity)
    command = [sys.executable, "-P", "-m", "qualify.web.bulk.backtesting"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        watch = threading.Timer(LONGEST, process.kill)
        watch.start()
        try:
            return {**_answer(process, asked, said), "version": version_id}
        finally:
            watch.cancel()
            process.kill()


def _answer(process: subprocess.Popen[bytes], asked: Replay, said: Callable[[str], None]) -> dict[str, Any]:
    assert process.stdin is not None and process.stdout is not None
    process.stdin.write(msgspec.json.encode(asked) + b"\n")
    process.stdin.close()
    for line in process.stdout:
        told = msgspec.json.decode(line, type=Progress | Found)
        if isinstance(told, Found):
            return told.answer
        said(told.what)
    code = process.wait()
    raise QualifyError(
        sentence("the replay ended without an answer (exit code %(code)s); the log says why", code=code)
    )


def matched(version_id: int, now: int) -> dict[str, Any]:
    """How many leads and customers each profile, persona and rule of a version fits now, as plain data.

    Raises :class:`~qualify.errors.QualifyError` when there is no such version, or the reading process fails.
    """
    found = rows("SELECT text FROM playbook_version WHERE id = %s", [version_id])
    if not found:
        raise QualifyError(sentence("there is no version %(version)s", version=str(version_id)))
    return {**_asked("matching", {"text": found[0][0], "now": now}), "version": version_id}


def _asked(module: str, what: Mapping[str, Any]) -> dict[str, Any]:
    """What the module answers, run by itself."""
    kind, name = place()
    command = [sys.executable, "-P", "-m", f"qualify.web.bulk.{module}"]
    told = msgspec.json.encode({"kind": kind, "name": name, **what})
    done = subprocess.run(command, input=told + b"\n", stdout=subprocess.PIPE, check=False)
    if done.returncode:
        raise QualifyError(
            sentence(
                "%(work)s failed (exit code %(code)s); the log says why", work=module, code=done.returncode
            )
        )
    answer: dict[str, Any] = msgspec.json.decode(done.stdout)
    return answer
