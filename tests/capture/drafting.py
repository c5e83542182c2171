"""Calls through the pipeline, written as short as a test wants them."""

from __future__ import annotations

from typing import Any

from qualify.capture.known import Known
from qualify.capture.model import Call, Draft, Dropped, Source
from qualify.capture.pipeline import Facts, run

NOW = 1_795_309_200_000  # 2026-11-22T01:00:00Z
SOURCE = Source(id=1, name="web")
TRUSTED = Source(id=2, name="shop", trusted=True)
BROWSER = Facts("203.0.113.77", "Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0")


def track(event: str = "Demo Requested", **more: Any) -> Call:
    return Call(type="track", event=event, **({"user_id": "u1"} | more))


def passed(call: Call, source: Source = SOURCE, facts: Facts = BROWSER, known: Known | None = None) -> Draft:
    """The draft of a call that goes all the way."""
    result = run([call], source, facts, NOW, known or Known())
    assert not result.dropped, result.dropped[0].dropped
    return result.drafts[0]


def dropped(
    call: Call, source: Source = SOURCE, facts: Facts = BROWSER, known: Known | None = None
) -> Dropped:
    """Why a call does not."""
    result = run([call], source, facts, NOW, known or Known())
    assert not result.drafts
    return result.dropped[0].dropped


def names(draft: Draft) -> list[tuple[str, str]]:
    return [(one.kind, one.value) for one in draft.identifiers]
