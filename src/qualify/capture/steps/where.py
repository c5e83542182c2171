"""What the event was about and where it came from: page, campaign, click ids, channel."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any, Final
from urllib.parse import unquote_plus, urlsplit

from qualify.capture.known import Known
from qualify.capture.model import Draft, Dropped, Json
from qualify.capture.sites import CLICK_IDS

PAGE: Final = ("url", "path", "referrer", "title", "search")
"""What is kept of a page, under ``page`` in the properties."""

UTM: Final = ("utm_source", "utm_medium", "utm_campaign", "utm_term", "utm_content")
"""What is kept of a campaign; ``context.campaign`` says ``name`` for ``utm_campaign``."""

KEPT: Final = ("library", "locale", "timezone", "device", "os", "app", "screen", "location", "sessionId")
"""What is kept of a call's context for the timeline."""

_KEPT: Final = frozenset(KEPT)
_NONE: Final[Mapping[str, str]] = {}

_CAMPAIGN: Final = {"source": UTM[0], "medium": UTM[1], "name": UTM[2], "term": UTM[3], "content": UTM[4]}
_WANTED: Final = frozenset({*UTM, *CLICK_IDS})
_HOST: Final = re.compile(r"[a-zA-Z][a-zA-Z0-9+.-]*://(?:[^/?#@]*@)?(\[[^\]]*\]|[^/?#:]{1,255})")
_LONGEST_URL: Final = 4_000
_LONGEST: Final = 200


def page(draft: Draft, known: Known) -> Dropped | None:
    """The page, the campaign and the click ids, under ``page``, ``utm_…``, ``campaign`` and their own names."""
    call = draft.call
    context = call.context
    properties: Json = dict(call.properties)
    seen = context.get("page")
    if isinstance(seen, dict) or call.type == "page":
        _place(properties, _page(seen if isinstance(seen, dict) else properties))
    if call.event and call.type != "track":
        properties.setdefault("name", call.event)
    found = _tracked(properties, context)
    if found:
        properties = {**found, **properties}
        if "utm_campaign" in found:
            properties.setdefault("campaign", found["utm_campaign"])
    draft.properties = properties
    draft.context = {name: told for name, told in context.items() if told and name in _KEPT}
    return None


def _place(properties: Json, page: Json) -> None:
    """The page under ``page``; what the event itself says there goes before it."""
    given = properties.get("page")
    if given is None:
        properties["page"] = page
    elif isinstance(given, dict):
        properties["page"] = {**page, **given}


def _page(told: Mapping[str, Any]) -> Json:
    found: Json = {}
    for name in PAGE:
        text = told.get(name)
        if text and text.__class__ is str:
            found[name] = text[:_LONGEST_URL]
    if "path" not in found and "url" in found and (path := _split(found["url"])[0]):
        found["path"] = path
    return found


def _tracked(properties: Mapping[str, Any], context: Mapping[str, Any]) -> dict[str, str]:
    """The campaign and the click ids: in the page's query, and in the campaign that the client read there."""
    found: dict[str, str] = {}
    seen = properties.get("page")
    if isinstance(seen, dict):
        query, url = seen.get("search"), seen.get("url")
        if not query and isinstance(url, str) and "?" in url:
            query = _split(url)[1]
        if isinstance(query, str) and "=" in query:
            found = in_query(query)
    campaign = context.get("campaign")
    if isinstance(campaign, dict):
        for name, field in _CAMPAIGN.items():
            value = campaign.get(name) or campaign.get(field)
            if value and isinstance(value, str):
                found[field] = value[:_LONGEST]
    return found


def in_query(query: str) -> dict[str, str]:
    """The UTM fields and click ids in a query string; the last of one name counts.

    >>> in_query("utm_source=google&x=1&gclid=abc&utm_campaign=spring%20sale")
    {'utm_source': 'google', 'gclid': 'abc', 'utm_campaign': 'spring sale'}
    """
    found: dict[str, str] = {}
    for part in query[:_LONGEST_URL].lstrip("?").partition("#")[0].split("&"):
        name, _, value = part.partition("=")
        if value and name in _WANTED:
            plain = unquote_plus(value) if "%" in value or "+" in value else value
            found[name] = plain[:_LONGEST].replace("\0", "\ufffd")
    return found


def touch(draft: Draft, known: Known) -> Dropped | None:
    """The channel by which they came: of a page view that is no step within our own site, and of a call with a
    campaign or click id of its own.
    """
    call, properties = draft.call, draft.properties
    if "channel" in properties:
        return None
    led = not _WANTED.isdisjoint(properties)
    if not led and call.type != "page":
        return None
    seen = properties.get("page")
    seen = seen if isinstance(seen, dict) else {}
    referrer = seen.get("referrer")
    host = host_of(referrer) if referrer.__class__ is str else ""
    own = _own(seen.get("url"), known) if host else known.own_hosts  # they are asked of a referrer alone
    told = _led(properties) if led else _NONE
    channel = known.channels.channel(told, told, host, own)
    if channel:
        properties["channel"] = channel
    if host:
        properties["referrer_host"] = host
    return None


def _led(properties: Mapping[str, Any]) -> Mapping[str, str]:
    """The campaign and the click ids that are texts."""
    return {
        name: text for name in _WANTED.intersection(properties) if isinstance(text := properties[name], str)
    }


def _own(url: Any, known: Known) -> frozenset[str]:
    here = host_of(url).removeprefix("www.") if url.__class__ is str else ""
    return _with(known.own_hosts, here) if here else known.own_hosts


@lru_cache(maxsize=1024)
def _with(hosts: frozenset[str], here: str) -> frozenset[str]:
    return hosts | {here}


def host_of(url: str) -> str:
    """The host in a URL, in small letters; empty when there is none.

    >>> host_of("https://ann@www.Acme.com:8443/pricing"), host_of("android-app://com.slack/"), host_of("$direct")
    ('www.acme.com', 'com.slack', '')
    """
    found = _HOST.match(url)
    return found[1].lower() if found else ""


def _split(url: str) -> tuple[str, str]:
    """Path and query of a URL; empty for what is none."""
    try:
        parts = urlsplit(url[:_LONGEST_URL])
    except ValueError:
        return "", ""
    return parts.path, parts.query
