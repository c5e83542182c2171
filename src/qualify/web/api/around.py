"""What is around every request to the API: bounds, repetition, tags, and problems for what has no view."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from hashlib import sha256
from typing import Any, Final, TypeAlias

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.views.decorators.csrf import csrf_exempt

from qualify.clock import now
from qualify.errors import instead
from qualify.moments import DAY
from qualify.web.api.access import bearer, token_of
from qualify.web.api.problems import of_error, problem
from qualify.web.ciphers import deciphered, digest, enciphered
from qualify.web.database import insert, rows, run

View: TypeAlias = Callable[..., HttpResponseBase]

LARGEST_BODY: Final = 4 * 1024 * 1024
"""Bytes; the largest playbook, with every character written out, fits in."""

LONGEST_KEY: Final = 255

REMEMBERED: Final = DAY
"""Milliseconds for which what was answered to an idempotency key is answered again."""


def surrounded(view: View, asked: Mapping[str, Collection[str]] | None = None) -> View:
    """The view with all of this around it; ``asked`` are the names in a query that are known, by method."""

    @csrf_exempt  # a token is in a header, where no other site can put it
    def answered(request: HttpRequest, *args: Any, **named: Any) -> HttpResponseBase:
        head = request.method == "HEAD"
        if head:
            request.method = "GET"
        try:
            response = _misspelt(request, asked) or _answer(view, request, args, named)
        except Exception as error:
            response = of_error(error)
        if head and isinstance(response, HttpResponse):
            response.content = b""
        return response

    return answered


def _misspelt(request: HttpRequest, asked: Mapping[str, Collection[str]] | None) -> HttpResponse | None:
    """A problem with the names in the query that mean nothing: a filter that is ignored shows too much."""
    allowed = (asked or {}).get((request.method or "").lower())
    if allowed is None:
        return None
    wrong = sorted(set(request.GET) - set(allowed))
    mistakes = [
        {"where": f"query.{name[:60]}", "message": f"is not known{instead(name, allowed)}"} for name in wrong
    ]
    return problem(422, "the query has names that are not known", mistakes) if wrong else None


def unknown(request: HttpRequest, path: str = "") -> HttpResponse:
    """What is answered where nothing is."""
    return problem(404, "nothing is at this address; /api/v1/openapi.json lists what there is")


def _answer(view: View, request: HttpRequest, args: Any, named: Any) -> HttpResponseBase:
    size = request.headers.get("content-length", "0")
    if size.isdecimal() and int(size) > LARGEST_BODY:
        return problem(413, f"a request may have at most {LARGEST_BODY:,} bytes")
    key = request.headers.get("idempotency-key", "")
    if key and request.method not in ("GET", "OPTIONS"):
        response = _once(key, request, lambda: view(request, *args, **named))
    else:
        response = view(request, *args, **named)
    if response.status_code == 405:
        allowed = response.headers.get("Allow", "")
        return problem(405, f"{request.method} is not for this address", headers={"Allow": allowed})
    return _tagged(request, response) if request.method == "GET" else response


def _once(key: str, request: HttpRequest, view: Callable[[], HttpResponseBase]) -> HttpResponseBase:
    """What was answered to this key before, else the view's answer, which is remembered if it did something.

    The row of the key is there before the view works and in its transaction: of two requests at a time the
    second waits, and a request that fails leaves no trace.
    """
    token = token_of(request)
    if bearer(token) is None:
        return view()  # it will refuse
    if len(key) > LONGEST_KEY or not key.isascii() or not key.replace("\t", "").isprintable():
        return problem(422, f"an Idempotency-Key has at most {LONGEST_KEY} printable ASCII characters")
    said = sha256(f"{request.method} {request.get_full_path()}\n".encode() + request.body).hexdigest()
    with transaction.atomic():
        run("DELETE FROM reply WHERE created_at < %s", [now() - REMEMBERED])
        row = (key, digest(token), said, 0, b"", now())
        columns = "key, token, digest, status, body, created_at"
        new = insert("reply", columns, [row], "ON CONFLICT (token, key) DO NOTHING RETURNING id")
        if not new:
            return _again(key, digest(token), said)
        response = view()
        if response.status_code >= 400 or not isinstance(response, HttpResponse):
            transaction.set_rollback(True)  # nothing was done, so it may be tried again
        else:
            kept = enciphered({"body": response.content.decode()}).encode()  # it may hold a secret
            run(
                "UPDATE reply SET status = %s, body = %s WHERE id = %s",
                [response.status_code, kept, new[0][0]],
            )
        return response


def _again(key: str, token: str, said: str) -> HttpResponse:
    [(before, status, kept)] = rows(
        "SELECT digest, status, body FROM reply WHERE token = %s AND key = %s", [token, key]
    )
    if before != said:
        return problem(422, "this Idempotency-Key came with another request before; take a new one")
    body = deciphered(bytes(kept).decode())["body"]
    response = HttpResponse(body, status=status, content_type="application/json")
    response["Idempotent-Replayed"] = "true"
    return response


def _tagged(request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
    """The response with its tag, or 304 when who asks has it already."""
    if response.status_code != 200 or not isinstance(response, HttpResponse):
        return response
    tag = response.headers.get("ETag") or f'"{sha256(response.content).hexdigest()[:32]}"'
    if tag in tags(request.headers.get("if-none-match", "")) or request.headers.get("if-none-match") == "*":
        response = HttpResponse(status=304)
        del response["Content-Type"]
    response["ETag"] = tag
    response["Cache-Control"] = "private, no-cache"
    return response


def tags(header: str) -> frozenset[str]:
    """The tags that a header lists, weak ones as strong ones."""
    return frozenset(each.strip().removeprefix("W/") for each in header.split(",") if each.strip())
