"""Rules for opens and clicks: sooner than a human, more than a human, where no human can."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Collection, Iterator
from math import inf
from typing import TypeAlias

from qualify.machine.crowds import crowded
from qualify.machine.facts import Mail
from qualify.machine.reasons import Label, Reason
from qualify.machine.settings import SECOND, Settings

Found: TypeAlias = Iterator[tuple[int, Label]]

_FOLLOWED = Label(
    Reason.ALL_LINKS_AT_ONCE, 0.9, "Opened in the same seconds in which several links were followed."
)
_HONEYPOT_LINK = Label(Reason.HONEYPOT_LINK, 1.0, "Followed a link that no human can see.")
_HONEYPOT_BESIDE = Label(
    Reason.HONEYPOT_LINK, 0.98, "Within seconds of following a link that no human can see."
)


def condemned(mail: Mail, settings: Settings) -> Found:
    """The honeypot clicks of a mail, and the opens and clicks of the burst around each.

    No page view clears these: scanners that call up pages follow honeypots too.
    """
    caught = [click for click in mail.clicked if click.properties.get("honeypot") is True]
    if not caught:
        return
    moments = sorted([click.happened_at for click in mail.clicked] + [moment for moment, _ in mail.opened])
    spans: list[tuple[int, int]] = []
    for click in caught:
        if not _within(spans, click.happened_at):
            spans.append(_burst(moments, click.happened_at, settings.together))
    honeypots = {click.event_id for click in caught}
    for click in mail.clicked:
        if _within(spans, click.happened_at):
            yield click.event_id, _HONEYPOT_LINK if click.event_id in honeypots else _HONEYPOT_BESIDE
    for moment, event_id in mail.opened:
        if _within(spans, moment):
            yield event_id, _HONEYPOT_BESIDE


def suspected(mail: Mail, proven: Collection[int], settings: Settings) -> dict[int, Label]:
    """What speaks against the opens and clicks of a mail, but for the clicks that are proven a human's.

    The surer rule is asked first, and what it finds is not asked again.
    """
    found = _too_many(mail, proven, settings) if len(mail.clicked) >= settings.links else {}
    if not mail.delivered:
        return found
    for click in mail.clicked:
        if click.event_id not in found and click.event_id not in proven:
            wait = _wait(click.happened_at, mail.delivered, settings)
            if wait is not None and wait <= settings.hasty:
                found[click.event_id] = _too_soon(wait, settings)
    read = [click.happened_at for click in mail.clicked if click.event_id in proven]
    for moment, event_id in mail.opened:
        if event_id not in found:
            wait = _wait(moment, mail.delivered, settings)
            if wait is not None and wait <= settings.at_once and not _read_on(moment, read, settings):
                found[event_id] = Label(Reason.OPENED_AT_ONCE, 0.8, f"Opened {_after(wait)}.")
    return found


def _too_many(mail: Mail, proven: Collection[int], settings: Settings) -> dict[int, Label]:
    """The clicks of a burst on several links, but for those that are proven, and the opens beside them."""
    told = [click for click in mail.clicked if click.link is not None]
    moments = [click.happened_at for click in told]
    together = crowded(moments, [click.link for click in told], settings.together, settings.links)
    crowd = [
        click for click, many in zip(told, together, strict=True) if many and click.event_id not in proven
    ]
    if not crowd:
        return {}
    seen = f"Followed with {settings.links - 1} or more other links of the mail"
    label = Label(Reason.ALL_LINKS_AT_ONCE, 0.95, f"{seen} within {settings.together // SECOND} seconds.")
    found = {click.event_id: label for click in crowd}
    guilty = [click.happened_at for click in crowd]
    for moment, event_id in mail.opened:
        place = bisect_right(guilty, moment + settings.together)
        if place and guilty[place - 1] >= moment - settings.together:
            found[event_id] = _FOLLOWED
    return found


def _too_soon(wait: int, settings: Settings) -> Label:
    if wait <= settings.at_once:
        return Label(Reason.CLICKED_AT_ONCE, 0.9, f"Clicked {_after(wait)}.")
    seen = f"Clicked {_after(wait)}, and the page was not looked at."
    return Label(Reason.CLICK_WITHOUT_PAGE_VIEW, 0.6, seen)


def _wait(moment: int, delivered: list[int], settings: Settings) -> int | None:
    """From the latest delivery to this moment; below 0 when the only one near is later; None without one.

    A gateway looks at a mail before it takes it, so what it does can come before the notice of delivery.
    """
    place = bisect_right(delivered, moment)
    if place:
        return moment - delivered[place - 1]
    return moment - delivered[0] if delivered[0] - moment <= settings.before_delivery else None


def _after(wait: int) -> str:
    seconds = f"{abs(wait) / SECOND:.1f} seconds"
    return f"{seconds} after delivery" if wait >= 0 else f"{seconds} before the mail was delivered"


def _read_on(moment: int, read: list[int], settings: Settings) -> bool:
    """Whether a proven click follows an open so closely that whoever clicked had opened."""
    place = bisect_right(read, moment)
    return place < len(read) and read[place] - moment <= settings.hasty


def _burst(moments: list[int], moment: int, gap: int) -> tuple[int, int]:
    """From when to when something happened around a moment without a pause longer than `gap`."""
    first = last = bisect_right(moments, moment) - 1
    while first > 0 and moments[first] - moments[first - 1] <= gap:
        first -= 1
    while last + 1 < len(moments) and moments[last + 1] - moments[last] <= gap:
        last += 1
    return moments[first], moments[last]


def _within(spans: list[tuple[int, int]], moment: int) -> bool:
    """Whether the moment lies in one of these spans, which ascend and do not meet."""
    place = bisect_right(spans, (moment, inf))
    return place > 0 and moment <= spans[place - 1][1]
