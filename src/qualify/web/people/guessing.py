"""Guessing: who was wrong too often has to wait, longer each time. Counted in the store, so that it holds in every
web process and after a restart.

Three things are counted, each with a bound of its own: an address as it is tried from one network, an address
from anywhere, a network with whatever address. So who guesses from afar soon waits, while whose address it is can
still come in from their own desk; and only many networks together can make them wait.
"""

from __future__ import annotations

import hmac
import ipaddress
from hashlib import sha256
from typing import Final, NamedTuple

from django.conf import settings
from django.db import transaction
from django.http import HttpRequest

from qualify.moments import DAY
from qualify.web.database import is_sqlite, marks, rows, run, run_many, those

MINUTE: Final = 60_000
FIRST_WAIT: Final = MINUTE // 2
"""Milliseconds to wait when the bound is reached; with each further miss twice as long."""

LONGEST_WAIT: Final = 60 * MINUTE
FORGOTTEN: Final = DAY
"""Milliseconds without a miss after which nobody remembers the earlier ones."""

WRITE: Final = (
    "INSERT INTO guess (key, misses, last_at, wait_until) VALUES (%s, %s, %s, %s) ON CONFLICT (key) DO UPDATE SET "
    "misses = excluded.misses, last_at = excluded.last_at, wait_until = excluded.wait_until"
)


class Tried(NamedTuple):
    """What is counted together: the hash by which it is known, and how often one may be wrong."""

    key: str
    bound: int


def tried(address: str, network: str) -> tuple[Tried, ...]:
    """What is counted when somebody tries an address (or anything else that is somebody's) from a network."""
    address = address.strip().lower()
    return (
        Tried(_key("address from network", address, network), 5),
        Tried(_key("address", address), 25),
        Tried(_key("network", network), 50),
    )


def asker(request: HttpRequest) -> str:
    """The network that a request comes from."""
    from qualify.web.doors import address  # it brings all of capture with it, and commands do without

    return network_of(address(request))


def network_of(address: str) -> str:
    """The network that an address of the internet counts for: itself, or of IPv6 the 64 bits a household has."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return "unknown"
    if found.version == 4:
        return str(found)
    return str(ipaddress.ip_network(f"{found}/64", strict=False))


def wait(what: tuple[Tried, ...], now: int) -> int:
    """Milliseconds for which nothing of this may be tried; 0: now."""
    found = those("SELECT wait_until FROM guess WHERE key IN ({})", [each.key for each in what])
    # A wait that is longer than any was given by a clock that was ahead.
    return max((until - now for (until,) in found if 0 < until - now <= LONGEST_WAIT), default=0)


def missed(what: tuple[Tried, ...], now: int) -> int:
    """Count that it was wrong; milliseconds to wait from now on, 0 when it may be tried again at once."""
    with transaction.atomic():
        before = _counted(what)
        written = []
        for each in what:
            misses, last_at = before.get(each.key, (0, 0))
            misses = (misses if now - last_at < FORGOTTEN else 0) + 1
            written.append(
                (each.key, misses, now, now + _wait(misses - each.bound) if misses >= each.bound else 0)
            )
        run_many(WRITE, sorted(written))
        run("DELETE FROM guess WHERE last_at < %s", [now - 7 * FORGOTTEN])
    return max(0, *(until - now for *_, until in written))


def right(what: tuple[Tried, ...]) -> None:
    """It was right: forget what was counted of the address; of the network nothing is forgotten, or whoever has an
    account could wash their guesses off with it.
    """
    own = [each.key for each in what[:2]]
    if rows(f"SELECT 1 FROM guess WHERE key IN ({marks(len(own))}) LIMIT 1", own):
        run(f"DELETE FROM guess WHERE key IN ({marks(len(own))})", own)


def _wait(over: int) -> int:
    return int(min(LONGEST_WAIT, FIRST_WAIT * 2 ** min(over, 20)))


def _counted(what: tuple[Tried, ...]) -> dict[str, tuple[int, int]]:
    lock = "" if is_sqlite() else " ORDER BY key FOR UPDATE"
    keys = sorted(each.key for each in what)
    found = rows(f"SELECT key, misses, last_at FROM guess WHERE key IN ({marks(len(keys))}){lock}", keys)
    return {key: (misses, last_at) for key, misses, last_at in found}


def _key(*parts: str) -> str:
    """A hash with the server's secret: the table tells nobody's address, not even by trying all of them."""
    return hmac.new(settings.SECRET_KEY.encode(), "\n".join(parts).encode(), sha256).hexdigest()
