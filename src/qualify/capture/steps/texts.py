"""By what the long text in a form is known, so that forms with the same one are found whoever sends them."""

from __future__ import annotations

import re
from typing import Final

from qualify.capture.known import Known
from qualify.capture.model import Draft, Dropped
from qualify.machine.forms import text_digest
from qualify.machine.settings import STANDARD

DIGEST: Final = "text_digest"
"""The property that holds it; what is written there cannot be read from it."""

_DIGEST: Final = re.compile(r"[0-9a-f]{64}")


def text(draft: Draft, known: Known) -> Dropped | None:
    """The digest of a form's longest text, of its ``fields`` or else of its ``message``; doors for forms bring it."""
    if draft.kind not in STANDARD.submitted:
        return None
    properties = draft.properties
    given = properties.get(DIGEST)
    if isinstance(given, str) and _DIGEST.fullmatch(given):
        return None
    fields = properties.get("fields")
    texts = fields if isinstance(fields, dict) else {"message": properties.get("message")}
    found = text_digest({name: told for name, told in texts.items() if isinstance(told, str)})
    if found is not None:
        properties[DIGEST] = found
    else:
        properties.pop(DIGEST, None)
    return None
