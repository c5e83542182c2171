"""What capture is made of: a request, the calls in it, and the draft that a call becomes on its way.

The model is Segment's (identify, track, page, screen, group, alias), because most clients speak it and the
others can be told in it: https://segment.com/docs/connections/spec/
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, NamedTuple, Protocol, TypeAlias

import msgspec

Json: TypeAlias = dict[str, Any]
CallType: TypeAlias = Literal["identify", "track", "page", "screen", "group", "alias"]


class Request(NamedTuple):
    """An HTTP request as doors see it: names of headers in lower case, the body as it was sent."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes
    address: str = ""


class Reply(NamedTuple):
    """What a client is answered."""

    status: int
    body: bytes = b""
    content_type: str = "application/json"
    headers: Mapping[str, str] = {}


class Call(msgspec.Struct, kw_only=True, gc=False):  # it holds JSON, which has no cycles
    """One call as the door understood it; texts and moments still as they were sent."""

    type: CallType
    message_id: str | None = None
    event: str | None = None
    """The name of what was done (of track), or of the page or screen."""
    user_id: str | None = None
    anonymous_id: str | None = None
    previous_id: str | None = None
    """What the person was called before (of alias)."""
    group_id: str | None = None
    email: str | None = None
    """The address when the door knows it as such (forms, ads); traits may hold another."""
    external_id: str | None = None
    """The person's id at the source."""
    traits: Json = {}
    properties: Json = {}
    context: Json = {}
    timestamp: str | int | float | None = None
    sent_at: str | int | float | None = None
    consent: Mapping[str, bool] | None = None
    """Consents given or withdrawn in this call: process, email, phone."""
    consent_text: str | None = None
    """The words that were agreed to: the proof."""


class Malformed(NamedTuple):
    """A part of a delivery that is no call: kept as it came, with what is wrong with it."""

    raw: bytes
    detail: str
    reason: Reason = "malformed"


class Delivery(NamedTuple):
    """What a request brought: the key it came with, its calls in order, and what could not be read."""

    key: str | None
    calls: list[Call]
    malformed: tuple[Malformed, ...] = ()
    reply: Reply | None = None
    """What to answer when it is kept, where it depends on the request; else the door's usual answer."""


class Refusal(Exception):
    """A request that is refused as a whole, with what the client is told."""

    def __init__(
        self, status: int, code: str, message: str, headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(message)
        self.status, self.code, self.message, self.headers = status, code, message, headers or {}


class Door(Protocol):
    """A front door: which paths lead to it, how a request is read, and how it answers."""

    @property
    def name(self) -> str:
        """As it is shown and counted, as segment or posthog."""

    @property
    def paths(self) -> tuple[str, ...]:
        """Regular expressions, each of a whole path without its first slash; named groups become ``match``."""

    def read(self, request: Request, match: Mapping[str, str], secrets: Mapping[str, str]) -> Delivery:
        """The calls in a request; ``secrets`` are the source's own (for signatures), by name.

        Raises :class:`Refusal` for a request that cannot be read at all, or whose signature is wrong.
        """

    def answer(self, delivery: Delivery) -> Reply:
        """The answer to a request whose calls are kept."""

    def refuse(self, refusal: Refusal) -> Reply:
        """The answer to a request that is refused, in the shape that this door's clients understand."""


class Identifier(NamedTuple):
    """What a person or account goes by: its kind (email, user_id, anonymous_id, …) and its normalised value."""

    kind: str
    value: str


class Linked(NamedTuple):
    """Two identifiers that a call says are one person, and how it says so."""

    one: Identifier
    other: Identifier
    evidence: Literal["identified", "aliased", "form", "imported", "grouped"]


class Source(msgspec.Struct, frozen=True, kw_only=True):
    """Where calls come from, as its settings are: what the steps need to know of it."""

    id: int
    name: str
    kind: str = "segment"
    trusted: bool = False
    """Whether the call came with a secret key, from a server of our own."""
    addresses: Literal["keep", "truncate", "drop"] = "truncate"
    """What happens to IP addresses."""
    consent_required: bool = False
    """Whether calls without consent to be processed are dropped."""
    headless_is_bot: bool = True
    blocked: tuple[str, ...] = ()
    """Addresses, domains and ids whose calls are dropped."""
    region: str = "US"
    """Whose phone numbers those without a country code are."""
    event_names: Mapping[str, str] = {}
    """The names of events at this source → the kinds they are here."""


class Draft(msgspec.Struct, kw_only=True, gc=False):
    """A call on its way through the steps; at the end it is what the store keeps."""

    call: Call
    source: Source
    received_at: int
    address: str = ""
    user_agent: str = ""
    tracking_refused: bool = False
    """Whether the browser says Do Not Track or Global Privacy Control."""

    message_id: str = ""
    kind: str = ""
    """The kind of event: page_viewed, demo_requested; of identify, group and alias those words."""
    happened_at: int = 0
    subject: Identifier | None = None
    """Whose event it is: the strongest identifier in the call."""
    identifiers: list[Identifier] = []
    links: list[Linked] = []
    traits: Json = {}
    """What was learnt of the person, under the names that playbooks use."""
    account: Identifier | None = None
    account_traits: Json = {}
    properties: Json = {}
    """What conditions of playbooks look at, with page, campaign, channel among them."""
    context: Json = {}
    """What is kept besides, for the timeline."""
    consent: Mapping[str, bool] | None = None
    machine: str | None = None
    """Why this is labelled machine activity at once; None when it is not."""


Reason: TypeAlias = Literal[
    "bad key",
    "malformed",
    "too large",
    "duplicate",
    "bot",
    "blocked",
    "no consent",
    "no identifier",
    "in the future",
    "too old",
    "spam",
    "test",
    "failed",
]
"""Why a call is dropped or put aside."""


class Dropped(NamedTuple):
    """A call that a step did not let pass: which step, why, and in words."""

    step: str
    reason: Reason
    detail: str
