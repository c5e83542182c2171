"""The turns of phrase that criteria's sentences share, and the language in which they are said.

They are said in English, unless whoever asks has them said in another language for a while (:func:`speaking`): the
core knows no catalogue of its own, it is handed one. What a sentence is known by – a rule without a name, the anchor
of a comment – is always English (:func:`in_english`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager
from contextvars import ContextVar
from decimal import Decimal
from typing import Final, NamedTuple

from qualify.criteria.known_words import WORDS
from qualify.points import written


class Speech(NamedTuple):
    """A language: a message in it, one that counts, and a number as it writes them."""

    gettext: Callable[[str], str]
    ngettext: Callable[[str, str, int], str]
    number: Callable[[Decimal | float], str]


def _one_or_many(one: str, many: str, count: int) -> str:
    return one if count == 1 else many


ENGLISH: Final = Speech(str, _one_or_many, lambda number: f"{number:,}")

_speech: ContextVar[Speech] = ContextVar("speech", default=ENGLISH)


@contextmanager
def speaking(speech: Speech) -> Iterator[None]:
    """Have all sentences of this thread or task said so, while this holds."""
    before = _speech.set(speech)
    try:
        yield
    finally:
        _speech.reset(before)


def in_english() -> AbstractContextManager[None]:
    """Have them said in English again: as what something is known by."""
    return speaking(ENGLISH)


def say(message: str, **values: object) -> str:
    """A message, with ``%(name)s`` in it filled in."""
    return _speech.get().gettext(message) % values


def say_many(one: str, many: str, count: int, **values: object) -> str:
    """A message for so many; ``%(count)s`` is how many."""
    return _speech.get().ngettext(one, many, count) % {"count": amount(count), **values}


def amount(number: Decimal | float) -> str:
    """A number as people read it: 1000.0 → ``1,000``."""
    whole = not isinstance(number, Decimal) and float(number).is_integer()
    return _speech.get().number(int(number) if whole else number)


def pointed(hundredths: int, *, sign: bool = False) -> str:
    """Points as they are written: ``10``, ``2.5``, with a sign ``+10``."""
    if _speech.get() is ENGLISH:
        return written(hundredths, sign=sign)
    front = "+" if sign and hundredths >= 0 else ""
    return front + _speech.get().number(Decimal(hundredths) / 100)


def spoken_name(name: str) -> str:
    """A column's name or one of our words as people say it: ``job_title`` → ``job title``."""
    return say(WORDS[name]) if name in WORDS else name.replace("_", " ")


def either(words: Iterable[str], limit: int = 24) -> str:
    """``"a, b or c"``, cut with a count when there are more than ``limit``."""
    listed = list(words)
    if len(listed) > limit:
        return ", ".join(listed[:limit]) + say(" … (%(count)s in all)", count=len(listed))
    return listing(listed, say("or"))


def listing(words: Iterable[str], word: str) -> str:
    """``"a, b and c"``, with whichever word is before the last."""
    *first, last = list(words) or [""]
    return f"{', '.join(first)} {word} {last}" if first else last


def days_of(count: int) -> str:
    """As "1 day" or "30 days"."""
    return say_many("%(count)s day", "%(count)s days", count)


def counted(count: int, thing: str) -> str:
    """As "1 day" or "1,200 days", in English."""
    return f"{count:,} {thing}{'' if count == 1 else 's'}"


def by_whom(trait: str, usual: str) -> str:
    """Where a value was read, when that is not the usual trait: `` (by billing country)``."""
    return "" if trait == usual else " " + say("(by %(trait)s)", trait=spoken_name(trait))
