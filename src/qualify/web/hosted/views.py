"""``/f/{form}``: a form on a page of its own, or in a frame (``?embed=1``), that works without a script.

Nothing is kept in the browser. What is shown to whom follows from the address alone: words for hidden
questions, campaigns, and, where it is signed, whose traits are known already.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Mapping
from typing import Any, Final, NamedTuple
from urllib.parse import urlencode, urlsplit

from django.conf import settings
from django.db import Error
from django.http import HttpRequest, HttpResponse

from qualify.capture.doors import form_html, forms
from qualify.capture.doors.bodies import pairs
from qualify.capture.doors.form_spec import Field, FormSpec, next_questions
from qualify.capture.doors.forms import Submission
from qualify.capture.model import Delivery, Refusal, Request
from qualify.capture.pipeline import Facts
from qualify.clock import now
from qualify.web.doors import BUCKETS, BUSY_SECONDS, request_of
from qualify.web.hosted.page import done, page, policy, shown
from qualify.web.hosted.stored import WHO, Hosted, follower, hosted
from qualify.web.keeping.delivering import keep_delivery

logger = logging.getLogger(__name__)

FROM: Final = "q_from"
"""The parameter of the form's action in which the page is kept that led to it."""

BROWSER: Final = "aid"
"""The parameter that says whose browser it is: the anonymous id of q.js on the page that leads to the form."""

_OWN: Final = frozenset({WHO, FROM, BROWSER, "embed", "theme"})
_LONGEST_ID: Final = 200
_LONGEST: Final = 2_000


class Visit(NamedTuple):
    """A form as somebody asked for it, and what is known of them."""

    form: Hosted
    asked: Request
    known: Mapping[str, Any]

    @property
    def spec(self) -> FormSpec:
        """The form."""
        return self.form.spec

    @property
    def embed(self) -> bool:
        """Whether it is in a frame."""
        return self.asked.query.get("embed") == "1"


def form(request: HttpRequest, address: str) -> HttpResponse:
    """Show the form (GET), or take what was filled in (POST)."""
    found = hosted(address)
    if found is None:
        return HttpResponse("There is no form at this address.", status=404, content_type="text/plain")
    if request.method not in ("GET", "HEAD", "POST"):
        return HttpResponse(status=405, headers={"Allow": "GET, HEAD, POST"})
    asked = request_of(request, request.path)
    visit = Visit(found, asked, follower(address, asked.query.get(WHO, "")))
    if request.method != "POST":
        return _form(visit, _given(visit), {}, forms.token(found.spec.id, now(), settings.SECRET_KEY))
    try:
        data = _data(asked)
    except Refusal as refusal:
        return HttpResponse(refusal.message, status=refusal.status, content_type="text/plain")
    return _taken(visit, data)


def _data(asked: Request) -> dict[str, list[str]]:
    data: dict[str, list[str]] = {}
    for name, value in pairs(asked):
        data.setdefault(name, []).append(value)
    return data


def _taken(visit: Visit, data: Mapping[str, list[str]]) -> HttpResponse:
    at = now()
    read = forms.validate(visit.spec, data, visit.known, at, settings.SECRET_KEY)
    if not isinstance(read, Submission):
        return _again(visit, data, read.fields, 422)
    wait = BUCKETS.wait(visit.form.access.key_id, 1, visit.form.access.rate, at)
    if wait:
        said = {
            forms.WHOLE: "Too many people are sending this form just now. Please send it again in a moment."
        }
        return _again(visit, data, said, 429, wait)
    try:
        _keep(visit, read, data, at)
    except (Error, TimeoutError) as error:
        logger.warning("a form was not kept, its sender is asked to send it again: %s", error)
        said = {forms.WHOLE: "Your answers could not be kept just now. Please send the form again."}
        return _again(visit, data, said, 503, BUSY_SECONDS)
    return _thanked(visit)


