"""Numbers, moments, money and grades, as pages show them: by the reader's language and time zone."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_datetime, format_skeleton, format_time, format_timedelta
from babel.numbers import format_currency, format_decimal, format_percent
from django import template
from django.contrib.staticfiles import finders
from django.http import HttpRequest
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language, gettext, to_locale

from qualify.clock import now
from qualify.moments import DAY
from qualify.speech import marked
from qualify.web.looking.phrases import kept_words
from qualify.web.screens.once import token

register = template.Library()
register.filter("kept_words", kept_words)


@cache
def _locale(language: str) -> Locale:
    try:
        return Locale.parse(to_locale(language))
    except (UnknownLocaleError, ValueError):
        return Locale("en")


def locale() -> Locale:
    """The locale of whoever reads."""
    return _locale(get_language() or "en")


def _then(moment: int) -> datetime:
    return datetime.fromtimestamp(moment / 1000, UTC).astimezone(timezone.get_current_timezone())


def _time(moment: int, said: str) -> SafeString:
    then = _then(moment)
    full = format_datetime(then, "full", locale=locale())
    return format_html('<time datetime="{}" title="{}">{}</time>', then.isoformat(), full, said)


def month_day(then: date, *, with_year: bool = False) -> str:
    """A day, its month in letters: 22 Nov, 22. Nov."""
    here = locale()
    if here.language == "en":  # the day first, whichever English it is
        return format_date(then, "d MMM y" if with_year else "d MMM", locale=here)
    at = datetime(then.year, then.month, then.day)
    return format_skeleton("yMMMd" if with_year else "MMMd", at, locale=here)


@register.filter
def whole_day(value: date) -> str:
    """A day of the calendar, with its year: 22 Nov 2026, 22. Nov. 2026."""
    return month_day(value, with_year=True)


@register.filter
def moment(value: int | None) -> str:
    """A moment (epoch ms) as day and time; the year only when it is another."""
    if value is None:
        return "–"
    then = _then(value)
    day = month_day(then, with_year=then.year != _then(now()).year)
    return _time(value, f"{day}, {format_time(then, 'short', locale=locale())}")


@register.filter
def day(value: int | None) -> str:
    """The day of a moment (epoch ms)."""
    return "–" if value is None else _time(value, format_date(_then(value), "medium", locale=locale()))


@register.filter
def last_day(ends_at: int, zone: str | None = None) -> str:
    """The last day of something that ends at the moment, where the next day begins; in the zone, else the reader's."""
    there = ZoneInfo(zone) if zone else timezone.get_current_timezone()
    return whole_day(datetime.fromtimestamp((ends_at - 1) / 1000, UTC).astimezone(there).date())


@register.filter
def ago(value: int | None, at: int | None = None) -> str:
    """How long ago a moment (epoch ms) was, or in how long it will be: 3 minutes ago, in 2 days."""
    if value is None:
        return "–"
    seconds = (value - (now() if at is None else at)) // 1000
    return _time(value, format_timedelta(seconds, add_direction=True, threshold=1.2, locale=locale()))


