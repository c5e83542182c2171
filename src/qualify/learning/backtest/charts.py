"""Charts as SVG: drawn here, still without any script, readable without colours."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import Final

WIDTH: Final = 720
HEIGHT: Final = 220
LEFT, RIGHT, TOP, BOTTOM = 52, 12, 14, 34
SHADES: Final = (
    "#1f6f5c",
    "#c2703d",
    "#6a5acd",
    "#8a8f98",
    "#b8a13a",
    "#3f7fb5",
    "#a04668",
    "#5f7a3a",
    "#444b55",
)
"""One colour after the other; of two playbooks the first has the first."""


def bars(
    title: str, labels: Sequence[str], series: Sequence[Sequence[float | None]], names: Sequence[str],
    line: float | None = None, line_name: str = "",
) -> str:  # fmt: skip
    """Bars side by side for each label (a value may be missing), and a dashed line across."""
    top = _round_up(max([value for row in series for value in row if value is not None] + [line or 0.0]))
    slot = (WIDTH - LEFT - RIGHT) / max(len(labels), 1)
    width = slot * 0.8 / max(len(series), 1)
    parts = [*_axis(top), *_labels(labels, slot)]
    for number, row in enumerate(series):
        for place, value in enumerate(row):
            if value:
                x, y = LEFT + slot * (place + 0.1) + width * number, _y(value, top)
                said = f"{labels[place]}: {value:,.0f} {names[number]}"
                parts.append(_bar(x, y, width, HEIGHT - BOTTOM - y, SHADES[number], said))
    if line is not None:
        y = _y(line, top)
        parts.append(f'<line class="mark" x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y:.1f}" y2="{y:.1f}"/>')
        title = f"{title} (dashed: {line_name})"
    return _chart(title, parts, names)


def stacked(
    title: str, labels: Sequence[str], series: Sequence[Sequence[float]], names: Sequence[str]
) -> str:
    """Areas upon each other, one for each name."""
    sums = [sum(column) for column in zip(*series, strict=True)]
    top, slot = _round_up(max(sums, default=0)), (WIDTH - LEFT - RIGHT) / max(len(labels), 1)
    floor, parts = [0.0] * len(labels), [*_axis(top), *_labels(labels, slot)]
    for number, row in enumerate(series):
        ceiling = [low + value for low, value in zip(floor, row, strict=True)]
        xs = [LEFT + slot * (place + 0.5) for place in range(len(labels))]
        above = [f"{x:.1f},{_y(value, top):.1f}" for x, value in zip(xs, ceiling, strict=True)]
        below = [f"{x:.1f},{_y(value, top):.1f}" for x, value in zip(xs, floor, strict=True)]
        shade = SHADES[number % len(SHADES)]
        named = f"<title>{escape(names[number])}</title>"
        parts.append(f'<polygon points="{" ".join(above + below[::-1])}" fill="{shade}">{named}</polygon>')
        floor = ceiling
    return _chart(title, parts, names)


def intervals(
    title: str, labels: Sequence[str], rows: Sequence[Sequence[tuple[float, float, float] | None]],
    names: Sequence[str], unit: str = "%", zero: bool = False,
) -> str:  # fmt: skip
    """For each label a point with its interval (value, low, high), several beside each other; from left to right."""
    every = [value for row in rows for each in row if each for value in each]
    least, most = min([0.0, *every]), max([*every, 1e-9])
    scale, left = (WIDTH - 190 - 60) / ((most - least) or 1), 190
    parts, y = [], TOP + 6.0
    for place, label in enumerate(labels):
        parts.append(_text(left - 10, y + 4 + 7 * (len(rows) - 1), label, "end"))
        for number, row in enumerate(rows):
            if (each := row[place]) is not None:
                parts += _whisker(each, left, least, scale, y, SHADES[number], unit)
            y += 15
        y += 8
    if zero:
        x = left - least * scale
        parts.insert(0, f'<line class="mark" x1="{x:.1f}" x2="{x:.1f}" y1="{TOP - 6}" y2="{y - 8:.1f}"/>')
    return _chart(title, parts, names, int(y + 4))


def _whisker(
    each: tuple[float, float, float], left: float, least: float, scale: float, y: float, shade: str, unit: str
) -> list[str]:
    value, low, high = (left + (number - least) * scale for number in each)
    said = f"{each[0]:.1f} {unit} ({each[1]:.1f} to {each[2]:.1f})".replace("  ", " ")
    return [
        f'<line x1="{low:.1f}" x2="{high:.1f}" y1="{y:.1f}" y2="{y:.1f}" stroke="{shade}" stroke-width="3"/>',
        f'<circle cx="{value:.1f}" cy="{y:.1f}" r="5" fill="{shade}"><title>{escape(said)}</title></circle>',
        _text(high + 8, y + 4, f"{each[0]:.1f} {unit}".strip(), "start"),
    ]


def _bar(x: float, y: float, width: float, height: float, shade: str, said: str) -> str:
    place = f'x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}"'
    return f'<rect {place} fill="{shade}"><title>{escape(said)}</title></rect>'


def _text(x: float, y: float, said: str, anchor: str) -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{escape(said)}</text>'


def _axis(top: float) -> list[str]:
    found = []
    for part in (0.0, 0.5, 1.0):
        y = _y(top * part, top)
        found.append(f'<line class="grid" x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y:.1f}" y2="{y:.1f}"/>')
        found.append(_text(LEFT - 6, y + 4, f"{top * part:,.0f}", "end"))
    return found


def _labels(labels: Sequence[str], slot: float) -> list[str]:
    """As many labels as there is room for."""
    step = max(1, -(-len(labels) * 80 // (WIDTH - LEFT - RIGHT)))
    return [
        _text(LEFT + slot * (place + 0.5), HEIGHT - BOTTOM + 16, label, "middle")
        for place, label in enumerate(labels)
        if place % step == 0
    ]


def _y(value: float, top: float) -> float:
    return HEIGHT - BOTTOM - (HEIGHT - BOTTOM - TOP) * value / top


def _round_up(value: float) -> float:
    """The next number with one digit that is 1, 2, 4, 6 or 8, and zeros."""
    size = 1.0
    while size * 10 <= value:
        size *= 10
    return next((size * step for step in (1, 2, 4, 6, 8, 10) if size * step >= value), size * 10)


def _chart(title: str, parts: Sequence[str], names: Sequence[str], height: int = HEIGHT) -> str:
    legend = "".join(
        f'<span><i style="background:{SHADES[number % len(SHADES)]}"></i>{escape(name)}</span>'
        for number, name in enumerate(names)
        if len(names) > 1
    )
    drawn = "".join(parts)
    return (
        f'<figure><figcaption>{escape(title)}<span class="legend">{legend}</span></figcaption>'
        f'<svg viewBox="0 0 {WIDTH} {height}" role="img" aria-label="{escape(title)}">{drawn}</svg></figure>'
    )
