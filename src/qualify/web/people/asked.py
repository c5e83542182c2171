"""What the environment asks for about people: which server sends mail, and the company's own sign-in."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, NamedTuple
from urllib.parse import parse_qs, unquote, urlsplit

FROM: Final = "Qualify <qualify@localhost>"
COMPANY: Final = "company"
"""What the company's own sign-in is called in addresses."""

_OIDC: Final = ("QUALIFY_OIDC_ISSUER", "QUALIFY_OIDC_CLIENT_ID", "QUALIFY_OIDC_CLIENT_SECRET")

_SHARED: Final = frozenset({"common", "organizations", "consumers"})


class Mail(NamedTuple):
    """What sends mail. Without a host mail is written to the log."""

    host: str = ""
    port: int = 25
    user: str = ""
    password: str = ""
    starttls: bool = False
    tls: bool = False
    sender: str = FROM


def mail_settings(environment: Mapping[str, str]) -> Mail:
    """Of ``smtp://user:password@host:587``: encrypted by STARTTLS, or from the start (``smtps://``, port 465).

    ``?tls=no`` is for a server on this machine that cannot encrypt. Raises ``ValueError`` for what is no such URL.
    """
    sender = environment.get("QUALIFY_MAIL_FROM", "").strip() or FROM
    url = environment.get("QUALIFY_MAIL_URL", "").strip()
    if not url:
        return Mail(sender=sender)
    parts = urlsplit(url)
    if parts.scheme not in ("smtp", "smtps") or not parts.hostname:
        raise ValueError(
            "QUALIFY_MAIL_URL is to be smtp://user:password@host:587 or smtps://user:password@host"
        )
    plain = parse_qs(parts.query).get("tls", ["yes"])[-1].lower() in ("no", "0", "false", "off")
    tls = parts.scheme == "smtps"
    return Mail(
        parts.hostname, parts.port or (465 if tls else 587), unquote(parts.username or ""),
        unquote(parts.password or ""), not tls and not plain, tls, sender,
    )  # fmt: skip


def oidc_settings(environment: Mapping[str, str]) -> tuple[dict[str, Any], list[str], frozenset[str]]:
    """The company's own sign-in, as allauth wants it; where its forms lead; whose people may come in uninvited.

    Raises ``ValueError`` when only a part of it is said.
    """
    said = {name: environment.get(name, "").strip() for name in _OIDC}
    domains = environment.get("QUALIFY_OIDC_DOMAIN", "").lower().replace(",", " ").split()
    if not any(said.values()):
        return {}, [], frozenset()
    if missing := [name for name, value in said.items() if not value]:
        raise ValueError(f"for sign-in by OpenID Connect set {', '.join(missing)}, too")
    url, client_id, secret = said.values()
    issuer = urlsplit(url)
    if _SHARED & set(issuer.path.split("/")):
        # There anybody may say of themselves that an address is theirs.
        raise ValueError(
            "QUALIFY_OIDC_ISSUER is to be that of your own company (of your tenant), not one for all"
        )
    app = {
        "provider_id": COMPANY,
        "name": environment.get("QUALIFY_OIDC_NAME", "").strip() or str(issuer.hostname),
        "client_id": client_id,
        "secret": secret,
        "settings": {"server_url": url.rstrip("/")},
    }
    providers = {"openid_connect": {"OAUTH_PKCE_ENABLED": True, "APPS": [app]}}
    return providers, [f"{issuer.scheme}://{issuer.netloc}"], frozenset(each.lstrip("@") for each in domains)
