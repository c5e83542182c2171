"""The page around a form: its style, and what a browser may do on it."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Iterable
from functools import cache
from html import escape
from importlib.resources import files
from typing import Final
from urllib.parse import urlsplit

from django.http import HttpResponse

from qualify.capture.doors.form_spec import FormSpec

_ORIGIN: Final = re.compile(r"(?:https?://)?(?:\*\.)?[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*(?::[0-9]{1,5})?")


@cache
def style() -> tuple[str, str]:
    """The style sheet, and its hash as a policy names it."""
    text = files(__name__.rpartition(".")[0]).joinpath("style.css").read_text(encoding="utf-8")
    digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
    return text, f"'sha256-{digest}'"


def page(
    spec: FormSpec, inside: str, *, embed: bool = False, light: bool = False, wrong: bool = False
) -> str:
    """The whole page; ``inside`` is HTML already. ``light`` is for frames in pages that are never dark."""
    said = "Error: " if wrong else ""
    classes = " ".join(name for name, given in (("embed", embed), ("light", light)) if given)
    robots = '<meta name="robots" content="noindex">' if embed else ""
    return (
        f'<!doctype html>\n<html lang="{escape(spec.language)}" class="{classes}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f'{robots}<link rel="icon" href="data:,"><title>{said}{escape(spec.title or spec.name)}</title>'
        f"<style>{style()[0]}</style></head>\n<body><main>\n{inside}\n</main></body></html>\n"
    )


def done(spec: FormSpec, *, embed: bool) -> str:
    """What is shown when the form was sent. A frame cannot lead its page elsewhere, so there it is a link."""
    message = f'<p class="q-done" role="status">{escape(spec.success_message)}</p>'
    if embed and spec.success_redirect:
        host = escape(urlsplit(spec.success_redirect).hostname or "")
        target = escape(spec.success_redirect)
        message += f'<p><a href="{target}" target="_top">Continue to {host}</a></p>'
    return message


def policy(spec: FormSpec, origins: Iterable[str], *, embed: bool) -> str:
    """What the page may do (https://www.w3.org/TR/CSP3/): nothing but send its form.

    Framed it is only as an embedded form, and only by pages of the source's own origins. Where the form leads
    on to another site, that site may lead further: browsers hold each of those steps against form-action.
    """
    leads_on = urlsplit(spec.success_redirect).scheme
    targets = " ".join(
        ["'self'", *(["https:"] if leads_on else []), *(["http:"] if leads_on == "http" else [])]
    )
    framing = " ".join(frames(origins)) if embed else ""
    return (
        f"default-src 'none'; style-src {style()[1]}; img-src data:; base-uri 'none'; form-action {targets}; "
        f"frame-ancestors {framing or (chr(39) + 'none' + chr(39))}"
    )


def frames(origins: Iterable[str]) -> list[str]:
    """The origins as a policy names them; a host without a scheme is meant with any port."""
    fit = [each for each in origins if _ORIGIN.fullmatch(each)]
    return [each if "://" in each or ":" in each else f"{each}:*" for each in fit]


def shown(text: str, policy_said: str, *, status: int = 200, embed: bool = False) -> HttpResponse:
    """A page as it is sent: kept by no cache, because the form in it holds a token of its own."""
    answer = HttpResponse(text, status=status, content_type="text/html; charset=utf-8")
    answer["Content-Security-Policy"] = policy_said
    answer["Cache-Control"] = "no-store"
    answer["Permissions-Policy"] = "camera=(), geolocation=(), microphone=()"
    answer["Referrer-Policy"] = "strict-origin-when-cross-origin"
    answer.xframe_options_exempt = embed  # read by Django's middleware
    if not embed:
        answer["X-Frame-Options"] = "DENY"
    return answer
