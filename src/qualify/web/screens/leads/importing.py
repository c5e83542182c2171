"""Import a list in three steps: bring the file, say what its columns are, look at what would come of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Any, Final, NamedTuple

from django import forms
from django.db import transaction
from django.http import FileResponse, HttpResponse, HttpResponseRedirect, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from qualify.clock import now
from qualify.criteria.sentences import spoken_name
from qualify.errors import InputError
from qualify.files.presets import PRESETS, TRAITS
from qualify.web.bounding import is_too_large
from qualify.web.importing.columns import OF_A_DEAL, ROLES, SKIP, Lacking
from qualify.web.importing.refused import refused_lines
from qualify.web.importing.running import Preview, preview
from qualify.web.importing.sheets import sheet_names
from qualify.web.importing.uploads import Told, Trial, Upload, called, too_large, upload_of, uploads
from qualify.web.importing.working import work_of
from qualify.web.looking.imports import Imported, import_of, imports_of, source_names
from qualify.web.looking.phrases import kept_words
from qualify.web.looking.tongue import said_to_the_reader
from qualify.web.screens.once import first_time
from qualify.web.screens.page import PageRequest, done, page, show
from qualify.web.verbs.actor import IMPORT_LEADS, NotThere
from qualify.web.verbs.uploading import again, import_upload, receive, try_out
from qualify.web.verbs.uploading import give_up as give_it_up

_FORM: Final = ["GET", "HEAD", "POST"]

MEANINGS: Final = {
    "email": gettext_lazy("e-mail address"),
    "phone": gettext_lazy("telephone number"),
    "lead_id": gettext_lazy("id of the person where the list is from"),
    "account_id": gettext_lazy("id of the company where the list is from"),
    "created_at": gettext_lazy("since when they are known there"),
    "kind": gettext_lazy("what happened"),
    "happened_at": gettext_lazy("when it happened"),
    "received_at": gettext_lazy("when it became known"),
    "properties": gettext_lazy("more about it, as JSON"),
    "event_id": gettext_lazy("id of the event"),
    "anonymous_id": gettext_lazy("id of a browser"),
    "outcome": gettext_lazy("what came of it: won or lost"),
    "closed_at": gettext_lazy("when it was won or lost"),
    "amount": gettext_lazy("what it was worth"),
    "currency": gettext_lazy("the currency of the amount, as EUR"),
    "reason": gettext_lazy("why it was won or lost"),
    SKIP: gettext_lazy("leave this column out"),
}
"""What a column can be, besides a trait, in words."""


class Column(NamedTuple):
    """A column of the file: where it stands, its header, what it is read as, some values, whether that is known."""

    place: int
    header: str
    meaning: str
    samples: tuple[str, ...]
    known: bool


class Bring(forms.Form):
    """The first step."""

    file = forms.FileField(
        label=gettext_lazy("The file"),
        help_text=gettext_lazy("CSV or Excel, up to 100 MB. The first row names the columns."),
    )
    source = forms.CharField(
        label=gettext_lazy("Where is it from?"), max_length=255, required=False,
        help_text=gettext_lazy(
            "For example: HubSpot, trade fair 2026. Lists with the same name here know each other's ids."
        ),
        widget=forms.TextInput(attrs={"list": "sources", "autocomplete": "off"}),
    )  # fmt: skip


@page(IMPORT_LEADS)
@require_http_methods(_FORM)
def begin(request: PageRequest) -> HttpResponse:
    """Bring the file; the lists that were brought before."""
    form = Bring(request.POST, request.FILES) if request.method == "POST" else Bring()
    if is_too_large(request):
        form.add_error(None, too_large(_("the file")))
    elif request.method == "POST" and form.is_valid():
        file: Any = form.cleaned_data["file"]
        try:
            number = receive(
                request.actor, file.name or "file", file.chunks(), now(), source=form.cleaned_data["source"]
            )
        except InputError as error:
            form.add_error("file", said_to_the_reader(error))
        else:
            return redirect("import-mapping", number)
    brought = uploads()
    told = imports_of([each.import_id for each in brought if each.import_id])
    context = {
        "form": form,
        "sources": source_names(),
        "presets": [preset.name for preset in PRESETS],
        "brought": [(each, told.get(each.import_id or 0)) for each in brought],
    }
    return show(request, "leads/import.html", context)


@page(IMPORT_LEADS)
@require_http_methods(_FORM)
def mapping(request: PageRequest, upload_id: int) -> HttpResponse:
    """Say what each column is; then everything is read once, and nothing kept."""
    upload = _there(upload_id)
    if upload.work_id is not None:
        return redirect("import-result", upload_id)
    _lies(upload)
    told, wrong = upload.told, ""
    if request.method == "POST":
        told = _told(request, upload)
        try:
            with transaction.atomic():
                if first_time(request):
                    try_out(request.actor, upload_id, told, now())
            return redirect("import-trial", upload_id)
        except InputError as error:
            wrong = said_to_the_reader(InputError(error.said) if isinstance(error, Lacking) else error)
    try:
        seen = _seen(upload, told)
    except InputError as error:  # a mapping, or a sheet, that does not fit this file
        wrong, told = said_to_the_reader(error), Told(source=told.source)
        seen = _seen(upload, told)
    context = {
        "upload": upload,
        "told": told,
        "seen": seen,
        "wrong": wrong,
        "columns": _columns(seen),
        "meanings": _meanings(seen.table),
        "sheets": sheet_names(upload.path),
        "sources": source_names(),
        "step": 2,
    }
    return show(request, "leads/mapping.html", context)


@page(IMPORT_LEADS)
@require_http_methods(_FORM)
def trial(request: PageRequest, upload_id: int) -> HttpResponse:
    """What would come of it, while it is found out and afterwards; and the word to go."""
    upload = _there(upload_id)
    if upload.work_id is not None:
        return redirect("import-result", upload_id)
    if request.method == "POST":
        with transaction.atomic():
            if first_time(request):
                import_upload(request.actor, upload_id, now())
        return redirect("import-result", upload_id)
    context = {
        "upload": upload,
        "work": work_of(upload.trial_id),
        "trial": upload.trial,
        "why": _why(upload.trial),
        "here": reverse("import-trial", args=[upload_id]),
        "step": 3,
    }
    return _watched(request, "leads/trial.html", context, over=upload.trial is not None)


@page(IMPORT_LEADS)
@require_http_methods(_FORM)
def result(request: PageRequest, upload_id: int) -> HttpResponse:
    """How far the import is, and what came of it. The page may be closed: it goes on."""
    upload = _there(upload_id)
    if upload.work_id is None:
        return redirect("import-mapping", upload_id)
    if request.method == "POST":
        with transaction.atomic():
            if first_time(request):
                again(request.actor, upload_id, now())
        return redirect("import-result", upload_id)
    work, came = work_of(upload.work_id), import_of(upload.import_id)
    context = {
        "upload": upload,
        "work": work,
        "came": came,
        "failed": bool(work and work[0] == "failed"),
        "over": upload.ended_at is not None,
        "why": _why(came),
        "kept_refused": upload.refused.exists(),
        "here": reverse("import-result", args=[upload_id]),
        "step": 4,
    }
    over = upload.ended_at is not None or context["failed"]
    return _watched(request, "leads/result.html", context, over=bool(over))


@page(IMPORT_LEADS)
@require_GET
def refused(request: PageRequest, upload_id: int) -> HttpResponseBase:
    """The rows that were refused, with their own columns, to be mended and brought again."""
    upload = _there(upload_id)
    answer: HttpResponseBase
    if upload.refused.exists():
        answer = FileResponse(upload.refused.open("rb"))
    elif upload.trial is not None and upload.path.exists():
        lines = refused_lines(upload.path, upload.told.options(), upload.trial.rejects)
        answer = StreamingHttpResponse(line.encode("utf-8", "replace") for line in lines)
    else:
        raise NotThere(_("no rows that were refused are kept of this file any more"))
    answer["Content-Type"] = "text/csv; charset=utf-8"
    answer["Content-Disposition"] = f'attachment; filename="refused-{upload_id}.csv"'
    return answer


@page(IMPORT_LEADS)
@require_POST
def give_up(request: PageRequest, upload_id: int) -> HttpResponseRedirect:
    """Forget the file."""
    name = give_it_up(request.actor, upload_id, now())
    done(request, _("%(name)s is forgotten; nothing of it was imported") % {"name": name})
    return redirect("import")


def _there(upload_id: int) -> Upload:
    upload = upload_of(upload_id)
    if upload is None:
        raise NotThere(_("there is no such file any more; bring it again"))
    return upload


def _lies(upload: Upload) -> None:
    if not upload.path.exists():
        raise NotThere(
            _("%(name)s has lain here for too long, and is gone; bring it again") % {"name": upload.name}
        )


def _seen(upload: Upload, told: Told) -> Preview:
    with called(upload.path, upload.name):
        return preview(upload.path, told.options(), whole=False)


def _watched(request: PageRequest, template: str, context: dict[str, Any], *, over: bool) -> HttpResponse:
    """A page that looks again by itself while the worker is at it."""
    answer = show(request, template, {**context, "over": over, "waits": not over})
    if over and request.htmx:
        answer["HX-Refresh"] = "true"
    return answer


def _told(request: PageRequest, upload: Upload) -> Told:
    """What the form says: by the places of the columns, whose headers may be anything."""
    words = request.POST
    sheet = words.get("sheet") or None
    told = Told(
        source=words.get("source", "").strip(), table=words.get("table") if words.get("table") in ROLES else None,
        history=words.get("history") == "on", time_zone=words.get("time_zone", "").strip() or "UTC", sheet=sheet,
    )  # fmt: skip
    if sheet == upload.told.sheet and told.table in (None, words.get("table_seen")):
        header = [name for name, *_rest in _seen(upload, told).columns]
        said = {name: words.get(f"column-{place}", "").strip()[:128] for place, name in enumerate(header)}
        told.mapping = {name: meaning or SKIP for name, meaning in said.items()}
    return told


def _columns(seen: Preview) -> list[Column]:
    known = {*MEANINGS, *TRAITS, *ROLES[seen.table]}
    return [
        Column(place, header, meaning, tuple(samples), meaning in known)
        for place, ((header, meaning, _first), samples) in enumerate(
            zip(seen.columns, seen.samples, strict=True)
        )
    ]


def _meanings(table: str) -> list[tuple[str, Any]]:
    """What a column of such a file can be, the usual first."""
    roles = (
        ROLES["events"] if table == "events" else ROLES["outcomes"] if table == "outcomes" else ROLES["leads"]
    )
    usual = (
        ["email", *roles]
        if table == "events"
        else list(dict.fromkeys(["email", "phone", *roles, *_more(table)]))
    )
    traits = [name for name in TRAITS if name not in usual] if table == "leads" else []
    return [(name, MEANINGS.get(name, spoken_name(name))) for name in [*usual, *traits, SKIP]]


def _more(table: str) -> Iterable[str]:
    return OF_A_DEAL if table == "outcomes" else ()


def _why(told: Trial | Imported | None) -> list[tuple[str, int, str]]:
    """The reasons for which rows were refused, with how many and the first lines."""
    if told is None:
        return []
    counts = Counter(each.reason for each in told.rejects)
    lines = {
        reason: ", ".join(str(each.line) for each in told.rejects if each.reason == reason)
        for reason in counts
    }
    return [
        (
            kept_words(reason),
            many,
            lines[reason] if many <= 8 else ", ".join(lines[reason].split(", ")[:8]) + " …",
        )
        for reason, many in counts.most_common()
    ]
