"""Drafts of the playbook: begun, changed, planned, talked about, given up. They judge nobody."""

from __future__ import annotations

from typing import Final, NamedTuple

from django.db import transaction
from django.utils.translation import gettext

from qualify.errors import QualifyError
from qualify.playbook.loading import BIGGEST
from qualify.web.database import insert, is_sqlite, rows, run
from qualify.web.living.kinds import ask
from qualify.web.verbs.actor import DRAFT_PLAYBOOK, READ_PLAYBOOK, Actor, Conflict, NotThere, audit
from qualify.web.verbs.leads import bounded
from qualify.web.verbs.publish import checked, digest_of, present

LONGEST_TITLE: Final = 120
LONGEST_COMMENT: Final = 5_000
MOST_CAPACITY: Final = 1_000_000

COUNT_AGAIN: Final = 600_000
"""Milliseconds within which whom a version fits is not counted again."""


class Draft(NamedTuple):
    """A draft, held until the transaction ends."""

    id: int
    title: str
    text: str
    digest: str
    based_on: int | None
    author: str
    state: str


def draft_of(draft_id: int, *, state: str | None = "open") -> Draft:
    """The draft of that id; raises :class:`NotThere`, and :class:`Conflict` when it is not in that state any more."""
    lock = "" if is_sqlite() else " FOR UPDATE"
    columns = ", ".join(Draft._fields)
    found = rows(f"SELECT {columns} FROM draft WHERE id = %s{lock}", [draft_id])
    if not found:
        raise NotThere(gettext("there is no draft %(draft_id)s") % {"draft_id": draft_id})
    draft = Draft._make(found[0])
    if state is not None and draft.state != state:
        raise Conflict(
            gettext("this draft is %(state)s by now; nothing was changed") % {"state": draft.state}
        )
    return draft


def begin(
    actor: Actor, now: int, *, title: str = "", text: str | None = None, version: int | None = None
) -> int:
    """Begin a draft; its id. It holds ``text``, or that of a published version, or of the one in force.

    Raises :class:`~qualify.errors.QualifyError` when there is nothing to begin with.
    """
    actor.needs(DRAFT_PLAYBOOK)
    title = bounded(title.strip(), LONGEST_TITLE, "the title")
    with transaction.atomic():
        here = present()
        begun = (
            _text_of(here.version_id if version is None and here else version)
            if text is None
            else _kept(text)
        )
        [(capacity,)] = rows(
            "SELECT (SELECT capacity FROM draft WHERE capacity IS NOT NULL ORDER BY id DESC LIMIT 1)"
        )
        columns = (
            "title, text, digest, based_on, author, created_at, changed_at, changed_by, state, capacity, "
            "plan_digest"
        )
        based_on = here.version_id if here else None
        row = (
            title or "Draft", begun, digest_of(begun), based_on, actor.name[:255], now, now, actor.name[:255],
            "open", capacity, "",
        )  # fmt: skip
        [(number,)] = insert("draft", columns, [row], "RETURNING id")
        audit(actor, "draft", number, {"title": title, "based_on": based_on, "text_of": version}, now)
    return int(number)


def _text_of(version: int | None) -> str:
    found = rows("SELECT text FROM playbook_version WHERE id = %s", [version])
    if not found:
        raise NotThere(gettext("there is no such version to begin with"))
    return str(found[0][0])


