"""Rules for page views; and which of them prove that a click was a human's."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Collection, Iterator
from itertools import accumulate
from operator import itemgetter

from qualify.machine.crowds import crowded
from qualify.machine.facts import Activity, Click, Mail, View, path_of
from qualify.machine.mails import Found
from qualify.machine.reasons import Label, Reason
from qualify.machine.settings import MINUTE, SECOND, Settings

_ORDER = itemgetter(1, 0)
_FARTHEST = 100  # clicks that are looked back on: nobody clicks more often between a click and its page
_LEAST_STAY = 1.0  # second: a page that was left sooner was not looked at


def rushed(views: list[View], settings: Settings) -> Found:
    """The page views that came in greater numbers than a human opens pages."""
    if len(views) < settings.pages:
        return
    crowd = _crowd(views, settings.pages, settings)
    if True not in crowd:
        return
    seen = f"One of {settings.pages} or more pages called up within {settings.together // SECOND} seconds."
    label = Label(Reason.PAGES_AT_ONCE, 0.9, seen)
    for view, many in zip(views, crowd, strict=True):
        if many:
            yield view.event_id, label


def proofs(
    mails: Collection[Mail], views: list[View], accused: Collection[int], settings: Settings
) -> Iterator[tuple[View, Click]]:
    """Each page view that a human must have made, with the click that it followed.

    It is not accused itself, was stayed on where that is known, and is not one of so many pages as a scanner
    that runs a browser calls up. It proves the latest click before it that leads to that page (or has the same
    `click_id`); a click that does not tell where it leads is proven by any page.
    """
    clicks = [click for mail in mails for click in mail.clicked] if views else []
    clicks.sort(key=_ORDER)
    moments = [click.happened_at for click in clicks]
    for view, many in zip(views, _crowd(views, settings.links, settings) if clicks else (), strict=False):
        if many or view.event_id in accused or not _stayed(view):
            continue
        last = bisect_right(moments, view.happened_at)
        first = max(bisect_left(moments, view.happened_at - settings.arrival), last - _FARTHEST)
        click = next((each for each in reversed(clicks[first:last]) if _led_to(each, view)), None)
        if click:
            yield view, click


def sent_by_machine(
    forms: list[Activity], views: list[View], machine: Collection[int], settings: Settings
) -> Found:
    """The forms sent in a visit whose every page view was a machine's."""
    if not forms or not machine:
        return
    moments = [view.happened_at for view in views]
    label = Label(
        Reason.FORM_SPAM,
        0.7,
        f"Every page viewed in the {settings.visit // MINUTE} minutes before was a machine's.",
    )
    humans = list(accumulate((view.event_id not in machine for view in views), initial=0))
    for form in forms:
        first = bisect_left(moments, form.happened_at - settings.visit)
        last = bisect_right(moments, form.happened_at)
        if first < last and humans[first] == humans[last]:
            yield form.event_id, label


def _crowd(views: list[View], many: int, settings: Settings) -> list[bool]:
    return crowded(
        [view.happened_at for view in views], [view.page for view in views], settings.together, many
    )


def _stayed(view: View) -> bool:
    seconds = view.properties.get("seconds")
    return not isinstance(seconds, int | float) or seconds >= _LEAST_STAY


def _led_to(click: Click, view: View) -> bool:
    one, other = click.properties.get("click_id"), view.properties.get("click_id")
    if one and other:
        return one == other
    if click.link is None:
        return True
    return view.page is not None and path_of(click.link) == path_of(view.page)
