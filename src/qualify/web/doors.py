"""The front doors over HTTP: one view for all of them, and what clients ask for before they send.

    request → door reads → key opens a source → limits → pipeline → writer → the door's answer

Nothing is answered with success before it is committed, and whatever goes wrong is answered in a shape
that the door's clients understand: a refusal they drop, or one that they repeat.
"""

from __future__ import annotations

import importlib
import logging
import re
import time
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from typing import Any, NamedTuple, cast

import msgspec
from django.conf import settings
from django.db import Error
from django.http import HttpRequest, HttpResponse

from qualify.capture.cors import cors, preflight
from qualify.capture.decoding import LIMIT
from qualify.capture.doors import segment
from qualify.capture.model import Delivery, Door, Refusal, Reply, Request
from qualify.capture.pipeline import Facts
from qualify.clock import now
from qualify.web import fetching
from qualify.web.keeping.counting import COUNTS
from qualify.web.keeping.delivering import keep_delivery
from qualify.web.keeping.using import USES
from qualify.web.limits import Buckets
from qualify.web.sources import Access, Keys

logger = logging.getLogger(__name__)

DOORS = (
    *("segment", "script", "posthog", "plausible", "salesforce", "hubspot", "mautic", "typeform", "tally"),
    *("calendly", "meta", "linkedin", "google_ads"),
)
"""Every door, by the name of its file; the first whose path fits reads the request."""

LARGEST_BODY = 4 * LIMIT
"""Bytes of a body that are looked at; what is inflated has a limit of its own."""

BUSY_SECONDS = 2
"""What clients are told to wait when the store does not take what they sent."""

KEYS, BUCKETS = Keys(), Buckets()


KeyOf = Callable[[Request, Mapping[str, str]], str | None]
"""How a door finds the key of a request before it reads it."""


class Found(NamedTuple):
    """The door that a path leads to, and what its named groups matched."""

    door: Door
    match: Mapping[str, str]


@cache
def doors() -> tuple[tuple[re.Pattern[str], Door], ...]:
    """The paths of all doors, compiled when the first request comes."""
    made = (importlib.import_module(f"qualify.capture.doors.{name}").DOOR for name in DOORS)
    return tuple((re.compile(path), cast("Door", door)) for door in made for path in door.paths)


def ready() -> None:
    """Make what the first requests would make, before several threads ask for it at once.

    msgspec learns a type when it is first asked for it; a second thread that asks meanwhile finds half of what it
    learns, and the process is gone (msgspec 0.22: a null pointer in ``_core``).
    """
    doors()
    for kind in _kinds(msgspec.Struct):
        msgspec.json.Decoder(kind)


def _kinds(of: type[Any]) -> Iterator[type[Any]]:
    below: list[type[Any]] = of.__subclasses__()
    for kind in below:
        yield kind
        yield from _kinds(kind)


def receive(request: HttpRequest, path: str) -> HttpResponse:
    """Any request to a front door."""
    asked = request_of(request, path)
    if asked.method == "OPTIONS":
        return response(preflight(asked))
    found = door_at(path)
    if found is None:
        return response(Reply(404, b'{"code":"not_found","message":"no door is at this address"}'))
    try:
        reply = through(found, asked)
    except Refusal as refusal:
        reply = found.door.refuse(refusal)
    except (Error, TimeoutError) as error:
        logger.warning("not kept, the client is asked to send it again: %s", error)
        reply = found.door.refuse(
            Refusal(503, "busy", "not kept; send it again", {"Retry-After": str(BUSY_SECONDS)})
        )
    except Exception:
        logger.exception("a request to the door %s failed", found.door.name)
        reply = found.door.refuse(Refusal(500, "failed", "not kept; this is our mistake"))
    return response(reply, cors(asked))


def door_at(path: str) -> Found | None:
    """The door that a path leads to."""
    for pattern, door in doors():
        match = pattern.fullmatch(path)
        if match is not None:
            return Found(door, {name: value or "" for name, value in match.groupdict().items()})
    return None


def request_of(request: HttpRequest, path: str) -> Request:
    """The request as doors see it. Raises nothing: a body that is too large is cut, and refused later."""
    headers = {name.lower(): value for name, value in request.headers.items()}
    query = {name: values[-1] for name, values in request.GET.lists()}
    size = headers.get("content-length", "0")
    body = b"" if size.isdecimal() and int(size) > LARGEST_BODY else request.read(LARGEST_BODY + 1)
    if not body and size not in ("", "0"):
        body = b"\0" * (LARGEST_BODY + 1)
    return Request(request.method or "GET", path, query, headers, body, address(request))


