"""What brought a lead here: the first touch, the last, and the last before the conversion; views of the events."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from qualify.capture.channels import Touch, Touches, touches
from qualify.identity.graph import is_naming
from qualify.machine.settings import STANDARD
from qualify.web.database import marks, rows
from qualify.web.living.loading import once
from qualify.web.living.values import decoded

FORMS: Final = tuple(sorted(STANDARD.submitted))
"""The kinds of event that are a conversion, whoever sends them."""

_TOUCHES = (
    "SELECT happened_at, properties FROM event WHERE owner_id = %s AND known_at <= %s AND happened_at <= %s "
    "AND machine IS NULL AND properties LIKE %s"
)
_SAID = (
    "SELECT i.kind, min(f.{moment}) FROM {table} f JOIN identifier i ON i.id = f.subject_id "
    "WHERE f.owner_id = %s AND f.known_at <= %s AND f.{moment} <= %s GROUP BY i.kind"
)
_SENT = (
    "SELECT min(happened_at) FROM event WHERE owner_id = %s AND known_at <= %s AND happened_at <= %s "
    f"AND machine IS NULL AND kind IN ({marks(len(FORMS))})"
)


def touches_of(person_id: int, at: int) -> Touches:
    """The touches of a person as known at the moment (epoch ms); what machines did is none."""
    return once(("touches", person_id, at), lambda: _touches_of(person_id, at))


def _touches_of(person_id: int, at: int) -> Touches:
    known = [person_id, at, at]
    found = (
        _touch(happened_at, decoded(text)) for happened_at, text in rows(_TOUCHES, [*known, '%"channel"%'])
    )
    return touches([each for each in found if each is not None], converted_at(person_id, at))


def converted_at(person_id: int, at: int) -> int | None:
    """When a person converted, as known at the moment: said who they are, or sent a form; None when neither."""
    known = [person_id, at, at]
    said = [
        moment
        for table, column in (("learnt", "learned_at"), ("event", "happened_at"))
        for kind, moment in rows(_SAID.format(table=table, moment=column), known)
        if is_naming(kind)
    ]
    [(sent,)] = rows(_SENT, [*known, *FORMS])
    return min([*said, *([] if sent is None else [sent])], default=None)


def _touch(happened_at: int, properties: Mapping[str, Any]) -> Touch | None:
    """The event as a touch; None when it is none."""
    channel = _text(properties, "channel")
    if channel is None:
        return None
    campaign = _text(properties, "utm_campaign") or _text(properties, "campaign")
    return Touch(
        happened_at, channel, campaign, _text(properties, "utm_source") or _text(properties, "referrer_host")
    )


def _text(properties: Mapping[str, Any], name: str) -> str | None:
    value = properties.get(name)
    return value if value and isinstance(value, str) else None
