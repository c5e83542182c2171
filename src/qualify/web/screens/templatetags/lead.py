"""What the pages of a lead say besides: names of columns as people say them, reasons, times of a day."""

from __future__ import annotations

from babel.dates import format_time
from django import template

from qualify.criteria.sentences import spoken_name
from qualify.web.screens.templatetags.qualify import _then, _time, locale
from qualify.web.verbs.reasons import in_words

register = template.Library()


@register.filter
def spoken(name: object) -> str:
    """A column's name as people say it: ``job_title`` → Job title."""
    said = spoken_name(str(name or ""))
    return said[:1].upper() + said[1:]


@register.filter
def reason_words(reason: str | None) -> str:
    """A reason that was kept as a word, as people read it."""
    return in_words(reason or "")


@register.filter
def plain_moment(text: str | None) -> str:
    """A moment that was written for machines, as people read it: ``2026-10-03 14:05``."""
    return (text or "–")[:16].replace("T", " ")


@register.filter
def unmarked(text: str) -> str:
    """Prose without its marks for bold."""
    return text.replace("**", "")


@register.filter
def time_of_day(value: int) -> str:
    """The time of a moment (epoch ms), where the day stands above it."""
    return _time(value, format_time(_then(value), "short", locale=locale()))