@register.filter
def span(milliseconds: int | None) -> str:
    """A length of time: 11 minutes, 2 days."""
    if milliseconds is None:
        return "–"
    return format_timedelta(milliseconds // 1000, threshold=1.2, locale=locale())


@register.filter
def today(value: int | None) -> bool:
    """Whether a moment (epoch ms) lies within the last day."""
    return value is not None and now() - value < DAY


@register.filter
def number(value: float | int | Decimal | None) -> str:
    """A number, with the separators of the reader's language."""
    return "–" if value is None else format_decimal(value, locale=locale())


@register.filter
def points(value: float | None) -> str:
    """Points as they are written: at most two places, no zeros at the end."""
    return "–" if value is None else format_decimal(value, "#,##0.##", locale=locale())


@register.filter
def signed(value: float | None) -> str:
    """Points that were given or taken: +25, −10."""
    if value is None:
        return "–"
    sign = "+" if value > 0 else "−" if value < 0 else "±"
    return sign + format_decimal(abs(value), "#,##0.##", locale=locale())


@register.filter
def percent(value: float | None) -> str:
    """A share from 0 to 1; what is below a tenth with one place."""
    if value is None:
        return "–"
    here = locale()
    pattern = here.percent_formats[None].pattern  # with a blank before the sign, where the language has one
    return format_percent(value, pattern.replace("0", "0.#", 1) if value < 0.1 else pattern, locale=here)


@register.filter
def money(value: Decimal | float | str | None, currency: str = "") -> str:
    """An amount of money."""
    if value is None or value == "":
        return "–"
    amount = Decimal(str(value))
    return (
        format_currency(amount, currency, locale=locale())
        if currency
        else format_decimal(amount, locale=locale())
    )


@register.filter
def grade_class(grade: str | None) -> str:
    """The class of a grade's badge, by its letter."""
    letter = (grade or "")[:1].lower()
    return f"grade grade-{letter}" if letter in {"a", "b", "c", "d"} else "grade"


@register.filter
def item(mapping: Any, key: Any) -> Any:
    """The value of a key, where there is one."""
    try:
        return mapping[key]
    except (KeyError, IndexError, TypeError):
        return None


STAGE_WORDS = {
    "lead": marked("Lead"), "iql": marked("IQL"), "mql": marked("MQL"), "pql": marked("PQL"),
    "sal": marked("SAL"), "sql": marked("SQL"), "customer": marked("Customer"),
    "recycled": marked("Recycled"), "disqualified": marked("Disqualified"),
}  # fmt: skip


@register.filter
def stage_word(stage: str | None) -> str:
    """A stage as people say it."""
    return gettext(STAGE_WORDS.get(stage or "", stage or "–"))


@register.simple_tag
def once() -> SafeString:
    """A hidden field that makes a form do its work once, however often it is sent."""
    return format_html('<input type="hidden" name="once" value="{}">', token())


@register.simple_tag(takes_context=True)
def address(context: dict[str, Any], **changed: Any) -> str:
    """The address of the page with some of its words changed; those that are empty are left out."""
    request: HttpRequest = context["request"]
    words = {name: values for name, values in request.GET.lists() if name not in changed and name != "cursor"}
    for name, value in changed.items():
        if value not in (None, ""):
            words[name] = [str(value)]
    return f"?{urlencode(words, doseq=True)}" if words else request.path


@register.simple_tag
def asset(path: str) -> str:
    """The address of a static file; it changes when the file does, so that browsers may keep it for ever."""
    return f"/static/{path}?v={_digest(path)}"


@cache
def _digest(path: str) -> str:
    found = finders.find(path)
    return sha256(Path(found).read_bytes()).hexdigest()[:10] if isinstance(found, str) else "0"


@register.filter
def pretty(value: Any) -> str:
    """A value that some client sent, as text: what is nested as JSON."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return gettext("yes") if value else gettext("no")
    if value is None:
        return "–"
    if isinstance(value, int | float):
        return f"{value:g}" if isinstance(value, float) else str(value)
    return json.dumps(value, ensure_ascii=False)


@register.simple_tag
def bar(value: float, most: float, width: int = 120, height: int = 10, label: str = "") -> SafeString:
    """A bar from 0 to ``most``; what is below nothing points to the left."""
    share = 0.0 if not most else min(1.0, abs(value) / most)
    long = round(width * share, 1)
    kind = "minus" if value < 0 else "plus"
    return mark_safe(  # numbers only, and a label that is escaped
        f'<svg class="bar bar-{kind}" width="{width}" height="{height}" role="img" aria-label="'
        + format_html("{}", label or points(value))
        + f'"><rect x="0" y="0" width="{long}" height="{height}" rx="2"/></svg>'
    )
