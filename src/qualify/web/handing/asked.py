"""What the environment asks for about mail that comes in: the mailbox that is read."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple
from urllib.parse import parse_qs, unquote, urlsplit


class MailboxAt(NamedTuple):
    """A mailbox, and how it is reached; without a host none is read."""

    host: str = ""
    port: int = 993
    user: str = ""
    password: str = ""
    tls: bool = True
    starttls: bool = False
    folder: str = "INBOX"

    @property
    def name(self) -> str:
        """What it is called, without its password."""
        return f"{self.user}@{self.host}:{self.port}/{self.folder}"


def imap_settings(environment: Mapping[str, str]) -> MailboxAt:
    """Of ``imaps://user:password@host/INBOX`` (encrypted from the start) or ``imap://…`` (by STARTTLS).

    ``?tls=no`` is for a server on this machine that cannot encrypt. Raises ``ValueError`` for what is no such URL.
    """
    url = environment.get("QUALIFY_IMAP_URL", "").strip()
    if not url:
        return MailboxAt()
    parts = urlsplit(url)
    if parts.scheme not in ("imap", "imaps") or not parts.hostname or not parts.username:
        raise ValueError("QUALIFY_IMAP_URL is to be imaps://user:password@host/INBOX")
    tls = parts.scheme == "imaps"
    plain = parse_qs(parts.query).get("tls", ["yes"])[-1].lower() in ("no", "0", "false", "off")
    return MailboxAt(
        parts.hostname, parts.port or (993 if tls else 143), unquote(parts.username),
        unquote(parts.password or ""), tls, not tls and not plain, unquote(parts.path.strip("/")) or "INBOX",
    )  # fmt: skip
