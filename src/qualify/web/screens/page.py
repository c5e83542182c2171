"""What makes a view a page: who may see it, who asks, and refusals that are pages too."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any, Protocol, TypeAlias, cast
from urllib.parse import urlsplit

from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django_htmx.middleware import HtmxDetails

from qualify.errors import QualifyError
from qualify.speech import in_english
from qualify.web.looking.members import anybody
from qualify.web.looking.tongue import in_the_readers_words, said_to_the_reader
from qualify.web.screens.permission import not_for
from qualify.web.store.models import User
from qualify.web.verbs.actor import Actor, Conflict, Forbidden, NotThere
from qualify.web.verbs.roles import actor_in


class PageRequest(HttpRequest):
    """A request of somebody who is signed in and may see the page."""

    user: User
    actor: Actor
    htmx: HtmxDetails


View: TypeAlias = Callable[..., HttpResponseBase]

_WRITTEN = ("text", "note", "told", "value", "proof")
"""Fields into which people write sentences."""


class Page(Protocol):
    """A view that says what it asks for."""

    scope: str

    def __call__(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Answer."""


def page(scope: str = "") -> Callable[[View], Page]:
    """Make a view a page that asks for a scope of whoever wants to see it; without one, only that they are members.

    Who is not signed in signs in first; who may not see it is told so. Refusals of verbs
    (:class:`~qualify.errors.QualifyError` and its kinds) that the view lets through become pages of their own.
    """

    def around(view: View) -> Page:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if not request.user.is_authenticated:
                return _to_sign_in(request)
            asked = cast("PageRequest", request)
            asked.actor = actor_in(asked.user.role, asked.user.email)

            def allowed(*args: Any, **kwargs: Any) -> HttpResponseBase:
                if scope:
                    asked.actor.needs(scope)
                return view(*args, **kwargs)

            return _answered(allowed, asked, *args, **kwargs)

        made = cast("Page", guarded)
        made.scope = scope
        return made

    return around


def for_everybody(view: View) -> View:
    """Make a view a page that strangers may see, too: what it shows or does hangs on a link that they have."""

    @wraps(view)
    def open_(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        return _answered(view, request, *args, **kwargs)

    open_.for_everybody = True  # type: ignore[attr-defined]
    return open_


def _answered(view: View, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
    """What the view answers; a refusal is a page, too."""
    # What is only looked at is told in the reader's words; what a form has kept is kept in English.
    shown = in_the_readers_words() if request.method in ("GET", "HEAD") else in_english()
    try:
        with shown:
            answer = view(request, *args, **kwargs)
    except Forbidden as error:
        return trouble(request, 403, _("This is not for you"), _refused(request, error))
    except NotThere as error:
        return trouble(request, 404, _("There is nothing here"), error)
    except Conflict as error:
        return trouble(request, 409, _("Somebody was quicker"), error)
    except QualifyError as error:
        return trouble(request, 400, _("That does not work"), error)
    answer.headers.setdefault("Cache-Control", "no-store")  # a shared computer forgets what was seen
    return answer


def _to_sign_in(request: HttpRequest) -> HttpResponse:
    """To the door, and back here afterwards; a part of a page takes the whole page there. Where nobody is a member
    yet, to the beginning.
    """
    if not anybody():
        return HttpResponseRedirect(reverse("start"))
    if cast("PageRequest", request).htmx:
        answer = HttpResponse(status=204)
        answer["HX-Redirect"] = redirect_to_login(_shown(request)).url
        return answer
    return redirect_to_login(request.get_full_path() if request.method == "GET" else _shown(request))


def _shown(request: HttpRequest) -> str:
    """The page in front of somebody, when this request is only a part of it or a form on it."""
    said = urlsplit(request.headers.get("hx-current-url") or request.headers.get("referer") or "")
    return f"{said.path or '/'}{'?' + said.query if said.query else ''}"


def _refused(request: HttpRequest, error: Forbidden) -> Exception | str:
    """What somebody may not do, in words: programs are told the name of the scope."""
    if not error.scope or not request.user.is_authenticated:
        return error
    return not_for(cast("User", request.user).role, error.scope)


def trouble(request: HttpRequest, status: int, title: str, error: Exception | str) -> HttpResponse:
    """A page that says what went wrong and where to go; for a part of a page, a notice in its place."""
    part = bool(cast("PageRequest", request).htmx)
    said = error if isinstance(error, str) else said_to_the_reader(error)
    answer = render(
        request,
        "qualify/parts/notice.html" if part else "qualify/trouble.html",
        {"title": title, "said": said, "kind": "wrong", "status": status, "written": _written(request)},
        status=status,
    )
    if part:
        answer["HX-Retarget"], answer["HX-Reswap"] = "#notices", "innerHTML"
    return answer


def _written(request: HttpRequest) -> list[str]:
    """What somebody wrote into a form that was refused: it is shown, so that it is not lost."""
    return [request.POST[name] for name in _WRITTEN if request.POST.get(name, "").strip()]


def show(request: HttpRequest, template: str, context: Mapping[str, Any] | None = None) -> HttpResponse:
    """A page, or, when htmx asks for a part by the id of its element, only the block of that name.

    A template gives its parts names with ``{% include %}`` of files in ``parts``: for the target ``rows`` of
    ``inbox/inbox.html`` it is ``inbox/parts/rows.html``.
    """
    htmx = cast("PageRequest", request).htmx
    if htmx and not htmx.boosted and htmx.target and htmx.target.isidentifier():
        folder = template.rpartition("/")[0]
        answer = render(request, f"{folder}/parts/{htmx.target}.html", context)
    else:
        answer = render(request, template, context)
    answer["Vary"] = "HX-Request, HX-Target"
    return answer


def back(request: HttpRequest, otherwise: str) -> HttpResponseRedirect:
    """To where somebody came from, if that is one of our pages (the field or parameter ``next``)."""
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    fine = url_has_allowed_host_and_scheme(wanted, {request.get_host()}, require_https=request.is_secure())
    return HttpResponseRedirect(wanted if fine else otherwise)


def done(request: HttpRequest, said: str, undo: int | None = None) -> None:
    """Say on the next page that something was done; ``undo`` is the line of the audit that can be taken back."""
    messages.success(request, said, extra_tags="" if undo is None else f"undo-{undo}")
