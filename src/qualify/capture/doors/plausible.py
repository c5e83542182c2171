"""Page views and goals as Plausible's trackers send them.

https://plausible.io/docs/events-api
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any, Final

from qualify.capture.decoding import json_bytes, read_json, read_object
from qualify.capture.doors.answering import Plain
from qualify.capture.doors.shapes import mapping, text
from qualify.capture.model import Call, Delivery, Json, Refusal, Reply, Request

SALT: Final = "visit_salt"
"""The secret that visitors' ids are made with; changed every day, it makes them strangers the next day."""


class Plausible(Plain):
    """The door of Plausible's events API; the key is the site's domain, the answer 202 ``ok``."""

    name = "plausible"
    paths = (r"api/event/?",)

    def key(self, request: Request, match: Mapping[str, str]) -> str | None:
        """The site's domain: by it the source is found, and with it its :data:`SALT`."""
        return site_of(read_object(json_bytes(request)))

    def read(self, request: Request, match: Mapping[str, str], secrets: Mapping[str, str]) -> Delivery:
        """The one call in a request.

        Its visitor is who the properties say (``user_id``, ``anonymous_id``, ``email``), else, if the source
        has the secret :data:`SALT`, a hash of site, address and user agent.
        """
        told = read_object(json_bytes(request))
        site, name = _first(told, "d", "domain"), _first(told, "n", "name")
        if not name or not site:
            raise Refusal(400, "malformed", 'An event needs its name "n" and its site\'s domain "d".')
        return Delivery(site[:255], [_call(request, told, name, _visitor(request, site, secrets.get(SALT)))])

    def answer(self, delivery: Delivery) -> Reply:
        """What Plausible answers."""
        return Reply(202, b"ok", "text/plain")


DOOR: Final = Plausible()


def site_of(told: Json) -> str | None:
    """The domain of the site that an event is of."""
    site = _first(told, "d", "domain")
    return site[:255] if site else None


def _call(request: Request, told: Json, name: str, visitor: str | None) -> Call:
    properties = _properties(told)
    url, referrer = _first(told, "u", "url"), _first(told, "r", "referrer")
    page = {"url": url, "referrer": referrer}
    return Call(
        type="page" if name == "pageview" else "track",
        event=None if name == "pageview" else name,
        user_id=text(properties.pop("user_id", None)),
        anonymous_id=text(properties.pop("anonymous_id", None)) or visitor,
        email=text(properties.pop("email", None)),
        properties=properties,
        context={
            "page": {place: value for place, value in page.items() if value},
            # Whoever sends, a page or a server for it, gives the visitor's own.
            "userAgent": request.headers.get("user-agent", ""),
        },
    )


def _first(told: Json, *names: str) -> str | None:
    return next((found for name in names if (found := text(told.get(name)))), None)


def _properties(told: Json) -> Json:
    """The custom properties, which older trackers send as JSON in a text, and the revenue."""
    given: Any = next((told[name] for name in ("p", "props", "m", "meta") if told.get(name)), None)
    if isinstance(given, str):
        try:
            given = read_json(given.encode())
        except Refusal:
            given = None
    revenue = mapping(told.get("$") or told.get("revenue"))
    amounts = {name: revenue[name] for name in ("amount", "currency") if revenue.get(name) is not None}
    return {**mapping(given), **amounts}


def _visitor(request: Request, site: str, salt: str | None) -> str | None:
    if not salt or not request.address:
        return None
    told = "\0".join((site, request.address, request.headers.get("user-agent", "")))
    return (
        "visit-"
        + hashlib.blake2b(told.encode("utf-8", "replace"), key=salt.encode()[:64], digest_size=16).hexdigest()
    )
