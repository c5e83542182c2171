"""Coming in: a password that is chosen, and signing in whoever has shown that it is them."""

from __future__ import annotations

from typing import Any

from allauth.account.internal.flows.login import perform_login
from allauth.account.models import Login
from django import forms
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

PASSWORD = forms.PasswordInput(attrs={"autocomplete": "new-password"})


class PasswordForm(forms.Form):
    """A password, chosen."""

    password = forms.CharField(
        label=gettext_lazy("Password"),
        widget=PASSWORD,
        strip=False,
        max_length=1000,
        help_text=gettext_lazy("10 characters or more; a few words that do not belong together are good."),
    )
    again = forms.CharField(
        label=gettext_lazy("The same again"), widget=PASSWORD, strip=False, max_length=1000
    )

    def clean(self) -> dict[str, Any]:
        """Both are the same."""
        told = super().clean() or {}
        if "password" in told and "again" in told and told["password"] != told["again"]:
            self.add_error("again", _("The two are not the same."))
        return told


def let_in(request: HttpRequest, user: Any) -> HttpResponse:
    """Sign them in, with whatever second step they have."""
    answer: HttpResponse = perform_login(request, Login(user=user, email=user.email))
    return answer


def private(answer: HttpResponse) -> HttpResponse:
    """The address of the page is a secret: no other site is told it.

    Our own is: told nothing at all, a browser sends forms with ``Origin: null``, which nobody can check.
    """
    answer["Referrer-Policy"] = "same-origin"
    return answer
