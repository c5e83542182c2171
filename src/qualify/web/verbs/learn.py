"""Write down by hand what we learnt of a person: traits with their values."""

from __future__ import annotations

import secrets
from collections.abc import Mapping

import msgspec
from django.db import transaction
from django.utils.translation import gettext

from qualify.capture.steps.learnt import PERSON, named
from qualify.errors import QualifyError
from qualify.web.database import insert
from qualify.web.keeping.marking import mark
from qualify.web.keeping.rows import LEARNT, message_key
from qualify.web.verbs.actor import WRITE_LEADS, Actor, audit
from qualify.web.verbs.leads import bounded, lead, moment_told

BY_HAND = 0
"""The number of no source: one of us."""

MOST_TRAITS = 100
LONGEST_NAME = 128
MOST_BYTES = 64 * 1024


def learn(
    actor: Actor, lead_id: int, traits: Mapping[str, object], now: int, *, at: int | None = None
) -> int:
    """Keep traits; the line of the audit. A trait that is None is not known any more from then on.

    Names are those that capture gives to what clients send (title is ``job_title``), so that a rule sees both.
    ``at`` is when they were learnt. Raises :class:`~qualify.errors.QualifyError`.
    """
    actor.needs(WRITE_LEADS)
    text = _text(_renamed(traits))
    at = moment_told(at, now, "learned_at")
    table, columns = LEARNT
    with transaction.atomic():
        whose = lead(lead_id)
        known_at = max(now, whose.joined_at)
        key = message_key(BY_HAND, secrets.token_hex(16))
        insert(table, columns, [(key, BY_HAND, whose.subject_id, whose.person_id, at, now, known_at, text)])
        mark({whose.person_id: known_at}, now)
        return audit(actor, "learn", lead_id, {"traits": sorted(traits), "at": at}, now)


def _renamed(traits: Mapping[str, object]) -> dict[str, object]:
    """The traits as they are called here."""
    for name in traits:
        bounded(name, LONGEST_NAME, "the name of a trait")
        if not named(name) or name.startswith("$"):
            raise QualifyError(gettext("%(name)s is no name of a trait") % {"name": repr(name[:60])})
    return {PERSON.get(named(name), named(name)): value for name, value in traits.items()}


def _text(traits: Mapping[str, object]) -> str:
    """The traits as they are kept; raises for what cannot be."""
    if not 1 <= len(traits) <= MOST_TRAITS:
        raise QualifyError(
            gettext("write down 1 to %(most_traits)s traits at a time") % {"most_traits": MOST_TRAITS}
        )
    try:
        said = msgspec.json.encode(traits)
    except (TypeError, ValueError, OverflowError, RecursionError) as error:
        raise QualifyError(gettext("the traits cannot be kept: %(error)s") % {"error": error}) from error
    if len(said) > MOST_BYTES:
        raise QualifyError(
            gettext("the traits have %(said)s bytes; at most %(most_bytes)s are kept")
            % {"said": f"{len(said):,}", "most_bytes": f"{MOST_BYTES:,}"}
        )
    if b"\\u0000" in said:
        raise QualifyError(gettext("a trait has a zero character in it"))
    return said.decode()
