"""Why a lead is rejected: a word that can be counted, and whatever somebody wants to add in their own."""

from __future__ import annotations

from typing import Any, Final

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from qualify.errors import QualifyError
from qualify.web.verbs.leads import bounded, one_of_them

REASONS: Final[dict[str, Any]] = {
    "not_icp": _("Not our kind of company"),
    "no_intent": _("No intent to buy"),
    "bad_data": _("Wrong or missing data"),
    "wrong_timing": _("Wrong timing"),
    "duplicate": _("Duplicate"),
    "competitor": _("Competitor"),
    "unreachable": _("Cannot be reached"),
    "other": _("Something else"),
}
"""In the order in which they are offered; the words on the left are what is kept, and counted."""


def reason_of(word: str, told: str = "") -> str:
    """A reason as it is kept: ``wrong_timing``, or ``other: moves offices first``.

    Raises :class:`~qualify.errors.QualifyError` for a word that there is not, and for ``other`` without words.
    """
    one_of_them(word, tuple(REASONS), "reason")
    told = " ".join(bounded(told, 1_000, "the note").split())
    if word == "other" and not told:
        raise QualifyError(gettext("say in your own words why, when it is something else"))
    return f"{word}: {told}" if told else word


def in_words(reason: str) -> str:
    """A kept reason as people read it."""
    word, _colon, told = reason.partition(": ")
    if word not in REASONS:
        return reason
    if word == "other":
        return told or str(REASONS[word])
    return f"{REASONS[word]} ({told})" if told else str(REASONS[word])
