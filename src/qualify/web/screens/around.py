"""What surrounds every page: who is signed in, where they can go, in whose time and language."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, NamedTuple
from zoneinfo import ZoneInfo, available_timezones

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext_lazy as _

from qualify.clock import now
from qualify.web.looking.handing import how_many_unassigned
from qualify.web.store.models import User
from qualify.web.verbs.actor import ADMIN, MANAGE_REPS, READ_AUDIT, READ_LEADS, READ_PLAYBOOK, WRITE_LEADS
from qualify.web.verbs.roles import ROLES, actor_in

POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "font-src 'self'; manifest-src 'self'; form-action 'self'{and_more}; frame-ancestors 'none'; base-uri 'none'"
)
"""What a browser may do on our pages (https://www.w3.org/TR/CSP3/): nothing that comes from elsewhere, nothing
inline. A form may also lead to the company's own sign-in, where there is one."""


ZONE: Final = "qualify-zone"
"""The cookie in which a browser says by which clock its owner lives."""


class Place(NamedTuple):
    """A place in the navigation: the name of its address, its words, and the scope it asks for."""

    name: str
    label: Any
    scope: str
    starts: tuple[str, ...]
    """What the addresses of its pages begin with."""

    not_for: tuple[str, ...] = ()
    """Roles that may see it and have no use for it."""


PLACES: Final = (
    Place("day", _("My day"), WRITE_LEADS, ("/day",), not_for=("marketing",)),
    Place("inbox", _("Inbox"), READ_LEADS, ("/inbox",)),
    Place("leads", _("Leads"), READ_LEADS, ("/leads",)),
    Place("playbook", _("Playbook"), READ_PLAYBOOK, ("/playbook",)),
    Place("team", _("Team"), READ_LEADS, ("/team", "/unassigned")),
    Place("alignment", _("Alignment"), READ_LEADS, ("/alignment",)),
    Place("learning", _("Learning"), READ_PLAYBOOK, ("/learning",)),
    Place("connect", _("Connect"), ADMIN, ("/connect",)),
    Place("people", _("People"), ADMIN, ("/people",)),
    Place("audit", _("Audit"), READ_AUDIT, ("/audit",)),
)
"""In the order in which they are shown; who may not see a place is not shown it."""


def around(request: HttpRequest) -> dict[str, Any]:
    """For templates: the places somebody may go to, and what is theirs.

    Asks the database for nothing but, of who may give out leads, how many nobody has; when that is shown.
    """
    user = getattr(request, "user", None)
    if not isinstance(user, SimpleLazyObject | User) or not user.is_authenticated:
        return {"places": [], "me": None}
    actor = actor_in(user.role, user.email)
    places = [
        {
            "name": place.name,
            "url": reverse(place.name),
            "label": place.label,
            "here": request.path.startswith(place.starts),
        }
        for place in PLACES
        if actor.may(place.scope) and user.role not in place.not_for
    ]
    role = ROLES.get(user.role)
    loud = SimpleLazyObject(lambda: how_many_unassigned(now())) if actor.may(MANAGE_REPS) else 0
    return {
        "places": places,
        "loud": loud,
        "me": user,
        "my_role": role.label if role else user.role,
        "may": May(actor),
    }


class May:
    """For templates: ``may.write_leads`` says whether somebody may do that."""

    def __init__(self, actor: Any) -> None:
        self._actor = actor

    def __getitem__(self, name: str) -> bool:
        verb, _, noun = name.partition("_")
        return bool(self._actor.may(f"{verb}:{noun}" if noun else verb))


class InTheirTime:
    """Middleware: the time zone and the language that somebody chose; and the policy for pages."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer in their time and language."""
        answer = self.get_response(request)
        if answer.get("Content-Type", "").startswith("text/html"):
            more = "".join(f" {each}" for each in settings.SIGN_IN_ORIGINS)
            answer.headers.setdefault("Content-Security-Policy", POLICY.format(and_more=more))
            answer.headers.setdefault("Permissions-Policy", "camera=(), microphone=(), geolocation=()")
        return answer

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> None:
        """Before a page is made. Only pages ask who somebody is: doors and API have keys."""
        timezone.deactivate()
        a_page = hasattr(view, "scope") or hasattr(view, "for_everybody")
        if not a_page:  # what programs read is English, whatever they say that they accept
            translation.activate(settings.LANGUAGE_CODE)
        if not a_page or not request.user.is_authenticated:
            return
        assert isinstance(request.user, User | SimpleLazyObject)
        zone = request.user.time_zone or request.COOKIES.get(ZONE, "")
        if zone in _zones():
            timezone.activate(ZoneInfo(zone))
        if request.user.language:
            translation.activate(request.user.language)


_known_zones: set[str] = set()


def _zones() -> set[str]:
    if not _known_zones:
        _known_zones.update(available_timezones())
    return _known_zones
