"""Web and worker as processes of their own that can be killed, and clients that send again what was not acknowledged."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from tests.web.servers import Server

PAUSE = 0.05
SIZE = 20


class Part:
    """A process of the application that is started again whenever it was killed."""

    def __init__(self, folder: Path, *words: str, **environment: str) -> None:
        self.folder, self.words, self.environment = folder, (*words, "--no-migrate"), environment
        self.server = self._start()

    def _start(self) -> Server:
        return Server(self.folder, self.words, **self.environment)

    def kill(self) -> None:
        """Kill it, with all that it has started, and start it again."""
        self.end(signal.SIGKILL)
        self.server = self._start()

    def end(self, how: int = signal.SIGTERM) -> None:
        """End it, with all that it has started."""
        with suppress(ProcessLookupError):
            if how == signal.SIGKILL:
                os.killpg(self.server.process.pid, how)
            else:
                self.server.process.send_signal(how)
        self.server.process.wait(60)


class Sender(threading.Thread):
    """Sends calls in batches, each again and again until it is acknowledged, as clients do."""

    def __init__(
        self, server: Server, key: str, calls: Sequence[dict[str, Any]], pause: float = PAUSE
    ) -> None:
        super().__init__(daemon=True)
        self.server, self.key, self.calls, self.pause = server, key, calls, pause
        self.over, self.acknowledged, self.again = threading.Event(), 0, 0
        self.statuses: set[int] = set()

    def run(self) -> None:
        for start in range(0, len(self.calls), SIZE):
            batch = self.calls[start : start + SIZE]
            while (status := self.server.send(self.key, *batch)) != 200:
                self.again += 1
                self.statuses.add(status)
                if self.over.wait(self.pause * 4):
                    return
            self.statuses.add(status)
            self.acknowledged += len(batch)
            if self.over.wait(self.pause):
                return


def spelled(calls: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Calls as clients spell them."""
    names = {"user_id": "userId", "anonymous_id": "anonymousId", "message_id": "messageId",
             "previous_id": "previousId", "group_id": "groupId"}  # fmt: skip
    return [{names.get(name, name): value for name, value in call.items()} for call in calls]
