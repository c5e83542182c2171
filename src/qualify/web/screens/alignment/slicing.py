"""Which hand-offs somebody wants to see: every number of the page is a slice of them, and an address."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final, NamedTuple
from urllib.parse import urlencode

from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from qualify.reports.alignment import SAID, HandedOver
from qualify.web.looking.alignment import Agreed, Asked, Found, handed_over
from qualify.web.screens.alignment.period import Period
from qualify.web.screens.filters import points_in
from qualify.web.screens.templatetags.qualify import points
from qualify.web.verbs.leads import bounded, one_of_them
from qualify.web.verbs.reasons import REASONS

NOTHING: Final = "-"
"""The word for a source or a rep that nobody knows."""

CAME: Final = ("won", "lost", "closed", "open")
CLOCK: Final = ("kept", "missed", "waiting")

SAID_WORDS: Final[dict[str, Any]] = {
    "accepted": gettext_lazy("accepted"), "rejected": gettext_lazy("rejected"),
    "waiting": gettext_lazy("not answered yet"), "left": gettext_lazy("left unanswered"),
}  # fmt: skip
CAME_WORDS: Final[dict[str, Any]] = {
    "won": gettext_lazy("won"), "lost": gettext_lazy("lost"), "closed": gettext_lazy("won or lost"),
    "open": gettext_lazy("neither won, lost nor rejected"),
}  # fmt: skip
CLOCK_WORDS: Final[dict[str, Any]] = {
    "kept": gettext_lazy("within the promise"), "missed": gettext_lazy("later than promised"),
    "waiting": gettext_lazy("the clock still runs"),
}  # fmt: skip


class Slice(NamedTuple):
    """Some of the hand-offs: what is empty (or None) may be anything. Points as they are written."""

    source: str = ""
    rep: str = ""
    said: str = ""
    reason: str = ""
    rule: str = ""
    came: str = ""
    clock: str = ""
    least: float | None = None
    below: float | None = None

    def of(self, handed: Iterable[HandedOver]) -> list[HandedOver]:
        """Those of the hand-offs that are meant."""
        if self == ALL:
            return list(handed)
        return [each for each in handed if self._means(each)]

    def _means(self, each: HandedOver) -> bool:
        return (
            (not self.source or named(each.source) == self.source)
            and (not self.rep or named(each.rep) == self.rep)
            and (not self.said or each.said == self.said)
            and (not self.reason or (each.said == "rejected" and each.reason == self.reason))
            and (not self.rule or self.rule in each.rules)
            and (not self.came or _came(each, self.came))
            and (not self.clock or _clock(each) == self.clock)
            and (self.least is None or each.points >= self.least)
            and (self.below is None or each.points < self.below)
        )


ALL: Final = Slice()


def named(word: str) -> str:
    """A source or a rep as the address says it."""
    return word or NOTHING


def _came(each: HandedOver, word: str) -> bool:
    if word == "closed":
        return bool(each.came)
    return not each.came and each.said != "rejected" if word == "open" else each.came == word


def _clock(each: HandedOver) -> str:
    if each.observed is None:
        return ""
    return {True: "kept", False: "missed", None: "waiting"}[each.observed.kept]


def slice_in(words: QueryDict) -> Slice:
    """The slice that an address asks for; raises :class:`~qualify.errors.QualifyError` for what makes no sense."""
    least, below = points_in(words, "least"), points_in(words, "below")
    return Slice(
        _text(words, "source"), _text(words, "rep"), _among(words, "said", SAID), _among(words, "reason", REASONS),
        _text(words, "rule"), _among(words, "came", CAME), _among(words, "clock", CLOCK),
        None if least is None else least / 100, None if below is None else below / 100,
    )  # fmt: skip


def _text(words: QueryDict, name: str) -> str:
    return bounded(words.get(name, "").strip(), 300, name)


def _among(words: QueryDict, name: str, allowed: Iterable[str]) -> str:
    said = words.get(name, "").strip()
    return one_of_them(said, tuple(allowed), name) if said else ""


def read(period: Period, terms: Agreed, now: int) -> Found:
    """Every hand-off of the period."""
    return handed_over(Asked(period.since, period.until), terms, now)


class Links:
    """Addresses of the leads behind a number: the period and the filters of the page, and what is asked besides."""

    def __init__(self, base: str, period: Period, chosen: Slice) -> None:
        self.base, self.period = base, period.words
        self.kept = {name: value for name in ("source", "rep") if (value := getattr(chosen, name))}

    def to(self, **more: object) -> str:
        """The address; of points the shortest way to write them."""
        said = {name: _written(value) for name, value in more.items() if value not in ("", None)}
        dated = {"from", "to"} & said.keys()
        words = {**({} if dated else self.period), **self.kept, **said}
        return f"{self.base}?{urlencode(words)}" if words else self.base


def _written(value: object) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".") if isinstance(value, float) else str(value)


LABELS: Final[dict[str, Any]] = {
    "from": lambda said: _("from %(day)s") % {"day": said},
    "to": lambda said: _("to %(day)s") % {"day": said},
    "source": lambda said: _("source %(source)s") % {"source": _("not known") if said == NOTHING else said},
    "rep": lambda said: _("with %(rep)s") % {"rep": _("nobody") if said == NOTHING else said},
    "said": lambda said: SAID_WORDS.get(said, said),
    "reason": lambda said: REASONS.get(said, said),
    "rule": lambda said: _("by “%(rule)s”") % {"rule": said},
    "came": lambda said: CAME_WORDS.get(said, said),
    "clock": lambda said: CLOCK_WORDS.get(said, said),
    "least": lambda said: _("%(points)s points or more") % {"points": points(_number(said))},
    "below": lambda said: _("below %(points)s points") % {"points": points(_number(said))},
}
"""By word of the address, what its chip says."""


def _number(said: str) -> float:
    return float(said.replace(",", "."))
