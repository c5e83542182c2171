"""Sign-ins, sign-outs, failures and changes of what one signs in with: each a line of the audit."""

from __future__ import annotations

from typing import Any, Final

from allauth.account import signals as account
from allauth.mfa import signals as steps
from django.contrib.auth.signals import user_logged_out
from django.dispatch import Signal
from django.http import HttpRequest

from qualify.clock import now
from qualify.web.people.guessing import asker
from qualify.web.verbs.actor import Actor, audit

NOBODY: Final = Actor("somebody", frozenset())
"""Who has not shown who they are."""


def note(user: Any, verb: str, detail: object = None) -> None:
    """Write down what a user did about their own account."""
    audit(Actor(user.email, frozenset()), verb, user.email, detail or {}, now())


def note_failure(email: str, request: HttpRequest) -> None:
    """Write down that somebody did not get in, and from where."""
    audit(NOBODY, "sign-in failed", email, {"from": asker(request)}, now())


def note_lock(email: str, request: HttpRequest, wait: int) -> None:
    """Write down that somebody has to wait, because they were wrong too often."""
    detail = {"from": asker(request), "seconds": round(wait / 1000)}
    audit(NOBODY, "lock out", email, detail, now())


def _signed_in(request: HttpRequest, user: Any, **more: Any) -> None:
    by = [str(each.get("type") or each["method"]) for each in request.session.get(_METHODS, [])]
    note(user, "sign in", {"from": asker(request), "by": by})


_METHODS: Final = "account_authentication_methods"  # allauth keeps there how somebody showed who they are


def _signed_out(request: HttpRequest, user: Any, **more: Any) -> None:
    if user is not None:
        note(user, "sign out")


def _changed_email(request: HttpRequest, user: Any, to_email_address: Any, **more: Any) -> None:
    before = more.get("from_email_address")
    if before is not None and before.email != to_email_address.email:
        note(user, "change e-mail", {"from": before.email, "to": to_email_address.email})


def _says(verb: str) -> Any:
    def receiver(request: HttpRequest, user: Any, **more: Any) -> None:
        authenticator = more.get("authenticator")
        note(user, verb, {"kind": str(authenticator.type)} if authenticator is not None else {})

    return receiver


def _wrong_code(request: HttpRequest, user: Any, **more: Any) -> None:
    note_failure(user.email, request)


_HEARD: Final[tuple[tuple[Signal, Any], ...]] = (
    (account.user_logged_in, _signed_in),
    (user_logged_out, _signed_out),
    (account.password_changed, _says("change password")),
    (account.password_set, _says("change password")),
    (account.password_reset, _says("reset password")),
    (account.email_changed, _changed_email),
    (steps.authenticator_added, _says("add second step")),
    (steps.authenticator_removed, _says("remove second step")),
    (steps.authenticator_reset, _says("renew recovery codes")),
    (steps.authentication_failed, _wrong_code),
)


def listen() -> None:
    """From now on write down what happens."""
    for place, (signal, receiver) in enumerate(_HEARD):
        signal.connect(receiver, dispatch_uid=f"qualify audit {place}", weak=False)
