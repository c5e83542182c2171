"""The numbers of the alignment page in sentences, tables and charts."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping, Sequence
from statistics import median
from typing import Any, NamedTuple

from babel.dates import format_date
from django.utils.translation import gettext as _

from qualify.handoff.reasons import EFFECTS
from qualify.handoff.speed import Observed, Speed, speed, speed_by
from qualify.moments import DAY
from qualify.reports import alignment as report
from qualify.reports.alignment import Counts, Foretold, HandedOver, Part, ScoreBand
from qualify.web.looking.alignment import Agreed
from qualify.web.screens.alignment.period import Period, begin
from qualify.web.screens.alignment.slicing import SAID_WORDS, Links, named
from qualify.web.screens.chart import Chart, spec
from qualify.web.screens.templatetags.qualify import locale, month_day, percent, points
from qualify.web.verbs.reasons import REASONS

SHOWN = 12
"""Rows of a table, unless all are asked for."""


class Line(NamedTuple):
    """A row of a table: what it is about, the numbers, and where the leads behind each are.

    ``stands_out`` says whether they are rejected more or less often than the rest.
    """

    label: str
    counts: Counts
    links: Mapping[str, str]
    stands_out: str = ""
    reason: str = ""


class BandLine(NamedTuple):
    """A band of the score: what it is called, how it converted and how sure that is, and who is apart."""

    label: str
    of: ScoreBand
    low: float
    high: float
    links: Mapping[str, str]


class SpeedLine(NamedTuple):
    """How fast somebody's leads, or those of a source, heard from us; ``begins`` is the head of the first of a kind."""

    label: str
    speed: Speed
    links: Mapping[str, str]
    begins: str = ""


def verdict(found: Foretold) -> str:
    """Whether the score is any good, in one sentence."""
    if found.verdict == "too few":
        return _(
            "Too few are closed to say: %(closed)s of the %(handed)s leads that were handed over are won or lost. "
            "From %(least)s on there is an answer."
        ) % {
            "closed": found.closed, "handed": found.closed + found.rejected + found.open,
            "least": report.LEAST_DECIDED,
        }  # fmt: skip
    if found.verdict == "one-sided":
        end = _("won") if found.won else _("lost")
        return _("All %(closed)s leads that are closed were %(end)s: there is nothing to compare.") % {
            "closed": found.closed, "end": end
        }  # fmt: skip
    if found.ratio is None:
        return _("All leads that are closed had the same score: it tells none from the other.")
    return _compared(found)


def _compared(found: Foretold) -> str:
    top, bottom, ratio = found.bands[0], found.bands[-1], found.ratio
    assert ratio is not None
    told = {
        "top": points(top.least), "bottom": points(bottom.below), "times": _times(ratio.ratio),
        "low": _times(ratio.low), "high": _times(ratio.high), "n": top.band.leads, "m": bottom.band.leads,
        "won": top.band.won,
    }  # fmt: skip
    if ratio.ratio is None and found.verdict == "better":
        return (
            _(
                "Leads with %(top)s points or more are won (%(won)s of %(n)s), those below %(bottom)s are not (none of "
                "%(m)s)."
            )
            % told
        )
    if found.verdict == "better":
        said = _("Leads with %(top)s points or more are won %(times)s × as often as those below %(bottom)s")
    elif found.verdict == "worse":
        said = _(
            "The score points the wrong way: leads with %(top)s points or more are won only %(times)s × as often as "
            "those below %(bottom)s"
        )
    else:
        said = _(
            "No difference can be told yet between leads with %(top)s points or more and those below %(bottom)s: "
            "they are won %(times)s × as often"
        )
    sure = _("(95 %% sure: %(low)s to %(high)s ×; n = %(n)s and %(m)s).")
    return f"{said} {sure}" % told


def _times(value: float | None) -> str:
    return "?" if value is None else points(round(value, 1 if value >= 1 else 2))


def band_lines(found: Foretold, links: Links) -> list[BandLine]:
    """The bands, best first."""
    return [_band_line(each, links) for each in found.bands]


