"""Charts as SVG text, made without a script: lines with bands, bars, and dots with intervals."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from html import escape
from typing import Final

WIDTH: Final = 560
HEIGHT: Final = 300
LEFT: Final = 56
RIGHT: Final = 16
TOP: Final = 16
BOTTOM: Final = 44
COLOURS: Final = ("#1f5fa8", "#c25b12", "#4a7c3a", "#7a7a7a")


@dataclass(frozen=True)
class Line:
    """A line of points (x, y); ``dashed`` for what it is compared with. ``bounds`` are (low, high) for each point."""

    name: str
    points: Sequence[tuple[float, float]]
    dashed: bool = False
    bounds: Sequence[tuple[float, float]] = ()
    dots: bool = False


@dataclass(frozen=True)
class Axis:
    """An axis: its title, its ends, and how its numbers are written."""

    title: str
    low: float
    high: float
    written: Callable[[float], str] = "{:g}".format
    ticks: int = 5

    def at(self, value: float, start: float, length: float) -> float:
        """Where a value lies between ``start`` and ``start + length``."""
        spread = self.high - self.low or 1.0
        return start + (min(max(value, self.low), self.high) - self.low) / spread * length

    @property
    def marks(self) -> list[float]:
        """The values that are written at the axis."""
        return [self.low + (self.high - self.low) * place / self.ticks for place in range(self.ticks + 1)]


def share(value: float) -> str:
    """A share as a percentage."""
    return f"{value:.0%}"


def line_chart(title: str, across: Axis, up: Axis, lines: Sequence[Line]) -> str:
    """Lines over an axis, as one ``svg`` element; ``title`` is read out to those who do not see it."""
    parts = [*_frame(across, up)]
    for number, line in enumerate(lines):
        parts += _drawn(line, COLOURS[number % len(COLOURS)], across, up)
    parts += _legend(lines)
    return _svg(title, parts, HEIGHT)


def bar_chart(title: str, bars: Sequence[tuple[str, float, float, float]]) -> str:
    """Bars of shares with intervals, one below the other: (name, value, low, high)."""
    across = Axis("", 0.0, max([high for *_, high in bars], default=1.0) or 1.0)
    parts, start, length = list[str](), 190, WIDTH - 190 - 70
    for row, (name, value, low, high) in enumerate(bars):
        y = 12 + 26 * row
        at, least, most = (across.at(each, start, length) for each in (value, low, high))
        parts.append(_text(start - 8, y + 13, name[:30], "end"))
        wide = max(at - start, 1)
        parts.append(f'<rect x="{start}" y="{y}" width="{wide:.1f}" height="18" fill="{COLOURS[0]}"/>')
        parts.append(_stroke(f"M{least:.1f} {y + 9}H{most:.1f}", "#222"))
        parts.append(_text(most + 6, y + 13, share(value), "start"))
    return _svg(title, parts, 24 + 26 * len(bars))


def _text(x: float, y: float, text: str, anchor: str, more: str = "") -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}"{more}>{escape(text)}</text>'


def _stroke(path: str, colour: str, width: int = 2, more: str = "") -> str:
    return f'<path d="{path}" stroke="{colour}" stroke-width="{width}"{more}/>'


def _svg(title: str, parts: Sequence[str], height: int) -> str:
    size = f'viewBox="0 0 {WIDTH} {height}" xmlns="http://www.w3.org/2000/svg"'
    name = escape(title)
    return f'<svg {size} role="img" aria-label="{name}"><title>{name}</title>{"".join(parts)}</svg>'


def _frame(across: Axis, up: Axis) -> list[str]:
    wide, tall, bottom = WIDTH - LEFT - RIGHT, HEIGHT - TOP - BOTTOM, HEIGHT - BOTTOM
    parts = []
    for value in up.marks:
        y = bottom - up.at(value, 0, tall)
        parts.append(_stroke(f"M{LEFT} {y:.1f}H{WIDTH - RIGHT}", "#e2e2e2", 1))
        parts.append(_text(LEFT - 6, y + 4, up.written(value), "end"))
    below = bottom + 16
    parts += [_text(across.at(at, LEFT, wide), below, across.written(at), "middle") for at in across.marks]
    middle = TOP + tall / 2
    turned = f' class="axis" transform="rotate(-90 14 {middle:.0f})"'
    parts.append(_text(LEFT + wide / 2, HEIGHT - 8, across.title, "middle", ' class="axis"'))
    return [*parts, _text(14, middle, up.title, "middle", turned)]


def _drawn(line: Line, colour: str, across: Axis, up: Axis) -> list[str]:
    wide, tall, bottom = WIDTH - LEFT - RIGHT, HEIGHT - TOP - BOTTOM, HEIGHT - BOTTOM
    places = [(across.at(x, LEFT, wide), bottom - up.at(y, 0, tall)) for x, y in line.points]
    parts = []
    for (x, _), (low, high) in zip(places, line.bounds, strict=False):
        least, most = (bottom - up.at(each, 0, tall) for each in (low, high))
        parts.append(_stroke(f"M{x:.1f} {least:.1f}V{most:.1f}", colour, more=' opacity="0.5"'))
    path = " ".join(f"{x:.1f},{y:.1f}" for x, y in places)
    dash = ' stroke-dasharray="5 4"' if line.dashed else ""
    parts.append(f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2"{dash}/>')
    if line.dots:
        parts += [f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3.5" fill="{colour}"/>' for x, y in places]
    return parts


def _legend(lines: Sequence[Line]) -> list[str]:
    parts = []
    for number, line in enumerate(lines):
        y, colour = TOP + 14 + 18 * number, COLOURS[number % len(COLOURS)]
        parts.append(_stroke(f"M{LEFT + 10} {y - 4}h18", colour, 3))
        parts.append(_text(LEFT + 34, y, line.name, "start"))
    return parts
