"""Decide about a lead: accept, reject, confirm, recycle, disqualify, reopen; or say that it was won or lost."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, Final, NamedTuple

from django.db import transaction
from django.utils.timesince import timesince
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from qualify.errors import QualifyError
from qualify.vocabulary import DECISIONS
from qualify.web.database import is_sqlite, run
from qualify.web.handing import deciding
from qualify.web.handing.deciding import NOTHING_MORE, Besides
from qualify.web.looking.decided import NOTHING, Decided, names_of, stories
from qualify.web.verbs.actor import WRITE_LEADS, Actor, Conflict, audit
from qualify.web.verbs.leads import Lead, bounded, keep_fact, lead, moment_told, one_of_them

OUTCOMES: Final = ("won", "lost")

LARGEST: Final = Decimal(10) ** 15
"""Amounts stay below this, so that every database keeps them to the hundredth."""

SAID: Final[dict[str, Any]] = {
    "accepted": _("%(who)s accepted this lead %(when)s"),
    "rejected": _("%(who)s rejected this lead %(when)s"),
    "confirmed": _("%(who)s confirmed this lead %(when)s"),
    "recycled": _("%(who)s recycled this lead %(when)s"),
    "disqualified": _("%(who)s disqualified this lead %(when)s"),
    "reopened": _("%(who)s reopened this lead %(when)s"),
    "won": _("%(who)s won this lead %(when)s"),
    "lost": _("%(who)s lost this lead %(when)s"),
}
"""Each decision as what somebody did, for whoever comes too late."""


class Amount(NamedTuple):
    """What a deal was worth, and in which currency (three letters)."""

    amount: Decimal
    currency: str


class Fact(NamedTuple):
    """A decision that was written down: the table it is in, its number, and whose it is; and what follows from it."""

    table: str
    id: int
    person_id: int
    more: tuple[int, ...] = ()

    @property
    def numbers(self) -> list[int]:
        """Its number and those of the decisions that follow from it."""
        return [self.id, *self.more]


def decide(
    actor: Actor,
    lead_id: int,
    decision: str,
    now: int,
    *,
    reason: str = "",
    at: int | None = None,
    worth: Amount | None = None,
    seen: str | None = None,
    besides: Besides = NOTHING_MORE,
) -> int:
    """Write a decision of :data:`~qualify.vocabulary.DECISIONS` down; the line of the audit.

    ``at`` is when it was taken (now when left out). ``worth`` belongs to an outcome, won or lost. ``seen`` is
    what :class:`~qualify.web.looking.decided.Story` said when whoever decides looked at the lead. ``besides`` is what
    a refusal says besides its reason.
    Raises :class:`~qualify.errors.QualifyError`, and :class:`~qualify.web.verbs.actor.Conflict` when somebody
    decided meanwhile.
    """
    actor.needs(WRITE_LEADS)
    one_of_them(decision, DECISIONS, "decision")
    at, reason = moment_told(at, now, "decided_at"), bounded(reason, 2_000, "the reason")
    if worth is not None:
        _check(decision, worth)
    with transaction.atomic():
        one_after_another()
        whose = lead(lead_id)
        if seen is not None:
            unchanged(whose.person_id, seen, now)
        fact = written(actor, whose, decision, at, reason, now, worth, besides)
        detail = {"decision": decision, "at": at, "reason": reason, "facts": {fact.table: fact.numbers}}
        return audit(actor, "decide", lead_id, detail, now)


def one_after_another() -> None:
    """Let nobody else decide until the transaction ends, so that of two who decide at once one sees the other.

    To be called before any row is locked; SQLite has one writer anyway.
    """
    if not is_sqlite():
        run("SELECT pg_advisory_xact_lock(70254)")


def unchanged(person_id: int, seen: str, now: int) -> None:
    """Raise :class:`~qualify.web.verbs.actor.Conflict` when what was decided is not what somebody has seen."""
    story = stories([person_id]).get(person_id, NOTHING)
    if story.seen != seen:
        raise Conflict(meanwhile(story.newest, now))


def meanwhile(newest: Decided | None, now: int) -> str:
    """What to tell whoever comes too late: who decided what, and when."""
    if newest is None:
        return gettext("what was decided of this lead was taken back meanwhile; look at it again")
    who = names_of([newest.who]).get(newest.who, "") or gettext("somebody")
    return str(SAID[newest.decision]) % {"who": who, "when": _ago(newest.at, now)}


def _ago(at: int, now: int) -> str:
    then, here = (datetime.fromtimestamp(each / 1000, UTC) for each in (at, now))
    if now - at < 60_000:
        return gettext("just now")
    return gettext("%(time)s ago") % {"time": timesince(then, here, depth=1).replace("\xa0", " ")}


def written(
    actor: Actor, whose: Lead, decision: str, at: int, reason: str, now: int, worth: Amount | None = None,
    besides: Besides = NOTHING_MORE,
) -> Fact:  # fmt: skip
    """Write it down as a fact, and what it does to the hand-off, in the transaction of the verb."""
    if decision in OUTCOMES:
        told = {"outcome": decision, "closed_at": at, "reason": reason, **_columns(worth)}
        return Fact("outcome", keep_fact("outcome", whose, told, actor.name, now), whose.person_id)
    deciding.before(actor, whose, decision)
    kept, follows = deciding.detail(actor, whose, decision, reason, at, besides)
    # Of two decisions of one moment nobody could tell which is the last word.
    ends = follows is not None and follows.decision == "disqualified"
    told = {
        "decision": decision, "decided_at": at - 1 if ends else at, "reason": reason,
        "decided_by": actor.name[:255], "detail": deciding.as_text(kept),
    }  # fmt: skip
    number = keep_fact("decision", whose, told, actor.name, now)
    more = deciding.after(actor, whose, decision, number, at, reason, follows, now)
    return Fact("decision", number, whose.person_id, tuple(more))


def _columns(worth: Amount | None) -> dict[str, object]:
    return {
        "amount": None if worth is None else worth.amount,
        "currency": "" if worth is None else worth.currency,
    }


def _check(decision: str, worth: Amount) -> None:
    if decision not in OUTCOMES:
        raise QualifyError(
            gettext("an amount belongs to won or lost, not to %(decision)s") % {"decision": decision}
        )
    if not (worth.amount.is_finite() and 0 <= worth.amount < LARGEST):
        raise QualifyError(gettext("an amount is a number from 0 to 10¹⁵"))
    if len(worth.currency) != 3 or not (worth.currency.isascii() and worth.currency.isupper()):
        raise QualifyError(
            gettext("%(currency)s is no currency; write three capital letters, as EUR")
            % {"currency": repr(worth.currency)}
        )
