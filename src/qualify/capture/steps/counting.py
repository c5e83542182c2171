"""Whether a call is to count at all: neither a form's own test nor what a program filled in."""

from __future__ import annotations

from qualify.capture.known import Known
from qualify.capture.model import Draft, Dropped


def counts(draft: Draft, known: Known) -> Dropped | None:
    """A call with the property ``test`` (True) is a test; one with ``spam`` (a text: why) was sent by a program.

    Doors set them, on every call of a submission, so that none gets through alone.
    """
    properties = draft.call.properties
    if properties.get("test") is True:
        return Dropped("counts", "test", "its sender says that it is a test")
    spam = properties.get("spam")
    if spam and isinstance(spam, str):
        return Dropped("counts", "spam", spam[:500])
    return None
