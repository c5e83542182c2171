"""Qualify's own forms: is what came back complete, did a person send it, and which calls is it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple, TypeAlias

import msgspec

from qualify.capture.doors import submissions
from qualify.capture.doors.form_spec import Field, FormSpec, agreed_words, next_questions, purposes_of
from qualify.capture.doors.naming import campaign_of
from qualify.capture.doors.signatures import hexadecimal, same
from qualify.capture.model import Call, Json

__all__ = [
    "Data",
    "Errors",
    "Field",
    "FormSpec",
    "Submission",
    "answers",
    "calls",
    "next_questions",
    "renewed",
    "token",
    "validate",
]

Data: TypeAlias = Mapping[str, str | Sequence[str]]
"""A form as it was sent: name → value, or values where a name came several times."""

TOKEN: Final = "q_token"
"""The name of the hidden field with the signed time at which the form was shown."""

LONGEST_OPEN: Final = 7 * 86_400_000
"""How long a form may stay open, in milliseconds."""

WHOLE: Final = ""
"""The key in :class:`Errors` of what is wrong with the form as a whole."""

_EMAIL = re.compile(r"[^\s@<>(),;:\"\[\]\\]{1,64}@[^\s@<>(),;:\"\[\]\\]+\.[^\s@.<>(),;:\"\[\]\\]{2,63}")
_PHONE = re.compile(r"[+(]?[0-9][0-9 ()./-]{4,28}[0-9]")
_SIGNED = re.compile(r"([0-9]{1,15})\.([0-9a-f]{64})")
_UNSEEN = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_TICKED: Final = frozenset({"on", "yes", "true", "1"})


class Errors(NamedTuple):
    """What is wrong, in words, by the field's name; under ``""`` what is wrong with the whole."""

    fields: Mapping[str, str]


class Submission(msgspec.Struct, kw_only=True):
    """A form that is in order, as it was sent."""

    form: FormSpec
    traits: Json
    consent: dict[str, bool] | None = None
    """Consents given; a box that was left empty withdraws nothing, so False never stands here."""
    consent_text: str | None = None
    spam: str | None = None
    """Why a bot is thought to have sent it. It is answered like any other, and kept as spam."""


def token(form_id: str, now: int, key: str) -> str:
    """When the form was shown (epoch ms), signed with ``key`` so that it cannot be made up."""
    return f"{now}.{_signature(form_id, str(now), key)}"


def _signature(form_id: str, shown_at: str, key: str) -> str:
    return hexadecimal(key, f"qualify form\n{form_id}\n{shown_at}".encode("utf-8", "replace"))


def validate(spec: FormSpec, data: Data, known: Mapping[str, Any], now: int, key: str) -> Submission | Errors:
    """What was sent if it is in order, else what to say at which field.

    ``known`` are the traits that were known when the form was shown (they decide which progressive questions
    had to be answered), ``now`` is epoch ms, ``key`` the secret that :func:`token` was made with. Fields that
    are not the form's are left out. A filled honeypot makes the submission spam, without a word to the bot.
    """
    spam = "the honeypot was filled in" if spec.honeypot and _one(data, spec.honeypot) else None
    asked = next_questions(spec, known)
    found = answers(spec, data)
    wrong = {field.name: word for field in asked if (word := _wrong(spec, field, found[field.name]))}
    if not spam and (word := _trap(spec, _one(data, TOKEN), now, key)):
        wrong[WHOLE] = word
    if wrong and not spam:
        return Errors(wrong)
    agreed = [field for field in spec.fields if field.type == "consent" and found[field.name]]
    return Submission(
        form=spec,
        traits={
            field.name: found[field.name] for field in spec.fields if _is_trait(field, found[field.name])
        },
        consent={purpose: True for field in agreed for purpose in purposes_of(spec, field)} or None,
        consent_text="\n".join(agreed_words(spec, field) for field in agreed) or None,
        spam=spam,
    )


def answers(spec: FormSpec, data: Data) -> dict[str, Any]:
    """What was answered, by the name of the question: text, True or False for one box, a list for several."""
    return {field.name: _answer(field, data) for field in spec.fields}