def _band_line(each: ScoreBand, links: Links) -> BandLine:
    limits = {"least": each.least, "below": each.below}
    return BandLine(_band(each), each, *each.band.interval, {
        "closed": links.to(came="closed", **limits), "won": links.to(came="won", **limits),
        "rejected": links.to(said="rejected", **limits), "open": links.to(came="open", **limits),
    })  # fmt: skip


def _band(each: ScoreBand) -> str:
    if each.least is None:
        return _("below %(points)s") % {"points": points(each.below)} if each.below is not None else _("all")
    if each.below is None:
        return _("%(points)s and more") % {"points": points(each.least)}
    return _("%(least)s to below %(below)s") % {"least": points(each.least), "below": points(each.below)}


def band_chart(lines: Sequence[BandLine]) -> Chart:
    """The share won in each band, with its interval."""
    values = [
        {
            "band": each.label,
            "share": each.of.band.rate,
            "low": round(each.low, 4),
            "high": round(each.high, 4),
        }
        for each in reversed(lines)
    ]
    across = {
        "field": "band", "type": "ordinal", "sort": None, "title": _("Points at the hand-off"),
        "axis": {"labelAngle": 0, "labelOverlap": True},
    }  # fmt: skip
    up = {"type": "quantitative", "title": _("Share won"), "axis": {"format": "%", "tickCount": 5}}
    bars = {"mark": {"type": "bar", "opacity": 0.8}, "encoding": {"x": across, "y": {**up, "field": "share"}}}
    sure = {
        "mark": {"type": "rule", "strokeWidth": 2},
        "encoding": {"x": across, "y": {**up, "field": "low"}, "y2": {"field": "high"}},
    }
    rows = [
        [each.label, percent(each.of.band.rate), f"{percent(each.low)} – {percent(each.high)}"]
        for each in lines
    ]
    title = _("Share won by the score at the hand-off; the line is the 95 % interval")
    return Chart("bands", title, spec(values, layer=[bars, sure]), [_("Points"), _("Won"), _("95 %")], rows)


def weeks(handed: Sequence[HandedOver], period: Period, links: Links) -> list[Line]:
    """What became of the leads of each week or month, the newest first."""
    spans = period.spans()
    counted = report.spans(handed, [begin(first) for first, _last in spans])
    lines = []
    for (first, last), each in zip(spans, counted, strict=True):
        dates = {"from": first.isoformat(), "to": last.isoformat()}
        lines.append(Line(_day(first, period), each, _links(links, **dates)))
    return lines[::-1]


def _day(first: dt.date, period: Period) -> str:
    return month_day(first) if period.by_week else format_date(first, "MMM y", locale=locale())


def _links(links: Links, **more: str) -> dict[str, str]:
    said = {word: links.to(said=word, **more) for word in report.SAID}
    came = {word: links.to(came=word, **more) for word in ("won", "lost")}
    return {"handed": links.to(**more), **said, **came}


def week_chart(lines: Sequence[Line], capacity: int | None, *, by_week: bool) -> Chart:
    """What was handed over, and what sales made of it."""
    names = {word: str(SAID_WORDS[word]) for word in report.SAID}
    values = [
        {"when": each.label, "said": names[word], "leads": many}
        for each in reversed(lines)
        for word in report.SAID
        if (many := getattr(each.counts, word))
    ]
    order = [names[word] for word in report.SAID]
    bars = {
        "mark": "bar",
        "encoding": {
            "x": {"field": "when", "type": "ordinal", "title": None, "axis": {"labelAngle": 0, "labelOverlap": True},
                  "scale": {"domain": [each.label for each in reversed(lines)]}},
            "y": {"field": "leads", "type": "quantitative", "aggregate": "sum", "title": _("Leads"),
                  "axis": {"tickMinStep": 1}},
            "color": {"field": "said", "type": "nominal", "title": None, "sort": order, "legend": {"orient": "top"},
                      "scale": {"domain": order, "range": ["#2e7d4f", "#b3402e", "#c9a227", "#9aa0a6"]}},
        },
    }  # fmt: skip
    layers: list[dict[str, Any]] = [bars]
    if capacity is not None and by_week:
        layers.append({
            "data": {"values": [{"capacity": capacity}]}, "mark": {"type": "rule", "strokeDash": [5, 4]},
            "encoding": {"y": {"field": "capacity", "type": "quantitative"}},
        })  # fmt: skip
    title = (
        _("Handed over, and what sales said; dashed: what sales can work")
        if len(layers) > 1
        else _("Handed over, and what sales said")
    )
    columns = [_("Since"), *(names[word].capitalize() for word in report.SAID)]
    rows = [[each.label, *(getattr(each.counts, word) for word in report.SAID)] for each in lines]
    return Chart("weeks", title, spec(values, layer=layers), columns, rows)


