"""A mail's parts, however broken it is: headers as text, the text a person wrote, the reports of machines."""

from __future__ import annotations

import re
from collections.abc import Iterator
from email.errors import HeaderParseError, MessageError
from email.header import decode_header, make_header
from email.message import Message
from email.parser import BytesParser, HeaderParser
from email.policy import compat32
from html import unescape

MOST_BYTES = 2_000_000
"""How much of a mail is read; what comes later is somebody's attachment."""

MOST_TEXT = 50_000
"""How many characters of its text are looked at."""

_MOST_PARTS = 200
_BOUNDARY = re.compile(rb"boundary\s*=", re.IGNORECASE)
_MOST_BOUNDARIES = 60
_QUOTED = re.compile(
    r"^\s*(?:>|-{3,} ?(?:original|ursprüngliche|forwarded|message d'origine|mensaje original)|_{8,}\s*$|"
    r"(?:on|am|le|el|il|op|den|em)\b.{4,200}(?:wrote|schrieb|écrit|escribió|scritto|schreef|skrev|escreveu)\b.{0,200}:\s*$|"
    r"(?:from|von|de|da|van|från)\s?:\s.+@)",
    re.IGNORECASE,
)
_TAG = re.compile(r"<(?:style|script)\b.*?</(?:style|script)\s*>|<[^<>]{0,2000}>", re.IGNORECASE | re.DOTALL)
_BREAK = re.compile(r"<(?:br|/p|/div|/tr|/li)\b[^<>]{0,200}>", re.IGNORECASE)
_QUOTE_BLOCK = re.compile(r"<blockquote\b.*", re.IGNORECASE | re.DOTALL)


def parsed(raw: bytes) -> Message:
    """The mail; an empty one for bytes that are none, or that are nested too deep to be one."""
    raw = raw[:MOST_BYTES]
    # The parser holds every line against every boundary around it, so who nests a thousand makes it take minutes.
    if len(_BOUNDARY.findall(raw)) > _MOST_BOUNDARIES:
        return Message()
    try:
        return BytesParser(policy=compat32).parsebytes(raw)
    except (MessageError, RecursionError, ValueError, LookupError):
        return Message()


def header(message: Message, name: str) -> str:
    """A header's text on one line, encoded words read; empty without one."""
    value = message.get(name)
    if value is None:
        return ""
    try:
        text = str(make_header(decode_header(value)))
    except (HeaderParseError, LookupError, ValueError):
        text = str(value)
    return " ".join(text.split())


def parts(message: Message) -> Iterator[Message]:
    """The mail and its parts, outermost first, but for those of a mail within it."""
    waiting, seen = [message], 0
    while waiting and seen < _MOST_PARTS:
        part = waiting.pop(0)
        seen += 1
        yield part
        payload = part.get_payload()
        if part.get_content_maintype() == "multipart" and isinstance(payload, list):
            waiting += [each for each in payload if isinstance(each, Message)]


def fields_of(message: Message, subtype: str) -> list[Message]:
    """The groups of fields of a machine's report: ``message/delivery-status``, ``message/feedback-report``."""
    wanted = (f"message/{subtype}", f"message/global-{subtype}")
    for part in parts(message):
        if part.get_content_type() in wanted:
            return _groups(part)
    return []


def _groups(part: Message) -> list[Message]:
    """Groups of fields, parted by empty lines; the library takes apart only one of the types."""
    payload = part.get_payload()
    if not isinstance(payload, list):
        text = _text(part)
    else:
        text = "\n\n".join(each.as_string() for each in payload if isinstance(each, Message))
    groups = re.split(r"\n[ \t]*\n", text.replace("\r\n", "\n").strip())
    found = [HeaderParser().parsestr(group.strip() + "\n") for group in groups[:_MOST_PARTS]]
    return [each for each in found if len(each)]


def original(message: Message) -> Message | None:
    """The mail, or the headers of it, that a report came back with."""
    for part in parts(message):
        kind = part.get_content_type()
        payload = part.get_payload()
        if kind in ("message/rfc822", "message/global") and isinstance(payload, list) and payload:
            return payload[0] if isinstance(payload[0], Message) else None
        if kind in ("text/rfc822-headers", "message/global-headers"):
            return HeaderParser().parsestr(_text(part))
    return None


def plain_text(message: Message) -> str:
    """What the mail says: its first plain text, else its first HTML without the tags."""
    found: dict[str, str] = {}
    for part in parts(message):
        kind = part.get_content_type()
        if kind in ("text/plain", "text/html") and part.get_content_disposition() != "attachment":
            found.setdefault(kind, _text(part)[:MOST_TEXT])
    if found.get("text/plain", "").strip():
        return found["text/plain"]
    return _without_tags(found.get("text/html", ""))


def unquoted(text: str) -> str:
    """The text without what it quotes and all that comes after."""
    kept: list[str] = []
    for line in text.splitlines():
        if _QUOTED.match(line[:600]):
            break
        kept.append(line)
    return "\n".join(kept).strip()


def _text(part: Message) -> str:
    try:
        payload = part.get_payload(decode=True)
        raw = payload if isinstance(payload, bytes) else str(part.get_payload()).encode("utf-8", "replace")
        return raw.decode(part.get_content_charset() or "utf-8", "replace")
    except (LookupError, ValueError, TypeError):
        return str(part.get_payload())[:MOST_TEXT]


def _without_tags(html: str) -> str:
    return unescape(_TAG.sub(" ", _BREAK.sub("\n", _QUOTE_BLOCK.sub("", html)))).strip()
