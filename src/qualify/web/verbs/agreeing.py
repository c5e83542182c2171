"""Agreement: a draft is published when somebody of marketing and somebody of sales agree to this very text."""

from __future__ import annotations

from typing import Final, NamedTuple

from django.db import transaction
from django.utils.translation import gettext

from qualify.web.database import insert, rows, run
from qualify.web.verbs.actor import AGREE_MARKETING, AGREE_SALES, Actor, Conflict, Forbidden, NotThere, audit
from qualify.web.verbs.drafting import Draft, draft_of
from qualify.web.verbs.leads import bounded, one_of_them
from qualify.web.verbs.publish import Published, checked, one_at_a_time, present, put_in_force

SIDES: Final = {"marketing": AGREE_MARKETING, "sales": AGREE_SALES}
"""Who has to agree, and the scope by which somebody speaks for them."""


class Agreed(NamedTuple):
    """An approval, and the version that it put in force; None while the other side has not agreed."""

    approval_id: int
    published: Published | None


def agree(actor: Actor, draft_id: int, side: str, digest: str, now: int, *, note: str = "") -> Agreed:
    """Agree for a side to the text of that digest. When the other side did already, it is published.

    Raises :class:`Conflict` when the text is another by now, when another version came into force since the draft
    began, or when the same person agreed for the other side; :class:`~qualify.errors.PlaybookError` for a text with
    mistakes.
    """
    one_of_them(side, tuple(SIDES), "side")
    actor.needs(SIDES[side])
    bounded(note, 2_000, "the note")
    with transaction.atomic():
        one_at_a_time()
        draft = draft_of(draft_id)
        if draft.digest != digest:
            raise Conflict(
                gettext(
                    "the text was changed since you read it; read it again, and agree to what it says now"
                )
            )
        _still_stands(draft)
        warnings = checked(draft.text)
        others = _in_force(draft)
        _two_people(actor, side, others)
        row = (draft_id, digest, side, actor.name[:255], note, now, "")
        columns = "draft_id, digest, side, who, note, approved_at, ended_by"
        [(number,)] = insert("approval", columns, [row], "RETURNING id")
        audit(actor, "agree", draft_id, {"side": side, "digest": digest, "note": note}, now)
        agreed = {**others, side: actor.name}
        if agreed.keys() < SIDES.keys():
            return Agreed(int(number), None)
        published = put_in_force(
            actor, draft.text, warnings, now, note=note or draft.title, instead_of=_before(draft),
            agreed_by=[f"{name} ({each})" for each, name in sorted(agreed.items())],
        )  # fmt: skip
        run(
            "UPDATE draft SET state = 'published', version_id = %s WHERE id = %s",
            [published.version_id, draft_id],
        )
    return Agreed(int(number), published)


def withdraw(actor: Actor, approval_id: int, now: int) -> None:
    """Take an own approval back, as long as nothing came of it. It stays as history."""
    with transaction.atomic():
        found = rows("SELECT draft_id, side, who, withdrawn_at FROM approval WHERE id = %s", [approval_id])
        if not found:
            raise NotThere(gettext("there is no approval %(approval_id)s") % {"approval_id": approval_id})
        draft_id, side, who, ended = found[0]
        actor.needs(SIDES[side])
        if who != actor.name:
            raise Forbidden(gettext("only who agreed can take that back"))
        draft_of(draft_id)
        if ended is not None:
            raise Conflict(gettext("this approval does not hold any more"))
        run("UPDATE approval SET withdrawn_at = %s, ended_by = 'withdrawn' WHERE id = %s", [now, approval_id])
        audit(actor, "withdraw approval", draft_id, {"side": side, "approval": approval_id}, now)


def _still_stands(draft: Draft) -> None:
    """The draft began from the version that is in force: otherwise it would take back what came between."""
    here = present()
    if draft.based_on != (here.version_id if here else None):
        raise Conflict(
            gettext(
                "another version came into force since this draft began; look at what differs, and go on from it"
            )
        )


def _before(draft: Draft) -> str:
    found = rows("SELECT digest FROM playbook_version WHERE id = %s", [draft.based_on])
    return str(found[0][0]) if found else ""


def _in_force(draft: Draft) -> dict[str, str]:
    """Who agreed to this very text, by side."""
    found = rows(
        "SELECT side, who FROM approval WHERE draft_id = %s AND digest = %s AND withdrawn_at IS NULL ORDER BY id",
        [draft.id, draft.digest],
    )
    return dict(found)


def _two_people(actor: Actor, side: str, others: dict[str, str]) -> None:
    if side in others:
        raise Conflict(
            gettext("%(others)s agreed for %(side)s already") % {"others": others[side], "side": side}
        )
    if actor.name in others.values():
        raise Conflict(
            gettext("you agreed for the other side already; somebody else has to agree for this one")
        )
