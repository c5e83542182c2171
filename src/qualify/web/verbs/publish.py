"""Publish a playbook: from this moment on it judges, and everybody is judged anew."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from hashlib import sha256
from typing import NamedTuple, TypeAlias

import msgspec
from django.db import transaction
from django.utils.translation import gettext

from qualify.errors import PlaybookError, Problem, QualifyError
from qualify.playbook import examine
from qualify.web.database import insert, is_sqlite, least, rows, run
from qualify.web.living.kinds import ask
from qualify.web.verbs.actor import PUBLISH_PLAYBOOK, READ_PLAYBOOK, Actor, Conflict, audit
from qualify.web.verbs.leads import bounded
from qualify.web.verbs.telling import tell

Rescore: TypeAlias = Callable[[int, int], int]
"""Has everybody judged anew under a version, from a moment on; gives the number of the work. It is called in
the transaction in which the version is published."""


class Published(NamedTuple):
    """A version as it was published: its number and digest, warnings about it, the work that judges everybody.

    ``new`` False says that the very text was in force already, and nothing was done.
    """

    version_id: int
    digest: str
    published_at: int
    warnings: tuple[Problem, ...]
    work_id: int | None
    new: bool


class Present(NamedTuple):
    """The version that is in force."""

    version_id: int
    digest: str
    published_at: int


def publish(
    actor: Actor,
    text: str,
    now: int,
    *,
    note: str = "",
    instead_of: str | None = None,
    since: int | None = None,
    rescore: Rescore | None = None,
) -> Published:
    """Publish the text, without asking the two sides: the audit and the pages say so. On pages a draft is published
    by their agreement (:mod:`qualify.web.verbs.agreeing`).

    ``instead_of`` is the digest of the version that the author had before them; ``since`` lets a first version
    judge from an earlier moment on. Raises :class:`~qualify.errors.PlaybookError` with every problem, each with line
    and column, and :class:`~qualify.web.verbs.actor.Conflict` when another version has come into force meanwhile.
    """
    actor.needs(PUBLISH_PLAYBOOK)
    bounded(note, 10_000, "the note")
    warnings = checked(text)
    with transaction.atomic():
        return put_in_force(
            actor, text, warnings, now, note=note, instead_of=instead_of, since=since, rescore=rescore
        )


def put_in_force(
    actor: Actor,
    text: str,
    warnings: tuple[Problem, ...],
    now: int,
    *,
    note: str = "",
    instead_of: str | None = None,
    since: int | None = None,
    rescore: Rescore | None = None,
    agreed_by: Sequence[str] = (),
) -> Published:
    """The publishing itself, of a text that was checked, in the transaction of the verb that has the right to it.

    ``agreed_by`` are those of both sides who agreed; nobody: it was published without agreement.
    """
    digest = digest_of(text)
    one_at_a_time()
    before = present()
    if instead_of is not None and instead_of != (before.digest if before else ""):
        raise Conflict(gettext("another version was published meanwhile; look at it, and publish again"))
    if before is not None and before.digest == digest:
        return Published(before.version_id, digest, before.published_at, warnings, None, False)
    # Versions follow one another, even when the clock was set back.
    first = now if since is None else min(now, since)
    at = first if before is None else max(now, before.published_at + 1)
    number = _kept(text, digest, actor, note, at)
    work = (rescore or start_rescore)(number, at)
    tell("playbook.published", None, {"version": number, "digest": digest, "published_at": at}, now)
    agreement = {"agreed_by": list(agreed_by)} if agreed_by else {"without_agreement": True}
    detail = {"digest": digest, "note": note, **agreement}
    audit(actor, "publish", number, detail, now)
    return Published(number, digest, at, warnings, work, True)


def check(actor: Actor, text: str) -> list[Problem]:
    """Every error and warning in the text of a playbook."""
    actor.needs(READ_PLAYBOOK)
    return sorted(examine(text)[1])


def checked(text: str) -> tuple[Problem, ...]:
    """The warnings about the text; raises :class:`~qualify.errors.PlaybookError` when it cannot be used."""
    if "\x00" in text:
        raise QualifyError(gettext("the playbook has a zero character in it"))
    book, problems = examine(text)
    errors = [problem for problem in problems if problem.severity == "error"]
    if errors or book is None:
        raise PlaybookError(errors)
    return tuple(sorted(problems))


def present() -> Present | None:
    """The version that was published last."""
    found = rows("SELECT id, digest, published_at FROM playbook_version ORDER BY published_at DESC LIMIT 1")
    return Present(*found[0]) if found else None


def digest_of(text: str) -> str:
    """What a text is told from others by."""
    return sha256(text.encode("utf-8", "replace")).hexdigest()


def one_at_a_time() -> None:
    """Wait until nobody else publishes; to be called in the transaction that does."""
    if not is_sqlite():
        run("SELECT pg_advisory_xact_lock(70252)")


def _kept(text: str, digest: str, actor: Actor, note: str, at: int) -> int:
    row = (text, digest, actor.name[:255], note, at)
    columns = "text, digest, author, note, published_at"
    [(number,)] = insert("playbook_version", columns, [row], "RETURNING id")
    return int(number)


FEW = 2_000
"""Up to so many people the worker judges one by one; for more, everybody at once is quicker."""


def start_rescore(version_id: int, at: int) -> int:
    """Have everybody judged, by the worker or in bulk; the number of the work.

    In the transaction of the publishing, so that nobody is forgotten, whatever happens next.
    """
    [(people,)] = rows("SELECT count(*) FROM person")
    return (
        _everybody_in_line(version_id, at) if people <= FEW else ask("rescore", {"version": version_id}, at)
    )


def _everybody_in_line(version_id: int, at: int) -> int:
    marked = run(
        "INSERT INTO dirty (person_id, since, marks, marked_at, own, tries, taken_until) "
        "SELECT id, %s, 1, %s, %s, 0, 0 FROM person WHERE true ON CONFLICT (person_id) DO UPDATE SET "
        f"since = {least('dirty.since', 'excluded.since')}, marks = dirty.marks + 1",
        [at, at, False],
    )
    parameters = msgspec.json.encode({"version": version_id, "since": at, "by": "marks"}).decode()
    row = ("rescore", "done", parameters, marked, marked, "everybody is in the worker's line", at, 0, at)
    columns = "kind, state, parameters, done, of, detail, created_at, taken_until, finished_at"
    [(number,)] = insert("work", columns, [row], "RETURNING id")
    return int(number)
