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


def bar_chart(title: str, bars: Sequence[tuple[str, float, float, float]], written: Callable[[float], str] = share) -> str:
    """Bars with intervals, one below the other: (name, value, low, high)."""
    most = max([high for _, _, _, high in bars], default=1.0) or 1.0
    across = Axis("", 0.0, most)
    parts, start, length = list[str](), 190, WIDTH - 190 - 70
    for row, (name, value, low, high) in enumerate(bars):
        y = 12 + 26 * row
        ends = [across.at(each, start, length) for each in (value, low, high)]
        parts.append(f'<text x="{start - 8}" y="{y + 13}" text-anchor="end">{escape(name[:30])}</text>')
        parts.append(f'<rect x="{start}" y="{y}" width="{max(ends[0] - start, 1):.1f}" height="18" fill="{COLOURS[0]}"/>')
        parts.append(f'<path d="M{ends[1]:.1f} {y + 9}H{ends[2]:.1f}" stroke="#222" stroke-width="2"/>')
        parts.append(f'<text x="{ends[2] + 6:.1f}" y="{y + 13}">{escape(written(value))}</text>')
    return _svg(title, parts, 24 + 26 * len(bars))


def _svg(title: str, parts: Sequence[str], height: int) -> str:
    head = f'<svg viewBox="0 0 {WIDTH} {height}" role="img" aria-label="{escape(title)}" xmlns="http://www.w3.org/2000/svg">'
    return f"{head}<title>{escape(title)}</title>{''.join(parts)}</svg>"


def _frame(across: Axis, up: Axis) -> list[str]:
    wide, tall = WIDTH - LEFT - RIGHT, HEIGHT - TOP - BOTTOM
    parts = []
    for value in up.marks:
        y = HEIGHT - BOTTOM - (up.at(value, 0, tall))
        parts.append(f'<path d="M{LEFT} {y:.1f}H{WIDTH - RIGHT}" stroke="#e2e2e2"/>')
        parts.append(f'<text x="{LEFT - 6}" y="{y + 4:.1f}" text-anchor="end">{escape(up.written(value))}</text>')
    for value in across.marks:
        x = across.at(value, LEFT, wide)
        parts.append(f'<text x="{x:.1f}" y="{HEIGHT - BOTTOM + 16}" text-anchor="middle">{escape(across.written(value))}</text>')
    parts.append(f'<text x="{LEFT + wide / 2:.0f}" y="{HEIGHT - 8}" text-anchor="middle" class="axis">{escape(across.title)}</text>')
    middle = TOP + tall / 2
    parts.append(
        f'<text x="14" y="{middle:.0f}" text-anchor="middle" class="axis" transform="rotate(-90 14 {middle:.0f})">'
        f"{escape(up.title)}</text>"
    )
    return parts


def _drawn(line: Line, colour: str, across: Axis, up: Axis) -> list[str]:
    wide, tall = WIDTH - LEFT - RIGHT, HEIGHT - TOP - BOTTOM
    places = [(across.at(x, LEFT, wide), HEIGHT - BOTTOM - up.at(y, 0, tall)) for x, y in line.points]
    parts = []
    for (x, _), (low, high) in zip(places, line.bounds, strict=False):
        ends = [HEIGHT - BOTTOM - up.at(each, 0, tall) for each in (low, high)]
        parts.append(f'<path d="M{x:.1f} {ends[0]:.1f}V{ends[1]:.1f}" stroke="{colour}" stroke-width="2" opacity="0.5"/>')
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
        parts.append(f'<path d="M{LEFT + 10} {y - 4}h18" stroke="{colour}" stroke-width="3"/>')
        parts.append(f'<text x="{LEFT + 34}" y="{y}">{escape(line.name)}</text>')
    return parts
