"""The worker's process: judging, long work, the outbox, the hand-off and mail, each on a thread of its own.

Each thread repeats its step at once while there is work, and waits a little longer each time while there is
none. A slow address or a long recomputation never keeps a score waiting.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from django.db import Error, close_old_connections, connection

from qualify.clock import now
from qualify.web.handing.exploring import Drawing
from qualify.web.handing.mailbox import Letterbox
from qualify.web.handing.postman import Postman
from qualify.web.handing.working import Hander
from qualify.web.learning.watching import nights
from qualify.web.learning.working import Schedule
from qualify.web.living.errands import Among, Errands
from qualify.web.living.heartbeat import Heartbeat
from qualify.web.living.kinds import LONG
from qualify.web.living.working import Worker, waiting
from qualify.web.telling.courier import Courier

logger = logging.getLogger(__name__)

TROUBLE = 1.0
"""Seconds to wait after a failure; with each that follows twice as long."""

LONGEST_TROUBLE = 15.0


@dataclass
class Loop:
    """A step that is repeated: how many things it did tells whether to wait, from ``least`` to ``most`` seconds."""

    name: str
    step: Callable[[int], int]
    least: float
    most: float
    end: Callable[[], None] = lambda: None
    """What is to be done at the end."""
    troubles: int = 0

    def run(self, stop: threading.Event) -> None:
        """Repeat the step until told to stop; a failure is logged, and the loop goes on."""
        wait = self.least
        try:
            while not stop.is_set():
                done = self.once()
                if done is None:
                    stop.wait(min(LONGEST_TROUBLE, TROUBLE * 2 ** (self.troubles - 1)))
                elif done:
                    wait = self.least
                else:
                    stop.wait(wait)
                    wait = min(self.most, wait * 1.5)
            self.end()
        finally:
            connection.close()

    def once(self) -> int | None:
        """One step; None when it failed."""
        try:
            close_old_connections()
            done = self.step(now())
        except Error as error:
            self._trouble("the database does not answer: %s", error)
            connection.close()
            return None
        except Exception as error:
            self._trouble("a step failed: %s", error, exc_info=True)
            return None
        if self.troubles:
            logger.info("%s goes on", self.name)
            self.troubles = 0
        return done

    def _trouble(self, said: str, error: Exception, *, exc_info: bool = False) -> None:
        """Said once, not every second for as long as it lasts."""
        self.troubles += 1
        if self.troubles == 1:
            logger.warning(f"{self.name}: {said}", error, exc_info=exc_info)


class Judging:
    """Judges who is dirty or due, and gives signs of life."""

    def __init__(self, worker: Worker | None = None) -> None:
        self.worker = worker or Worker()
        self.heartbeat = Heartbeat(now())
        self.judged = 0

    def step(self, at: int) -> int:
        """Judge some; how many they were."""
        self.heartbeat.beat(at, self.judged)
        done = self.worker.work(at) if waiting(at) else 0
        self.judged += done
        return done


def loops(judging: Judging, stop: threading.Event) -> Sequence[Loop]:
    """What a worker does, the judging first."""
    courier = Courier()
    return (
        Loop("judging", judging.step, 0.01, 0.05, judging.heartbeat.end),
        Loop("work", Errands(now, stop, Among(but=LONG)).step, 0.2, 1.0),
        # A lesson takes minutes in a process of its own: an import or a plan is not to wait for it.
        Loop("lessons", Errands(now, stop, Among(these=LONG)).step, 1.0, 5.0),
        Loop("outbox", courier.step, 0.05, 0.5, courier.close),
        Loop("hand-off", Hander().work, 0.1, 0.5),
        Loop("mail", Postman().step, 0.5, 2.0),
        Loop("letterbox", Letterbox().step, 5.0, 30.0),
        Loop("learning", Schedule(now()).step, 30.0, 300.0),
        Loop("watching", nights(now()).step, 60.0, 600.0),
        Loop("exploring", Drawing().step, 30.0, 300.0),
    )


def work(stop: threading.Event) -> None:
    """Work until told to stop; what was begun is finished."""
    judging = Judging()
    first, *others = loops(judging, stop)
    threads = [threading.Thread(target=each.run, args=(stop,), name=each.name) for each in others]
    for thread in threads:
        thread.start()
    try:
        first.run(stop)
    finally:
        stop.set()
        for thread in threads:
            thread.join()
