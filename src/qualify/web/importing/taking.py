"""An import under way: rows read and kept, some hundred in a transaction with the count of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import islice
from typing import Any, NamedTuple

import msgspec
from django.db import transaction

from qualify.capture.known import Known, Limits
from qualify.capture.model import Draft, Source
from qualify.capture.pipeline import Facts, run
from qualify.errors import InputError
from qualify.speech import heard_text, kept_text
from qualify.web.database import parts, rows, untangled
from qualify.web.database import run as execute
from qualify.web.importing.calls import Calls, Made, Refused, into_account
from qualify.web.importing.sheets import Row
from qualify.web.keeping import erased
from qualify.web.keeping.keep import keep

AT_ONCE = 300
"""Rows in one transaction: few enough that capture never waits long."""

MOST_REJECTS = 1_000
"""Refused rows that are kept with line and reason; further ones are counted."""

ERASED = "whoever this is about was erased, and stays so"
"""Why a row is refused that names somebody who was erased; of such a row nothing else is kept."""

KNOWN = Known(limits=Limits(future=0))


class Reject(NamedTuple):
    """A row that was refused: its line, why, and what was found."""

    line: int
    reason: str
    found: str = ""


Progress = Callable[[int], None]
"""Told how many rows are done."""


class Counts(NamedTuple):
    """How far an import is, as it is written with the rows that it counts."""

    rows: int = 0
    kept: int = 0
    there_before: int = 0
    refused: int = 0
    rejects: tuple[Reject, ...] = ()


class Part(NamedTuple):
    """Some rows, read: what can be kept, and what is refused."""

    rows: int
    drafts: list[tuple[int, Any]]
    """Each with its line."""
    rejects: list[Reject]


class Running:
    """An import under way."""

    def __init__(self, calls: Calls, source: Source, now: int, dry: bool) -> None:
        self.calls, self.source, self.now, self.dry = calls, source, now, dry
        self.number: int | None = None
        self.counts = Counts()

    def all(self, rows: Iterable[Row], progress: Progress) -> None:
        """Every row; those that were done before are only read, as what comes after depends on them."""
        done, left = self.counts.rows, iter(rows)
        for part in parts(islice(left, done), AT_ONCE):
            self.read(part)
        progress(done)
        for part in parts(left, AT_ONCE):
            read = self.read(part)
            self.counts = untangled(lambda read=read: self._take(read))  # type: ignore[misc]
            progress(self.counts.rows)

    def _take(self, read: Part) -> Counts:
        """Keep what can be kept, and write down how far it is, both or neither: so nothing is counted twice."""
        with transaction.atomic():
            new, before, gone = self.kept(read.drafts)
            was, refused = self.counts, sorted([*read.rejects, *gone], key=lambda each: each.line)
            rejects = (*was.rejects, *refused[: MOST_REJECTS - len(was.rejects)])
            counts = Counts(
                was.rows + read.rows,
                was.kept + new,
                was.there_before + before,
                was.refused + len(refused),
                rejects,
            )
            if self.number is not None:
                _write(self.number, counts, told=rejects != was.rejects)
        return counts

    def _not_erased(self, drafts: Sequence[tuple[int, Draft]]) -> tuple[list[Draft], list[Reject]]:
        """Those of whom nobody was erased, and the others, of whom nothing is kept but the line."""
        named = {each for _, draft in drafts for each in draft.identifiers}
        gone = erased.refused(named, self.now, count=not self.dry)
        left = [draft for _, draft in drafts if gone.isdisjoint(draft.identifiers)]
        return left, [
            Reject(line, ERASED) for line, draft in drafts if not gone.isdisjoint(draft.identifiers)
        ]

    def kept(self, read: Sequence[tuple[int, Any]]) -> tuple[int, int, list[Reject]]:
        """Keep what was read: how many are new, how many were there before, and who is refused only now."""
        drafts, gone = self._not_erased(read)
        if self.dry or not drafts:
            return len(drafts), 0, gone
        done = keep(drafts, self.now)
        return done.new, len(done.duplicates), gone

    def read(self, part: Sequence[Row]) -> Part:
        """Some rows as drafts."""
        rejects: list[Reject] = []
        made: dict[int, Made] = {}
        for row in part:
            try:
                made[row.line] = self.calls.make(row)
            except Refused as refused:
                rejects.append(Reject(row.line, refused.reason, refused.found))
        drafts = self._drafts(made, rejects)
        return Part(len(part), drafts, rejects)

    def _drafts(self, made: Mapping[int, Made], rejects: list[Reject]) -> list[tuple[int, Draft]]:
        lines = {id(each.call): (line, each) for line, each in made.items()}
        passed = run((each.call for each in made.values()), self.source, Facts(), self.now, KNOWN)
        for lost in passed.dropped:
            line, _ = lines[id(lost.draft.call)]
            rejects.append(Reject(line, lost.dropped.reason, lost.dropped.detail))
        for draft in passed.drafts:
            _, each = lines[id(draft.call)]
            draft.received_at = self.now if each.known_at is None else each.known_at
            if draft.call.type == "identify":
                into_account(draft, each.account_id)
        return [(lines[id(draft.call)][0], draft) for draft in passed.drafts]


def _write(number: int, counts: Counts, *, told: bool) -> None:
    execute(
        'UPDATE "import" SET rows = %s, kept = %s, there_before = %s, refused = %s WHERE id = %s',
        [*counts[:4], number],
    )
    if told:
        execute('UPDATE "import" SET rejects = %s WHERE id = %s', [as_json(counts.rejects), number])


def counts_of(number: int) -> Counts:
    """How far an import came before it was broken off."""
    found = rows('SELECT rows, kept, there_before, refused, rejects FROM "import" WHERE id = %s', [number])
    if not found:
        raise InputError(f"there is no import {number}")
    done, kept, before, refused, rejects = found[0]
    return Counts(done, kept, before, refused, worded(msgspec.json.decode(rejects, type=tuple[Reject, ...])))


def worded(rejects: Iterable[Reject]) -> tuple[Reject, ...]:
    """Rows that were refused, with the reasons in the language of just now."""
    return tuple(each._replace(reason=heard_text(each.reason)) for each in rejects)


def as_json(value: Any) -> str:
    """As it is kept beside an import."""
    return msgspec.json.encode(value, enc_hook=kept_text).decode()
