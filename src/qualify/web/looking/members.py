"""The people who work here: members, invitations, where somebody is signed in."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any, Final, NamedTuple

from qualify.web.database import rows


class Member(NamedTuple):
    """A member: who, in which role, whether they may come in, since when, when they last did, and by what."""

    id: int
    email: str
    name: str
    role: str
    active: bool
    created_at: int | None
    last_seen: int | None
    second_steps: int
    sessions: int


class Invited(NamedTuple):
    """An invitation that was not taken up yet."""

    id: int
    email: str
    role: str
    invited_by: str
    created_at: int
    expires_at: int


class Session(NamedTuple):
    """A browser in which somebody is signed in."""

    id: int
    key: str
    since: int
    address: str
    browser: str


_MEMBERS: Final = (
    "SELECT m.id, m.email, m.name, m.role, m.is_active, m.created_at, m.last_login, "
    "(SELECT count(*) FROM mfa_authenticator a WHERE a.user_id = m.id AND a.type <> 'recovery_codes'), "
    "(SELECT count(*) FROM usersessions_usersession s WHERE s.user_id = m.id) FROM member m"
)


def anybody() -> bool:
    """Whether there is a member at all."""
    return bool(rows("SELECT 1 FROM member LIMIT 1"))


def admins(most: int = 3) -> list[str]:
    """What those are called who look after people here, the longest here first."""
    found = rows(
        "SELECT name, email FROM member WHERE is_active = %s AND role = 'admin' ORDER BY id LIMIT %s",
        [True, most],
    )
    return [name or email for name, email in found]


def roles() -> dict[str, str]:
    """The role of everybody who may come in, by address."""
    return dict(rows("SELECT email, role FROM member WHERE is_active = %s", [True]))


def members() -> list[Member]:
    """Everybody; those who may come in first, by name."""
    found = rows(
        f"{_MEMBERS} ORDER BY m.is_active DESC, lower(CASE WHEN m.name = '' THEN m.email ELSE m.name END)"
    )
    return [_member(row) for row in found]


def member(user_id: int) -> Member | None:
    """The member of that id."""
    found = rows(f"{_MEMBERS} WHERE m.id = %s", [user_id])
    return _member(found[0]) if found else None


def invitations() -> list[Invited]:
    """Those that are open, the newest first; also those whose week is over, to be sent again."""
    found = rows(
        "SELECT id, email, role, invited_by, created_at, expires_at FROM invitation "
        "WHERE accepted_at IS NULL AND revoked_at IS NULL ORDER BY id DESC LIMIT 200"
    )
    return [Invited._make(row) for row in found]


def sessions(user_id: int) -> list[Session]:
    """Where somebody is signed in, the newest first."""
    found = rows(
        "SELECT u.id, u.session_key, u.created_at, u.ip, u.user_agent FROM usersessions_usersession u "
        "JOIN django_session s ON s.session_key = u.session_key WHERE u.user_id = %s ORDER BY u.id DESC LIMIT 100",
        [user_id],
    )
    return [Session(row[0], row[1], moment_of(row[2]) or 0, str(row[3]), browser(row[4])) for row in found]


_BROWSERS: Final = (
    ("Edge", r"\bEdgA?/"), ("Opera", r"\bOPR/"), ("Samsung Internet", r"SamsungBrowser/"),
    ("Firefox", r"Firefox/|FxiOS/"), ("Chrome", r"Chrome/|CriOS/"), ("Safari", r"Version/.*Safari/"),
)  # fmt: skip
_SYSTEMS: Final = (
    ("iPhone", "iPhone"), ("iPad", "iPad"), ("Android", "Android"), ("Windows", "Windows"), ("Mac", "Macintosh"),
    ("ChromeOS", "CrOS"), ("Linux", "Linux"),
)  # fmt: skip


def browser(user_agent: str) -> str:
    """Which browser on what, as people say it; empty for one that says nothing known."""
    parts = [_first(_BROWSERS, user_agent), _first(_SYSTEMS, user_agent)]
    return ", ".join(each for each in parts if each)


def _first(named: Iterable[tuple[str, str]], text: str) -> str:
    return next((name for name, pattern in named if re.search(pattern, text)), "")


def _member(row: tuple[Any, ...]) -> Member:
    who, (active, created_at, last_login, steps, signed_in) = row[:4], row[4:]
    return Member._make((*who, bool(active), created_at or None, moment_of(last_login), steps, signed_in))


def moment_of(value: Any) -> int | None:
    """A moment as Django keeps its own, as epoch milliseconds: SQLite gives text, without a zone."""
    if value is None:
        return None
    then = datetime.fromisoformat(value) if isinstance(value, str) else value
    then = then if then.tzinfo else then.replace(tzinfo=UTC)
    return round(then.timestamp() * 1000)
