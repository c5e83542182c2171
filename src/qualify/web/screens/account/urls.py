"""The addresses of the screen. Signing in and all that belongs to it are allauth's views, at addresses of ours."""

from __future__ import annotations

from functools import wraps
from typing import Any

from allauth.account import views as account
from allauth.mfa.base import views as steps
from allauth.mfa.recovery_codes import views as codes
from allauth.mfa.totp import views as app
from allauth.mfa.webauthn import views as passkeys
from allauth.socialaccount import views as company
from allauth.socialaccount.providers.openid_connect import views as oidc
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseRedirect
from django.urls import URLPattern, path, re_path, reverse
from django.views.generic import RedirectView

from qualify.web.screens.account import joining, own
from qualify.web.screens.page import View, for_everybody, page

_to_account = RedirectView.as_view(pattern_name="account")


def mine(view: View) -> View:
    """A view of allauth as a page for whoever is signed in."""

    @wraps(view)
    def asked(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        try:
            return view(request, *args, **kwargs)
        except PermissionDenied:  # there is nothing by which they could show once more that it is them
            return HttpResponseRedirect(reverse("account"))

    return page()(asked)


urlpatterns: list[URLPattern] = [
    # The door.
    path("sign-in", for_everybody(joining.first_of_all(account.login)), name="account_login"),
    path("sign-out", for_everybody(account.logout), name="account_logout"),
    path("sign-up", for_everybody(account.signup), name="account_signup"),
    path("sign-in/closed", for_everybody(account.account_inactive), name="account_inactive"),
    path("sign-in/code", for_everybody(steps.authenticate), name="mfa_authenticate"),
    path("sign-in/passkey", for_everybody(passkeys.login_webauthn), name="mfa_login_webauthn"),
    path("sign-in/by-mail", for_everybody(account.confirm_login_code), name="account_confirm_login_code"),
    path("sign-in/with/<str:provider_id>", for_everybody(oidc.login), name="openid_connect_login"),
    path("sign-in/with/<str:provider_id>/back", for_everybody(oidc.callback), name="openid_connect_callback"),
    path("sign-in/company/cancelled", for_everybody(company.login_cancelled), name="socialaccount_login_cancelled"),
    path("sign-in/company/error", for_everybody(company.login_error), name="socialaccount_login_error"),
    path("sign-in/company/sign-up", for_everybody(company.signup), name="socialaccount_signup"),
    # A forgotten password.
    path("password", for_everybody(account.password_reset), name="account_reset_password"),
    path("password/sent", for_everybody(account.password_reset_done), name="account_reset_password_done"),
    re_path(
        r"^password/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>[^/]+)$", for_everybody(account.password_reset_from_key),
        name="account_reset_password_from_key",
    ),
    path(
        "password/done", for_everybody(account.password_reset_from_key_done),
        name="account_reset_password_from_key_done",
    ),
    # Links that open something once.
    path("join/<str:token>", for_everybody(joining.join), name="join"),
    path("enter/<str:token>", for_everybody(joining.enter), name="enter"),
    path("mail/<str:key>", for_everybody(account.confirm_email), name="account_confirm_email"),
    path("mail", for_everybody(account.email_verification_sent), name="account_email_verification_sent"),
    # What is one's own.
    path("account", own.account, name="account"),
    path("account/sessions", own.sign_out_elsewhere, name="account-sessions"),
    path("account/sessions/list", page()(_to_account), name="usersessions_list"),
    path("account/e-mail", mine(account.email), name="account_email"),
    path("account/password", mine(account.password_change), name="account_change_password"),
    path("account/password/first", mine(account.password_set), name="account_set_password"),
    path("account/confirm", mine(account.reauthenticate), name="account_reauthenticate"),
    path("account/confirm/code", mine(steps.reauthenticate), name="mfa_reauthenticate"),
    path("account/confirm/passkey", mine(passkeys.reauthenticate_webauthn), name="mfa_reauthenticate_webauthn"),
    path("account/company", page()(_to_account), name="socialaccount_connections"),
    path("account/steps", page()(_to_account), name="mfa_index"),
    path("account/app", mine(app.activate_totp), name="mfa_activate_totp"),
    path("account/app/remove", mine(app.deactivate_totp), name="mfa_deactivate_totp"),
    path("account/codes", mine(codes.view_recovery_codes), name="mfa_view_recovery_codes"),
    path("account/codes/new", mine(codes.generate_recovery_codes), name="mfa_generate_recovery_codes"),
    path("account/codes/file", mine(codes.download_recovery_codes), name="mfa_download_recovery_codes"),
    path("account/passkeys", page()(_to_account), name="mfa_list_webauthn"),
    path("account/passkeys/new", mine(passkeys.add_webauthn), name="mfa_add_webauthn"),
    path("account/passkeys/<int:pk>", mine(passkeys.edit_webauthn), name="mfa_edit_webauthn"),
    path("account/passkeys/<int:pk>/remove", mine(passkeys.remove_webauthn), name="mfa_remove_webauthn"),
]  # fmt: skip
