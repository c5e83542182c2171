"""What went wrong, as RFC 9457 says it: ``application/problem+json``, always."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any, Final

import msgspec
from django.db import Error
from django.http import Http404, HttpRequest, HttpResponse
from ninja import NinjaAPI, Schema
from ninja.errors import AuthenticationError, HttpError, ValidationError
from pydantic import Field

from qualify.errors import PlaybookError, QualifyError
from qualify.speech import plain
from qualify.web.verbs.actor import Conflict, Forbidden, NotThere

logger = logging.getLogger(__name__)

CONTENT_TYPE: Final = "application/problem+json"


class Mistake(Schema):
    """One thing that is wrong in what was sent: where, and what; in a playbook with line and column from 1."""

    where: str
    message: str
    line: int | None = None
    column: int | None = None
    severity: str = "error"


class Problem(Schema):
    """Why a request was not done (RFC 9457)."""

    type: str = "about:blank"
    title: str
    status: int
    detail: str
    errors: list[Mistake] = Field([])


def problem(
    status: int,
    detail: str,
    errors: Sequence[Mapping[str, Any]] = (),
    headers: Mapping[str, str] | None = None,
) -> HttpResponse:
    """A problem as a response."""
    said: dict[str, Any] = {"type": "about:blank", "title": HTTPStatus(status).phrase, "status": status}
    said["detail"] = detail
    if errors:
        said["errors"] = list(errors)
    response = HttpResponse(_text(said), status=status, content_type=CONTENT_TYPE)
    for name, value in (headers or {}).items():
        response[name] = value
    return response


def _text(said: Mapping[str, Any]) -> bytes:
    """As JSON, whatever strangers put into it: half a character becomes a question mark."""
    try:
        return msgspec.json.encode(said, enc_hook=plain)
    except UnicodeEncodeError:
        return msgspec.json.encode(_whole(said))


def _whole(said: Any) -> Any:
    if isinstance(said, str):
        return said.encode("utf-8", "replace").decode()
    if isinstance(said, Mapping):
        return {_whole(name): _whole(value) for name, value in said.items()}
    return [_whole(each) for each in said] if isinstance(said, list | tuple) else said


_STATUS: Final[Mapping[type[QualifyError], int]] = {NotThere: 404, Forbidden: 403, Conflict: 409}


def of_error(error: Exception) -> HttpResponse:
    """The problem that an error is."""
    if isinstance(error, ValidationError):
        return problem(422, "the request is not as it has to be", [_mistake(each) for each in error.errors])
    if isinstance(error, PlaybookError):
        return problem(422, "the playbook cannot be used", [of_playbook(each) for each in error.problems])
    if isinstance(error, AuthenticationError):
        said = "send a token of the API: `Authorization: Bearer qa_…`"
        return problem(401, said, headers={"WWW-Authenticate": 'Bearer realm="qualify"'})
    if isinstance(error, QualifyError):
        return problem(_STATUS.get(type(error), 422), str(error))
    if isinstance(error, HttpError):
        return problem(error.status_code, error.message)
    if isinstance(error, Http404):
        return problem(404, "nothing is at this address")
    if isinstance(error, Error | TimeoutError):
        logger.warning("the store did not answer: %s", error)
        return problem(503, "the store is busy; try again", headers={"Retry-After": "2"})
    logger.error("a request to the API failed", exc_info=error)
    return problem(500, "this is our mistake, and it is written down")


def of_playbook(each: Any) -> dict[str, Any]:
    """A problem of a playbook as a mistake in the request."""
    return {
        "where": each.path, "message": each.message, "line": each.line, "column": each.column,
        "severity": each.severity,
    }  # fmt: skip


def _mistake(error: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "where": ".".join(str(part) for part in error.get("loc", ())),
        "message": str(error.get("msg", "")),
    }


def handle_errors(api: NinjaAPI) -> None:
    """Have every error of the API answered as a problem."""

    def answered(request: HttpRequest, error: Any) -> HttpResponse:
        return of_error(error)

    for kind in (Exception, Http404, HttpError, ValidationError):
        api.add_exception_handler(kind, answered)
