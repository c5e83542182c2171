"""One person's activity as the rules look at it: sorted, parted into mails and visits, properties read."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from operator import itemgetter
from typing import NamedTuple
from urllib.parse import urlsplit

from qualify.machine.settings import Settings

_LONGEST = 2_048


class Activity(NamedTuple):
    """One event of one person. `happened_at` is epoch ms; `source` names where it came from.

    Of the properties the rules read `message_id` or else `campaign` (which mail), `link` or `url` (where a click
    leads), `click_id`, `page.path` or `path`, `seconds` (spent on the page), `user_agent` (the visitor's own, not
    that of the library that sent the event), `ip`, `honeypot`; of forms `fields`, `took` (seconds) and
    `same_text` (how many others sent the same text, by `texts.same_texts`). All may be missing.
    """

    event_id: int
    kind: str
    happened_at: int
    properties: Mapping[str, object]
    source: str = ""


class Click(NamedTuple):
    """A click in a mail, and where it leads (None when not told)."""

    event_id: int
    happened_at: int
    link: str | None
    properties: Mapping[str, object]


class View(NamedTuple):
    """A page view, and the page as it was told: a path or an address (None when not told)."""

    event_id: int
    happened_at: int
    page: str | None
    properties: Mapping[str, object]


@dataclass(slots=True)
class Mail:
    """What happened to one mail; each list ascends in time."""

    delivered: list[int] = field(default_factory=list)
    opened: list[tuple[int, int]] = field(default_factory=list)
    clicked: list[Click] = field(default_factory=list)


@dataclass(slots=True)
class Facts:
    """One person's activity, parted; each list ascends in time."""

    mails: dict[str | int | None, Mail] = field(default_factory=dict)
    views: list[View] = field(default_factory=list)
    forms: list[Activity] = field(default_factory=list)
    told: list[tuple[Activity, str]] = field(default_factory=list)
    """Activity whose user agent or address may say something, with the part that it plays."""


def parted(activity: Collection[Activity], settings: Settings) -> Facts:
    """The activity that rules look at, in the order of happening; everything else is left aside."""
    facts, part_of = Facts(), settings.part_of
    for one in sorted(activity, key=_ORDER):
        event_id, kind, happened_at, properties, _ = one
        part = part_of.get(kind)
        if part is None:
            continue
        if part == "viewed":
            facts.views.append(View(event_id, happened_at, _page(properties), properties))
        elif part == "submitted":
            facts.forms.append(one)
        else:
            _put(facts.mails, one, part)
        if part != "delivered" and ("user_agent" in properties or "ip" in properties):
            facts.told.append((one, part))
    return facts


_ORDER = itemgetter(2, 0)


def _put(mails: dict[str | int | None, Mail], one: Activity, part: str) -> None:
    event_id, _, happened_at, properties, _ = one
    told = properties.get("message_id") or properties.get("campaign")
    key = told if isinstance(told, str | int) else None
    mail = mails.get(key)
    if mail is None:
        mail = mails[key] = Mail()
    if part == "opened":
        mail.opened.append((happened_at, event_id))
    elif part == "clicked":
        link = _known(properties, "link") or _known(properties, "url")
        mail.clicked.append(Click(event_id, happened_at, link, properties))
    elif key is not None:  # which mail it was must be known, or any delivery would speak against any click
        mail.delivered.append(happened_at)


def _page(properties: Mapping[str, object]) -> str | None:
    page = properties.get("page")
    # Most properties come from JSON; asking for a dict first spares asking whether it is any Mapping.
    if isinstance(page, dict) or isinstance(page, Mapping):  # noqa: SIM101
        return _known(page, "path") or _known(page, "url")
    return _known(properties, "page.path") or _known(properties, "path") or _known(properties, "url")


def _known(properties: Mapping[str, object], name: str) -> str | None:
    """The property when it is a text and not empty, of what may be too long its beginning."""
    value = properties.get(name)
    return value[:_LONGEST] if value and isinstance(value, str) else None


@lru_cache(maxsize=4_096)
def path_of(link: str) -> str:
    """The path that a link or a path leads to, without host, query and closing slash.

    >>> path_of("https://acme.test/pricing/?utm_source=mail"), path_of("/pricing"), path_of("https://acme.test")
    ('/pricing', '/pricing', '/')
    """
    try:
        path = urlsplit(link).path
    except ValueError:  # a link that no browser could follow
        path = link
    return path.rstrip("/") or "/"
