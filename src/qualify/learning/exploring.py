"""Which leads below the threshold are worked all the same, so that what is learnt next is learnt fairly.

Only leads that sales worked have a fair label. A small share of those below the threshold, drawn at random and not by
anybody's judgement, keeps that part of the leads in sight which the score rejects. The draw is a hash of the lead's id
and a seed: no state is kept, whoever asks again as of a day gets the same leads, and the share holds on average.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import Any, Final, NamedTuple

_WHOLE: Final = 2.0**64


def drawn(lead_id: Any, share: float, seed: int = 0) -> bool:
    """Whether a lead belongs to the share that is worked at random: for good, and whoever asks.

    Raises :class:`ValueError` for a share that is none.
    """
    if not 0 <= share <= 1:
        raise ValueError(f"a share lies between 0 and 1, not {share}")
    mixed = hashlib.sha256(f"{seed} {lead_id}".encode()).digest()[:8]
    return int.from_bytes(mixed, "big") < share * _WHOLE


class Waiting(NamedTuple):
    """A lead that nobody works as of a day: when it came (epoch ms), and whether it is over the threshold then."""

    lead_id: Any
    came_at: int
    over: bool


def to_explore(leads: Iterable[Waiting], share: float, since: int, until: int, seed: int = 0) -> list[Any]:
    """The leads below the threshold to be worked at random that came after ``since`` and by ``until``, oldest first.

    Handed out day by day (``since`` the day before), every lead is handed out once at most; asked again for the same
    days, it gives the same leads, as long as the share and the seed stay. A larger share holds the smaller one.
    """
    found = [
        each
        for each in leads
        if not each.over and since < each.came_at <= until and drawn(each.lead_id, share, seed)
    ]
    return [each.lead_id for each in sorted(found, key=lambda each: (each.came_at, str(each.lead_id)))]
