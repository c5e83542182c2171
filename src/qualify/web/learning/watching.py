"""What changed lately, looked at once a day: no lesson is needed for it, and none is learnt."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import partial
from typing import Any, Final

import msgspec
from django.db import transaction

from qualify.moments import DAY
from qualify.speech import kept
from qualify.web.database import insert, rows, run
from qualify.web.learning.asking import asked
from qualify.web.learning.keeping import model_of, reign
from qualify.web.learning.working import Schedule, Steps, in_force
from qualify.web.living.kinds import Progress, ask

KEPT: Final = 60
"""So many looks are kept."""


def watch(parameters: Mapping[str, Any], progress: Progress) -> str:
    """One look at the store as it is now, kept; the detail of the row says how much there is to say."""
    from qualify.clock import now

    at = now()
    _, text = in_force(at)
    here = reign()
    champion = None if here is None else model_of(here.lesson_id)
    told = asked({"text": text, "now": at, "champion": champion, "only_drift": True}, Steps(progress))
    with transaction.atomic():
        keep(told, at)
    return json.dumps({"alarms": len(told["alarms"])})


def keep(told: Mapping[str, Any], now: int) -> None:
    """Keep what a look said, and let go of old ones."""
    insert("watch", "looked_at, told", [(now, msgspec.json.encode(kept(told)).decode())])
    run(
        "DELETE FROM watch WHERE id NOT IN (SELECT id FROM (SELECT id FROM watch ORDER BY id DESC LIMIT %s) AS newest)",
        [KEPT],
    )


def due(now: int) -> bool:
    """Whether a day has passed since somebody last asked for a look, and there is anything to look at."""
    last = rows("SELECT max(created_at) FROM work WHERE kind = 'watch'")[0][0]
    if last is not None and 0 <= now - last < DAY:
        return False
    return bool(rows("SELECT 1 FROM event LIMIT 1"))


def nights(since: int) -> Schedule:
    """Asks for a look once a day; ``since`` is when the worker began."""
    return Schedule(since, due, partial(ask, "watch", {}))
