"""No orphans: a process that was started by another ends, orderly, when that other is gone.

A supervisor that is killed cannot tell its children. What it leaves behind would go on to hold the port.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
import time

SUPERVISED = "QUALIFY_SUPERVISED"
"""Set in the environment of processes whose standard input is a pipe that the supervisor holds open."""

EVERY = 0.5
"""Seconds between two looks at who our parent is."""


def hold_on() -> None:
    """End this process, as by SIGTERM, when the supervisor that started it is gone."""
    if os.environ.get(SUPERVISED):
        threading.Thread(target=_until_the_pipe_ends, name="lifeline", daemon=True).start()


def hold_on_to_parent() -> None:
    """End this process, as by SIGTERM, when its parent is gone; for processes that somebody else's code forks."""
    if sys.platform != "win32":
        threading.Thread(target=_until_orphaned, args=(os.getppid(),), name="lifeline", daemon=True).start()


def _until_the_pipe_ends() -> None:
    while os.read(0, 1):
        pass
    os.kill(os.getpid(), signal.SIGTERM)


def _until_orphaned(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(EVERY)
    os.kill(os.getpid(), signal.SIGTERM)
