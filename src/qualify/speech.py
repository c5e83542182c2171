"""The language in which sentences are said, and sentences that can be said again in another.

Sentences are English, unless whoever asks has them said in another language for a while (:func:`speaking`): the core
knows no catalogue of its own, it is handed one. What is kept, or travels before somebody reads it, is a
:class:`Sentence`: a text that knows its message and what fills it, so that :func:`again` says it in the language of
whoever reads. :func:`kept` is its plain data, :func:`heard` the sentence back from it.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from contextvars import ContextVar
from decimal import Decimal
from typing import Any, Final, NamedTuple, TypeAlias
from zoneinfo import ZoneInfo


class Speech(NamedTuple):
    """A language: a message in it, one that counts, and as it writes them a number (with so many digits behind the
    point; None: as many as it has), and a moment on the clock of a zone (or its day alone).
    """

    gettext: Callable[[str], str]
    ngettext: Callable[[str, str, int], str]
    number: Callable[[Decimal | float, int | None], str]
    moment: Callable[[int, str, bool], str]


def _one_or_many(one: str, many: str, count: int) -> str:
    return one if count == 1 else many


def _number(number: Decimal | float, digits: int | None) -> str:
    return f"{number:,}" if digits is None else f"{number:,.{digits}f}"


def on_the_clock(at: int, zone: str) -> dt.datetime | None:
    """A moment (epoch ms) as the clock of a zone shows it; None for one that no clock shows."""
    try:
        return dt.datetime.fromtimestamp(at / 1000, ZoneInfo(zone)).replace(tzinfo=None)
    except (OverflowError, ValueError, OSError):
        return None


def _moment(at: int, zone: str, day: bool) -> str:
    then = on_the_clock(at, zone)
    if then is None:
        return f"{at} ms"
    return then.date().isoformat() if day else then.isoformat(" ", "minutes")


ENGLISH: Final = Speech(str, _one_or_many, _number, _moment)

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


def spoken() -> Speech:
    """The language of just now."""
    return _speech.get()


def say(message: str, **values: object) -> str:
    """A message, with ``%(name)s`` in it filled in."""
    return _speech.get().gettext(message) % values


def say_many(one: str, many: str, count: int, **values: object) -> str:
    """A message for so many; ``%(count)s`` is how many."""
    return _speech.get().ngettext(one, many, count) % {"count": amount(count), **values}


def amount(number: Decimal | float) -> str:
    """A number as people read it: 1000.0 → ``1,000``."""
    whole = not isinstance(number, Decimal) and float(number).is_integer()
    return _speech.get().number(int(number) if whole else number, None)


def when(at: int | None, zone: str) -> str:
    """A moment (epoch ms) on the clock of a zone: ``2026-03-01 09:30``; empty for None."""
    return "" if at is None else _speech.get().moment(at, zone, False)


def day_of(at: int, zone: str) -> str:
    """The day of a moment (epoch ms) in a zone: ``2026-03-01``."""
    return _speech.get().moment(at, zone, True)


class Sentence(str):
    """A text in the language of when it was made, that can be said again: its ``message`` (one, or that for one and
    that for many, with how ``many``) and the ``values`` that fill it. ``english``: it is said in English as it stands.
    """

    message: tuple[str, ...]
    many: int | None
    values: Mapping[str, Value]
    english: bool


class Figure(NamedTuple):
    """A number with so many digits behind the point (None: as it is); as a percentage; with its sign."""

    value: float
    digits: int | None = 0
    percent: bool = False
    sign: bool = False


class Moment(NamedTuple):
    """A moment (epoch ms) on the clock of a zone, or its day alone."""

    at: int
    zone: str
    day: bool = False


class Several(NamedTuple):
    """Texts one behind the other, with what stands between them."""

    parts: tuple[str, ...]
    between: str = "; "


class Named(NamedTuple):
    """A name as programs write it, which is also its English; in other languages its ``word`` is said."""

    name: str
    word: str


Value: TypeAlias = str | int | Figure | Moment | Several | Named


def sentence(message: str, **values: Value) -> Sentence:
    """As :func:`say`, and the text can be said again: with its numbers, moments and sentences.

    A message that nothing fills is said as it stands, its signs of percent too.
    """
    return _sentence((message,), None, values)


def sentence_many(one: str, many: str, count: int, **values: Value) -> Sentence:
    """As :func:`say_many`, and the text can be said again."""
    return _sentence((one, many), count, {"count": count, **values})


def _sentence(message: tuple[str, ...], many: int | None, values: Mapping[str, Value]) -> Sentence:
    speech = _speech.get()
    said = speech.gettext(message[0]) if many is None else speech.ngettext(message[0], message[1], many)
    if values:
        said %= {name: each if type(each) is str else _filled(each, speech) for name, each in values.items()}
    made = Sentence(said)
    made.message, made.many, made.values, made.english = message, many, values, speech is ENGLISH
    return made


def _filled(value: Value, speech: Speech) -> str:
    """What fills a message, as the language says it."""
    if isinstance(value, str):
        return again(value)
    if isinstance(value, int):
        return speech.number(value, None)
    if isinstance(value, Several):
        return again(value.between).join(map(again, value.parts))
    if isinstance(value, Moment):
        return speech.moment(*value)
    if isinstance(value, Named):
        return value.name if speech is ENGLISH else speech.gettext(value.word)
    return _figure(value)


def _figure(figure: Figure) -> str:
    value = figure.value * 100 if figure.percent else figure.value
    said = _speech.get().number(value, figure.digits)
    if figure.percent:
        said = say("%(number)s%%", number=said)
    return f"+{said}" if figure.sign and value >= 0 else said


def again(text: str) -> str:
    """A sentence in the language of just now; any other text as it is."""
    if not isinstance(text, Sentence) or (text.english and _speech.get() is ENGLISH):
        return text
    return str(_sentence(text.message, text.many, text.values))


def kept(told: Any) -> Any:
    """Plain data in which every sentence is what it is made of (and its text, for whoever reads the store by hand), to
    be kept as JSON; :func:`heard` takes it back.
    """
    if isinstance(told, Sentence):
        return {**_parts(told), "said": str(told)}
    if isinstance(told, Mapping):
        return {name: kept(each) for name, each in told.items()}
    return [kept(each) for each in told] if isinstance(told, list | tuple) else told


def _parts(value: Any) -> Any:
    """A sentence, or what fills one, as plain data."""
    match value:
        case Sentence():
            values = {name: _parts(each) for name, each in value.values.items()}
            made = {"say": list(value.message), "with": values}
            return made if value.many is None else {**made, "many": value.many}
        case Figure() | Moment() | Several() | Named():
            return {type(value).__name__.lower(): [_parts(each) for each in value]}
        case tuple():
            return [_parts(each) for each in value]
    return value


def heard(told: Any) -> Any:
    """Plain data with every sentence in it said in the language of just now; a text of old stays as it is."""
    match told:
        case {"say": [str(one), *more], "with": dict(values), **rest} if rest.keys() <= {"many", "said"}:
            filled = {name: _value(each) for name, each in values.items()}
            many = rest.get("many")
            return _sentence((one, *more), many if isinstance(many, int) else None, filled)
        case dict():
            return {name: heard(each) for name, each in told.items()}
        case list():
            return [heard(each) for each in told]
    return told


def _value(told: Any) -> Any:
    """What fills a sentence, from plain data."""
    match told:
        case {"figure": [value, digits, percent, sign]}:
            return Figure(value, digits, percent, sign)
        case {"moment": [at, zone, day]}:
            return Moment(at, zone, day)
        case {"several": [parts, between]}:
            return Several(tuple(map(heard, parts)), heard(between))
        case {"named": [name, word]}:
            return Named(name, word)
    return heard(told)


def filled_anew(text: str, change: Callable[[str], str]) -> str:
    """A sentence with every plain text that fills it changed; another text changed itself."""
    if not isinstance(text, Sentence):
        return change(text)
    values = {name: change(each) if type(each) is str else each for name, each in text.values.items()}
    return _sentence(text.message, text.many, values)


def marked(word: str) -> str:
    """The word itself: so marked, it is found by whoever gathers messages."""
    return word


def kept_text(text: str) -> str:
    """A sentence as text that a column holds; :func:`heard_text` takes it back, and leaves texts of old as they are."""
    return json.dumps(kept(text), ensure_ascii=False) if isinstance(text, Sentence) else text


def heard_text(text: str) -> str:
    """What a column holds, said in the language of just now."""
    return str(heard(json.loads(text))) if text.startswith('{"say": ') else text


def plain(told: Any) -> str:
    """A sentence as nothing but its text, for what writes JSON and knows plain texts only (a hook of msgspec)."""
    if isinstance(told, Sentence):
        return str(told)
    raise NotImplementedError(f"no {type(told).__name__} can be written")
