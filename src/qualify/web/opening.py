"""The first middleware: what goes to a front door goes straight through it, past everything that pages need.

So an event costs no session, no cookie and no template.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern


class DoorsFirst:
    """Middleware: a door answers at once; everything else goes on."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer."""
        path = request.path_info[1:]
        for pattern in _doors():
            match = pattern.resolve(path)
            if match is not None:
                answer: HttpResponse = match.func(request, *match.args, **match.kwargs)
                return answer
        return self.get_response(request)


@cache
def _doors() -> list[URLPattern]:
    from qualify.web.urls import DOORS  # they bring all of capture with them: not while settings are read

    return DOORS