def lines(found: Iterable[Part], links: Links, word: str, names: Mapping[str, str]) -> list[Line]:
    """The parts as rows; what nobody knows is called so."""
    return [
        Line(
            names.get(each.key) or each.key or _("not known"), each.counts,
            _links(links, **{word: named(each.key)}), each.stands_out,
            _reason(each.reasons),
        )
        for each in found
    ]  # fmt: skip


def _reason(reasons: Mapping[str, int]) -> str:
    """The most frequent reason, and how often."""
    most = next(iter(reasons.items()), None)
    return "" if most is None else f"{REASONS.get(most[0], most[0])} ({most[1]})"


class ReasonLine(NamedTuple):
    """A reason with how many it was given for, what it blames, what follows from it, and where they are."""

    label: str
    many: int
    blames: str
    link: str


def reason_lines(handed: Sequence[HandedOver], links: Links) -> list[ReasonLine]:
    """Why sales rejected, the most frequent reason first."""
    blamed = {
        "fit": _("fit: who they are"), "engagement": _("engagement: what they did"), "data": _("the data"),
        "source": _("the source"), "": "",
    }  # fmt: skip
    blames: dict[str, str] = {word: blamed[effect.blames] for word, effect in EFFECTS.items()}
    return [
        ReasonLine(
            str(REASONS.get(word, word)), many, blames.get(word, ""), links.to(said="rejected", reason=word)
        )
        for word, many in report.reasons(handed).items()
    ]


def speeds(handed: Sequence[HandedOver], links: Links, names: Mapping[str, str]) -> list[SpeedLine]:
    """How fast leads heard from us: all, then by rep, then by source."""
    observed = [each.observed for each in handed if each.observed is not None]
    if not observed:
        return []
    found = [SpeedLine(_("All"), speed(observed), _clock_links(links))]
    found += _speeds_by("rep", lambda each: each.rep_id or "", _("By rep"), observed, links, names)
    return found + _speeds_by("source", lambda each: each.source, _("By source"), observed, links, names)


def _speeds_by(
    word: str, key: Callable[[Observed], str], head: str, observed: Sequence[Observed], links: Links,
    names: Mapping[str, str],
) -> list[SpeedLine]:  # fmt: skip
    """Those with the most leads first; where there is but one, it is all of them."""
    by = sorted(speed_by(key, observed).items(), key=lambda each: -each[1].leads)[:SHOWN]
    return [
        SpeedLine(
            names.get(name) or name or _no(word), each, _clock_links(links, **{word: named(name)}),
            head if place == 0 else "",
        )
        for place, (name, each) in enumerate(by)
        if len(by) > 1
    ]  # fmt: skip


def _no(word: str) -> str:
    return _("nobody") if word == "rep" else _("source not known")


def _clock_links(links: Links, **more: str) -> dict[str, str]:
    return {word: links.to(clock=word, **more) for word in ("kept", "missed", "waiting")} | {
        "all": links.to(**more)
    }


class Kept(NamedTuple):
    """The agreement against what happened: an usual week, and how many weeks were above what sales can work."""

    usual: float | None
    above: int
    weeks: int
    review_due: bool


def kept(lines: Sequence[Line], period: Period, terms: Agreed, now: int) -> Kept:
    """Weeks that are over, of those with a playbook; of longer periods, which are told by months, none."""
    here = (now - terms.begun_at) // (7 * DAY)
    over = [each.counts.handed for each in lines[1 : 1 + here]] if period.by_week else []
    above = sum(each > terms.capacity for each in over) if terms.capacity is not None else 0
    return Kept(median(over) if over else None, above, len(over), terms.review_at <= now)
