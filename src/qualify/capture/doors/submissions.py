"""Somebody sent a form: the calls that this is, whoever's form it was."""

from __future__ import annotations

from typing import Any, Final

import msgspec

from qualify.capture.doors.shapes import text
from qualify.capture.model import Call, Json
from qualify.capture.steps.texts import DIGEST
from qualify.machine.forms import text_digest

MARKS: Final = ("test", "spam")
"""Properties that say why a call is not to count: of both calls, so that neither gets through alone."""


class Submission(msgspec.Struct, kw_only=True):
    """A form that somebody sent, in our words: who they are, what they told, what they agreed to."""

    id: str | None = None
    """The submission's own id with its source before it, ``tally:a1b2``; the same when it is sent again."""
    event: str = "form_submitted"
    traits: Json = {}
    properties: Json = {}
    context: Json = {}
    anonymous_id: str | None = None
    user_id: str | None = None
    external_id: str | None = None
    timestamp: str | int | float | None = None
    consent: dict[str, bool] | None = None
    consent_text: str | None = None
    texts: Json | None = None
    """What they wrote in their own words, by field; where a door cannot tell, the trait ``message`` is that."""


def calls(sent: Submission) -> list[Call]:
    """An identify call with what they told of themselves, where there is any, and a track call.

    Both carry the person's identifiers and consent, so that either is understood without the other; their
    message ids follow from the submission's.
    """
    traits = {name: value for name, value in sent.traits.items() if value not in (None, "", [])}
    email = text(traits.get("email"))
    shared: dict[str, Any] = {
        "email": email if email and "@" in email else None,
        "anonymous_id": sent.anonymous_id,
        "user_id": sent.user_id,
        "external_id": sent.external_id,
        "timestamp": sent.timestamp,
        "context": sent.context,
        "consent": sent.consent,
        "consent_text": sent.consent_text,
    }
    track = Call(
        type="track",
        message_id=sent.id,
        event=sent.event,
        properties=_without_nothing({**sent.properties, DIGEST: _digest(sent)}),
        **shared,
    )
    if not traits and sent.consent is None:
        return [track]
    marks = {mark: sent.properties[mark] for mark in MARKS if sent.properties.get(mark)}
    who = Call(
        type="identify",
        message_id=sent.id and f"{sent.id}:identify",
        traits=traits,
        properties=marks,
        **shared,
    )
    return [who, track]


def by_server(name: str) -> Json:
    """The context of a call that a source's server sent: its user agent is not the person's."""
    return {"library": {"name": name}}


def _digest(sent: Submission) -> str | None:
    """By what a text is known that many people may have sent; what they chose from a list is none."""
    texts = {"message": sent.traits.get("message")} if sent.texts is None else sent.texts
    return text_digest({name: told for name, told in texts.items() if isinstance(told, str)})


def _without_nothing(properties: Json) -> Json:
    return {name: value for name, value in properties.items() if value is not None}
