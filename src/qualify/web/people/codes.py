"""Codes of an app and recovery codes: guessing them is counted as guessing passwords is."""

from __future__ import annotations

from typing import Any

from allauth.core import context
from allauth.mfa.base.forms import AuthenticateForm, ReauthenticateForm
from django import forms

from qualify.clock import now
from qualify.web.people import guessing
from qualify.web.people.adapters import please_wait
from qualify.web.people.noting import note_lock


class _Counted:
    """Asks before a code is looked at whether one may try, and counts when it was wrong."""

    user: Any

    def clean_code(self) -> str:
        """The code; raises ``ValidationError`` when it is wrong, or one has to wait."""
        request = context.request
        what = guessing.tried(f"code of {self.user.pk}", guessing.asker(request))
        if left := guessing.wait(what, now()):
            raise please_wait(left)
        try:
            code: str = super().clean_code()  # type: ignore[misc]
        except forms.ValidationError as error:
            if left := guessing.missed(what, now()):
                note_lock(self.user.email, request, left)
                raise please_wait(left) from error
            raise
        guessing.right(what)
        return code


class Authenticate(_Counted, AuthenticateForm):  # type: ignore[misc]
    """The second step of a sign-in."""


class Reauthenticate(_Counted, ReauthenticateForm):  # type: ignore[misc]
    """Showing once more that it is you, by a code."""
