"""Leads below the line that are handed over all the same, drawn at random: what is learnt next is learnt fairly.

Each lead is drawn for once, a week after it came: it has had time to get there by itself. Whether it is drawn tells a
hash of the lead and its cycle, so the same facts give the same leads, whoever asks and however often.
"""

from __future__ import annotations

from typing import Final

from qualify.moments import DAY
from qualify.speech import Figure, sentence

PATIENCE: Final = 7 * DAY
"""Milliseconds that a lead has to reach the line by itself."""
STILL: Final = 14 * DAY
"""After so many nobody had room for it, and it is let be."""


def came_between(now: int) -> tuple[int, int]:
    """Leads that came after the first moment, and by the second, may be drawn now."""
    return now - STILL, now - PATIENCE


def is_time(came_at: int, now: int) -> bool:
    """Whether a lead that came then may be drawn now."""
    after, by = came_between(now)
    return after < came_at <= by


def why(percent: float) -> str:
    """Why somebody gets a lead that was drawn, as its rep is told."""
    if percent == int(percent):
        return sentence(
            "drawn at random: %(few)s of 100 below the line are worked, so that learning sees them too",
            few=int(percent),
        )
    return sentence(
        "drawn at random: %(few)s %% of those below the line are worked, so that learning sees them too",
        few=Figure(percent, None),
    )
