"""What is one's own."""

from __future__ import annotations

from typing import Any
from zoneinfo import available_timezones

from allauth.mfa.models import Authenticator
from django import forms
from django.conf import settings
from django.db import transaction
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST

from qualify.clock import now
from qualify.web.looking.members import moment_of, sessions
from qualify.web.screens.once import first_time
from qualify.web.screens.page import PageRequest, done, page, show
from qualify.web.store.models import User
from qualify.web.verbs.membering import change_profile, end_sessions
from qualify.web.verbs.roles import ROLES


class ProfileForm(forms.Form):
    """What one calls oneself, and how one reads."""

    name = forms.CharField(
        label=gettext_lazy("Name"), max_length=255, required=False,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )  # fmt: skip
    time_zone = forms.ChoiceField(
        label=gettext_lazy("Time zone"), required=False,
        help_text=gettext_lazy("Moments are shown by the clock there."),
    )  # fmt: skip
    language = forms.ChoiceField(
        label=gettext_lazy("Language"), required=False,
        help_text=gettext_lazy("Also how dates, numbers and money are written."),
    )  # fmt: skip

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        zones = sorted(
            zone
            for zone in available_timezones()
            if "/" in zone and not zone.startswith(("Etc/", "SystemV/"))
        )
        self.fields["time_zone"].choices = [  # type: ignore[attr-defined]
            ("", _("As the browser says, else UTC")), *((zone, zone.replace("_", " ")) for zone in zones)
        ]  # fmt: skip
        self.fields["language"].choices = [  # type: ignore[attr-defined]
            ("", _("As the browser asks")), *settings.LANGUAGES
        ]  # fmt: skip


@page()
def account(request: PageRequest) -> HttpResponse:
    """Everything that is one's own."""
    user = request.user
    first = {"name": user.name, "time_zone": user.time_zone, "language": user.language}
    form = ProfileForm(request.POST or None, initial=first)
    if request.method == "POST" and form.is_valid():
        told = form.cleaned_data
        with transaction.atomic():
            if first_time(request):
                change_profile(
                    request.actor, user.pk, told["name"], told["time_zone"], told["language"], now()
                )
        done(request, _("Saved."))
        return HttpResponseRedirect(reverse("account"))
    return show(request, "account/account.html", {"form": form, **_shown(request)})


def _shown(request: PageRequest) -> dict[str, Any]:
    user: User = request.user
    steps = [
        {
            "id": each.pk, "kind": each.type, "name": str(each.wrap().name) if each.type == "webauthn" else "",
            "made": moment_of(each.created_at), "used": moment_of(each.last_used_at),
        }
        for each in Authenticator.objects.filter(user=user).order_by("pk")
    ]  # fmt: skip
    codes = Authenticator.objects.filter(user=user, type="recovery_codes").first() if steps else None
    listed = sessions(user.pk)
    return {
        "steps": [step for step in steps if step["kind"] != "recovery_codes"],
        "has_app": any(step["kind"] == "totp" for step in steps),
        "codes_left": len(codes.wrap().get_unused_codes()) if codes else 0,
        "sessions": [(each, each.key == request.session.session_key) for each in listed],
        "elsewhere": sum(each.key != request.session.session_key for each in listed),
        "has_password": user.has_usable_password(),
        "role": ROLES.get(user.role),
        "pending": _pending(user),
        "company_sign_in": bool(settings.SOCIALACCOUNT_PROVIDERS),
    }


def _pending(user: User) -> str:
    """The address to which somebody wants to change, while they have not shown that it is theirs."""
    from allauth.account.models import EmailAddress

    found = EmailAddress.objects.filter(user=user, verified=False).exclude(email=user.email).first()
    return found.email if found else ""


@page()
@require_POST
def sign_out_elsewhere(request: PageRequest) -> HttpResponse:
    """End one session, or all but this."""
    one = request.POST.get("session", "")
    here = request.session.session_key or ""
    only = int(one) if one.isdecimal() else None
    ended = end_sessions(request.actor, request.user.pk, now(), only=only, but=here)
    said = ngettext("%(count)d session was ended.", "%(count)d sessions were ended.", ended) % {
        "count": ended
    }
    done(request, said)
    return HttpResponseRedirect(reverse("account") + "#sessions")
