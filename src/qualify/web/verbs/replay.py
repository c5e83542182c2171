"""Send calls that were put aside through the pipeline again, after what stopped them was mended."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Collection, Iterable
from typing import NamedTuple

import msgspec
from django.db import transaction
from django.utils.translation import gettext

from qualify.capture.model import Call, Draft, Source
from qualify.capture.pipeline import Facts, run
from qualify.capture.steps.timing import message_id, time
from qualify.errors import QualifyError
from qualify.web.database import Row, run_many, those
from qualify.web.keeping.aside import again
from qualify.web.keeping.counting import COUNTS
from qualify.web.keeping.keep import keep
from qualify.web.knowing import known
from qualify.web.sources import read_settings
from qualify.web.verbs.actor import ADMIN, Actor, audit

_EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)

AT_ONCE = 500
"""Calls that are replayed in one transaction."""

_ASIDES = (
    "SELECT a.id, a.raw, a.received_at, a.reason, s.id, s.name, s.kind, s.settings, s.closed_at FROM aside a "
    "LEFT JOIN source s ON s.id = a.source_id WHERE a.id IN ({}) AND a.replayed_at IS NULL"
)


class Refused(NamedTuple):
    """A call that did not get through this time either: the step that stopped it, and why."""

    aside_id: int
    step: str
    reason: str
    detail: str


class Replayed(NamedTuple):
    """What a replay came to: calls that are kept now, that were there already, and that stay aside."""

    kept: tuple[int, ...]
    duplicates: tuple[int, ...]
    refused: tuple[Refused, ...]


def replay(actor: Actor, asides: Collection[int], now: int) -> Replayed:
    """Replay calls that were put aside, by their numbers; those that were replayed before are left alone.

    A call happened when it says it did, seen from when it came first; it is received, and so known, now.
    Raises :class:`~qualify.errors.QualifyError` when too many are named.
    """
    actor.needs(ADMIN)
    if not 1 <= len(asides) <= AT_ONCE:
        raise QualifyError(gettext("replay 1 to %(at_once)s calls at a time") % {"at_once": AT_ONCE})
    with transaction.atomic():
        read, refused = _read(those(_ASIDES, sorted(asides)))
        passed = [(number, draft) for number, call, facts, source in read
                  for draft in _through(number, call, facts, source, now, refused)]  # fmt: skip
        kept = keep([draft for _, draft in passed], now)
        run_many("UPDATE aside SET replayed_at = %s WHERE id = %s", [(now, number) for number, _ in passed])
        twice = set(kept.duplicates)
        new = tuple(number for place, (number, _) in enumerate(passed) if place not in twice)
        old = tuple(number for place, (number, _) in enumerate(passed) if place in twice)
        detail = {"kept": len(new), "duplicates": len(old), "refused": len(refused)}
        audit(actor, "replay", min(asides), detail, now)
    return Replayed(new, old, tuple(refused))


Readable = tuple[int, Call, Facts, Source]


def _read(found: Iterable[Row]) -> tuple[list[Readable], list[Refused]]:
    """The calls as their door once understood them; what a door could not read, nobody can replay."""
    read: list[Readable] = []
    refused: list[Refused] = []
    for number, raw, received_at, reason, source_id, name, kind, settings, closed_at in sorted(found):
        try:
            if reason == "no consent":
                raise QualifyError(gettext("whether they may be tracked was theirs to say, and they said no"))
            if source_id is None or closed_at is not None:
                raise QualifyError(gettext("its source is closed"))
            came = again(bytes(raw))
            # Who replays a call that was too old vouches for it.
            own = {**json.loads(settings), "trusted": came.trusted or reason == "too old"}
            source = read_settings(source_id, name, kind, own)
        except (msgspec.DecodeError, QualifyError) as error:
            refused.append(Refused(number, "read", "malformed", str(error)[:500]))
        else:
            facts = Facts(came.address, came.user_agent, came.tracking_refused)
            read.append((number, _timed(came.call, source, received_at), facts, source))
    return read, refused


def _timed(call: Call, source: Source, received_at: int) -> Call:
    """The call with its own id and moment written out, as they were seen when it came."""
    draft = Draft(call=call, source=source, received_at=received_at)
    message_id(draft, known(received_at))
    time(draft, known(received_at))
    try:
        moment = (_EPOCH + dt.timedelta(milliseconds=draft.happened_at)).isoformat()
    except OverflowError:
        return call  # no date: the pipeline says so again
    return msgspec.structs.replace(call, message_id=draft.message_id, timestamp=moment, sent_at=None)


def _through(
    number: int, call: Call, facts: Facts, source: Source, now: int, refused: list[Refused]
) -> list[Draft]:
    """The draft of the call, if it gets through the pipeline this time."""
    passed = run([call], source, facts, now, known(now))
    COUNTS.pipeline(source.id, passed.counts, passed.dropped, now)
    refused += [Refused(number, *each.dropped) for each in passed.dropped]
    return passed.drafts
