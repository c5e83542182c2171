"""Where leads come from: every source, what it sent, how to connect one, its keys."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db import transaction
from django.http import HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from qualify.clock import now
from qualify.errors import QualifyError
from qualify.moments import DAY
from qualify.web.looking import capture, connecting
from qualify.web.looking.capture import keys as every_key
from qualify.web.looking.tongue import said_to_the_reader
from qualify.web.people.reaching import origin
from qualify.web.screens.connect.kinds import KINDS, Kind, kind_of
from qualify.web.screens.once import first_time
from qualify.web.screens.page import PageRequest, done, page, show
from qualify.web.verbs import forming, opening
from qualify.web.verbs.actor import ADMIN, NotThere


@page(ADMIN)
def connect(request: PageRequest) -> HttpResponse:
    """Every source, and whether it still sends."""
    at = now()
    flows = connecting.flows(at)
    listed = [
        (each, kind_of(each.kind).label, flows.get(each.id, connecting.Flow()))
        for each in capture.sources()
        if each.closed_at is None
    ]
    aside = connecting.aside_reasons(at - 30 * DAY)
    told = {"sources": listed, "aside": aside, "waiting": sum(many for _reason, many in aside)}
    return show(request, "connect/connect.html", told)


@page(ADMIN)
def kinds(request: PageRequest) -> HttpResponse:
    """What can be connected."""
    return show(request, "connect/kinds.html", {"kinds": KINDS.items()})


class SourceForm(forms.Form):
    """What a source needs to begin."""

    name = forms.CharField(
        label=gettext_lazy("Name"), max_length=255, help_text=gettext_lazy("What people call it, as website.")
    )
    origins = forms.CharField(
        label=gettext_lazy("Pages that may send"),
        required=False,
        help_text=gettext_lazy(
            "Hosts, separated by blanks, as www.example.com *.example.com; empty: any page."
        ),
    )

    def __init__(self, kind: Kind, *given: Any, **more: Any) -> None:
        super().__init__(*given, **more)
        if not kind.origins:
            del self.fields["origins"]
        for name, label in kind.secrets:
            self.fields[f"secret-{name}"] = forms.CharField(label=label, required=False, max_length=4000)

    def settings(self) -> dict[str, Any]:
        """The settings of the source."""
        origins = self.cleaned_data.get("origins", "").replace(",", " ").split()
        return {"origins": origins} if origins else {}

    def secrets(self) -> dict[str, str]:
        """The secrets that were given."""
        given = {name: value for name, value in self.cleaned_data.items() if name.startswith("secret-")}
        return {name.removeprefix("secret-"): value for name, value in given.items() if value}


@page(ADMIN)
def new(request: PageRequest, kind: str) -> HttpResponseBase:
    """Connect something: after that its key is shown, once, where it has to be pasted."""
    if kind not in KINDS:
        raise NotThere(_("there is no such kind of source"))
    chosen = KINDS[kind]
    form = SourceForm(chosen, request.POST or None, initial={"name": str(chosen.label)})
    if request.method == "POST" and form.is_valid():
        try:
            return _made(request, kind, form)
        except QualifyError as error:
            form.add_error(None, said_to_the_reader(error))
    return show(request, "connect/new.html", {"form": form, "kind": chosen, "name": kind})


def _made(request: PageRequest, kind: str, form: SourceForm) -> HttpResponseBase:
    with transaction.atomic():
        if not first_time(request):
            return HttpResponseRedirect(reverse("connect"))
        at = now()
        number = opening.create_source(
            request.actor,
            form.cleaned_data["name"],
            kind,
            at,
            settings=form.settings(),
            secrets=form.secrets(),
        )
        made = opening.create_key(request.actor, KINDS[kind].key, at, source_id=number, label="first")
    return _shown(request, number, made.key)


@page(ADMIN)
def source(request: PageRequest, source_id: int) -> HttpResponse:
    """A source: how to connect it, its keys, and what became of what it sent."""
    return _shown(request, source_id)


def _shown(request: PageRequest, source_id: int, key: str = "") -> HttpResponse:
    """The page of a source; with a key that was just made, which is shown this once."""
    found = next((each for each in capture.sources() if each.id == source_id), None)
    if found is None:
        raise NotThere(_("there is no such source"))
    kind = kind_of(found.kind)
    at = now()
    told = {
        "source": found,
        "kind": kind,
        "key": key,
        "paste": kind.paste.replace("HOST", origin(request)).replace("KEY", key or "KEY"),
        "keys": [each for each in every_key() if each.source_id == source_id],
        "flow": connecting.flows(at).get(source_id, connecting.Flow()),
        "steps": connecting.steps(source_id, at - 30 * DAY),
    }
    return show(request, "connect/source.html", told)


@page(ADMIN)
@require_POST
def new_key(request: PageRequest, source_id: int) -> HttpResponseBase:
    """Another key."""
    with transaction.atomic():
        if not first_time(request):
            return HttpResponseRedirect(reverse("connect-source", args=[source_id]))
        kind = request.POST.get("kind", "write")
        made = opening.create_key(
            request.actor, kind, now(), source_id=source_id, label=request.POST.get("label", "")
        )
    return _shown(request, source_id, made.key)


@page(ADMIN)
@require_POST
def new_alias(request: PageRequest, source_id: int) -> HttpResponseBase:
    """Another name that opens the source."""
    forming.add_alias(request.actor, source_id, request.POST.get("alias", "").strip(), now())
    done(request, _("That name opens the source now."))
    return HttpResponseRedirect(reverse("connect-source", args=[source_id]))


@page(ADMIN)
@require_POST
def rotate(request: PageRequest, key_id: int) -> HttpResponseBase:
    """A new key in the place of one."""
    made = opening.rotate_key(request.actor, key_id, now())
    return _shown(request, _source_of(key_id), made.key)


@page(ADMIN)
@require_POST
def revoke(request: PageRequest, key_id: int) -> HttpResponseBase:
    """Take a key back."""
    opening.revoke_key(request.actor, key_id, now())
    done(request, _("The key opens nothing any more."))
    whose = next((each.source_id for each in every_key() if each.id == key_id), None)
    return HttpResponseRedirect(
        reverse("connect-source", args=[whose]) if whose else reverse("connect-tokens")
    )


def _source_of(key_id: int) -> int:
    found = next((each.source_id for each in every_key() if each.id == key_id), None)
    if found is None:
        raise NotThere(_("there is no such key"))
    return found
