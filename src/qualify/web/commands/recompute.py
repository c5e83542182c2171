"""``qualify recompute``: every conclusion made anew from the facts."""

from __future__ import annotations

import sys

from qualify.web.commands.opening import open_store
from qualify.web.commands.saying import note, say


def recompute() -> None:
    """Make every conclusion anew from the facts.

    Who is who, whose each fact is, what was a machine's doing, scores, stages and moves. It works beside a
    running application; what is right already is left alone, and what was not is mended and counted.

    Examples:
      qualify recompute
    """
    from qualify.clock import now
    from qualify.web.recomputing import recompute as made_anew

    open_store()
    done = made_anew(now(), _progress)
    for name, count in done._asdict().items():
        say(f"{name.replace('_', ' ')}: {count:,}")


def _progress(what: str, done: int, of: int) -> None:
    if sys.stderr.isatty():
        note(f"{what}: {done:,} of {of:,}")
