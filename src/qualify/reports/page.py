"""A page that needs nothing beside itself: HTML with its style inside, without a script."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import Final

_STYLE: Final = """
body{font:16px/1.5 system-ui,sans-serif;color:#1c1c1c;background:#fff;margin:0}
main{max-width:60rem;margin:0 auto;padding:1.5rem}
h1{font-size:1.6rem;margin:.2rem 0}
h2{font-size:1.2rem;margin:2rem 0 .4rem;border-top:1px solid #ddd;padding-top:1rem}
p{max-width:46rem}
.said{background:#eef3f9;border-left:4px solid #1f5fa8;padding:.7rem 1rem;font-size:1.05rem}
.asked{background:#fdf3e7;border-left:4px solid #c25b12;padding:.4rem 1rem;margin:.4rem 0}
table{border-collapse:collapse;margin:.5rem 0;display:block;overflow-x:auto}
td,th{padding:.25rem .7rem;border-bottom:1px solid #e4e4e4;text-align:left}
td.n,th.n{text-align:right;font-variant-numeric:tabular-nums}
svg{max-width:40rem;width:100%;font:12px system-ui,sans-serif;fill:#333}
pre{background:#f6f6f6;padding:.8rem;overflow-x:auto;font-size:.85rem}
small,.axis{color:#555;fill:#555}
@media print{h2{break-after:avoid}}
"""


def page(title: str, parts: Sequence[str]) -> str:
    """The whole document; ``parts`` are HTML already."""
    size = '<meta name="viewport" content="width=device-width,initial-scale=1">'
    head = f'<meta charset="utf-8">{size}<title>{escape(title)}</title><style>{_STYLE}</style>'
    body = "\n".join(part for part in parts if part)
    return (
        f'<!doctype html>\n<html lang="en"><head>{head}</head><body><main>\n{body}\n</main></body></html>\n'
    )


def heading(text: str) -> str:
    """The heading of a section."""
    return f"<h2>{escape(text)}</h2>"


def paragraph(text: str, kind: str = "") -> str:
    """A paragraph of plain text; empty for none."""
    return f"<p{f' class={kind}' if kind else ''}>{escape(text)}</p>" if text else ""


def table(head: Sequence[str], rows: Sequence[Sequence[str]], numbers: Sequence[int] = ()) -> str:
    """A table of plain texts; ``numbers`` are the columns that hold some."""

    def cell(tag: str, place: int, text: str) -> str:
        return f"<{tag}{' class=n' if place in numbers else ''}>{escape(text)}</{tag}>"

    first = "".join(cell("th", place, text) for place, text in enumerate(head))
    rest = ("".join(cell("td", place, text) for place, text in enumerate(row)) for row in rows)
    return f"<table><thead><tr>{first}</tr></thead><tbody>{''.join(f'<tr>{row}</tr>' for row in rest)}</tbody></table>"


def folded(summary: str, text: str) -> str:
    """A text that opens with a click."""
    return f"<details><summary>{escape(summary)}</summary><pre>{escape(text)}</pre></details>"
