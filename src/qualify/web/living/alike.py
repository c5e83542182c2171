"""Forms with a text that many have sent: counted over everybody, whenever one of them is judged."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from qualify.capture.steps.texts import DIGEST
from qualify.machine.reasons import Reason
from qualify.machine.settings import Settings
from qualify.machine.texts import FormText, same_texts
from qualify.web.database import Row, those

if TYPE_CHECKING:
    from qualify.web.living.labels import Raw

_TEXTS = (
    "SELECT t.event_id, e.owner_id, t.digest, t.happened_at, e.known_at, e.machine FROM form_text t "
    "JOIN event e ON e.id = t.event_id JOIN person p ON p.id = e.owner_id "
    "WHERE t.happened_at BETWEEN %s AND %s AND t.digest IN ({})"
)
"""Those of people whom something names: a visitor who is nobody yet counts once it is known who they are."""


class Alike(NamedTuple):
    """By event, how many others sent its text; and people whose labels are not as that says, with since when."""

    others: Mapping[int, int]
    wrong: Mapping[int, int]


NONE = Alike({}, {})


def alike(events: Sequence[Raw], settings: Settings) -> Alike:
    """What forms of some people have in common with everybody's, as far as these events decide on it."""
    forms = [each for each in events if each.kind in settings.submitted and f'"{DIGEST}"' in each.properties]
    if not forms:
        return NONE
    digests = sorted({digest for _, digest in _digests([each.id for each in forms])})
    moments = [each.happened_at for each in forms]
    # What is decided on is as far from these as `alike`, and what decides on that as far again.
    first, last = min(moments) - 2 * settings.alike, max(moments) + 2 * settings.alike
    found = those(_TEXTS, digests, before=[first, last])
    others = same_texts((FormText(*row[:4]) for row in found), settings=settings)
    return Alike(others, _wrong(found, {each.owner_id for each in events}, others, first, last, settings))


def _digests(events: Collection[int]) -> list[Row]:
    return those("SELECT event_id, digest FROM form_text WHERE event_id IN ({})", events)


def _wrong(
    found: Sequence[Row], mine: Collection[int], others: Mapping[int, int], first: int, last: int,
    settings: Settings,
) -> dict[int, int]:  # fmt: skip
    """Who else is to be judged anew: their form is one of many and not labelled, or is none and labelled so."""
    wrong: dict[int, int] = {}
    for event_id, owner, _, happened_at, known_at, machine in found:
        if owner in mine or not first + settings.alike <= happened_at <= last - settings.alike:
            continue
        many = others.get(event_id, 0) + 1 >= settings.forms_alike
        if (many and machine is None) or (not many and machine == Reason.SAME_TEXT):
            wrong[owner] = min(known_at, wrong.get(owner, known_at))
    return wrong
