"""Write down an answer to a question of qualification."""

from __future__ import annotations

import re

from django.db import transaction
from django.utils.translation import gettext

from qualify.errors import QualifyError
from qualify.moments import LATEST
from qualify.web.verbs.actor import WRITE_LEADS, Actor, audit
from qualify.web.verbs.leads import bounded, keep_fact, lead, moment_told

QUESTION = re.compile(r"[A-Za-z0-9][A-Za-z0-9 _.-]{0,63}")
"""How questions are named: as playbooks name them (budget, authority, need, timeline, or one's own)."""


def answer(
    actor: Actor,
    lead_id: int,
    question: str,
    now: int,
    *,
    value: str = "",
    satisfied: bool | None = None,
    at: int | None = None,
    expires_at: int | None = None,
    confidence: float | None = None,
) -> int:
    """Keep an answer; the line of the audit.

    ``satisfied`` says whether who asked called it good enough; from ``expires_at`` on it no longer counts;
    ``confidence`` is from 0 to 1. Raises :class:`~qualify.errors.QualifyError`.
    """
    actor.needs(WRITE_LEADS)
    if not QUESTION.fullmatch(question):
        raise QualifyError(
            gettext("%(question)s is no name of a question; write letters, digits, _ and -")
            % {"question": repr(question[:60])}
        )
    at = moment_told(at, now, "answered_at")
    if expires_at is not None and not at <= expires_at <= LATEST:
        raise QualifyError(gettext("an answer expires after it was given"))
    if confidence is not None and not 0 <= confidence <= 1:
        raise QualifyError(gettext("confidence is a number from 0 to 1"))
    told = {
        "question": question, "value": bounded(value, 2_000, "the answer"), "satisfied": satisfied,
        "answered_at": at, "expires_at": expires_at, "confidence": confidence, "asked_by": actor.name[:255],
    }  # fmt: skip
    with transaction.atomic():
        keep_fact("answer", lead(lead_id), told, actor.name, now)
        return audit(actor, "answer", lead_id, {"question": question, "at": at}, now)