def renewed(spec: FormSpec, given: str, now: int, key: str) -> str:
    """The token of a form that is shown once more: nobody who was slow enough has to be slow again.

    The same token while it holds; one that is too old becomes one that may be sent at once; none becomes new.
    """
    found = _SIGNED.fullmatch(given)
    if not found or not same(found[2], _signature(spec.id, found[1], key)):
        return token(spec.id, now, key)
    return (
        given if now - int(found[1]) <= LONGEST_OPEN else token(spec.id, now - spec.least_seconds * 1000, key)
    )


def _is_trait(field: Field, answer: Any) -> bool:
    return field.type != "consent" and answer not in ("", [], False)


def _trap(spec: FormSpec, given: str, now: int, key: str) -> str | None:
    """What to say to somebody who is too fast, too late, or has no token; the form is shown again then."""
    found = _SIGNED.fullmatch(given)
    if not found or not same(found[2], _signature(spec.id, found[1], key)):
        return "This form has expired. Please send it again."
    open_for = now - int(found[1])
    if open_for > LONGEST_OPEN:
        return "This form was open for too long. Please send it again."
    if open_for < spec.least_seconds * 1000:
        return "That was very quick. Please check your answers and send the form again."
    return None


def _one(data: Data, name: str) -> str:
    """The first value of that name, without control characters and space at its ends."""
    return next(iter(_all(data, name)), "")


def _all(data: Data, name: str) -> list[str]:
    value = data.get(name, "")
    values = [value] if isinstance(value, str) else [one for one in value if isinstance(one, str)]
    cleaned = (_UNSEEN.sub("", one).strip() for one in values)
    return [one for one in cleaned if one]


def _answer(field: Field, data: Data) -> Any:
    """The answer to one question."""
    if field.type == "checkbox" and field.options:
        return _all(data, field.name)
    if field.type in ("checkbox", "consent"):
        return _one(data, field.name).lower() in _TICKED
    return _one(data, field.name)


def _wrong(spec: FormSpec, field: Field, answer: Any) -> str | None:
    label = field.label or field.name.replace("_", " ")
    if not answer:
        return _missing(field, label) if field.required else None
    if field.options and field.type in ("select", "checkbox"):
        chosen = answer if isinstance(answer, list) else [answer]
        return None if set(chosen) <= set(field.options) else f"Choose one of the answers to “{label}”."
    if not isinstance(answer, str):
        return None
    if len(answer) > field.max_length:
        return f"Write at most {field.max_length} characters; these are {len(answer)}."
    if field.type == "email" and (len(answer) > 254 or not _EMAIL.fullmatch(answer)):
        return "Write an e-mail address, such as ada@example.com."
    if field.type == "phone" and not _PHONE.fullmatch(answer):
        return "Write a phone number with its country code, such as +49 30 1234567."
    return None


def _missing(field: Field, label: str) -> str:
    if field.type == "consent":
        return "Please agree, so that we may answer you."
    if field.type in ("select", "checkbox"):
        return f"Choose an answer to “{label}”."
    return f"Fill in “{label}”."


def calls(
    sent: Submission,
    *,
    message_id: str | None = None,
    anonymous_id: str | None = None,
    page: Json | None = None,
    timestamp: int | None = None,
) -> list[Call]:
    """The calls of a submission: an identify with what was told, and a track of the form's kind of event.

    ``message_id`` is the caller's id for it (the same when it is sent again), ``page`` is as in Segment's
    context (url, referrer, title). A bot's calls have the property ``spam`` with the reason.
    """
    traits = {
        name: value for name, value in sent.traits.items() if name not in campaign_of(sent.traits.items())
    }
    form = {"form_id": sent.form.id, "form_name": sent.form.name, "spam": sent.spam}
    return submissions.calls(
        submissions.Submission(
            id=message_id,
            event=sent.form.event,
            traits=traits,
            properties={**form, **campaign_of(sent.traits.items())},
            context={"page": page} if page else {},
            anonymous_id=anonymous_id,
            timestamp=timestamp,
            consent=sent.consent,
            consent_text=sent.consent_text,
            texts={
                each.name: sent.traits.get(each.name) for each in sent.form.fields if each.type == "textarea"
            },
        )
    )