def _kept(text: str) -> str:
    """The text as it is kept: browsers send lines that end in two characters."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if not text.strip():
        raise QualifyError(gettext("the text is empty; a draft without a text says nothing"))
    if len(text) > BIGGEST:
        raise QualifyError(
            gettext("%(text)s characters; a playbook has at most %(biggest)s")
            % {"text": f"{len(text):,}", "biggest": f"{BIGGEST:,}"}
        )
    return bounded(text, BIGGEST, "the text")


def save(actor: Actor, draft_id: int, text: str, seen: str, now: int) -> str:
    """Change the text of a draft, with or without mistakes in it; its digest. Approvals end with it.

    ``seen`` is the digest of the text that was changed: raises :class:`Conflict` when it is another by now.
    """
    actor.needs(DRAFT_PLAYBOOK)
    text = _kept(text)
    with transaction.atomic():
        draft, digest = draft_of(draft_id), digest_of(text)
        if digest == draft.digest:
            return digest
        if seen != draft.digest:
            raise Conflict(
                gettext(
                    "somebody changed this draft since you opened it; your text was not saved over theirs"
                )
            )
        run(
            "UPDATE draft SET text = %s, digest = %s, changed_at = %s, changed_by = %s WHERE id = %s",
            [text, digest, now, actor.name[:255], draft_id],
        )
        ended = end_approvals(draft_id, "changed", now)
        audit(
            actor,
            "change draft",
            draft_id,
            {"from": draft.digest, "to": digest, "approvals ended": ended},
            now,
        )
    return digest


def end_approvals(draft_id: int, why: str, now: int) -> int:
    """End the approvals of a draft that hold; how many."""
    return run(
        "UPDATE approval SET withdrawn_at = %s, ended_by = %s WHERE draft_id = %s AND withdrawn_at IS NULL",
        [now, why, draft_id],
    )


def rename(actor: Actor, draft_id: int, title: str, now: int) -> None:
    """Call a draft something else."""
    actor.needs(DRAFT_PLAYBOOK)
    title = bounded(title.strip(), LONGEST_TITLE, "the title")
    if not title:
        raise QualifyError(gettext("a draft needs a title, so that people know which one is meant"))
    with transaction.atomic():
        draft = draft_of(draft_id)
        run("UPDATE draft SET title = %s WHERE id = %s", [title, draft_id])
        audit(actor, "rename draft", draft_id, {"from": draft.title, "to": title}, now)


def discard(actor: Actor, draft_id: int, now: int) -> None:
    """Give a draft up; it can be taken up again."""
    _turn(actor, draft_id, "open", "discarded", now)


def reopen(actor: Actor, draft_id: int, now: int) -> None:
    """Take up a draft that was given up."""
    _turn(actor, draft_id, "discarded", "open", now)


def _turn(actor: Actor, draft_id: int, before: str, after: str, now: int) -> None:
    actor.needs(DRAFT_PLAYBOOK)
    with transaction.atomic():
        draft_of(draft_id, state=before)
        run("UPDATE draft SET state = %s WHERE id = %s", [after, draft_id])
        audit(actor, f"{'discard' if after == 'discarded' else 'reopen'} draft", draft_id, {}, now)


def renew(actor: Actor, draft_id: int, now: int) -> None:
    """Go on from the version that is in force by now. Who agreed to the change agreed to another one: that ends."""
    actor.needs(DRAFT_PLAYBOOK)
    with transaction.atomic():
        draft, here = draft_of(draft_id), present()
        based_on = here.version_id if here else None
        if based_on == draft.based_on:
            return
        run("UPDATE draft SET based_on = %s WHERE id = %s", [based_on, draft_id])
        ended = end_approvals(draft_id, "renewed", now)
        detail = {"from": draft.based_on, "to": based_on, "approvals ended": ended}
        audit(actor, "renew draft", draft_id, detail, now)


def comment(actor: Actor, draft_id: int | None, anchor: str, text: str, now: int) -> int:
    """Say something about a part of a draft (or, without one, of the playbook in force); the comment's id.

    ``anchor`` is what :func:`qualify.playbook.wording.anchors` calls the part; empty: about all of it.
    """
    actor.needs(DRAFT_PLAYBOOK)
    text = bounded(text.strip(), LONGEST_COMMENT, "the comment")
    if not text:
        raise QualifyError(gettext("the comment is empty; nothing was kept"))
    with transaction.atomic():
        if draft_id is not None:
            draft_of(draft_id, state=None)
        row = (draft_id, anchor[:255], text, actor.name[:255], now, "")
        columns = "draft_id, path, text, who, written_at, settled_by"
        [(number,)] = insert("comment", columns, [row], "RETURNING id")
        audit(actor, "comment", number, {"draft": draft_id, "about": anchor[:255]}, now)
    return int(number)


def settle(actor: Actor, comment_id: int, now: int, *, settled: bool = True) -> None:
    """Say that a comment is dealt with, or that it is not after all."""
    actor.needs(DRAFT_PLAYBOOK)
    with transaction.atomic():
        if not rows("SELECT 1 FROM comment WHERE id = %s", [comment_id]):
            raise NotThere(gettext("there is no comment %(comment_id)s") % {"comment_id": comment_id})
        run(
            "UPDATE comment SET settled_at = %s, settled_by = %s WHERE id = %s",
            [now if settled else None, actor.name[:255] if settled else "", comment_id],
        )
        audit(actor, "settle comment" if settled else "reopen comment", comment_id, {}, now)


def ask_plan(actor: Actor, draft_id: int, now: int, *, capacity: int | None = None) -> int:
    """Have a worker find out what publishing the draft would do; the number of the work.

    ``capacity`` is how many new leads sales can work in a week. Asked twice of the same text while it is being
    worked on, it is done once. Raises :class:`~qualify.errors.PlaybookError` for a text with mistakes.
    """
    actor.needs(READ_PLAYBOOK)
    if capacity is not None and not 0 < capacity <= MOST_CAPACITY:
        raise QualifyError(
            gettext("how many leads sales can work in a week is a whole number from 1 to %(most_capacity)s")
            % {"most_capacity": f"{MOST_CAPACITY:,}"}
        )
    with transaction.atomic():
        draft, here = draft_of(draft_id), present()
        checked(draft.text)
        if capacity is not None:
            run("UPDATE draft SET capacity = %s WHERE id = %s", [capacity, draft_id])
        under_way = rows(
            "SELECT w.id FROM draft d JOIN work w ON w.id = d.plan_id WHERE d.id = %s AND d.plan_digest = %s "
            "AND w.state IN ('waiting', 'running')",
            [draft_id, draft.digest],
        )
        if under_way:
            return int(under_way[0][0])
        number = ask("plan", {"text": draft.text, "draft": draft_id, "digest": draft.digest}, now)
        run(
            "UPDATE draft SET plan_id = %s, plan_digest = %s, plan_version = %s WHERE id = %s",
            [number, draft.digest, here.version_id if here else None, draft_id],
        )
        audit(actor, "plan draft", draft_id, {"work": number, "digest": draft.digest}, now)
    return number


def ask_match(actor: Actor, version: int, now: int) -> int:
    """Have a worker count whom a version fits; the number of the work, which may be one of a moment ago."""
    actor.needs(READ_PLAYBOOK)
    with transaction.atomic():
        if not rows("SELECT 1 FROM playbook_version WHERE id = %s", [version]):
            raise NotThere(gettext("there is no version %(version)s") % {"version": version})
        told = f'{{"version": {int(version)}}}'
        lately = rows(
            "SELECT id FROM work WHERE kind = 'match' AND parameters = %s AND state <> 'failed' "
            "AND (finished_at IS NULL OR finished_at > %s) ORDER BY id DESC LIMIT 1",
            [told, now - COUNT_AGAIN],
        )
        return int(lately[0][0]) if lately else ask("match", {"version": int(version)}, now)