def address(request: HttpRequest) -> str:
    """Whom the request comes from: what the last of the trusted proxies saw, else the connection."""
    hops = [each.strip() for each in request.headers.get("x-forwarded-for", "").split(",") if each.strip()]
    trusted = int(settings.TRUSTED_PROXIES)
    if trusted and len(hops) >= trusted:
        return hops[-trusted]
    return str(request.META.get("REMOTE_ADDR", ""))


def through(found: Found, asked: Request) -> Reply:
    """Read, check, refine and keep what a request brought. Raises :class:`Refusal`."""
    received_at = now()
    if len(asked.body) > LARGEST_BODY:
        raise Refusal(413, "too_large", f"a request may have at most {LARGEST_BODY:,} bytes")
    access = first(found, asked, received_at)
    started = time.perf_counter_ns()
    delivery = found.door.read(asked, found.match, access.secrets if access else {})
    reading = time.perf_counter_ns() - started
    if access is None:
        access = opened(delivery.key, received_at)
    if not delivery.calls and not delivery.malformed:
        return found.door.answer(delivery)
    admit(access, delivery, asked, received_at)
    access = vouched(found.door, access)
    fetching.ask(found.door.name, access, delivery.calls, received_at)
    keep_delivery(found.door.name, access, delivery, Facts.of(asked), received_at, reading)
    return found.door.answer(delivery)


def first(found: Found, asked: Request, at: int) -> Access | None:
    """What the request's key opens, where the door needs the source's secrets to read; else None.

    Raises :class:`Refusal`.
    """
    of_door: KeyOf | None = getattr(found.door, "key", None)
    key = of_door(asked, found.match) if of_door else found.match.get("key") or asked.query.get("key")
    return None if key is None else opened(key, at)


def vouched(door: Door, access: Access) -> Access:
    """The same; trusted where what was sent is signed, and the signature was checked when it was read."""
    secret = getattr(door, "signed_by", "")
    if not secret or not access.secrets.get(secret) or access.source is None:
        return access
    return access._replace(source=msgspec.structs.replace(access.source, trusted=True))


def opened(key: str | None, at: int) -> Access:
    """What the key opens; raises :class:`Refusal` (401) when it opens nothing that takes calls."""
    access = KEYS.opens(key, at) if key else None
    if access is None or access.source is None:
        raise Refusal(401, "bad_key", "this key opens no source" if key else "no key came with the request")
    USES.note(access.key_id, at)
    return access


def admit(access: Access, delivery: Delivery, asked: Request, at: int) -> None:
    """Raise :class:`Refusal` for pages that may not use the key, and when too much comes."""
    assert access.source is not None
    if not access.admits(asked.headers.get("origin", "")):
        COUNTS.one(access.source.id, "origin", "blocked", len(delivery.calls), at)
        raise Refusal(403, "bad_origin", "pages of this origin may not use this key")
    wait = BUCKETS.wait(access.key_id, len(delivery.calls), access.rate, at)
    if wait:
        raise Refusal(
            429, "slow_down", f"more than {access.rate:g} calls a second", {"Retry-After": str(wait)}
        )


def segment_settings(request: HttpRequest, key: str) -> HttpResponse:
    """What analytics.js asks for before it sends."""
    asked = request_of(request, request.path)
    if asked.method == "OPTIONS":
        return response(preflight(asked))
    own = request.get_host()
    return response(segment.settings(key, own, scheme_of(asked, own)), cors(asked))


def scheme_of(asked: Request, own: str) -> str:
    """How the world reaches us under that name: a page that is encrypted may call nothing that is not."""
    protocol, _, host = settings.BASE_URL.partition("://")
    if own == host:
        return str(protocol)
    told = asked.headers.get("x-forwarded-proto", "").rpartition(",")[2].strip()
    return "https" if settings.TRUSTED_PROXIES and told == "https" else "http"


def rudder_config(request: HttpRequest) -> HttpResponse:
    """What RudderStack's clients ask for before they send."""
    asked = request_of(request, request.path)
    if asked.method == "OPTIONS":
        return response(preflight(asked))  # they send their key in a header, so that a browser asks first
    return response(segment.source_config(asked.query.get("writeKey", "")), cors(asked))


def response(reply: Reply, headers: Mapping[str, str] | None = None) -> HttpResponse:
    """A reply as Django sends it."""
    answer = HttpResponse(reply.body, status=reply.status, content_type=reply.content_type)
    for name, value in {**(headers or {}), **reply.headers}.items():
        answer[name] = value
    return answer
