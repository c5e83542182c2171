"""The words of an address as filters of a list, the chips that say which are on, and the views that were saved."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from decimal import Decimal, InvalidOperation
from typing import Any, Final, NamedTuple

from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext as _

from qualify.errors import QualifyError
from qualify.moments import DAY
from qualify.vocabulary import GRADE_LETTERS, GRADE_NUMBERS, STAGES
from qualify.web.screens.channels import UNKNOWN, channel_name
from qualify.web.screens.templatetags.qualify import stage_word
from qualify.web.verbs.leads import bounded, one_of_them

GRADES: Final = tuple(letter + number for letter in GRADE_LETTERS for number in GRADE_NUMBERS)
GRADES_IN_ROWS: Final = [[letter + number for number in GRADE_NUMBERS] for letter in GRADE_LETTERS]

LAST: Final = ("1d", "7d", "30d")
"""Words for the last days, as choices."""


class Chip(NamedTuple):
    """A filter that is on: what it says, and the words of the address without it."""

    label: str
    without: str


def stages_in(words: QueryDict, allowed: tuple[str, ...] = STAGES) -> tuple[str, ...]:
    """The stages that are asked for; raises :class:`~qualify.errors.QualifyError` for one that there is not."""
    found = [one_of_them(each, allowed, "stage here") for each in words.getlist("stage") if each]
    return tuple(dict.fromkeys(found))


def grades_in(words: QueryDict) -> tuple[str, ...]:
    """The grades that are asked for; a letter alone stands for all grades of that letter."""
    found: list[str] = []
    for each in words.getlist("grade"):
        if each in GRADE_LETTERS:  # a playbook may give letters alone, too
            found += [each, *(each + number for number in GRADE_NUMBERS)]
        elif each:
            found.append(one_of_them(each, (*GRADES, *GRADE_NUMBERS), "grade"))
    return tuple(dict.fromkeys(found))


def channels_in(words: QueryDict) -> tuple[str, ...]:
    """The channels that are asked for, as they are kept: the empty one is the one that nobody knows."""
    found = [bounded(each, 200, _("a channel")) for each in words.getlist("channel") if each]
    return tuple(dict.fromkeys("" if each == UNKNOWN else each for each in found))


def points_in(words: QueryDict, name: str) -> int | None:
    """Points as hundredths; None when none are asked for."""
    said = words.get(name, "").strip().replace(",", ".")
    if not said:
        return None
    try:
        value = Decimal(said)
    except InvalidOperation:
        value = Decimal("NaN")
    if not value.is_finite() or abs(value) > 10**9:
        raise QualifyError(_("%(said)s is no number of points") % {"said": said[:20]})
    return round(value * 100)


def number_in(words: QueryDict, name: str) -> int | None:
    """A whole number; None when none is asked for."""
    said = words.get(name, "").strip()
    if not said:
        return None
    if not (said.isascii() and said.isdigit() and len(said) < 19):
        raise QualifyError(_("%(said)s is no number") % {"said": said[:20]})
    return int(said)


def text_in(words: QueryDict, name: str) -> str:
    """What is searched for."""
    return bounded(words.get(name, "").strip(), 200, _("what you look for"))


def since_in(words: QueryDict, name: str, now: int) -> int | None:
    """The moment of a day (``2026-03-01``, in their time zone) or so many days ago (``7d``)."""
    said = words.get(name, "").strip()
    if not said:
        return None
    if said.endswith("d") and said[:-1].isdigit() and len(said) < 6:
        return now - int(said[:-1]) * DAY
    try:
        day = dt.datetime.strptime(said, "%Y-%m-%d").replace(tzinfo=timezone.get_current_timezone())
        return round(day.timestamp() * 1000)
    except (ValueError, OverflowError) as error:
        raise QualifyError(
            _("%(said)s is no day; write it as 2026-03-31, or 7d") % {"said": said[:20]}
        ) from error


def chips(words: QueryDict, labels: dict[str, Callable[[str], str]]) -> list[Chip]:
    """What is on, in the order of the labels: each with the words that are left when it is taken off."""
    return [
        Chip(label(value), _without(words, name, value))
        for name, label in labels.items()
        for value in words.getlist(name)
        if value
    ]


def _without(words: QueryDict, name: str, value: str) -> str:
    left = words.copy()
    left.pop("cursor", None)
    left.setlist(name, [each for each in words.getlist(name) if each != value])
    return f"?{left.urlencode()}"


LABELS: Final[dict[str, Callable[[str], str]]] = {
    "stage": stage_word,
    "grade": lambda said: _("grade %(grade)s") % {"grade": said},
    "least": lambda said: _("%(points)s points or more") % {"points": said},
    "most": lambda said: _("%(points)s points or fewer") % {"points": said},
    "channel": lambda said: _("came by: %(channel)s") % {"channel": channel_name(said)},
    "account": lambda said: _("account %(number)s") % {"number": said},
    "changed": lambda said: changed_words(said),
    "q": lambda said: f"“{said}”",
}
"""By word of the address, what its chip says."""


def changed_words(said: str) -> str:
    """Since when something changed, in words."""
    if said.endswith("d"):
        return (
            _("changed in the last day")
            if said == "1d"
            else _("changed in %(days)s days") % {"days": said[:-1]}
        )
    return _("changed since %(day)s") % {"day": said}


class Choice(NamedTuple):
    """Something to choose: its word, what it says, and whether it is chosen."""

    word: str
    label: Any
    on: bool


def choices(words: Iterable[str], chosen: Iterable[str], label: Callable[[str], Any]) -> list[Choice]:
    """These, each with whether it is chosen."""
    on = set(chosen)
    return [Choice(each, label(each), each in on) for each in words]
