"""What the columns of a file are: by the user's mapping, by the export they come from, by their names."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal, NamedTuple

from qualify.capture.steps.learnt import named
from qualify.errors import InputError
from qualify.files.headers import Headers, check_mapping
from qualify.files.presets import TRAITS
from qualify.reading.text import bare
from qualify.speech import marked, sentence

Table = Literal["leads", "events", "outcomes"]

SKIP = "skip"
"""What a column is mapped to that is to be left out."""

ROLES: Mapping[Table, tuple[str, ...]] = {
    "leads": ("lead_id", "account_id", "created_at"),
    "events": ("lead_id", "anonymous_id", "kind", "happened_at", "received_at", "properties", "event_id"),
    "outcomes": ("lead_id", "outcome", "closed_at"),
}
OF_A_DEAL: Mapping[str, tuple[str, ...]] = {
    "email": ("email", "contact email", "primary contact email", "associated contact email", "email address"),
    "phone": ("phone", "phone number", "contact phone"),
    "amount": ("amount", "deal amount", "deal value", "value", "amount in company currency", "revenue"),
    "currency": ("currency", "deal currency", "currency code", "amount currency", "opportunity currency"),
    "reason": (
        "reason",
        "closed lost reason",
        "lost reason",
        "loss reason",
        "closed won reason",
        "close reason",
    ),
}
"""What an outcome may say besides, and what the columns are called that say it, the likeliest first."""

_CAME = frozenset({"outcome", "result", "dealstage", "stage", "opportunitystage", "status", "wonlost"})
_CLOSED = frozenset({"closedat", "closedate", "closeddate", "wondate", "closedon"})
_WHAT = frozenset({"kind", "event", "eventtype", "eventname", "activity", "activitytype"})
_WHEN = frozenset(
    {"happenedat", "timestamp", "eventtime", "eventtimestamp", "occurredat", "eventdate", "activitydate"}
)


class Columns(NamedTuple):
    """A file's columns: what each is read as (by its place), and the export that was recognised, if one was."""

    table: Table
    meanings: tuple[str, ...]
    header: tuple[str, ...]
    preset: str

    def place(self, meaning: str) -> int | None:
        """Where the column is that means this; None when there is none."""
        return self.meanings.index(meaning) if meaning in self.meanings else None

    def mapping(self) -> dict[str, str]:
        """Header → what it is read as."""
        return dict(zip(self.header, self.meanings, strict=True))


def table_of(header: Sequence[str]) -> Table:
    """What a file holds, by its header: events, when it says what happened and when; outcomes, when it says what
    came of somebody and when that ended; else leads.
    """
    names = {bare(name) for name in header}
    if names & _WHAT and names & _WHEN:
        return "events"
    of_people = Headers("leads", list(header)).preset is not None
    return "outcomes" if names & _CAME and names & _CLOSED and not of_people else "leads"


def recognised(
    header: Sequence[str], table: Table, mapping: Mapping[str, str], *, whole: bool = True
) -> Columns:
    """What the columns are.

    Raises :class:`~qualify.errors.InputError` when the mapping names a column that is not there, or nothing
    says whom a row is about (unless not ``whole``: then :func:`lacking` says so).
    """
    skipped = {theirs for theirs, ours in mapping.items() if ours == SKIP}
    wanted = {theirs: ours for theirs, ours in mapping.items() if ours != SKIP}
    headers = Headers(table, list(header), wanted)
    check_mapping(mapping, [headers])
    for name in skipped:
        headers.read[headers.spelled(name) or name] = SKIP
    found: dict[str, str] = {}
    for role in ROLES[table]:
        _take(found, headers.role(role), role)
    if table == "leads":
        for trait in dict.fromkeys((*wanted.values(), *(_preset_traits(headers)), *TRAITS)):
            if trait not in ROLES[table]:
                _take(found, headers.trait(trait), trait)
    elif table == "outcomes":
        for meaning, others in OF_A_DEAL.items():
            _take(found, headers.trait(meaning) or _first(headers, others, found), meaning)
    else:
        _take(found, headers.trait("email"), "email")
    for name in skipped:
        found[headers.spelled(name) or name] = SKIP
    meanings = tuple(found.get(name) or _own_name(name, table) for name in header)
    columns = Columns(table, meanings, tuple(header), headers.preset.name if headers.preset else "")
    if whole and (missing := lacking(columns)):
        said, example = missing[0]
        there = ", ".join(columns.header[:12])
        told = sentence("%(said)s. Found %(found)s.", said=said, found=there)
        raise Lacking(
            told, sentence("Name the right one with --map 'ITS HEADER=%(example)s'", example=example)
        )
    return columns


class Lacking(InputError):
    """No column says what is needed; ``said`` is that without what the command line can do about it."""

    def __init__(self, said: str, hint: str) -> None:
        super().__init__(sentence("%(said)s %(hint)s", said=said, hint=hint))
        self.said = said


def _first(headers: Headers, names: Sequence[str], taken: Mapping[str, str]) -> str | None:
    spelled = (headers.spelled(name) for name in names)
    return next((each for each in spelled if each is not None and each not in taken), None)


def _take(found: dict[str, str], column: str | None, meaning: str) -> None:
    """The first that wants a column has it; a second column of one meaning keeps its own name."""
    if column is not None and meaning not in found.values():
        found.setdefault(column, meaning)


def _preset_traits(headers: Headers) -> list[str]:
    return list(headers.preset.columns.values()) if headers.preset else []


def _own_name(name: str, table: Table) -> str:
    """Of a lead a trait in the form that playbooks use; of an event a property; an outcome has none."""
    if table == "outcomes":
        return SKIP
    return named(name) or SKIP if table == "leads" else name


_NEEDED: Mapping[str, tuple[tuple[str, str], ...]] = {
    "events": (
        ("kind", marked("no column says what happened")),
        ("happened_at", marked("no column says when it happened")),
    ),
    "outcomes": (
        ("outcome", marked("no column says what came of it, won or lost")),
        ("closed_at", marked("no column says when it was won or lost")),
    ),
}


def lacking(columns: Columns) -> list[tuple[str, str]]:
    """Why rows could not be read at all: what no column says, and what such a column would be read as."""
    has, found = set(columns.meanings), list[tuple[str, str]]()
    if not has & {"lead_id", "email", "phone", "anonymous_id"}:
        found.append(
            (
                sentence(
                    "no column says whom a row is about: an id, an e-mail address or a telephone number"
                ),
                "email",
            )
        )
    for needed, what in _NEEDED.get(columns.table, ()):
        if needed not in has:
            found.append((sentence(what), needed))
    return found
