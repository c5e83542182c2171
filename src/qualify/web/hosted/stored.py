"""Forms in the store: made, found by their address, closed; and links that say who follows them."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any, Final, NamedTuple
from urllib.parse import urlsplit

import msgspec
from django.conf import settings
from django.core.signing import BadSignature, Signer

from qualify.capture.doors.form_spec import FormSpec
from qualify.capture.doors.forms import TOKEN
from qualify.errors import InputError
from qualify.speech import sentence
from qualify.web.database import insert, rows, run
from qualify.web.sources import Access, access_of

WHO: Final = "who"
"""The parameter of a link that says, signed, who follows it."""

MOST_FIELDS: Final = 100
_ADDRESS: Final = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,78}[a-z0-9])?")
_FIELD: Final = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,79}")


class Hosted(NamedTuple):
    """A form that is open, and what its source may."""

    spec: FormSpec
    access: Access


def create_form(source_id: int, spec: Mapping[str, Any], now: int) -> FormSpec:
    """Keep a form; from now on it is at ``/f/`` and its id. ``spec`` is JSON of a
    :class:`~qualify.capture.doors.form_spec.FormSpec`.

    Raises :class:`~qualify.errors.InputError` for one that could not work, or whose address is taken.
    """
    form = read_spec(spec)
    if rows("SELECT 1 FROM form WHERE name = %s", [form.id]):
        raise InputError(sentence("there is a form at %(address)s already", address=f"/f/{form.id}"))
    text = msgspec.json.encode(form).decode()
    insert("form", "source_id, name, spec, created_at", [(source_id, form.id, text, now)])
    return form


def close_form(address: str, now: int) -> bool:
    """Show the form no more; False when it is not open."""
    return run("UPDATE form SET closed_at = %s WHERE name = %s AND closed_at IS NULL", [now, address]) > 0


def read_spec(spec: Mapping[str, Any]) -> FormSpec:
    """A form as it is described; raises :class:`~qualify.errors.InputError` for one that could not work."""
    try:
        form = msgspec.convert(dict(spec), FormSpec)
    except msgspec.ValidationError as error:
        raise InputError(sentence("the form: %(said)s", said=str(error))) from error
    for wrong, why in _wrong(form):
        if wrong:
            raise InputError(sentence("the form %(form)s: %(said)s", form=repr(form.id), said=why))
    return form


def _wrong(form: FormSpec) -> list[tuple[bool, str]]:
    names = [field.name for field in form.fields]
    target = urlsplit(form.success_redirect)
    return [
        (not _ADDRESS.fullmatch(form.id), "its id is its address: small letters, digits and hyphens"),
        (len(names) > MOST_FIELDS, f"it may have at most {MOST_FIELDS} fields"),
        (not {"email", "phone"} & set(names), "without a field email or phone nobody would know whose it is"),
        (len(set(names)) < len(names), "two of its fields have one name"),
        (not all(_FIELD.fullmatch(name) for name in names), "names of fields are letters, digits and _"),
        (TOKEN in names or form.honeypot in names, "a field has the name of the honeypot or the token"),
        (
            bool(form.success_redirect) and not (target.scheme in ("https", "http") and target.hostname),
            "success_redirect begins with https://",
        ),
        (
            any(field.type == "select" and not field.options for field in form.fields),
            "a field of the type select needs options",
        ),
    ]


def hosted(address: str) -> Hosted | None:
    """The form at that address; None when none is open there."""
    found = rows("SELECT source_id, spec FROM form WHERE name = %s AND closed_at IS NULL", [address])
    access = access_of(found[0][0]) if found else None
    if access is None or access.source is None:
        return None
    # Who fills it in is a stranger, whoever's form it is.
    source = msgspec.structs.replace(access.source, trusted=False)
    return Hosted(msgspec.convert(json.loads(found[0][1]), FormSpec), access._replace(source=source))


def link(address: str, lead_id: int) -> str:
    """The form's URL for one lead alone: it does not ask what is known of them, nor show it.

    The link is signed. Whoever has it can send the form for that lead, so it goes to nobody else.
    """
    return f"{settings.BASE_URL}/f/{address}?{WHO}={_signer(address).sign(str(lead_id))}"


def follower(address: str, signed: str) -> Mapping[str, Any]:
    """The traits of the lead that a link was made for, with the e-mail address; empty when it is not signed."""
    try:
        lead_id = int(_signer(address).unsign(signed[:200]))
    except (BadSignature, ValueError):
        return {}
    whose = "owner_id = (SELECT owner_id FROM identifier WHERE id = %s)"
    known: dict[str, Any] = {}
    for (text,) in rows(f"SELECT traits FROM learnt WHERE {whose} ORDER BY learned_at, id", [lead_id]):
        known |= json.loads(text)
    goes_by = f"SELECT value FROM identifier WHERE {whose} AND kind = 'email' ORDER BY id LIMIT 1"
    for (email,) in rows(goes_by, [lead_id]):
        known["email"] = email
    return known


def _signer(address: str) -> Signer:
    return Signer(salt=f"qualify form link\n{address}")
