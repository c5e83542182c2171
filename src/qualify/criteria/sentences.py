"""The turns of phrase that criteria's sentences share; in which language they are said tells :mod:`qualify.speech`.

What a sentence is known by – a rule without a name, the anchor of a comment – is always English.
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from qualify.criteria.known_words import WORDS
from qualify.points import written
from qualify.speech import ENGLISH, say, say_many, spoken


def pointed(hundredths: int, *, sign: bool = False) -> str:
    """Points as they are written: ``10``, ``2.5``, with a sign ``+10``."""
    if spoken() is ENGLISH:
        return written(hundredths, sign=sign)
    front = "+" if sign and hundredths >= 0 else ""
    return front + spoken().number(Decimal(hundredths) / 100, None)


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
