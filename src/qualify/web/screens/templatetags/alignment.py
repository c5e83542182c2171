"""Filters of the alignment page."""

from __future__ import annotations

from typing import Any

from babel.numbers import format_decimal
from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from qualify.web.screens.templatetags.qualify import locale, number

register = template.Library()

HOUR = 3_600_000


@register.filter
def worked(milliseconds: int | None) -> str:
    """A length of working time: minutes below an hour, else hours; nobody's working day is 24 hours long."""
    if milliseconds is None:
        return _("not reached yet")
    if milliseconds < HOUR:
        return _("%(minutes)s min") % {"minutes": number(-(-milliseconds // 60_000))}
    return _("%(hours)s h") % {"hours": format_decimal(round(milliseconds / HOUR, 1), locale=locale())}


@register.simple_tag
def leads(many: int, link: Any) -> SafeString:
    """How many, with the way to them; of none there is none."""
    said = str(many) if many < 1_000 else number(many)
    return format_html('<a href="{}">{}</a>', link, said) if many else SafeString("0")
