"""Leads that an ad platform announces by their ids only: what they answered is fetched, and kept.

    notification → a row of long work → GET with the source's access token → pipeline → store

A notification is answered before anything is fetched. What cannot be fetched is tried again for days, because
the usual reason is a token that ran out, which somebody has to make anew.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final, NamedTuple
from urllib.parse import quote

from django.conf import settings

from qualify.capture.decoding import read_object
from qualify.capture.doors.linkedin import lead_from_response
from qualify.capture.doors.meta import lead_from_graph
from qualify.capture.model import Call, Delivery, Refusal
from qualify.capture.pipeline import Facts
from qualify.clock import now
from qualify.errors import QualifyError
from qualify.speech import sentence
from qualify.web.database import insert
from qualify.web.keeping.delivering import keep_delivery
from qualify.web.sources import Access, access_of

KIND: Final = "fetch"
"""The kind of such work in the table ``work``."""

WAITS: Final = (0, 60, 300, 1_800, 7_200, 21_600, 43_200, 86_400)
"""Seconds before each try; after the last the work has failed."""

TOKEN: Final = "access_token"
"""The secret of a source that the platform is asked with."""

SECONDS: Final = 20.0
LARGEST: Final = 1_000_000


class Platform(NamedTuple):
    """An ad platform: where its API is, what it wants to be told with each request, and how it answers."""

    base: str
    headers: Mapping[str, str]
    read: Callable[[Mapping[str, Any]], list[Call]]


def platform(name: str) -> Platform:
    """The platform whose door has that name; raises ``LookupError`` for one of which nothing is fetched."""
    if name == "meta":
        return Platform(settings.META_API, {}, lead_from_graph)
    if name == "linkedin":
        said = {"LinkedIn-Version": settings.LINKEDIN_VERSION, "X-Restli-Protocol-Version": "2.0.0"}
        return Platform(settings.LINKEDIN_API, said, lead_from_response)
    raise LookupError(f"nothing is fetched from {name!r}")


def ask(door: str, access: Access, calls: Iterable[Call], at: int) -> None:
    """Ask for the leads that these calls announce, if they came through a platform's own door.

    It is asked before the calls are kept: who is cut off in between is told again by the platform, and what is
    fetched twice is kept once.
    """
    if door not in ("meta", "linkedin") or access.source is None:
        return
    for call in calls:
        wanted = call.properties.get("fetch")
        if isinstance(wanted, dict):
            told = {
                "source": access.source.id,
                "door": door,
                "path": wanted["path"],
                "fields": wanted["fields"],
            }
            _queue({**told, "try": 0}, at)


def _queue(parameters: Mapping[str, Any], at: int) -> None:
    """A row that is taken at its time: as one that a worker took, and whose lease runs out then."""
    due = at + WAITS[parameters["try"]] * 1000
    columns = "kind, state, parameters, done, of, detail, created_at, taken_until"
    insert("work", columns, [(KIND, "running", json.dumps(dict(parameters)), 0, 0, "", at, due)])


def fetch(parameters: Mapping[str, Any], progress: Callable[..., None]) -> str:
    """Fetch a lead and keep it; what is returned is shown with the work.

    Raises :class:`~qualify.errors.QualifyError` when it failed for the last time; before that it asks for
    another try.
    """
    access = access_of(parameters["source"])
    if access is None:
        raise QualifyError(sentence("the source is closed"))
    try:
        calls = lead(platform(parameters["door"]), parameters["path"], parameters["fields"], access)
    except QualifyError as error:
        return _again(parameters, error.args[0])
    keep_delivery(parameters["door"], access, Delivery(None, calls), Facts(), now())
    return f"fetched {parameters['path']}"


def _again(parameters: Mapping[str, Any], why: str) -> str:
    count = parameters["try"] + 1
    if count >= len(WAITS):
        raise QualifyError(sentence("tried %(count)s times; the last time: %(why)s", count=count, why=why))
    _queue({**parameters, "try": count}, now())
    return f"{why} It is tried again in {WAITS[count] // 60} min."


def lead(of: Platform, path: str, fields: str, access: Access) -> list[Call]:
    """The calls of a lead as its platform tells it; raises :class:`~qualify.errors.QualifyError`."""
    token = access.secrets.get(TOKEN)
    if not token:
        raise QualifyError(sentence("the source has no %(secret)s yet.", secret=TOKEN))
    # A REST.li projection is understood only with its brackets and colons as they are.
    url = f"{of.base}{quote(path, safe='/%')}?fields={quote(fields, safe=',:()')}"
    status, body = _got(url, {**of.headers, "Authorization": f"Bearer {token}", "Accept": "application/json"})
    try:
        return of.read(read_object(body))
    except Refusal as refusal:
        said = sentence("%(said)s (status %(status)s).", said=refusal.message, status=status)
        raise QualifyError(said) from refusal


def _got(url: str, headers: Mapping[str, str]) -> tuple[int, bytes]:
    """The answer, as much of it as a lead may have; where it redirects to is not asked, the token is for no other."""
    import httpx  # with which comes a terminal's whole dress; who only serves pages fetches nothing

    body = b""
    try:
        with httpx.stream(
            "GET", url, headers=dict(headers), timeout=SECONDS, follow_redirects=False
        ) as answer:
            for part in answer.iter_bytes():
                body += part
                if len(body) > LARGEST:
                    raise QualifyError(sentence("the platform answered more than a lead can be."))
            return answer.status_code, body
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        why = f"{type(error).__name__}: {error}"
        raise QualifyError(sentence("the platform could not be asked: %(why)s.", why=why)) from error
