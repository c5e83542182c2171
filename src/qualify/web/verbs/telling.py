"""What a verb did, told to other systems: into the outbox, in the verb's transaction."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from qualify.speech import plain
from qualify.web.database import insert


def tell(what: str, person_id: int | None, payload: Mapping[str, object], now: int) -> None:
    """Put a message into the outbox."""
    text = msgspec.json.encode(payload, enc_hook=plain).decode()
    insert("message", "type, person_id, payload, created_at", [(what, person_id, text, now)])