def _keep(visit: Visit, sent: Submission, data: Mapping[str, list[str]], at: int) -> None:
    """Through the pipeline into the store; sent twice, as by an impatient click, it is the same submission."""
    if visit.known.get("email") and not sent.traits.get("email"):
        sent.traits["email"] = visit.known["email"]  # it was not asked for, because it is known
    said = repr(sorted(data.items())).encode("utf-8", "replace")
    digest = hashlib.blake2b(said, digest_size=16).hexdigest()
    facts = Facts.of(visit.asked)
    calls = forms.calls(
        sent,
        message_id=f"form:{visit.spec.id}:{digest}",
        anonymous_id=_browser(visit, sent, facts),
        page=_page(visit),
    )
    keep_delivery("form", visit.form.access, Delivery(None, calls), facts, at)


def _browser(visit: Visit, sent: Submission, facts: Facts) -> str | None:
    """Whose browser it is, if the address says so; who asks not to be tracked and agrees to nothing has none."""
    agreed = sent.consent is not None and sent.consent.get("process") is True
    if facts.tracking_refused and not agreed:
        return None
    told = visit.asked.query.get(BROWSER, "")
    return told if told.isprintable() and 0 < len(told) <= _LONGEST_ID else None


def _page(visit: Visit) -> dict[str, Any]:
    query = urlencode({name: value for name, value in visit.asked.query.items() if name not in _OWN})
    url = f"{settings.BASE_URL}/f/{visit.spec.id}" + (f"?{query}" if query else "")
    title = visit.spec.title or visit.spec.name
    told = {"url": url[:_LONGEST], "title": title, "referrer": visit.asked.query.get(FROM, "")}
    return {name: value for name, value in told.items() if value}


def _thanked(visit: Visit) -> HttpResponse:
    if visit.spec.success_redirect and not visit.embed:
        answer = _shown(visit, "", 303)
        answer["Location"] = visit.spec.success_redirect
        return answer
    return _shown(visit, done(visit.spec, embed=visit.embed))


def _again(
    visit: Visit, data: Mapping[str, list[str]], errors: Mapping[str, str], status: int, wait: int = 0
) -> HttpResponse:
    """The form once more, with what was filled in and what is wrong with it."""
    given = (data.get(forms.TOKEN) or [""])[0]
    token = forms.renewed(visit.spec, given, now(), settings.SECRET_KEY)
    answer = _form(visit, forms.answers(visit.spec, data), errors, token, status, frozenset(data))
    if wait:
        answer["Retry-After"] = str(wait)
    return answer


def _form(
    visit: Visit,
    values: Mapping[str, Any],
    errors: Mapping[str, str],
    token: str,
    status: int = 200,
    sent: frozenset[str] = frozenset(),
) -> HttpResponse:
    questions = next_questions(visit.spec, visit.known)
    fields: list[Field] = [each for each in visit.spec.fields if each in questions or each.name in sent]
    text = form_html.html(visit.spec, values, errors, token, _action(visit), fields)
    return _shown(visit, text, status, wrong=bool(errors))


def _shown(visit: Visit, inside: str, status: int = 200, *, wrong: bool = False) -> HttpResponse:
    light = visit.asked.query.get("theme") == "light"
    text = page(visit.spec, inside, embed=visit.embed, light=light, wrong=wrong) if inside else ""
    said = policy(visit.spec, visit.form.access.origins, embed=visit.embed)
    return shown(text, said, status=status, embed=visit.embed)


def _given(visit: Visit) -> dict[str, str]:
    """What the address fills in; agreement nobody can give by an address."""
    ticked = ("checkbox", "consent")
    names = {field.name: field.max_length for field in visit.spec.fields if field.type not in ticked}
    query = visit.asked.query
    return {name: query[name][:most] for name, most in names.items() if name in query}


def _action(visit: Visit) -> str:
    """Where the form is sent: the same address with all that it says, and the page that led here."""
    query = {name: value for name, value in visit.asked.query.items() if len(name) + len(value) <= _LONGEST}
    came_from = visit.asked.headers.get("referer", "")
    if came_from and urlsplit(came_from).netloc != visit.asked.headers.get("host"):
        query.setdefault(FROM, came_from[:_LONGEST])
    return f"/f/{visit.spec.id}" + (f"?{urlencode(query)}" if query else "")
