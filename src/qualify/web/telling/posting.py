"""Posting to an address that somebody typed in: to the internet only, in bounded time, no redirects followed.

The name is resolved once, the address is looked at, and that very address is connected to, so that a name
cannot be one thing when it is checked and another when it is called.
"""

from __future__ import annotations

import ipaddress
import os
import socket
from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    import httpx  # heavy: only the worker posts, and pages know what an answer is

CONNECTING, ANSWERING = 5.0, 15.0
"""Seconds: to connect, and for the answer; Standard Webhooks suggests 15 to 30."""

MOST_READ = 500
"""Characters of an answer that are kept, for whoever looks for what went wrong."""

PRIVATE = "QUALIFY_WEBHOOKS_PRIVATE"
"""Set to 1 to allow addresses of this machine and of private networks."""

Ip = ipaddress.IPv4Address | ipaddress.IPv6Address
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")


class Answer(NamedTuple):
    """What came of posting: a status (None: there was no answer), words, and how long we are asked to wait."""

    status: int | None
    detail: str
    retry_after: int = 0
    """Seconds."""


class Refused(Exception):
    """An address that is not called; the text says why."""


def post(url: str, body: str, headers: Mapping[str, str]) -> Answer:
    """Post the body; never raises for what the other side does."""
    import httpx

    try:
        target = httpx.URL(url)
        pinned = target.copy_with(host=resolve(target.host, target.port or _port(target.scheme)))
    except (Refused, httpx.InvalidURL, ValueError, UnicodeError) as error:
        return Answer(None, str(error))
    named = {**headers, "host": target.netloc.decode("ascii")}
    try:
        with _client().stream(
            "POST",
            pinned,
            content=body.encode(),
            headers=named,
            timeout=httpx.Timeout(ANSWERING, connect=CONNECTING),
            extensions={"sni_hostname": target.host},
        ) as response:
            return _answer(response)
    except httpx.TimeoutException:
        return Answer(None, "no answer in time")
    except httpx.HTTPError as error:
        return Answer(None, f"{type(error).__name__}: {error}"[:MOST_READ])


@cache
def _client() -> httpx.Client:
    """One for all threads: reading the certificates of the world's authorities takes longer than a post."""
    import httpx

    # Two names at one address must not share a connection: each is verified for its own name.
    limits = httpx.Limits(max_keepalive_connections=0)
    return httpx.Client(limits=limits, follow_redirects=False, trust_env=False)


def _port(scheme: str) -> int:
    return 443 if scheme == "https" else 80


def _answer(response: httpx.Response) -> Answer:
    status = response.status_code
    if 300 <= status < 400:
        where = response.headers.get("location", "elsewhere")[:200]
        return Answer(status, f"redirects to {where}; redirects are not followed: enter that address")
    asked = response.headers.get("retry-after", "")
    said = ""
    if not 200 <= status < 300:
        first = next(response.iter_raw(chunk_size=4 * MOST_READ), b"")
        said = first.decode("utf-8", "replace")[:MOST_READ]
    return Answer(status, said, int(asked) if asked.isdecimal() and len(asked) < 8 else 0)


def resolve(host: str, port: int) -> str:
    """The address to connect to for a name; raises :class:`Refused` when it is none that may be called."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except OSError as error:
        raise Refused(f"{host} has no address: {error.strerror or error}") from error
    addresses = [str(each[4][0]).partition("%")[0] for each in found]
    if os.environ.get(PRIVATE) != "1":
        for each in addresses:
            if not is_public(ipaddress.ip_address(each)):
                raise Refused(
                    f"{host} is at {each}, an address of this machine or of a private network; "
                    f"those are called with {PRIVATE}=1 only"
                )
    return addresses[0]


def is_public(address: Ip) -> bool:
    """Whether an address is on the internet; an address that holds another one is as that is."""
    if isinstance(address, ipaddress.IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour or (address.teredo and address.teredo[1])
        if inner is None and address in _NAT64:
            inner = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
        if inner:
            return is_public(inner)
    return address.is_global and not (address.is_multicast or address.is_reserved or address.is_unspecified)
