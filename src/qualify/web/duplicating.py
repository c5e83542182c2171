"""People who may be one although no identifier says so: found by likeness, kept as suggestions, never merged."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import msgspec

from qualify.identity.records import Record
from qualify.web.database import insert, rows, those
from qualify.web.living.values import decoded

COLUMNS = "one_id, other_id, probability, evidence, found_at, settled"


class Alike(NamedTuple):
    """Two people who may be one: how likely, what speaks for it and what against."""

    one_id: int
    other_id: int
    probability: float
    evidence: tuple[str, ...]
    against: tuple[str, ...]


def suggest(now: int, threshold: float = 0.5) -> list[Alike]:
    """Look for duplicates among all people and keep what is found; the pairs that nobody has settled yet.

    What was settled before is not suggested again. Raises :class:`~qualify.errors.QualifyError` when the extra
    ``duplicates`` is not installed.
    """
    from qualify.identity.duplicates import duplicates

    found = duplicates(_records(), threshold)
    pairs = [
        (
            *sorted((int(each.one), int(each.other))),
            each.probability,
            _evidence(each.evidence, each.against),
            now,
            "",
        )
        for each in found
    ]
    insert(
        "suggestion", COLUMNS, pairs,
        "ON CONFLICT (one_id, other_id) DO UPDATE SET probability = excluded.probability, "
        "evidence = excluded.evidence",
    )  # fmt: skip
    return waiting()


def waiting(most: int = 1_000) -> list[Alike]:
    """The pairs that wait for somebody to settle them, the likeliest first; who is one by now is left out."""
    told = rows(
        "SELECT one_id, other_id, probability, evidence FROM suggestion WHERE settled = '' "
        "ORDER BY probability DESC, one_id, other_id LIMIT %s",
        [most],
    )
    owners: dict[int, int] = dict(
        those(
            "SELECT id, owner_id FROM identifier WHERE id IN ({})",
            sorted({end for row in told for end in row[:2]}),
        )
    )
    return [
        Alike(owners[one], owners[other], probability, *_told(evidence))
        for one, other, probability, evidence in told
        if owners.get(one) != owners.get(other)
    ]


def suggested_for(person_id: int, most: int = 3) -> list[Alike]:
    """Who may be the same as this person, the likeliest first; the person is the one, who may be them the other."""
    theirs = [number for (number,) in rows("SELECT id FROM identifier WHERE owner_id = %s", [person_id])]
    columns = "one_id, other_id, probability, evidence"
    found = {
        row
        for end in ("one_id", "other_id")
        for row in those(f"SELECT {columns} FROM suggestion WHERE settled = '' AND {end} IN ({{}})", theirs)
    }
    ends = sorted({end for row in found for end in row[:2]})
    owners: dict[int, int] = dict(those("SELECT id, owner_id FROM identifier WHERE id IN ({})", ends))
    likely = []
    for one, other, probability, evidence in sorted(found, key=lambda row: (-row[2], row[:2])):
        away = {owners.get(one, person_id), owners.get(other, person_id)} - {person_id}
        likely += [Alike(person_id, who, probability, *_told(evidence)) for who in away]
    return likely[:most]


def _records() -> Iterator[Record]:
    for person, email, company, text in rows("SELECT id, email, company, traits FROM person"):
        traits = decoded(text)

        def told(name: str, traits: dict[str, object] = traits) -> str | None:
            value = traits.get(name)
            return value if isinstance(value, str) and value else None

        yield Record(
            str(person), email=email or None, first_name=told("first_name"), last_name=told("last_name"),
            company=company or None, phone=told("phone"), country=told("country"), job_title=told("job_title"),
        )  # fmt: skip


def _evidence(evidence: tuple[str, ...], against: tuple[str, ...]) -> str:
    return msgspec.json.encode({"for": evidence, "against": against}).decode()


def _told(text: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    told = msgspec.json.decode(text)
    return tuple(told["for"]), tuple(told["against"])
