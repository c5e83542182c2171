"""Form spam: what tells a program that fills in forms from a human; in doubt for the human."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from qualify.machine.reasons import Label, Reason
from qualify.machine.settings import STANDARD, Settings
from qualify.reading.text import fold

_NAMES: Final = frozenset(
    {"name", "firstname", "lastname", "fullname", "fname", "lname", "surname", "givenname", "familyname"}
)
_NO_LINKS: Final = _NAMES | {"phone", "mobile", "phonenumber", "city", "jobtitle", "title", "country"}
_LINK: Final = re.compile(
    r"https?://|\bwww\.\w|<a\s|\[url|\b(?:bit\.ly|t\.me|tinyurl\.com|goo\.gl)/", re.IGNORECASE
)
_CONSONANTS: Final = re.compile(
    r"[bcdfghjklmnpqrstvwxz]{9}", re.IGNORECASE
)  # German transliterations reach 8
_TURN: Final = re.compile(r"[a-z](?=[A-Z])")
_WORD: Final = re.compile(r"[A-Za-z]{9,}")
_MOST_TURNS: Final = 3
_SHORTEST_PART: Final = 3.5  # letters: names written as one word ("McDonaldVanDerBerg") have longer parts
_LONG_TEXT: Final = 40
_LONGEST: Final = 10_000


@dataclass(frozen=True, slots=True)
class Submission:
    """A form as it came. `fields` are its texts by name; `honeypot` is what stood in the field no human sees.

    `took` is the seconds from showing the form to its sending, None when unknown; `same_text` how many other
    people sent the same long text (:func:`qualify.machine.texts.same_texts` counts them).
    """

    fields: Mapping[str, str] = field(default_factory=dict)
    honeypot: str = ""
    took: float | None = None
    same_text: int = 0


def looks_like_spam(form: Submission, *, settings: Settings = STANDARD) -> Label | None:
    """Why a form looks like a program's; None when nothing speaks against a human.

    A link in a message or in the company's field is none: people do that.
    """
    if form.honeypot.strip():
        return _spam(0.99, "The field that no human sees was filled in.")
    if form.took is not None and 0 <= form.took < settings.form_seconds:
        return _spam(0.9, f"Filled in within {form.took:.1f} seconds.")
    if named := _with_a_link(form.fields):
        return _spam(0.9, f"There is a link in the field {named!r}.")
    if form.same_text + 1 >= settings.forms_alike:
        return Label(Reason.SAME_TEXT, 0.9, f"{form.same_text} others sent the same text.")
    if named := _gibberish(form.fields):
        return _spam(0.7, f"What stands in the field {named!r} is no name.")
    return None


def text_digest(fields: Mapping[str, str]) -> str | None:
    """The same for forms with the same long text, whoever sends them; None when no field holds 40 characters.

    Count by it how many other people sent it; the text itself cannot be read from it (SHA-256 of the longest
    field's folded text).
    """
    longest = max(
        (text[:_LONGEST] for text in fields.values()), key=lambda text: (len(text), text), default=""
    )
    folded = fold(longest)
    if folded is None or len(folded) < _LONG_TEXT:
        return None
    return hashlib.sha256(folded.encode("utf-8", "replace")).hexdigest()


def submission_of(properties: Mapping[str, object]) -> Submission:
    """The form that an event's properties tell of: `fields`, `honeypot`, `took` and `same_text`."""
    fields, took = properties.get("fields"), properties.get("took")
    honeypot, same = properties.get("honeypot"), properties.get("same_text")
    texts = fields.items() if isinstance(fields, Mapping) else ()
    return Submission(
        {str(name): text for name, text in texts if isinstance(text, str)},
        honeypot if isinstance(honeypot, str) else "filled in" if honeypot is True else "",
        float(took) if isinstance(took, int | float) and not isinstance(took, bool) else None,
        same if isinstance(same, int) else 0,
    )


def _spam(confidence: float, because: str) -> Label:
    return Label(Reason.FORM_SPAM, confidence, because)


def _with_a_link(fields: Mapping[str, str]) -> str | None:
    return next(
        (name for name, text in fields.items() if _plain(name) in _NO_LINKS and _LINK.search(text)), None
    )


def _gibberish(fields: Mapping[str, str]) -> str | None:
    """A name field that holds letters drawn at random: `nNYxTfQvQKkpL`, `qwrtpsdfghkl`."""
    for name, text in fields.items():
        if _plain(name) in _NAMES and any(_random(word) for word in _WORD.findall(text[:_LONGEST])):
            return name
    return None


def _random(word: str) -> bool:
    turns = len(_TURN.findall(word))
    drawn = turns > _MOST_TURNS and len(word) < _SHORTEST_PART * turns
    return drawn or _CONSONANTS.search(word) is not None


def _plain(name: str) -> str:
    return re.sub(r"[^a-z]", "", name[:100].lower())
