"""Whether the call may be kept: consent, the source's list of what it does not want, and machines."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any, Final

from qualify.capture.known import Known
from qualify.capture.model import Draft, Dropped, Request

PURPOSES: Final = ("process", "email", "phone")
"""What people consent to: to be processed at all, to get mail, to be called."""

CATEGORIES: Final[Mapping[str, str]] = {
    "process": "process", "processing": "process", "analytics": "process", "performance": "process",
    "statistics": "process", "functional": "process", "marketing": "process", "advertising": "process",
    "targeting": "process", "email": "email", "email_marketing": "email", "newsletter": "email",
    "phone": "phone", "sms": "phone", "calls": "phone",
}  # fmt: skip
"""A category of a consent banner → our purpose. Of several for one purpose, one that is given gives it."""

_LIBRARY: Final = re.compile(
    r"(python-(requests|urllib|httpx)|httpx|aiohttp|urllib3|node-fetch|node\b|undici|axios|got\b|okhttp|go-http-client"
    r"|java/|java-http-client|apache-httpclient|ruby|faraday|guzzlehttp|php|dart|reqwest|curl|wget|postmanruntime"
    r"|(analytics|rudder|posthog)-)",
    re.IGNORECASE,
)
"""How the user agents of libraries for HTTP begin."""

BOTS: Final = "bots"
"""The word in a source's list of what it does not want that stands for everything that says it is a machine."""


def refuses_tracking(request: Request) -> bool:
    """Whether the browser says Do Not Track or Global Privacy Control (https://www.w3.org/TR/gpc/)."""
    return request.headers.get("dnt") == "1" or request.headers.get("sec-gpc") == "1"


def consent(draft: Draft, known: Known) -> Dropped | None:
    """What was consented to, from the call or its context, and whether the call may be kept without.

    A withdrawal is kept: a call that carries one is dropped only if it tells what somebody did.
    """
    call, source = draft.call, draft.source
    stated = call.context.get("consent")
    if call.consent is not None:
        draft.consent = {purpose: given for purpose, given in call.consent.items() if purpose in PURPOSES}
    elif stated:
        draft.consent = _preferences(stated)
    given = draft.consent.get("process") if draft.consent else None
    if given or (given is False and call.type == "identify"):
        return None
    if given is False and call.consent is None:
        return Dropped("consent", "no consent", "consent to be processed is refused in the call")
    if source.consent_required:
        return Dropped("consent", "no consent", "this source needs consent to be processed")
    if draft.tracking_refused and not (call.user_id or call.email):
        return Dropped("consent", "no consent", "the browser asks not to be tracked")
    return None


def _preferences(stated: Any) -> dict[str, bool] | None:
    """Our purposes in Segment's ``context.consent.categoryPreferences``; None when there are none."""
    chosen = stated.get("categoryPreferences") if isinstance(stated, dict) else None
    found: dict[str, bool] = {}
    for category, given in list(chosen.items())[:100] if isinstance(chosen, dict) else ():
        purpose = CATEGORIES.get(category.strip().lower().replace(" ", "_").replace("-", "_"))
        if purpose and isinstance(given, bool):
            found[purpose] = found.get(purpose, False) or given
    return found or None


def agent(draft: Draft, known: Known) -> Dropped | None:
    """The visitor's own user agent, and whether it says that it is a machine.

    A server's library is no visitor: its user agent is the server's, and only ``context.userAgent`` counts. So
    it is with a library for HTTP, by which servers send without a client made for it.
    Machines are labelled and kept, so that they can be seen; a source that blocks ``bots`` drops them.
    """
    context = draft.call.context
    told = context.get("userAgent")
    if isinstance(told, str) and told:
        draft.user_agent = told[:1_000]
    elif draft.source.trusted or _is_server(context.get("library")) or _LIBRARY.match(draft.user_agent):
        draft.user_agent = ""
    if draft.user_agent:
        draft.machine = known.is_bot(draft.user_agent, draft.source.headless_is_bot)
        if draft.machine and BOTS in draft.source.blocked:
            return Dropped("agent", "bot", draft.machine)
    return None


def _is_server(library: Any) -> bool:
    """Whether a call's library runs on a server: those for pages are named after JavaScript or the web."""
    name = library.get("name") if isinstance(library, dict) else None
    return isinstance(name, str) and not _in_pages(name[:100])


@lru_cache(maxsize=1024)
def _in_pages(name: str) -> bool:
    words = name.lower()
    return words in ("web", "q.js") or ("node" not in words and ("js" in words or "javascript" in words))


def blocked(draft: Draft, known: Known) -> Dropped | None:
    """Whether the source's list names the address, its network, the person, or the domain they write from."""
    if not draft.source.blocked:
        return None
    listed = set(draft.source.blocked)
    hit = next((value for value in _values(draft) if value in listed), None) or _network(draft)
    return Dropped("blocked", "blocked", f"{hit} is on the source's list") if hit else None


def _values(draft: Draft) -> Iterator[str]:
    yield from _addresses(draft)
    for one in draft.identifiers:
        yield one.value
        if one.kind == "email":
            yield one.value.partition("@")[2]


def _network(draft: Draft) -> str | None:
    networks = [text for text in draft.source.blocked if "/" in text]
    visiting = [found for one in _addresses(draft) if (found := parsed(one))] if networks else []
    return next((text for text in networks for found in visiting if _holds(text, found)), None)


def _addresses(draft: Draft) -> list[str]:
    """Where the request came from, and where the client says that the visitor is."""
    told = draft.call.context.get("ip")
    return [draft.address, told[:100]] if isinstance(told, str) else [draft.address]


def _holds(network: str, address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bool:
    try:
        return address in ipaddress.ip_network(network, strict=False)
    except (ValueError, TypeError):
        return False


def parsed(address: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    """An IP address; None when it is none."""
    try:
        return ipaddress.ip_address(address.strip().partition("%")[0])
    except ValueError:
        return None


def address(draft: Draft, known: Known) -> Dropped | None:
    """The visitor's IP address as the source keeps it: whole, its network (/24, /48), or not at all.

    ``context.ip`` goes before the address that the request came from, which of a trusted source is a server's.
    """
    told = draft.call.context.get("ip")
    if isinstance(told, str) and told:
        draft.address = told[:64]
    elif draft.source.trusted:
        draft.address = ""
    draft.address = shortened(draft.address, draft.source.addresses) if draft.address else ""
    return None


@lru_cache(maxsize=16_384)
def shortened(address: str, how: str) -> str:
    """An IP address kept, truncated to its /24 (IPv4) or /48 (IPv6), or dropped; empty when it is none.

    >>> shortened("203.0.113.77", "truncate"), shortened("2001:db8:1:2::3", "truncate"), shortened("x", "keep")
    ('203.0.113.0', '2001:db8:1::', '')
    """
    found = parsed(address) if how != "drop" else None
    if found is None:
        return ""
    found = getattr(found, "ipv4_mapped", None) or found
    if how == "keep":
        return str(found)
    return str(ipaddress.ip_network((found, 24 if found.version == 4 else 48), strict=False)[0])
