"""The process that learns, asked and listened to: it may take long, so it is looked after while it does."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping
from queue import Empty, SimpleQueue
from typing import Any, Final

import msgspec

from qualify.errors import QualifyError
from qualify.speech import heard, sentence
from qualify.web.bulk.attaching import place

LONGEST: Final = 1_800.0
"""Seconds after which a lesson that has not ended is given up."""
LISTEN: Final = 1.0
"""Seconds between two looks whether the worker is to end."""

Said = Callable[[str], None]


def asked(what: Mapping[str, Any], say: Said, longest: float = LONGEST) -> dict[str, Any]:
    """What the process learnt. ``say`` is told every second what it is doing; when it raises, the process is ended.

    Raises :class:`~qualify.errors.QualifyError` when the process fails or takes longer than ``longest`` seconds.
    """
    kind, name = place()
    command = [sys.executable, "-P", "-m", "qualify.web.learning.child"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as child:
        assert child.stdin is not None
        try:
            child.stdin.write(msgspec.json.encode({"kind": kind, "name": name, **what}) + b"\n")
            child.stdin.close()
            told = _listened(child, say, time.monotonic() + longest)
        except BaseException:
            child.kill()
            raise
    if told is None:
        raise QualifyError(
            sentence("learning failed (exit code %(code)s); the log says why", code=int(child.returncode))
        )
    return told


def _listened(child: subprocess.Popen[bytes], say: Said, deadline: float) -> dict[str, Any] | None:
    """What it told in the end; None when it ended without a word."""
    lines: SimpleQueue[bytes | None] = SimpleQueue()
    threading.Thread(target=_read, args=(child, lines), name="listening", daemon=True).start()
    doing = ""
    while True:
        try:
            line = lines.get(timeout=LISTEN)
        except Empty:
            line = b""
        if line is None:
            return None
        if line:
            said = msgspec.json.decode(line)
            if "told" in said:
                return heard(said["told"])  # type: ignore[no-any-return]
            doing = str(said["doing"])
        if time.monotonic() > deadline:
            raise QualifyError(
                sentence(
                    "learning took longer than %(minutes)s minutes and was given up",
                    minutes=int(LONGEST / 60),
                )
            )
        say(doing)


def _read(child: subprocess.Popen[bytes], lines: SimpleQueue[bytes | None]) -> None:
    assert child.stdout is not None
    for line in child.stdout:
        lines.put(line)
    lines.put(None)
