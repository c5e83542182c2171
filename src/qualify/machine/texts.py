"""The same text sent by many: whose forms hold one long text, word for word, within days of each other."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from operator import attrgetter
from typing import NamedTuple

from qualify.machine.settings import STANDARD, Settings


class FormText(NamedTuple):
    """The long text in a form, known by its digest (:func:`qualify.machine.forms.text_digest`), and who sent it."""

    event_id: int
    lead_id: object
    digest: str
    happened_at: int


def same_texts(texts: Iterable[FormText], *, settings: Settings = STANDARD) -> dict[int, int]:
    """By event, how many other people sent the same text within `settings.alike` ms before or after it, if any did.

    A function of the set of texts: order and repetition do not matter, and somebody who sends a form twice is one
    person. Put the number into the properties of the form as `same_text`.
    """
    by_digest: dict[str, list[FormText]] = defaultdict(list)
    for each in texts:
        by_digest[each.digest].append(each)
    return {
        event_id: others
        for sent in by_digest.values()
        for event_id, others in _others(sorted(sent, key=attrgetter("happened_at")), settings.alike)
        if others
    }


def _others(sent: list[FormText], within: int) -> Iterator[tuple[int, int]]:
    """For each in the order of happening, the people but its own between `within` before and after."""
    near: Counter[object] = Counter()
    first = last = 0
    for each in sent:
        while last < len(sent) and sent[last].happened_at - each.happened_at <= within:
            near[sent[last].lead_id] += 1
            last += 1
        while each.happened_at - sent[first].happened_at > within:
            near[sent[first].lead_id] -= 1
            if not near[sent[first].lead_id]:
                del near[sent[first].lead_id]
            first += 1
        yield each.event_id, len(near) - 1
