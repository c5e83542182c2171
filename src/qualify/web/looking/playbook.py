"""The playbook as people see it: its versions, the drafts, who agreed to what, what was said, what sales rejected."""

from __future__ import annotations

import datetime as dt
import json
from collections import Counter
from dataclasses import replace
from functools import lru_cache
from typing import Any, Final, NamedTuple

from qualify.errors import Problem
from qualify.moments import DAY, moment
from qualify.playbook import Playbook, examine
from qualify.speech import again
from qualify.web.database import rows
from qualify.web.looking.tongue import in_the_readers_words
from qualify.web.looking.words import wording

LASTS: Final = 90 * DAY
"""How long an agreement is good for when the playbook does not say by when it is to be looked at again."""

MOST_REJECTED: Final = 500
"""Of so many rejections, the newest, the rules are looked at."""


class Examined(NamedTuple):
    """A text as a playbook (None: it cannot be used), and everything that is wrong or odd in it."""

    book: Playbook | None
    problems: tuple[Problem, ...]

    @property
    def errors(self) -> list[Problem]:
        """What keeps it from being used."""
        return [each for each in self.problems if each.severity == "error"]


def examined(text: str) -> Examined:
    """A text read, with what is wrong in it in the reader's words; the same text is read once."""
    found = _examined(text)
    if not found.problems:
        return found
    with in_the_readers_words():
        return Examined(
            found.book, tuple(replace(each, message=again(each.message)) for each in found.problems)
        )


@lru_cache(maxsize=24)
def _examined(text: str) -> Examined:
    book, problems = examine(text)
    return Examined(book, tuple(sorted(problems)))


class Approval(NamedTuple):
    """That somebody of a side agreed, and whether that holds."""

    id: int
    draft_id: int
    digest: str
    side: str
    who: str
    note: str
    approved_at: int
    withdrawn_at: int | None
    ended_by: str


class Version(NamedTuple):
    """A version as it was published; ``agreed`` by whom, nobody: it was published without agreement."""

    id: int
    digest: str
    author: str
    note: str
    published_at: int
    draft_id: int | None
    agreed: tuple[Approval, ...] = ()


_VERSION = "v.id, v.digest, v.author, v.note, v.published_at, d.id"
_OF_DRAFT = "FROM playbook_version v LEFT JOIN draft d ON d.version_id = v.id AND d.digest = v.digest"


def versions() -> list[Version]:
    """Every version, the newest first, with who agreed."""
    found = rows(f"SELECT {_VERSION} {_OF_DRAFT} ORDER BY v.published_at DESC")
    columns = ", ".join(f"a.{name}" for name in Approval._fields)
    agreed: dict[int, list[Approval]] = {}
    for row in rows(
        f"SELECT {columns} FROM approval a JOIN draft d ON d.id = a.draft_id AND d.digest = a.digest "
        "WHERE d.version_id IS NOT NULL AND a.withdrawn_at IS NULL ORDER BY a.id"
    ):
        agreed.setdefault(row[1], []).append(Approval._make(row))
    return [Version._make((*row, tuple(agreed.get(row[-1], ())))) for row in found]


def text_of(version_id: int) -> str | None:
    """The text of a version; None when there is none."""
    found = rows("SELECT text FROM playbook_version WHERE id = %s", [version_id])
    return str(found[0][0]) if found else None


class Draft(NamedTuple):
    """A draft without its text. ``capacity`` is how many new leads sales can work in a week."""

    id: int
    title: str
    digest: str
    based_on: int | None
    author: str
    created_at: int
    changed_at: int
    changed_by: str
    state: str
    version_id: int | None
    capacity: int | None
    plan_id: int | None
    plan_digest: str
    plan_version: int | None


_DRAFT = ", ".join(Draft._fields)


def drafts(state: str = "open", limit: int = 50) -> list[Draft]:
    """The drafts in a state, those changed last first."""
    found = rows(
        f"SELECT {_DRAFT} FROM draft WHERE state = %s ORDER BY changed_at DESC, id DESC LIMIT %s",
        [state, limit],
    )
    return [Draft._make(row) for row in found]


