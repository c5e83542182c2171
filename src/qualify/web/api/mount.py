"""The API put together: routers, errors, what is around every request, and its description."""

from __future__ import annotations

from functools import cache
from typing import Any, Final

import msgspec
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, re_path
from ninja import NinjaAPI
from ninja.parser import Parser

from qualify.web.api import (
    capture,
    deeds,
    drafts,
    duplicates,
    export,
    forms,
    handoff,
    leads,
    lessons,
    playbooks,
    reps,
    webhooks,
)
from qualify.web.api.access import Token
from qualify.web.api.around import surrounded, unknown
from qualify.web.api.description import described
from qualify.web.api.problems import handle_errors

ROOT: Final = "api/v1/"


class Strict(Parser):
    """JSON as its standard has it: no NaN, no half characters."""

    def parse_body(self, request: HttpRequest) -> Any:
        """The body as JSON; raises for what is none."""
        return msgspec.json.decode(request.body)


@cache
def api() -> NinjaAPI:
    """The API with all its routers."""
    made = NinjaAPI(
        title="Qualify", version="1", urls_namespace="api-1", openapi_url=None, docs_url=None, auth=Token(),
        parser=Strict(), description="Leads, the lines behind their scores, and every change of state.",
    )  # fmt: skip
    handle_errors(made)
    for each in (
        *(leads, export, deeds, handoff, reps, duplicates),
        *(playbooks, drafts, lessons, capture, forms, webhooks),
    ):
        made.add_router("", each.router)
    return made


@cache
def openapi() -> dict[str, Any]:
    """The description of the API, as OpenAPI 3.1."""
    return described(api(), f"/{ROOT}")


def show_openapi(request: HttpRequest) -> HttpResponse:
    """The description, for whoever wants to know; it holds no secrets."""
    return HttpResponse(msgspec.json.encode(openapi()), content_type="application/json")


def _asked(route: str) -> dict[str, set[str]]:
    """The names that a query to an address may have, by method."""
    operations = openapi()["paths"].get(f"/{ROOT}{route.replace('<', '{').replace('>', '}')}", {})
    return {
        method: {each["name"] for each in operation.get("parameters", ()) if each["in"] == "query"}
        for method, operation in operations.items()
    }


def patterns() -> list[URLPattern]:
    """The addresses of the API, and one for every other address below its root."""
    found = [re_path(rf"^{ROOT}openapi\.json$", surrounded(show_openapi))]
    for pattern in api().urls[0]:
        assert isinstance(pattern, URLPattern)
        route = pattern.pattern.regex.pattern.removeprefix("^")
        view = surrounded(pattern.callback, _asked(str(pattern.pattern)))
        found.append(re_path(rf"^{ROOT}{route}", view, name=pattern.name))
    return [*found, re_path(rf"^{ROOT.rstrip('/')}(?:/(?P<path>.*))?$", surrounded(unknown))]
