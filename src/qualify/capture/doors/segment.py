"""The Segment HTTP API, as the clients of Segment and RudderStack speak it.

https://segment.com/docs/connections/sources/catalog/libraries/server/http-api/
"""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from typing import Any, Final

import msgspec

from qualify.capture.decoding import decoder, json_bytes, not_an_object, read, read_json
from qualify.capture.doors.answering import Plain, json_reply
from qualify.capture.keys import decoded, key_of
from qualify.capture.model import Call, CallType, Delivery, Json, Malformed, Refusal, Reply, Request

LARGEST_MESSAGE: Final = 64_000
"""How many bytes one message may have; Segment's own limit is 32 kB."""

MOST_MESSAGES: Final = 10_000
"""How many messages a batch may have; Segment's own limit is 2,500."""

TYPES: Final[Mapping[str, CallType]] = {
    "identify": "identify", "i": "identify", "track": "track", "t": "track", "page": "page", "p": "page",
    "screen": "screen", "s": "screen", "group": "group", "g": "group", "alias": "alias", "a": "alias",
}  # fmt: skip
"""The last part of a path → the type of the one call in its body."""

SETTINGS_PATH: Final = r"v1/projects/(?P<key>[^/]{1,256})/settings/?"
"""Where analytics.js asks for its settings (GET)."""

SOURCE_CONFIG_PATH: Final = r"sourceConfig/?"
"""Where RudderStack's clients ask for theirs (GET, key in the query)."""


_NULL: Final = msgspec.Raw(b"null")


class Message(msgspec.Struct, rename="camel", gc=False):
    """One message as it is on the wire; any field may hold anything, as clients are many."""

    type: Any = None
    message_id: Any = None
    user_id: Any = None
    anonymous_id: Any = None
    timestamp: Any = None
    original_timestamp: Any = None
    sent_at: Any = None
    event: Any = None
    name: Any = None
    category: Any = None
    group_id: Any = None
    previous_id: Any = None
    traits: Any = None
    properties: Any = None
    context: Any = None
    write_key: Any = None


class Batch(msgspec.Struct, rename="camel"):
    """The body of a batch."""

    batch: list[Message]
    sent_at: Any = None
    timestamp: Any = None
    context: Any = None
    write_key: Any = None


class RawBatch(msgspec.Struct, rename="camel"):
    """The body of a batch whose parts are looked at one by one."""

    batch: list[msgspec.Raw]
    sent_at: msgspec.Raw = _NULL
    timestamp: msgspec.Raw = _NULL
    context: msgspec.Raw = _NULL
    write_key: msgspec.Raw = _NULL


class Segment(Plain):
    """The door of the Segment HTTP API: 200 and ``{"success": true}`` for anything it could parse."""

    name = "segment"
    paths = (
        r"v1/(?P<call>identify|i|track|t|page|p|screen|s|group|g|alias|a|batch|b|import)/?",
        r"beacon/v1/(?P<call>batch)/?",
        r"api/s/(?:s2s/)?(?P<call>identify|track|page|screen|group|alias|batch)/?",  # Jitsu's
    )

    def read(self, request: Request, match: Mapping[str, str], secrets: Mapping[str, str]) -> Delivery:
        """The calls in a request; one that cannot be understood is kept aside, the others go on."""
        body = json_bytes(request)
        type_ = TYPES.get(match.get("call", "batch"))
        return _batch(request, body) if type_ is None else _single(request, body, type_)


DOOR: Final = Segment()


def settings(key: str, host: str, protocol: str = "https") -> Reply:
    """What analytics.js asks for before it sends: where to, with which key; ``host`` is ours, with port."""
    where = {"apiKey": key, "apiHost": f"{host}/v1", "protocol": protocol}
    return json_reply(
        200, {"integrations": {"Segment.io": where}, "plan": {"track": {"__default": {"enabled": True}}}}
    )


def source_config(key: str, name: str = "Qualify") -> Reply:
    """What RudderStack's clients ask for before they send: that the source is on, and has no destinations."""
    quiet = {"errors": {"enabled": False}, "metrics": {"enabled": False}}
    source = {
        "id": key, "name": name, "writeKey": key, "enabled": True, "workspaceId": "qualify",
        "config": {"statsCollection": quiet}, "destinations": [], "connections": [], "dataplanes": {},
    }  # fmt: skip
    return json_reply(200, {"source": source})


def _single(request: Request, body: bytes, type_: CallType) -> Delivery:
    try:
        message = read(body, Message)
    except msgspec.ValidationError:
        raise not_an_object() from None
    key = key_of(request, message.write_key)
    if len(body) > LARGEST_MESSAGE:
        return Delivery(key, [], (_too_large(body),))
    if message.anonymous_id is None and "anonymousid" in request.headers:
        message.anonymous_id = decoded(request.headers["anonymousid"])
    call = _call(message, type_, None, None, request.headers.get("sentat"))
    return Delivery(key, [call])


