"""Qualify's own forms as HTML that works without a script, with a keyboard, and when read aloud."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any, Final
from urllib.parse import quote

from qualify.capture.doors.form_spec import Field, FormSpec, agreed_words
from qualify.capture.doors.forms import TOKEN, WHOLE

AUTOCOMPLETE: Final[Mapping[str, str]] = {
    "email": "email", "first_name": "given-name", "last_name": "family-name", "name": "name", "phone": "tel",
    "company": "organization", "job_title": "organization-title", "website": "url", "country": "country-name",
    "city": "address-level2", "state": "address-level1", "postal_code": "postal-code",
    "street": "street-address",
}  # fmt: skip
"""Field → what the browser may fill in (https://html.spec.whatwg.org/#autofill)."""

AWAY: Final = "q-away"
"""The class of what people must not see; the page's style sheet moves it off the screen."""


def html(
    spec: FormSpec,
    values: Mapping[str, Any],
    errors: Mapping[str, str],
    token: str,
    action: str,
    asked: Sequence[Field] | None = None,
) -> str:
    """The form as HTML, every text in it escaped.

    ``values`` is what the fields hold, ``errors`` what is said at which field (``""``: above the form),
    ``token`` is from :func:`qualify.capture.doors.forms.token`, ``action`` where it is sent; ``asked`` are the
    fields to ask (from ``next_questions``), all when it is None.
    """
    fields = spec.fields if asked is None else asked
    rows = [_field(spec, field, values.get(field.name), errors.get(field.name)) for field in fields]
    title = f"<h1>{escape(spec.title)}</h1>" if spec.title else ""
    parts = [
        f'<form class="q-form" id="{_id(spec, "form")}" method="post" action="{escape(action)}"'
        f' lang="{escape(spec.language)}" accept-charset="utf-8" novalidate>',
        title,
        _summary(spec, fields, errors),
        f'<input type="hidden" name="{TOKEN}" value="{escape(token)}">',
        *rows,
        _honeypot(spec),
        f'<button type="submit">{escape(spec.submit_label)}</button>',
        "</form>",
    ]
    return "\n".join(part for part in parts if part)


def embed(spec: FormSpec, base_url: str) -> str:
    """What somebody pastes into their page: a frame, so that each visitor gets a fresh form and no script runs."""
    source = f"{base_url.rstrip('/')}/f/{quote(spec.id, safe='')}?embed=1"
    title = escape(spec.title or spec.name)
    return (
        f'<iframe src="{escape(source)}" title="{title}" loading="lazy" '
        'style="border:0;width:100%;min-height:32rem"></iframe>'
    )


def _id(spec: FormSpec, name: str) -> str:
    return escape(f"q-{spec.id}-{name}".replace(" ", "-"))


def _summary(spec: FormSpec, fields: Sequence[Field], errors: Mapping[str, str]) -> str:
    """All errors above the form, read aloud at once, each a link to its field."""
    if not errors:
        return ""
    whole = f"<p>{escape(errors[WHOLE])}</p>" if WHOLE in errors else ""
    links = [
        f'<li><a href="#{_id(spec, field.name)}">{escape(errors[field.name])}</a></li>'
        for field in fields
        if field.name in errors
    ]
    listed = f"<ul>{''.join(links)}</ul>" if links else ""
    return f'<div class="q-errors" role="alert" tabindex="-1" autofocus>{whole}{listed}</div>'


def _field(spec: FormSpec, field: Field, value: Any, error: str | None) -> str:
    if field.type == "hidden":
        return f'<input type="hidden" name="{escape(field.name)}" value="{escape(_text(value))}">'
    if field.type == "checkbox" and field.options:
        return _boxes(spec, field, value, error)
    if field.type in ("checkbox", "consent"):
        return _box(spec, field, value, error)
    label = f'<label for="{_id(spec, field.name)}">{escape(field.label or field.name)}{_mark(field)}</label>'
    return (
        f'<div class="q-field">{label}{_control(spec, field, value, error)}{_error(spec, field, error)}</div>'
    )


def _control(spec: FormSpec, field: Field, value: Any, error: str | None) -> str:
    shared = _attributes(spec, field, error)
    if field.type == "select":
        return f"<select {shared}>{_options(field, _text(value))}</select>"
    if field.type == "textarea":
        # A line feed right after the tag is dropped by the parser: one that is meant must follow it.
        return (
            f'<textarea {shared} maxlength="{field.max_length}" rows="4">\n{escape(_text(value))}</textarea>'
        )
    kind = {"email": "email", "phone": "tel"}.get(field.type, "text")
    return f'<input type="{kind}" {shared} maxlength="{field.max_length}" value="{escape(_text(value))}">'


def _attributes(spec: FormSpec, field: Field, error: str | None) -> str:
    """What every control has: its id and name, what may be filled in, whether it must be and what is wrong."""
    filled = AUTOCOMPLETE.get(field.name) or {"email": "email", "phone": "tel"}.get(field.type, "")
    parts = [f'id="{_id(spec, field.name)}" name="{escape(field.name)}"']
    parts += [f'autocomplete="{filled}"'] if filled else []
    parts += ["required"] if field.required else []
    return " ".join([*parts, *_described(spec, field, error)])


def _described(spec: FormSpec, field: Field, error: str | None) -> list[str]:
    return [f'aria-invalid="true" aria-describedby="{_id(spec, field.name)}-error"'] if error else []


def _options(field: Field, chosen: str) -> str:
    options = (
        f'<option value="{escape(one)}"{" selected" if one == chosen else ""}>{escape(one)}</option>'
        for one in field.options
    )
    return '<option value=""></option>' + "".join(options)


def _box(spec: FormSpec, field: Field, value: Any, error: str | None) -> str:
    words = agreed_words(spec, field) if field.type == "consent" else field.label or field.name
    ticked = " checked" if value is True else ""
    control = f'<input type="checkbox" value="yes" {_attributes(spec, field, error)}{ticked}>'
    label = f'<label for="{_id(spec, field.name)}">{escape(words)}{_mark(field)}</label>'
    return f'<div class="q-field q-box">{control}{label}{_error(spec, field, error)}</div>'


def _boxes(spec: FormSpec, field: Field, value: Any, error: str | None) -> str:
    chosen = value if isinstance(value, list | tuple) else [value]
    rows = []
    for number, option in enumerate(field.options):
        one = _id(spec, field.name) + (f"-{number}" if number else "")
        ticked = " checked" if option in chosen else ""
        rows.append(
            f'<div class="q-box"><input type="checkbox" id="{one}" name="{escape(field.name)}"'
            f' value="{escape(option)}"{ticked}><label for="{one}">{escape(option)}</label></div>'
        )
    head = f'<fieldset class="q-field" {" ".join(_described(spec, field, error))}>'
    legend = f"<legend>{escape(field.label or field.name)}{_mark(field)}</legend>"
    return f"{head}{legend}{''.join(rows)}{_error(spec, field, error)}</fieldset>"


def _mark(field: Field) -> str:
    return ' <span class="q-required">(required)</span>' if field.required else ""


def _error(spec: FormSpec, field: Field, error: str | None) -> str:
    return f'<p class="q-error" id="{_id(spec, field.name)}-error">{escape(error)}</p>' if error else ""


def _honeypot(spec: FormSpec) -> str:
    if not spec.honeypot:
        return ""
    name, one = escape(spec.honeypot), _id(spec, spec.honeypot)
    return (
        f'<div class="{AWAY}" aria-hidden="true"><label for="{one}">Leave this empty</label>'
        f'<input type="text" id="{one}" name="{name}" tabindex="-1" autocomplete="off"></div>'
    )


def _text(value: Any) -> str:
    return value if isinstance(value, str) else "" if value in (None, False, True) else str(value)
