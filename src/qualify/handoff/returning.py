"""When somebody who is out of office is back, as their automatic answer says it, in seven languages.

“Until the 12th” means back on the 13th, “back on the 12th” the 12th. A date that could be read two ways (03/04) is not
guessed, nor is one that lies before the mail or more than a year after it.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator

_MONTHS = (
    "january|januar|jänner|janvier|enero|gennaio|janeiro|januari|jan",
    "february|februar|feber|février|fevrier|febrero|febbraio|fevereiro|februari|feb|févr",
    "march|märz|maerz|mars|marzo|março|maart|mar|mär|mrt",
    "april|avril|abril|aprile|apr|avr|abr",
    "may|mai|mayo|maggio|maio|mei|mag",
    "june|juni|juin|junio|giugno|junho|jun|giu",
    "july|juli|juillet|julio|luglio|julho|jul|juil|lug",
    "august|août|aout|agosto|augustus|aug|ago|aoû",
    "september|septembre|septiembre|settembre|setembro|sept|sep|set",
    "october|oktober|octobre|octubre|ottobre|outubro|oct|okt|ott|out",
    "november|novembre|noviembre|novembro|nov",
    "december|dezember|décembre|decembre|diciembre|dicembre|dezembro|dec|dez|déc|dic",
)
_WEEKDAYS = (
    "monday|montag|lundi|lunes|lunedì|segunda-feira|maandag",
    "tuesday|dienstag|mardi|martes|martedì|terça-feira|dinsdag",
    "wednesday|mittwoch|mercredi|miércoles|mercoledì|quarta-feira|woensdag",
    "thursday|donnerstag|jeudi|jueves|giovedì|quinta-feira|donderdag",
    "friday|freitag|vendredi|viernes|venerdì|sexta-feira|vrijdag",
    "saturday|samstag|samedi|sábado|sabato|zaterdag",
    "sunday|sonntag|dimanche|domingo|domenica|zondag",
)
_MONTH = "(?P<month>" + "|".join(_MONTHS) + r")\.?"
_WEEKDAY = "(?:" + "|".join(_WEEKDAYS) + ")"
_DAY = r"(?P<day>[0-3]?\d)(?:st|nd|rd|th|er|º|°|\.)?"
_YEAR = r"(?:,?\s+(?:de\s+)?(?P<year>20\d\d))?"
_FILLER = (
    rf"(?:\s|,|:|(?:the|on|of|am|dem|den|zum|und|mit|le|el|il|em|op|and|including|inclusive|einschließlich|"
    rf"einschliesslich|incl\.?|inkl\.?|next|nächsten|kommenden|again|wieder|{_WEEKDAY}[,.]?(?=\s+(?:the\s+|den\s+|dem\s+)?"
    r"(?:\d|[a-zäéûç]+\s+\d)))(?=[\s,:\d]))*?"
)
_FORMS = tuple(
    re.compile(_FILLER + form, re.IGNORECASE)
    for form in (
        r"(?P<year>20\d\d)-(?P<number>[01]?\d)-(?P<day>[0-3]?\d)\b",
        r"(?P<day>[0-3]?\d)\.\s?(?P<number>[01]?\d)\.(?:\s?(?P<year>20\d\d|\d\d\b))?",
        r"(?P<one>[0-3]?\d)/(?P<two>[0-3]?\d)/(?P<year>20\d\d|\d\d)\b",
        rf"{_DAY}\s+(?:of\s+|de\s+)?{_MONTH}(?![^\W\d_]){_YEAR}",
        rf"{_MONTH}\s+{_DAY}(?!\d){_YEAR}",
        rf"(?P<weekday>{'|'.join(f'(?:{each})' for each in _WEEKDAYS)})\b",
    )
)
_BACK = re.compile(
    r"\b(?:(?:be\s+|am\s+)?back(?:\s+(?:in\s+the\s+office|at\s+work|at\s+my\s+desk))?(?:\s+on)?|return(?:ing)?"
    r"(?:\s+to\s+(?:the\s+office|work))?(?:\s+on)?|(?:available|reachable|in\s+the\s+office)\s+(?:again\s+)?(?:from|on)|"
    r"wieder\s+(?:da|im\s+büro|erreichbar)?\s*(?:ab|am)|ab\s+(?:dem|den|montag|dienstag|mittwoch|donnerstag|freitag)|"
    r"zurück\s+(?:am|ab)|de\s+retour\s+(?:le|à\s+partir\s+du)|(?:serai|reviens)\s+(?:de\s+retour\s+)?le|"
    r"vuelvo\s+el|regreso\s+el|de\s+vuelta\s+el|torno\s+il|rientro\s+il|rientrerò\s+il|regresso\s+(?:a|em)|"
    r"volto\s+(?:a|em)|terug\s+op|weer\s+(?:aanwezig|bereikbaar)\s+(?:op|vanaf))\b",
    re.IGNORECASE,
)
_UNTIL = re.compile(
    r"\b(?:until|till|til|through|thru|up\s+to\s+and\s+including|bis(?:\s+(?:einschließlich|einschliesslich|inkl\.?))?|"
    r"jusqu['’]au|hasta(?:\s+el)?|fino\s+al|até(?:\s+(?:o\s+)?dia)?|t/m|tot\s+en\s+met|tot)(?=[\s,:])",
    re.IGNORECASE,
)
_FROM = re.compile(r"\b(?:from|vom|von|du|del|dal|de|van)\b[^.\n]{1,40}?\b(?:to|au|al|a)\b", re.IGNORECASE)
_MOST = 8_000
_FARTHEST = 400
_NEAR = 80


def return_date(text: str, sent_on: dt.date) -> dt.date | None:
    """The first day on which who wrote this is back; None where it does not say, or not so that it is sure."""
    text = text[:_MOST]
    back = [day for day in _dates(_BACK, text, sent_on) if _possible(day, sent_on)]
    if back:
        return back[0]
    until = [day + dt.timedelta(days=1) for day in _dates(_UNTIL, text, sent_on)]
    until = until or [day + dt.timedelta(days=1) for day in _dates(_FROM, text, sent_on)]
    return next((day for day in until if _possible(day, sent_on)), None)


def _possible(day: dt.date, sent_on: dt.date) -> bool:
    return 0 < (day - sent_on).days <= _FARTHEST


def _dates(word: re.Pattern[str], text: str, sent_on: dt.date) -> Iterator[dt.date]:
    """The dates that stand right behind the word."""
    for match in word.finditer(text):
        # "ab Montag" names the day within the word itself.
        start = match.end() - len(match[0].split()[-1]) if match[0].lower().endswith("tag") else match.end()
        behind = text[start : start + _NEAR]
        found = next((day for form in _FORMS if (day := _read(form, behind, sent_on)) is not None), None)
        if found is not None:
            yield found


def _read(form: re.Pattern[str], behind: str, sent_on: dt.date) -> dt.date | None:
    match = form.match(behind)
    if match is None:
        return None
    parts = match.groupdict()
    if parts.get("weekday"):
        return _next_weekday(parts["weekday"], sent_on)
    try:
        return _day(parts, sent_on)
    except ValueError:
        return None


def _day(parts: dict[str, str | None], sent_on: dt.date) -> dt.date | None:
    """The date; one without a year is the next of that name. Raises ``ValueError`` for the 31st of February."""
    if parts.get("one"):
        one, two = int(parts["one"] or 0), int(parts["two"] or 0)
        if one <= 12 and two <= 12 and one != two:
            return None
        day, month = (two, one) if two > 12 else (one, two)
    else:
        day, month = int(parts["day"] or 0), _month(parts)
    year = int(parts["year"] or 0) if parts.get("year") else None
    if year is not None:
        return dt.date(year + 2000 if year < 100 else year, month, day)
    this = dt.date(sent_on.year, month, day)
    return this if this > sent_on else dt.date(sent_on.year + 1, month, day)


def _month(parts: dict[str, str | None]) -> int:
    if parts.get("number"):
        return int(parts["number"] or 0)
    word = (parts["month"] or "").lower()
    return next(number for number, names in enumerate(_MONTHS, start=1) if word in names.split("|"))


def _next_weekday(word: str, sent_on: dt.date) -> dt.date:
    wanted = next(number for number, names in enumerate(_WEEKDAYS) if word.lower() in names.split("|"))
    return sent_on + dt.timedelta(days=(wanted - sent_on.weekday() - 1) % 7 + 1)
