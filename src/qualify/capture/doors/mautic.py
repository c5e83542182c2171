"""Mautic's forms: a page that posts to Mautic works when only the host of its form's action is changed.

The shape was read in Mautic's source (``/form/submit?formId=N``); no Mautic was run.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from qualify.capture.doors.answering import Plain, malformed, only
from qualify.capture.doors.bodies import fields, pairs
from qualify.capture.doors.naming import campaign_of, gathered, is_campaign, trait
from qualify.capture.doors.redirects import allowed_target, redirect, thank_you
from qualify.capture.doors.submissions import Submission, calls
from qualify.capture.model import Delivery, Malformed, Request

RESERVED: Final = frozenset({"formid", "formname", "return", "submit", "messenger", "formsession"})
"""Aliases that belong to the form and not to whoever fills it in."""

_FIELD = re.compile(r"mauticform\[([^\[\]]{1,100})\](?:\[[^\[\]]*\])?")


class Mautic(Plain):
    """The door at Mautic's own path; the key is in the action's query (``?formId=3&key=…``), else the form's id.

    Secrets: ``redirects``, the hosts that the form's ``return`` may lead to. Forms carry no signature and no
    id of their own, so the calls have no message id.
    """

    name = "mautic"
    paths: tuple[str, ...] = (r"form/submit",)

    def key(self, request: Request, match: Mapping[str, str]) -> str | None:
        """The key in the query, else the form's id there or in the form."""
        return request.query.get("key") or _form_id(request, _sent(request))

    def read(self, request: Request, match: Mapping[str, str], secrets: Mapping[str, str]) -> Delivery:
        """Who filled the form in, and that they did; the reply leads to ``return`` if that is allowed."""
        only(request, "POST")
        sent = _sent(request)
        told = [(name, value) for name, value in sent.items() if name.lower() not in RESERVED and value]
        host = request.headers.get("host", "")
        target = allowed_target(sent.get("return"), secrets.get("redirects", ""), host)
        reply = redirect(target) if target else thank_you()
        unread: tuple[Malformed, ...] = (
            () if told else (malformed(request, "no field is called mauticform[…]"),)
        )
        submitted = calls(_submission(request, sent, told)) if told else []
        return Delivery(self.key(request, match), submitted, unread, reply)


DOOR: Final = Mautic()


def _sent(request: Request) -> Mapping[str, str]:
    """Alias → value; the values of ``[alias][]`` are one, parted by semicolons."""
    named = ((_FIELD.fullmatch(name), value) for name, value in pairs(request))
    return fields([(match[1], value) for match, value in named if match])


def _form_id(request: Request, sent: Mapping[str, str]) -> str | None:
    return request.query.get("formId") or sent.get("formId")


def _submission(request: Request, sent: Mapping[str, str], told: list[tuple[str, str]]) -> Submission:
    traits = ((trait(name), value) for name, value in told if not is_campaign(name))
    form = {"form_id": _form_id(request, sent), "form_name": sent.get("formName")}
    page = request.headers.get("referer")
    return Submission(
        traits=gathered(traits),
        properties={**form, **campaign_of(told)},
        context={"page": {"url": page}} if page else {},
    )
