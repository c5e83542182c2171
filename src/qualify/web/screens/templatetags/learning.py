"""For the learning pages, and for what a lead's page says of its chance."""

from __future__ import annotations

from typing import Final

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from qualify.clock import now
from qualify.web.looking import learned
from qualify.web.screens.templatetags.qualify import points as as_points
from qualify.web.screens.templatetags.qualify import signed

register = template.Library()


@register.simple_tag
def chance_of(lead_id: int) -> learned.Chance | None:
    """How likely the lead is to be won, by the model in force; None without one."""
    return learned.chance(lead_id, now())


@register.filter
def times(value: float) -> str:
    """By how much odds are multiplied: ×1.8; what makes a chance smaller is told as a division: ÷2."""
    return f"×{as_points(round(value, 1))}" if value >= 1 else f"÷{as_points(round(1 / max(value, 1e-9), 1))}"


WIDE: Final = 160
EDGE: Final = 7
SCALE: Final = 40.0
"""Points to either side that the picture of an interval shows; what is more lies at its edge."""


def _across(value: float) -> float:
    return round(WIDE / 2 + (WIDE / 2 - EDGE) * max(-1.0, min(1.0, value / SCALE)), 1)


@register.simple_tag
def interval(points: float, low: float, high: float, today: float | None) -> SafeString:
    """A picture of what history supports (a dot, with its interval) and of what a rule gives today (a ring)."""
    said = _("history supports %(points)s, %(low)s to %(high)s") % {
        "points": signed(round(points)), "low": signed(round(low)), "high": signed(round(high)),
    }  # fmt: skip
    ring = (
        format_html('<circle class="span-today" cx="{}" cy="9" r="5"/>', _across(today))
        if today is not None
        else ""
    )
    return format_html(
        '<svg class="span" width="{}" height="18" viewBox="0 0 {} 18" role="img" aria-label="{}">'
        '<line class="span-zero" x1="{}" x2="{}" y1="0" y2="18"/>'
        '<line class="span-range" x1="{}" x2="{}" y1="9" y2="9"/>'
        '<circle class="span-dot" cx="{}" cy="9" r="3.5"/>{}</svg>',
        WIDE, WIDE, said, WIDE / 2, WIDE / 2, _across(low), _across(high), _across(points), ring,
    )  # fmt: skip
