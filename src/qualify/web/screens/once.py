"""A form that is sent twice does its work once: each form that changes something carries a token of its own."""

from __future__ import annotations

from django.http import HttpRequest
from django.utils.crypto import get_random_string

from qualify.clock import now
from qualify.moments import DAY
from qualify.web.database import insert, run

KEPT = 30 * DAY
"""How long a token is remembered: a tab may be weeks old."""


def token() -> str:
    """A token for a form: ``{% once %}`` writes it into a hidden field."""
    return get_random_string(22)


def first_time(request: HttpRequest, about: object = "") -> bool:
    """Whether this form was not sent before. To be asked in the transaction that does the work: when that is
    taken back, the form may be sent again. A form without a token is always new.

    A form that can do something to each of many is new for each: ``about`` says to which.
    """
    said = request.POST.get("once", "")[:40]
    if not said:
        return True
    said += f" {about}"[:24] if about != "" else ""
    at = now()
    run("DELETE FROM once WHERE used_at < %s", [at - KEPT])
    taken = insert(
        "once", "token, user_id, used_at", [(said, request.user.pk or 0, at)],
        "ON CONFLICT (token) DO NOTHING RETURNING used_at",
    )  # fmt: skip
    return bool(taken)
