"""How allauth does things here: who may come in, guessing, links, secrets that are enciphered."""

from __future__ import annotations

import math
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from qualify.clock import now
from qualify.web.ciphers import deciphered, enciphered
from qualify.web.people import guessing
from qualify.web.people.noting import note_failure, note_lock
from qualify.web.people.reaching import link
from qualify.web.store.models import User


def please_wait(milliseconds: int) -> ValidationError:
    """That one has to wait, and how long, in words."""
    minutes = math.ceil(milliseconds / 60_000)
    how_long = (
        ngettext("a minute", "%(count)d minutes", minutes) % {"count": minutes}
        if milliseconds > 30_000
        else _("half a minute")
    )
    said = _("That was wrong too often. To keep guessers out, please wait %(how_long)s, then try again.")
    return ValidationError(said % {"how_long": how_long}, code="wait")


class Accounts(DefaultAccountAdapter):  # type: ignore[misc]
    """Accounts come by invitation; passwords are not for guessing."""

    error_messages = {  # noqa: RUF012 - allauth's own shape
        **DefaultAccountAdapter.error_messages,
        "email_password_mismatch": gettext_lazy("The e-mail address or the password is not right."),
        "incorrect_password": gettext_lazy("The password is not right."),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Nobody signs up by themselves."""
        return False

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Who has to wait is told before anything is looked at, whether there is such an address or not."""
        if left := guessing.wait(_what(request, credentials), now()):
            raise please_wait(left)

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        """Count it, write it down, and say so when it was once too often."""
        email = str(credentials.get("email", ""))
        left = guessing.missed(_what(request, credentials), now())
        note_failure(email, request)
        if left:
            note_lock(email, request, left)
            raise please_wait(left)

    def authenticate(self, request: HttpRequest, **credentials: Any) -> Any:
        """The user with this address and password; None when there is none."""
        user = super().authenticate(request, **credentials)
        if user is not None:
            guessing.right(_what(request, credentials))
        return user

    def get_client_ip(self, request: HttpRequest) -> str:
        """Whom the request comes from, as the doors see it."""
        from qualify.web.doors import address

        return address(request) or "127.0.0.1"

    def get_reset_password_from_key_url(self, key: str) -> str:
        """Where a new password is chosen, by a name that no request can choose."""
        uid, _dash, rest = key.partition("-")
        path = reverse("account_reset_password_from_key", kwargs={"uidb36": uid, "key": rest})
        return link(path, self.request)

    def get_email_confirmation_url(self, request: HttpRequest, emailconfirmation: Any) -> str:
        """Where an address is confirmed."""
        return link(reverse("account_confirm_email", args=[emailconfirmation.key]), request)

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        """Back to one's account."""
        return reverse("account")

    def get_email_verification_redirect_url(self, email_address: Any) -> str:
        """Back to one's account, or to sign in."""
        return reverse("account" if self.request.user.is_authenticated else "account_login")


def _what(request: HttpRequest, credentials: Any) -> tuple[guessing.Tried, ...]:
    return guessing.tried(str(credentials.get("email", "")), guessing.asker(request))


class SecondSteps(DefaultMFAAdapter):  # type: ignore[misc]
    """What makes codes is kept enciphered."""

    error_messages = {  # noqa: RUF012 - allauth's own shape
        **DefaultMFAAdapter.error_messages,
        "incorrect_code": gettext_lazy("The code is not right."),
    }

    def encrypt(self, text: str) -> str:
        """As it is kept."""
        return enciphered({"secret": text})

    def decrypt(self, encrypted_text: str) -> str:
        """As it is used."""
        return deciphered(encrypted_text)["secret"]


class CompanySignIn(DefaultSocialAccountAdapter):  # type: ignore[misc]
    """The company's own sign-in: whoever was invited comes in by it, and whoever is of an allowed domain."""

    def is_open_for_signup(self, request: HttpRequest, sociallogin: Any) -> bool:
        """Whether somebody who is not a member yet may come in."""
        return self._role(sociallogin) is not None

    def save_user(self, request: HttpRequest, sociallogin: Any, form: Any = None) -> Any:
        """Make them a member, in the role of their invitation, else as one who looks on."""
        from qualify.web.verbs.inviting import joined

        user = sociallogin.user
        user.role, user.created_at = self._role(sociallogin), now()
        user.email = user.email.lower()
        for each in sociallogin.email_addresses:
            each.verified = each.email.lower() == user.email
        with transaction.atomic():
            saved = super().save_user(request, sociallogin, form)
            joined(saved, "company sign-in", now())
        return saved

    def populate_user(self, request: HttpRequest, sociallogin: Any, data: Any) -> Any:
        """Their name, as the company has it."""
        user = super().populate_user(request, sociallogin, data)
        parts = [data.get("first_name") or "", data.get("last_name") or ""]
        user.name = (data.get("name") or " ".join(parts).strip())[:255]
        return user

    def authenticate_by_email(self, sociallogin: Any) -> tuple[Any, str] | None:
        """The member whose address the company's sign-in brings; it vouches for its people's addresses."""
        email = (sociallogin.user.email or "").lower()
        member = User.objects.filter(email=email).first() if email and _is_theirs(sociallogin) else None
        return (member, email) if member else None

    def _role(self, sociallogin: Any) -> str | None:
        from qualify.web.verbs.inviting import invited_role

        email = (sociallogin.user.email or "").lower()
        if not email or not _is_theirs(sociallogin) or User.objects.filter(email=email).exists():
            return None
        invited = invited_role(email, now())
        allowed = email.rpartition("@")[2] in settings.OIDC_DOMAINS
        return invited or ("viewer" if allowed else None)


def _is_theirs(sociallogin: Any) -> bool:
    """Whether the company's sign-in has not said that it does not know the address to be theirs."""
    data = sociallogin.account.extra_data or {}
    told = {
        **(data.get("id_token") or {}),
        **(data.get("userinfo") or {}),
        **({} if "userinfo" in data else data),
    }
    return told.get("email_verified", True) is not False
