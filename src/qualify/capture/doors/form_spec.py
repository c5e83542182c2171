"""What one of Qualify's own forms is made of."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, TypeAlias

import msgspec

FieldType: TypeAlias = Literal[
    "email", "text", "phone", "select", "checkbox", "textarea", "hidden", "consent"
]

Purpose: TypeAlias = Literal["process", "email", "phone"]


class Field(msgspec.Struct, frozen=True, kw_only=True):
    """A question of a form."""

    name: str
    """The trait that the answer becomes, as first_name; also the name of the HTML field."""
    label: str = ""
    """The question as people read it; of consent: the words agreed to, if they are not the form's."""
    type: FieldType = "text"
    required: bool = False
    options: tuple[str, ...] = ()
    """What can be chosen (of select, and of a checkbox with several boxes)."""
    progressive: bool = False
    """Asked only while the answer is not known yet."""
    max_length: int = 200
    """Characters that an answer may have."""
    purposes: tuple[Purpose, ...] = ()
    """What a consent field is for, if it is not what the form says."""


class FormSpec(msgspec.Struct, frozen=True, kw_only=True):
    """A form: its questions, what is agreed to, what happens when it is sent, how it tells people from bots."""

    id: str
    name: str
    """What we call it: shown in the timeline."""
    title: str = ""
    """What its visitors read above it."""
    fields: tuple[Field, ...] = ()
    ask_at_most: int = 0
    """How many progressive questions are asked at a time; 0: all that are open."""
    consent_text: str = ""
    """The words that somebody agrees to with a field of type consent."""
    consent_purposes: tuple[Purpose, ...] = ("process",)
    success_message: str = "Thank you. We have received your message."
    success_redirect: str = ""
    """Where people are sent instead of being shown the message; whoever makes the form vouches for it."""
    honeypot: str = "q_more"
    """The name of a field that people do not see, and bots fill in; empty: none. A telling name would be filled
    in by browsers, for people."""
    least_seconds: int = 3
    """How long somebody needs at least: faster ones are asked to send it again."""
    event: str = "form_submitted"
    """The kind of event that a submission is, as demo_requested."""
    submit_label: str = "Send"
    language: str = "en"

    def field(self, name: str) -> Field | None:
        """The question of that name, or None."""
        return next((each for each in self.fields if each.name == name), None)


def next_questions(spec: FormSpec, known: Mapping[str, Any]) -> list[Field]:
    """The fields to ask somebody of whom these traits are known, in the form's order.

    A progressive question is left out once its answer is known; of those still open the first
    ``ask_at_most`` are asked.
    """
    asked: list[Field] = []
    left = spec.ask_at_most or len(spec.fields)
    for field in spec.fields:
        if not field.progressive:
            asked.append(field)
        elif known.get(field.name) in (None, "", []) and left > 0:
            asked.append(field)
            left -= 1
    return asked


def purposes_of(spec: FormSpec, field: Field) -> tuple[Purpose, ...]:
    """What somebody agrees to with this consent field."""
    return field.purposes or spec.consent_purposes


def agreed_words(spec: FormSpec, field: Field) -> str:
    """The words that somebody agrees to with this consent field."""
    return field.label or spec.consent_text
