"""What the pages of a lead say besides: names of columns as people say them, reasons, times of a day."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Final

from babel.dates import format_date, format_time
from django import template
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from qualify.clock import now
from qualify.criteria.sentences import spoken_name
from qualify.moments import DAY, milliseconds
from qualify.speech import when
from qualify.web.looking.tongue import in_the_readers_words
from qualify.web.screens.channels import channel_name
from qualify.web.screens.templatetags.qualify import _then, _time, locale, month_day, span
from qualify.web.verbs.reasons import in_words

register = template.Library()
register.filter("channel_name", channel_name)


@register.filter
def spoken(name: object) -> str:
    """A column's name as people say it: ``job_title`` → Job title."""
    with in_the_readers_words():
        said = spoken_name(str(name or ""))
    return said[:1].upper() + said[1:]


@register.filter
def word(name: object) -> str:
    """A word of ours as people say it within a sentence: ``accepted``."""
    with in_the_readers_words():
        return spoken_name(str(name or ""))


@register.filter
def reason_words(reason: str | None) -> str:
    """A reason that was kept as a word, as people read it."""
    return in_words(reason or "")


@register.filter
def plain_moment(text: str | None) -> str:
    """A moment that was written for machines, as people read it, in UTC: ``2026-10-03 14:05``."""
    try:
        then = datetime.fromisoformat(text or "")
    except ValueError:
        return text or "–"
    with in_the_readers_words():
        return when(milliseconds(then if then.tzinfo else then.replace(tzinfo=UTC)), "UTC")


@register.filter
def unmarked(text: str) -> str:
    """Prose without its marks for bold."""
    return text.replace("**", "")


@register.filter
def time_of_day(value: int) -> str:
    """The time of a moment (epoch ms), where the day stands above it."""
    return _time(value, format_time(_then(value), "short", locale=locale()))


@register.filter
def due(value: int) -> str:
    """By when something is due, as short as it can be: 14:05 today, Tue 09:30 within a week, else with its day."""
    then, today = _then(value), _then(now()).date()
    time, days = format_time(then, "short", locale=locale()), (then.date() - today).days
    if days == 0:
        return _time(value, time)
    day = format_date(then, "EEE", locale=locale()) if 0 < days < 7 else month_day(then)
    return _time(value, f"{day} {time}")


@register.filter
def hours(milliseconds: int) -> str:
    """A length of working time: 29 min, 1 h 30 min, 26 h; never in days, as nobody works 24 hours of one."""
    whole, rest = divmod(max(0, milliseconds) // 60_000, 60)
    if whole and (whole >= 10 or not rest):
        return gettext("%(hours)s h") % {"hours": whole}
    if whole:
        return gettext("%(hours)s h %(minutes)s min") % {"hours": whole, "minutes": rest}
    return gettext("%(minutes)s min") % {"minutes": rest}


@register.filter
def late_by(milliseconds: int) -> str:
    """How late somebody is, by the wall: 29 min, 1 h 30 min, and from two days on in days."""
    return hours(milliseconds) if milliseconds < 2 * DAY else span(milliseconds)


_CHANNELS: Final[Mapping[str, Any]] = {
    "email": _("E-mail"), "phone": _("Call"), "linkedin": _("LinkedIn"), "whatsapp": _("WhatsApp"),
    "sms": _("Text message"), "meeting": _("Meeting"), "in person": _("In person"),
}  # fmt: skip

_EXITS: Final[Mapping[str, Any]] = {
    "reply": _("ended: they answered"), "meeting": _("ended: a meeting"), "bounce": _("ended: their address is gone"),
    "unsubscribe": _("ended: they want no mail"), "stage": _("ended: it moved on"),
    "account reply": _("ended: a colleague answered"), "stopped": _("ended by hand"), "finished": _("all done"),
}  # fmt: skip


@register.filter
def channel_word(channel: str) -> str:
    """What a channel is called."""
    return str(_CHANNELS.get(channel, channel))


@register.filter
def exit_words(reason: str) -> str:
    """Why a sequence ended, in words."""
    return str(_EXITS.get(reason, reason))


@register.filter
def touched(tasks: Sequence[Any]) -> int:
    """How many of these touches were done."""
    return sum(task.state == "done" for task in tasks)


@register.filter
def next_step(tasks: Sequence[Any]) -> int:
    """The number of the first touch that is still to be done; -1 where there is none."""
    return next((task.step for task in tasks if task.state in ("due", "planned")), -1)
