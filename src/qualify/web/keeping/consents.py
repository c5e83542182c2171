"""Consents as drafts bring them: facts of their own, with the words that were agreed to."""

from __future__ import annotations

from collections.abc import Sequence

from qualify.capture.model import Draft
from qualify.web.database import insert
from qualify.web.keeping.rows import OwnerAt

_COLUMNS = "subject_id, owner_id, received_at, known_at, source, purpose, given, given_at, proof"


def keep_consents(drafts: Sequence[Draft], owner_at: OwnerAt) -> None:
    """Keep the consents that these drafts give or withdraw."""
    rows = []
    for draft in drafts:
        if draft.consent and draft.subject is not None:
            owner = owner_at(draft.subject, draft.happened_at)
            known_at = max(draft.received_at, owner.joined_at)
            whose = (owner.subject_id, owner.person_id, draft.received_at, known_at, draft.source.name)
            said = draft.call.consent_text or ""
            rows += [(*whose, what, given, draft.happened_at, said) for what, given in draft.consent.items()]
    insert("consent", _COLUMNS, rows)