def _batch(request: Request, body: bytes) -> Delivery:
    """All at once where all is well, which it nearly always is; else one by one."""
    if len(body) > LARGEST_MESSAGE:
        raw = _raw(body)
        if any(memoryview(one).nbytes > LARGEST_MESSAGE for one in raw.batch):
            return _one_by_one(request, raw)
    try:
        batch = read(body, Batch)
        if all(_type(message) for message in batch.batch):
            return _delivery(request, batch, batch.batch, [])
    except (msgspec.ValidationError, Refusal):
        pass  # some message is no object, or nested too deeply
    return _one_by_one(request, _raw(body))


def _one_by_one(request: Request, raw: RawBatch) -> Delivery:
    """A batch with something wrong in it: the good messages must not be lost for it."""
    read_parts = [_message(bytes(one)) for one in raw.batch]
    messages = [one for one in read_parts if isinstance(one, Message)]
    malformed = [one for one in read_parts if isinstance(one, Malformed)]
    whole = Batch(
        messages,
        *(read_json(bytes(part)) for part in (raw.sent_at, raw.timestamp, raw.context, raw.write_key)),
    )
    return _delivery(request, whole, messages, malformed)


def _raw(body: bytes) -> RawBatch:
    """The messages of a batch as they came; raises :class:`Refusal` where there are none, or too many."""
    try:
        found: RawBatch = decoder(RawBatch).decode(body)
    except (msgspec.DecodeError, ValueError, RecursionError):
        found = _mended(body)
    _refuse_many(len(found.batch))
    return found


def _mended(body: bytes) -> RawBatch:
    try:
        return read(body, RawBatch)
    except msgspec.ValidationError:
        raise Refusal(400, "malformed", 'The body must be an object with a list "batch".') from None


def _message(raw: bytes) -> Message | Malformed:
    if len(raw) > LARGEST_MESSAGE:
        return _too_large(raw)
    try:
        message = read(raw, Message)
    except msgspec.ValidationError:
        return Malformed(raw, "a message must be a JSON object")
    except Refusal as refusal:
        return Malformed(raw, refusal.message)
    return (
        message
        if _type(message)
        else Malformed(raw, f"the type is none of {', '.join(sorted(set(TYPES.values())))}")
    )


def _type(message: Message) -> CallType | None:
    return TYPES.get(message.type) if message.type.__class__ is str else None


def _too_large(raw: bytes) -> Malformed:
    said = f"too large: {len(raw):,} bytes; at most {LARGEST_MESSAGE:,}"
    return Malformed(raw[:LARGEST_MESSAGE], said, "too large")


def _refuse_many(count: int) -> None:
    if count > MOST_MESSAGES:
        raise Refusal(413, "too_large", f"A batch may have at most {MOST_MESSAGES:,} messages.")


def _delivery(
    request: Request, batch: Batch, messages: list[Message], malformed: list[Malformed]
) -> Delivery:
    _refuse_many(len(messages))
    context, timestamp, sent_at = batch.context, batch.timestamp, batch.sent_at
    calls = [_call(message, TYPES[message.type], context, timestamp, sent_at) for message in messages]
    return Delivery(key_of(request, batch.write_key), calls, tuple(malformed))


def _call(message: Message, type_: CallType, context: Any, timestamp: Any, sent_at: Any) -> Call:
    """The call in a message; what the batch says counts where the message is silent."""
    properties = _object(message.properties)
    if type_ in ("page", "screen") and (message.category or message.name):
        properties = _named(message, properties)
    return Call(
        type=type_,
        message_id=_text(message.message_id),
        event=_text(message.event) if type_ == "track" else _text(message.name),
        user_id=_text(message.user_id),
        anonymous_id=_text(message.anonymous_id),
        previous_id=_text(message.previous_id),
        group_id=_text(message.group_id),
        traits=_object(message.traits),
        properties=properties,
        context={**_object(context), **_object(message.context)} if context else _object(message.context),
        timestamp=_when(message.timestamp, message.original_timestamp, timestamp),
        sent_at=_when(message.sent_at, sent_at),
    )


def _named(message: Message, properties: Json) -> Json:
    """A page's properties with its name and category: clients in pages repeat them there, servers do not."""
    given = {"name": _text(message.name), "category": _text(message.category)}
    return {**{name: value for name, value in given.items() if value}, **properties}


def _text(value: Any) -> str | None:
    """An id or name as text: numbers are ids too, empty texts are none."""
    if value.__class__ is str:
        return value or None
    if value.__class__ is int or value.__class__ is float:
        return _written(value)
    return None


def _written(value: float) -> str | None:
    with contextlib.suppress(ValueError):  # Python refuses to write an int of thousands of digits
        return str(int(value)) if value == value // 1 else str(value)
    return None


def _object(value: Any) -> Json:
    """The value if it is an object; PHP writes an empty one as a list."""
    return value if value.__class__ is dict else {}


def _when(*given: Any) -> str | int | float | None:
    for value in given:
        if value is not None and value.__class__ in (str, int, float):
            return value
    return None
