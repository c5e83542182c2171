"""What an ICP leaves out, as data: leads that fit and nobody works, customers that no profile describes."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from qualify.moments import written


@dataclass(frozen=True)
class Fits:
    """A profile, and how many leads it fits: in all, those that were won, and those that nobody works."""

    name: str
    leads: int
    won: int
    unworked: int


@dataclass(frozen=True)
class Someone:
    """A lead by name. ``profile`` fits it (empty: none does); ``total`` in points; ``amount`` None: not known."""

    lead_id: str
    total: float
    created_at: int
    profile: str = ""
    amount: float | None = None
    currency: str = ""


@dataclass(frozen=True)
class Gaps:
    """What a look at the profiles shows as of a moment.

    ``unworked`` fit a profile and nobody took them up: the highest totals first, then the newest. ``undescribed`` are
    won leads that no profile fits: those that paid most first. ``customers`` are all won leads.
    """

    as_of: int
    profiles: tuple[Fits, ...]
    leads: int
    customers: int
    unworked: tuple[Someone, ...]
    undescribed: tuple[Someone, ...]

    def written(self, most: int | None = None) -> dict[str, Any]:
        """As plain data, with at most so many leads of each kind by name."""
        return {
            "as_of": written(self.as_of),
            "leads": self.leads,
            "customers": self.customers,
            "profiles": [asdict(each) for each in self.profiles],
            "fit_and_unworked": {"leads": len(self.unworked), "some": _named(self.unworked[:most])},
            "customers_not_described": {
                "leads": len(self.undescribed),
                "some": _named(self.undescribed[:most]),
            },
        }


def sentences(found: Gaps) -> list[str]:
    """Whom the profiles fit, and whom they leave out, in words."""
    said = [
        f"{each.name} fits {each.leads:,} leads; {each.won:,} of them were won, {each.unworked:,} nobody works."
        for each in found.profiles
    ]
    said.append(
        f"{len(found.undescribed):,} of {found.customers:,} customers fit no profile."
        if found.customers
        else "There are no customers yet."
    )
    return said


def _named(leads: tuple[Someone, ...]) -> list[dict[str, Any]]:
    return [{**asdict(each), "created_at": written(each.created_at or None) or None} for each in leads]
