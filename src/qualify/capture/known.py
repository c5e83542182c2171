"""What the steps are given besides the call: settings and callables, so that the core stays pure."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import msgspec

from qualify.capture.channels import DEFAULT, Rules
from qualify.moments import DAY

BotTest = Callable[[str, bool], str | None]
"""From a user agent and whether headless browsers are machines to why it is one; None for a human's."""


def _nobody(user_agent: str, headless_is_bot: bool) -> str | None:
    return None


def _no_time() -> int:
    return 0


class Limits(msgspec.Struct, frozen=True, kw_only=True):
    """How much of what a stranger sends is kept."""

    future: int = DAY
    """Milliseconds by which something may happen after it was received."""
    oldest: int = 400 * DAY
    """Milliseconds by which it may have happened before, from a source that is not trusted."""
    traits: int = 200
    """How many traits of one call are kept."""
    text: int = 10_000
    """How many characters of a text are kept."""
    structure: int = 4_000
    """How many bytes of JSON a trait may have that is a list or an object."""


class Known(msgspec.Struct, frozen=True, kw_only=True):
    """What the steps know: bounds, channel rules, whose sites are ours, the test for bots, and a timer."""

    limits: Limits = Limits()
    channels: Rules = DEFAULT
    own_hosts: frozenset[str] = frozenset()
    """Hosts that are no referrers, because they are ours."""
    is_bot: BotTest = _nobody
    timer: Callable[[], int] = _no_time
    """Nanoseconds of some clock, to time the steps by."""


DEFAULTS: Final = Known()
"""No bot test, no timer, the default channels."""
