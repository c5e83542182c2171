"""A backtest as one HTML page that needs nothing from elsewhere: sentences first, then charts, then names."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape
from typing import Any, Final

from qualify.learning.backtest import charts
from qualify.learning.backtest.comparing import Comparison
from qualify.learning.backtest.judging import Named, Outlook, Part
from qualify.learning.backtest.replayed import Fates, Leads
from qualify.learning.backtest.sentences import (
    about_leads,
    about_looks,
    difference_name,
    figure,
    money,
    sentences,
    verdict,
)
from qualify.moments import closing_day, day
from qualify.vocabulary import STAGES

MOST_NAMES: Final = 50

_STYLE: Final = """
body{font:16px/1.5 system-ui,sans-serif;color:#20242b;max-width:760px;margin:2rem auto;padding:0 1rem}
h1{font-size:1.5rem;margin-bottom:0}h2{font-size:1.15rem;margin-top:2.2rem}p.small,figcaption{color:#555b66;font-size:.9rem}
figure{margin:1.2rem 0}svg{width:100%;height:auto;font:11px system-ui,sans-serif}svg text{fill:#444b55}
.grid{stroke:#e3e6ea}.mark{stroke:#20242b;stroke-dasharray:5 4}.legend{float:right}.legend span{margin-left:1em}
.legend i{display:inline-block;width:.7em;height:.7em;margin-right:.35em}
table{border-collapse:collapse;width:100%;font-size:.9rem}
th,td{text-align:left;padding:.25rem .5rem;border-bottom:1px solid #e3e6ea}
td.n,th.n{text-align:right;font-variant-numeric:tabular-nums}
"""


def page(
    leads: Leads,
    came: Fates,
    horizon: int,
    outlooks: Sequence[Outlook],
    held: Comparison | None,
    time_zone: str = "UTC",
) -> str:
    """The page; days are those of the time zone."""
    names = titles(outlooks)
    parts = [
        f"<h1>{escape(' against '.join(names))}</h1><p class=small>{escape(about_looks(leads, time_zone))}</p>",
        *_said(outlooks, names),
        *([] if held is None else _held(held, names)),
        "<h2>Week by week</h2>", *_volume(outlooks, names, time_zone),
        "<h2>Does a higher score win more often?</h2>", *_conversion(outlooks, names),
        *_people(outlooks, names, time_zone),
        f"<h2>Who is counted</h2>{_paragraphs(about_leads(came, horizon))}",
    ]  # fmt: skip
    head = f"<meta charset=utf-8><title>Backtest: {escape(names[0])}</title><style>{_STYLE}</style>"
    return f"<!doctype html><html lang=en><head>{head}</head><body>{''.join(parts)}</body></html>\n"


def titles(outlooks: Sequence[Outlook]) -> list[str]:
    """The playbooks' names; with their fingerprints where they have the same."""
    names = [each.replayed.playbook for each in outlooks]
    if len(set(names)) == len(names):
        return names
    return [f"{each.replayed.playbook} ({each.replayed.fingerprint})" for each in outlooks]


def _paragraphs(texts: Iterable[str]) -> str:
    return "".join(f"<p>{escape(text)}</p>" for text in texts)


def _said(outlooks: Sequence[Outlook], names: Sequence[str]) -> list[str]:
    if len(outlooks) == 1:
        return [_paragraphs(sentences(outlooks[0]))]
    return [
        f"<h2>{escape(name)}</h2>{_paragraphs(sentences(each))}"
        for name, each in zip(names, outlooks, strict=True)
    ]


def _held(held: Comparison, names: Sequence[str]) -> list[str]:
    shares = [each for each in held.differences if each.name in ("precision", "recall")]
    found = [f"<h2>What the difference is</h2>{_paragraphs(verdict(held, names))}"]
    head = ["", names[0], names[1], "difference", "95 % interval", "more than chance?"]
    rows = [
        [
            difference_name(each.name), figure(each.name, each.one), figure(each.name, each.other),
            figure(each.name, each.change, True),
            f"{figure(each.name, each.low, True)} to {figure(each.name, each.high, True)}",
            "yes" if each.more_than_chance else "no",
        ]
        for each in held.differences
    ]  # fmt: skip
    found.append(_table(head, rows, numbers=(1, 2, 3, 4)))
    if shares:
        spans = [(100 * each.change, 100 * each.low, 100 * each.high) for each in shares]
        labels = [difference_name(each.name) for each in shares]
        found.append(
            charts.intervals("Difference, in points of percentage", labels, [spans], [""], "", zero=True)
        )
    return found


def _volume(outlooks: Sequence[Outlook], names: Sequence[str], time_zone: str) -> list[str]:
    weeks = outlooks[0].weeks
    labels = [closing_day(week.ends, time_zone) for week in weeks]
    capacity = outlooks[0].capacity
    handed = [[week.handed for week in each.weeks] for each in outlooks]
    found = [
        charts.bars(
            "Leads handed over in each week", labels, handed, names,
            None if capacity is None else float(capacity), f"capacity: {capacity} a week",
        )
    ]  # fmt: skip
    for name, each in zip(names, outlooks, strict=True):
        stages = [stage for stage in STAGES[1:] if any(week.stages.get(stage) for week in each.weeks)]
        series = [[float(week.stages.get(stage, 0)) for week in each.weeks] for stage in stages]
        title = "Leads in each stage at the end of the week" + (f", by {name}" if len(names) > 1 else "")
        if stages:
            found.append(charts.stacked(title, labels, series, stages))
    return found


def _conversion(outlooks: Sequence[Outlook], names: Sequence[str]) -> list[str]:
    found = []
    for name, each in zip(names, outlooks, strict=True):
        by = f", by {name}" if len(names) > 1 else ""
        for what, parts in (("band of the total", each.bands), ("grade", each.grades)):
            shown = [part for part in parts if part.rate.of]
            if shown:
                labels = [f"{part.name} (n = {part.rate.of:,})" for part in shown]
                title = f"Share won in each {what}, with 95 % intervals{by}"
                found.append(charts.intervals(title, labels, [[_span(part) for part in shown]], [name]))
    return found or ["<p>No lead is decided and old enough, so nothing can be said of it.</p>"]


def _span(part: Part) -> tuple[float, float, float]:
    low, high = part.rate.interval
    return 100 * (part.rate.share or 0.0), 100 * low, 100 * high


def _people(outlooks: Sequence[Outlook], names: Sequence[str], time_zone: str) -> list[str]:
    found = []
    for name, each in zip(names, outlooks, strict=True):
        by = f" by {escape(name)}" if len(names) > 1 else ""
        found.append(f"<h2>Won, and missed{by}</h2>{_named(each.missed, 'won', time_zone)}")
        found.append(f"<h2>Handed over, and lost{by}</h2>{_named(each.mistaken, 'ended', time_zone)}")
    return found


def _named(leads: Sequence[Named], ended: str, time_zone: str) -> str:
    if not leads:
        return "<p>Nobody.</p>"
    worth = any(each.amount is not None for each in leads)
    head = ["lead", "total", "stage", "flagged", ended, *(["worth"] if worth else [])]
    rows = [
        [
            each.lead_id,
            f"{each.total / 100:,.2f}",
            each.stage,
            day(each.flagged_at, time_zone),
            day(each.closed_at, time_zone),
            *([_worth(each)] if worth else []),
        ]
        for each in leads[:MOST_NAMES]
    ]
    more = f"<p class=small>and {len(leads) - MOST_NAMES:,} more</p>" if len(leads) > MOST_NAMES else ""
    return _table(head, rows, numbers=(1, 5)) + more


def _worth(lead: Named) -> str:
    return "–" if lead.amount is None else money(lead.amount, lead.currency)


def _table(head: Sequence[str], rows: Iterable[Sequence[Any]], numbers: tuple[int, ...]) -> str:
    marks = ["n" if place in numbers else "t" for place in range(len(head))]
    top = "".join(f'<th class="{mark}">{escape(name)}</th>' for mark, name in zip(marks, head, strict=True))
    body = "".join(
        "<tr>" + "".join(f'<td class="{mark}">{escape(str(cell))}</td>' for mark, cell in zip(marks, row, strict=True))
        + "</tr>"
        for row in rows
    )  # fmt: skip
    return f"<table><thead><tr>{top}</tr></thead><tbody>{body}</tbody></table>"
