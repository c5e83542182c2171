"""What may be offered, by how much there is to learn from; below it, what is missing, in numbers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from qualify.speech import Several, sentence

LEAST_CLOSED: Final = 150
LEAST_WON: Final = 40


@dataclass(frozen=True)
class Gate:
    """From so many closed leads, and so many won and as many lost, on: what is offered."""

    closed: int
    won: int
    likelihood: bool
    challenger: bool
    may_become_champion: bool
    items: int


GATES: Final = (
    Gate(3_000, 500, True, True, True, 20),
    Gate(1_000, 150, True, True, False, 12),
    Gate(LEAST_CLOSED, LEAST_WON, True, False, False, 8),
)
NOTHING: Final = Gate(0, 0, False, False, False, 0)


def gate(won: int, lost: int) -> Gate:
    """The highest gate that these counts pass."""
    passed = (each for each in GATES if won + lost >= each.closed and min(won, lost) >= each.won)
    return next(passed, NOTHING)


def missing(won: int, lost: int) -> str:
    """What is missing to learn anything, in numbers; empty when nothing is."""
    if gate(won, lost).likelihood:
        return ""
    wanted = list[str]()
    if won < LEAST_WON:
        wanted.append(sentence("%(many)s more won", many=LEAST_WON - won))
    if lost < LEAST_WON:
        wanted.append(sentence("%(many)s more lost", many=LEAST_WON - lost))
    if won + lost < LEAST_CLOSED:
        wanted.append(sentence("%(many)s more closed in all", many=LEAST_CLOSED - won - lost))
    return sentence(
        "not enough to learn: there are %(won)s won and %(lost)s lost; it takes at least %(closed)s closed leads, "
        "%(least)s of them won and %(least)s lost. Missing: %(wanted)s",
        won=won, lost=lost, closed=LEAST_CLOSED, least=LEAST_WON, wanted=Several(tuple(wanted), ", "),
    )  # fmt: skip


def next_gate(won: int, lost: int) -> str:
    """What more closed leads would open; empty at the top."""
    here = gate(won, lost)
    above = [each for each in reversed(GATES) if (each.closed, each.won) > (here.closed, here.won)]
    if not above:
        return ""
    wanted = above[0]
    if wanted.items == 8:
        offer = sentence("a likelihood and a card of 8 items")
    elif wanted.items == 12:
        offer = sentence("the challenger and a card of 12 items")
    else:
        offer = sentence("the challenger may take over, and a card of 20 items")
    return sentence(
        "from %(closed)s closed leads with %(won)s won and as many lost on: %(offer)s",
        closed=wanted.closed, won=wanted.won, offer=offer,
    )  # fmt: skip
