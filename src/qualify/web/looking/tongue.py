"""The core's sentences in the language of whoever reads: it is handed Django's catalogue, and numbers as Babel writes
them.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from decimal import Decimal

from babel.dates import format_date, format_time
from babel.numbers import format_decimal
from django.conf import settings
from django.utils.translation import get_language, gettext, ngettext, override, to_locale

from qualify.errors import PlaybookError
from qualify.speech import Sentence, Speech, again, in_english, on_the_clock, speaking
from qualify.web.database import rows


def in_the_readers_words() -> AbstractContextManager[None]:
    """While this holds, criteria, profiles, stages and what would lift a lead are told in the active language.

    For showing alone: what is kept in the store is kept in English.
    """
    return _words_of(get_language() or "en")


def _words_of(language: str) -> AbstractContextManager[None]:
    if language.partition("-")[0] == "en":
        return in_english()
    locale = to_locale(language)

    def number(value: Decimal | float, digits: int | None) -> str:
        if digits is None:
            return format_decimal(value, locale=locale)
        return format_decimal(value, f"#,##0{'.' if digits else ''}{'0' * digits}", locale=locale)

    def moment(at: int, zone: str, day: bool) -> str:
        then = on_the_clock(at, zone)
        if then is None:
            return f"{at} ms"
        said = format_date(then, "medium", locale=locale)
        return said if day else f"{said}, {format_time(then, 'short', locale=locale)}"

    return speaking(Speech(gettext, ngettext, number, moment))


def said_to_the_reader(error: Exception) -> str:
    """What a refusal says, in the active language where it can be said again: forms are taken in English."""
    with in_the_readers_words():
        if isinstance(error, PlaybookError):
            return error.told()
        said = error.args[0] if error.args else None
        return again(said) if isinstance(said, Sentence) else str(error)


@contextmanager
def in_the_words_of(email: str | None) -> Iterator[None]:
    """While this holds, everything is said in the language of a member: of a mail to them, whoever causes it.

    English for those who chose none, and for who is no member.
    """
    found = rows("SELECT language FROM member WHERE email = %s", [email]) if email else []
    language = next((each for (each,) in found if each), settings.LANGUAGE_CODE)
    with override(language), _words_of(language):
        yield
