"""By which names the application may be asked: front doors by any, everything else by its own.

A company may point a name of its own (analytics.example.com) at Qualify, so that browsers take its script and its
calls for its own site's; nobody has to tell us. Doors are opened by keys, and what they answer does not depend on
the name. Pages, hosted forms and the API hold people's data, and what they answer may hold the name: under
one that is not ours a cache or a page elsewhere could make use of that (DNS rebinding, poisoned caches).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from django.core.exceptions import DisallowedHost
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase

SAID: Final = "this is not a name of this server; QUALIFY_HOSTS lists them"

ANY: Final = frozenset({"/q.js"})
"""What is the same for everybody under every name, besides the doors, which are opened before."""


class OwnNames:
    """Middleware: whoever asks by a name that is not ours is refused (400), in the words of the API or plainly."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer, or refuse."""
        if request.path_info in ANY:
            return self.get_response(request)
        try:
            request.get_host()
        except DisallowedHost:
            return _refused(request)
        return self.get_response(request)


def _refused(request: HttpRequest) -> HttpResponse:
    if request.path_info.startswith("/api/"):
        from qualify.web.api.problems import problem

        return problem(400, SAID)
    return HttpResponse(f"{SAID[0].upper()}{SAID[1:]}.\n", status=400, content_type="text/plain")