def draft(draft_id: int) -> tuple[Draft, str] | None:
    """A draft and its text; None when there is none."""
    found = rows(f"SELECT {_DRAFT}, text FROM draft WHERE id = %s", [draft_id])
    return (Draft._make(found[0][:-1]), str(found[0][-1])) if found else None


def approvals(draft_id: int) -> list[Approval]:
    """Every approval of a draft, those that ended among them, the newest first."""
    columns = ", ".join(Approval._fields)
    found = rows(f"SELECT {columns} FROM approval WHERE draft_id = %s ORDER BY id DESC", [draft_id])
    return [Approval._make(row) for row in found]


class Comment(NamedTuple):
    """What somebody said of a part."""

    id: int
    anchor: str
    text: str
    who: str
    written_at: int
    settled_at: int | None
    settled_by: str


def comments(draft_id: int | None) -> list[Comment]:
    """What was said of a draft (without one: of the playbook in force), the oldest first."""
    about = "draft_id IS NULL" if draft_id is None else "draft_id = %s"
    statement = (
        "SELECT id, path, text, who, written_at, settled_at, settled_by FROM comment "
        f"WHERE {about} ORDER BY id DESC LIMIT 300"
    )
    found = rows(statement, [] if draft_id is None else [draft_id])
    return [Comment._make(row) for row in reversed(found)]


def review_at(book: Playbook | None, published_at: int) -> int:
    """By when the agreement is to be looked at again: what the playbook says, otherwise 90 days after."""
    if book is not None and book.review_by is not None:
        return moment(dt.date.fromisoformat(book.review_by), book.time_zone)
    return published_at + LASTS


class Rejected(NamedTuple):
    """What sales rejected since a moment: how many, by reason, by grade, and by the rules that gave them points."""

    leads: int
    reasons: list[tuple[str, int]]
    grades: list[tuple[str, int]]
    rules: list[tuple[str, int]]


def rejected_since(since: int) -> Rejected:
    """What sales rejected since then. A lead counts as it stands today."""
    found = rows(
        "SELECT d.reason, COALESCE(s.grade, ''), COUNT(*) FROM decision d "
        "LEFT JOIN standing s ON s.person_id = d.owner_id WHERE d.decision = 'rejected' AND d.decided_at >= %s "
        "AND d.taken_back_at IS NULL GROUP BY d.reason, COALESCE(s.grade, '')",
        [since],
    )
    reasons, grades = Counter[str](), Counter[str]()
    for reason, grade, many in found:
        reasons[reason.strip()] += many
        grades[grade] += many
    rules = _rules_of_rejected(since) if found else []
    return Rejected(sum(grades.values()), reasons.most_common(8), sorted(grades.items()), rules)


def _rules_of_rejected(since: int) -> list[tuple[str, int]]:
    """The rules that gave points to those who were rejected, with how many of them."""
    found = rows(
        "SELECT s.lines, s.version_id FROM decision d JOIN standing s ON s.person_id = d.owner_id "
        "WHERE d.decision = 'rejected' AND d.decided_at >= %s AND d.taken_back_at IS NULL "
        "ORDER BY d.decided_at DESC LIMIT %s",
        [since, MOST_REJECTED],
    )
    counted = Counter[str]()
    for lines, version in found:
        names = wording(version).rules
        gave = {line[0] for line in json.loads(lines) if line[1] == "rule" and line[-1] > 0}
        counted.update(names[number] for number in gave if number < len(names))
    return counted.most_common(8)


class Names(NamedTuple):
    """What a lead is shown as."""

    name: str
    company: str
    traits: dict[str, Any]


def names_of(leads: list[int]) -> dict[int, Names]:
    """What these leads are shown as; at most 200 of them."""
    if not leads:
        return {}
    some = leads[:200]
    found = rows(
        "SELECT p.id, p.name, p.email, p.company, p.traits FROM person p "
        f"WHERE p.id IN ({', '.join(['%s'] * len(some))})",
        some,
    )
    return {
        who: Names(name or email or f"#{who}", company, json.loads(traits))
        for who, name, email, company, traits in found
    }
