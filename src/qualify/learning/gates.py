"""What may be offered, by how much there is to learn from; below it, what is missing, in numbers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

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
    wanted = [
        f"{LEAST_WON - count} more {word}"
        for word, count in (("won", won), ("lost", lost))
        if count < LEAST_WON
    ]
    if won + lost < LEAST_CLOSED:
        wanted.append(f"{LEAST_CLOSED - won - lost} more closed in all")
    need = f"at least {LEAST_CLOSED} closed leads, {LEAST_WON} of them won and {LEAST_WON} lost"
    return f"not enough to learn: there are {won} won and {lost} lost; it takes {need}. Missing: {', '.join(wanted)}"


def next_gate(won: int, lost: int) -> str:
    """What more closed leads would open; empty at the top."""
    here = gate(won, lost)
    above = [each for each in reversed(GATES) if (each.closed, each.won) > (here.closed, here.won)]
    if not above:
        return ""
    wanted, offers = (
        above[0],
        {8: "a likelihood and a card of 8 items", 12: "the challenger and a card of 12 items"},
    )
    offer = offers.get(wanted.items, "the challenger may take over, and a card of 20 items")
    return f"from {wanted.closed:,} closed leads with {wanted.won} won and as many lost on: {offer}"
