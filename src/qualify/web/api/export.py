"""Leads as a file: CSV and JSON Lines as they are read, Parquet by a process of its own."""

from __future__ import annotations

import csv
import io
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final, Literal, TypeAlias

import msgspec
from django.http import FileResponse, HttpRequest, StreamingHttpResponse
from django.http.response import HttpResponseBase
from ninja import Query, Router

from qualify.clock import now
from qualify.web.api.access import actor
from qualify.web.api.leads import Filters
from qualify.web.database import rows
from qualify.web.looking.leads import Listed, Wanted, every
from qualify.web.looking.words import score_names
from qualify.web.verbs.actor import READ_LEADS

router = Router(tags=["leads"])

TYPES: Final = {
    "csv": "text/csv; charset=utf-8",
    "jsonl": "application/jsonl",
    "parquet": "application/vnd.apache.parquet",
}

FIRST: Final = (
    "lead_id",
    "email",
    "name",
    "company",
    "account_id",
    "created_at",
    "stage",
    "since",
    "cycle",
    "total",
    "grade",
)
LAST: Final = ("information", "as_of", "playbook_version")

_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")


Kind: TypeAlias = Literal["csv", "jsonl", "parquet"]


class Wish(Filters):
    """Which leads, and as what."""

    format: Kind = "csv"


@router.get("/export/leads", operation_id="export_leads", summary="Leads as a file", response=Any)
def export_leads(request: HttpRequest, query: Query[Wish]) -> HttpResponseBase:
    """All leads that fit, as they are read, in the order of their ids: one column for each score of the playbook in
    force. In CSV a text that a spreadsheet would take for a formula begins with an apostrophe.
    """
    actor(request, READ_LEADS)
    return as_file(query.wanted(), query.format)


def as_file(wanted: Wanted, kind: Kind) -> HttpResponseBase:
    """These leads as a file to be kept, read while it is sent."""
    scores = _scores()
    pages = ([_row(lead, scores) for lead in page] for page in every(wanted))
    if kind == "parquet":
        response: HttpResponseBase = FileResponse(_parquet(scores, _lines(scores, pages)))
    else:
        made = _csv(scores, pages) if kind == "csv" else _lines(scores, pages)
        response = StreamingHttpResponse(made)
    response["Content-Type"] = TYPES[kind]
    response["Content-Disposition"] = f'attachment; filename="leads-{now()}.{kind}"'
    return response


def _scores() -> list[str]:
    """The scores of the playbook in force."""
    found = rows("SELECT id FROM playbook_version ORDER BY published_at DESC LIMIT 1")
    return score_names(found[0][0]) if found else []


def _row(lead: Listed, scores: Sequence[str]) -> list[Any]:
    own = lead.scores or {}
    return [*lead[:11], *(own.get(name) for name in scores), *lead[12:]]


def _csv(scores: Sequence[str], pages: Iterable[list[list[Any]]]) -> Iterator[bytes]:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow([*FIRST, *scores, *LAST])
    for page in pages:
        writer.writerows([_harmless(value) for value in row] for row in page)
        yield out.getvalue().encode("utf-8", "replace")
        out.seek(0)
        out.truncate()


def _harmless(value: Any) -> Any:
    """A text that no spreadsheet takes for a formula: strangers fill in forms."""
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA) else value


def _lines(scores: Sequence[str], pages: Iterable[list[list[Any]]]) -> Iterator[bytes]:
    names = [*FIRST, *scores, *LAST]
    encode = msgspec.json.Encoder().encode
    for page in pages:
        yield b"".join(encode(dict(zip(names, row, strict=True))) + b"\n" for row in page)


def _parquet(scores: Sequence[str], lines: Iterable[bytes]) -> Any:
    """A file that a process of its own wrote: Arrow would stay in this one, with its memory and its threads."""
    out = tempfile.TemporaryFile()  # noqa: SIM115 - whoever sends it closes it
    command = [sys.executable, "-m", "qualify.web.api.parquet", *scores]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=out) as process:
        assert process.stdin is not None
        for part in lines:
            process.stdin.write(part)
        process.stdin.close()
    if process.returncode:
        out.close()
        raise RuntimeError(f"writing Parquet ended with {process.returncode}")
    out.seek(0)
    return out
