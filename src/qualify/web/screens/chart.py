"""A chart on a page: a Vega-Lite specification, and the same figures as a table for who has no scripts or no eyes."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from babel import Locale
from django.utils.translation import get_language, to_locale

SCHEMA = "https://vega.github.io/schema/vega-lite/v6.json"


class Chart(NamedTuple):
    """What ``qualify/parts/chart.html`` shows. ``rows`` are the figures, in words, beneath ``columns``."""

    id: str
    title: str
    spec: Mapping[str, Any]
    columns: Sequence[str]
    rows: Sequence[Sequence[Any]]

    @property
    def spec_id(self) -> str:
        """The id of the element that holds the specification."""
        return f"{self.id}-spec"


def spec(values: Sequence[Mapping[str, Any]], **more: Any) -> dict[str, Any]:
    """A specification around these values, as wide as the page lets it be."""
    base = {
        "$schema": SCHEMA,
        "width": "container",
        "height": 220,
        "autosize": {"type": "fit-x", "contains": "padding"},
    }
    return {**base, "data": {"values": list(values)}, **more}


def of_time(**more: Any) -> dict[str, Any]:
    """An axis of moments, its days written as the language of the page writes them: 22 Nov, 22. Nov.

    What months are called in it, the browser says (``qualify.js``).
    """
    locale = Locale.parse(to_locale(get_language() or "en"))
    written = "d MMM" if locale.language == "en" else locale.datetime_skeletons["MMMd"].pattern
    day = re.sub("MMM|d", lambda part: {"MMM": "%b", "d": "%-d"}[part[0]], written)
    return {**more, "format": {"month": "%B", "week": day, "date": day, "day": day}}
