"""What the pipeline's steps are given: the channel rules of the playbook in force, the test for bots, a timer."""

from __future__ import annotations

import logging
import time
from functools import cache

import msgspec

from qualify.capture.known import Known
from qualify.errors import QualifyError
from qualify.web.database import rows

logger = logging.getLogger(__name__)

FRESH = 2_000
"""Milliseconds after which a process looks whether another playbook was published."""


class Knowing:
    """Keeps what the steps are given, and makes it anew when a playbook was published."""

    def __init__(self) -> None:
        self.looked_at = -FRESH
        self.version = 0
        self.known: Known | None = None

    def __call__(self, now: int) -> Known:
        """What the steps are given at that moment."""
        if self.known is None or not 0 <= now - self.looked_at < FRESH:
            self._look(now)
        assert self.known is not None
        return self.known

    def _look(self, now: int) -> None:
        self.looked_at = now
        [(newest,)] = rows(
            "SELECT coalesce(max(id), 0) FROM playbook_version WHERE published_at <= %s", [now]
        )
        if self.known is None or newest != self.version:
            self.version = newest
            self.known = _with_channels(newest)


@cache
def basics() -> Known:
    """What does not depend on a playbook."""
    from qualify.machine.agents import agent, is_machine

    def is_bot(user_agent: str, headless_is_bot: bool) -> str | None:
        said = is_machine(user_agent, headless_is_machine=headless_is_bot)
        return agent(user_agent).nature if said else None

    return Known(is_bot=is_bot, timer=time.perf_counter_ns)


def _with_channels(version: int) -> Known:
    found = rows("SELECT text FROM playbook_version WHERE id = %s", [version])
    if not found:
        return basics()
    from qualify.playbook import parse

    try:
        channels = parse(found[0][0]).channels.as_rules()
    except QualifyError as error:  # written by an older Qualify; capture goes on by the documented rules
        logger.warning("the channels of playbook version %s cannot be read: %s", version, error)
        return basics()
    return msgspec.structs.replace(basics(), channels=channels)


known = Knowing()
"""That of this process."""
