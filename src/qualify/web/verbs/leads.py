"""The lead that a verb is about: found by any id it ever had, and told that there is news."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

from django.utils.translation import gettext

from qualify.errors import QualifyError, instead
from qualify.identity.graph import is_naming
from qualify.moments import EARLIEST
from qualify.speech import marked, sentence
from qualify.web.database import Row, insert, is_sqlite, rows
from qualify.web.keeping.marking import mark
from qualify.web.verbs.actor import NotThere

AHEAD = 300_000
"""Milliseconds by which what is told may lie in the future: clocks differ."""

FACT_COLUMNS = "subject_id, owner_id, received_at, known_at, source"


class Lead(NamedTuple):
    """Whose a fact is: the identifier that it is kept under, the person, and since when they are one."""

    subject_id: int
    person_id: int
    joined_at: int


def lead(lead_id: int) -> Lead:
    """The lead of that id, held until the transaction ends; one that was merged away leads to who it is now.

    What is written goes with the identifier, so that a split gives it back to whom it was written down for.
    Raises :class:`~qualify.web.verbs.actor.NotThere`.
    """
    lock = "" if is_sqlite() else " FOR SHARE"
    found = rows(f"SELECT kind, owner_id, joined_at FROM identifier WHERE id = %s{lock}", [lead_id])
    if not found or not is_naming(found[0][0]):
        raise NotThere(gettext("there is no lead %(lead_id)s") % {"lead_id": lead_id})
    return Lead(lead_id, found[0][1], found[0][2])


def keep_fact(table: str, whose: Lead, columns: Mapping[str, object], source: str, now: int) -> int:
    """Keep a fact that somebody told us of a lead, and have the lead judged anew; the id of the fact."""
    known_at = max(now, whose.joined_at)
    row: Row = (whose.subject_id, whose.person_id, now, known_at, source[:255], *columns.values())
    names = ", ".join([FACT_COLUMNS, *columns])
    [(number,)] = insert(table, names, [row], "RETURNING id")
    mark({whose.person_id: known_at}, now)
    return int(number)


def moment_told(at: int | None, now: int, what: str) -> int:
    """When something was so; now when it was not said. Raises for what is still to come, or cannot be a date."""
    if at is None:
        return now
    if not EARLIEST <= at <= now + AHEAD:
        raise QualifyError(
            gettext("%(what)s %(at)s is in the future or before the year 1; it is epoch milliseconds")
            % {"what": what, "at": at}
        )
    return at


BOUNDED: Final = frozenset(
    (
        marked("the address"), marked("the answer"), marked("the column"), marked("the comment"), marked("the kind"),
        marked("the label"), marked("the name"), marked("the name of a trait"), marked("the name of the contact"),
        marked("the name of the file"), marked("the name of the source"), marked("the note"), marked("the proof"),
        marked("the reason"), marked("the subject"), marked("the text"), marked("the title"), marked("the view"),
    )
)  # fmt: skip
"""What texts are called of which too much may be written."""


def bounded(text: str, most: int, what: str) -> str:
    """The text; raises :class:`~qualify.errors.QualifyError` when it is too long or no text that can be kept."""
    if len(text) > most:
        raise QualifyError(
            sentence(
                "%(what)s has %(text)s characters; at most %(most)s are kept",
                what=sentence(what), text=len(text), most=most,
            )
        )  # fmt: skip
    if "\x00" in text:
        raise QualifyError(sentence("%(what)s has a zero character in it", what=sentence(what)))
    return text


def one_of_them(word: str, allowed: Sequence[str], what: str) -> str:
    """The word; raises :class:`~qualify.errors.QualifyError` with the nearest when it is not allowed."""
    if word not in allowed:
        raise QualifyError(
            sentence(
                "there is no %(what)s %(word)s%(hint)s",
                what=what, word=repr(word[:60]), hint=instead(word, allowed),
            )
        )  # fmt: skip
    return word
