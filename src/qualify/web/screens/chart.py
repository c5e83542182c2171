"""A chart on a page: a Vega-Lite specification, and the same figures as a table for who has no scripts or no eyes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

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
