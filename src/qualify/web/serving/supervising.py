"""The process that watches over the others: it starts them, starts them again, and ends them orderly."""

from __future__ import annotations

import logging
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from queue import Empty, SimpleQueue
from typing import Any

from qualify.web.serving.lifeline import SUPERVISED

logger = logging.getLogger(__name__)

GRACE = 30.0
"""Seconds that the parts have to end orderly; then they are killed."""

SHORT = 10.0
"""Seconds of life below which a part counts as one that could not even start."""

LONGEST_WAIT = 30.0
"""Seconds at most before a part that keeps ending is started again."""


@dataclass
class Part:
    """A process of the application: its name, and the words after ``qualify`` that start it."""

    name: str
    words: Sequence[str]
    process: subprocess.Popen[bytes] | None = None
    started_at: float = 0.0
    failures: int = 0
    starts: int = field(default=0)

    def start(self, ended: SimpleQueue[Any]) -> None:
        """Start it; when it ends it is put into the queue."""
        # -P: a folder named qualify in the working directory must not be run instead of us.
        command = [sys.executable, "-P", "-m", "qualify", *self.words]
        self.process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            env={**os.environ, SUPERVISED: "1"},
            # Ctrl-C goes to the supervisor alone, which tells the others.
            process_group=0 if sys.platform != "win32" else None,
        )
        self.started_at, self.starts = time.monotonic(), self.starts + 1
        threading.Thread(target=self._watch, args=(self.process, ended), daemon=True).start()

    def _watch(self, process: subprocess.Popen[bytes], ended: SimpleQueue[Any]) -> None:
        process.wait()
        ended.put(self)

    def running(self) -> bool:
        """Whether the process is there."""
        return self.process is not None and self.process.poll() is None


class Supervisor:
    """Keeps parts running until a signal comes."""

    def __init__(self, parts: Sequence[Part]) -> None:
        self.parts = parts
        self.news: SimpleQueue[Any] = SimpleQueue()

    def run(self) -> int:
        """Run until SIGTERM or SIGINT, or until a part cannot even start; the exit code."""
        for each in (signal.SIGTERM, signal.SIGINT):
            signal.signal(each, self._told)
        for part in self.parts:
            part.start(self.news)
        code = self._watch()
        self._end()
        return code

    def _told(self, *_: object) -> None:
        self.news.put("stop")  # SimpleQueue.put may be called from within a signal handler

    def _watch(self) -> int:
        while (news := self.news.get()) != "stop":
            if isinstance(news, Part):
                if self._never_started(news):
                    return 1
                self._again(news)
            else:
                news()
        return 0

    def _never_started(self, part: Part) -> bool:
        """It has said itself why it cannot: starting it again would only say so again."""
        assert part.process is not None
        lived = time.monotonic() - part.started_at
        return part.starts == 1 and lived < SHORT and part.process.returncode > 0

    def _again(self, part: Part) -> None:
        assert part.process is not None
        lived = time.monotonic() - part.started_at
        part.failures = part.failures + 1 if lived < SHORT else 0
        wait = min(LONGEST_WAIT, 0.5 * 2 ** (part.failures - 1)) if part.failures else 0.0
        logger.warning(
            "%s (process %s) ended %s; it is started again%s",
            part.name, part.process.pid, _how(part.process.returncode), f" in {wait:g} s" if wait else "",
        )  # fmt: skip
        timer = threading.Timer(wait, lambda: self.news.put(lambda: part.start(self.news)))
        timer.daemon = True
        timer.start()

    def _end(self) -> None:
        """Tell every part to end, wait, and kill what has not ended. A second signal changes nothing: a terminal,
        and `timeout`, send it to us and to our group.
        """
        deadline = time.monotonic() + GRACE
        for part in self.parts:
            if part.process is not None and part.running():
                part.process.terminate()
        while any(part.running() for part in self.parts) and time.monotonic() < deadline:
            with suppress(Empty):
                self.news.get(timeout=0.5)
        for part in self.parts:
            if part.process is not None and part.running():
                logger.warning("%s (process %s) did not end; it is killed", part.name, part.process.pid)
                part.process.kill()
                part.process.wait()


def _how(code: int) -> str:
    if code >= 0:
        return f"with code {code}"
    try:
        return f"by {signal.Signals(-code).name}"
    except ValueError:
        return f"by signal {-code}"
