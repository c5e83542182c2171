"""The pipeline: the named steps that make of a call a draft that is ready to be kept.

Each step fills in its part of the draft, or drops it with a typed reason. The list is the documentation.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Final, NamedTuple, TypeAlias

from qualify.capture.known import Known
from qualify.capture.model import Call, Draft, Dropped, Request, Source
from qualify.capture.steps.counting import counts
from qualify.capture.steps.learnt import traits
from qualify.capture.steps.naming import kind
from qualify.capture.steps.permitted import address, agent, blocked, consent, refuses_tracking
from qualify.capture.steps.texts import text
from qualify.capture.steps.timing import message_id, time
from qualify.capture.steps.where import page, touch
from qualify.capture.steps.who import account, identifiers, links

Work: TypeAlias = Callable[[Draft, Known], Dropped | None]


class Step(NamedTuple):
    """A step: its name, as it is counted and shown, and what it does with a draft."""

    name: str
    work: Work


STEPS: Final = (
    Step("message id", message_id),
    Step("counts", counts),
    Step("time", time),
    Step("kind", kind),
    Step("consent", consent),
    Step("identifiers", identifiers),
    Step("links", links),
    Step("account", account),
    Step("traits", traits),
    Step("agent", agent),
    Step("blocked", blocked),
    Step("address", address),
    Step("page", page),
    Step("touch", touch),
    Step("text", text),
)
"""In this order."""


class Facts(NamedTuple):
    """What the request itself says of the one who sent it."""

    address: str = ""
    user_agent: str = ""
    tracking_refused: bool = False

    @classmethod
    def of(cls, request: Request) -> Facts:
        """The facts of a request: its address, its user agent, and whether it asks not to be tracked."""
        return cls(request.address, request.headers.get("user-agent", "")[:1_000], refuses_tracking(request))


class Counted(NamedTuple):
    """What a step did: how many drafts it saw, how many of them it dropped, and how long it took."""

    seen: int
    dropped: int
    nanoseconds: int


class Lost(NamedTuple):
    """A call that was dropped, with its draft as far as it had come."""

    draft: Draft
    dropped: Dropped


class Passed(NamedTuple):
    """What came of calls: the drafts to keep, those that were dropped, and what each step did, by its name."""

    drafts: list[Draft]
    dropped: list[Lost]
    counts: dict[str, Counted]


def run(calls: Iterable[Call], source: Source, facts: Facts, received_at: int, known: Known) -> Passed:
    """All calls of a delivery through all steps, step by step; ``received_at`` in epoch ms.

    A step that fails at a call drops that call as ``failed``, so that one poisonous call harms no other.
    """
    drafts = [_draft(call, source, facts, received_at) for call in calls]
    lost: list[Lost] = []
    counts: dict[str, Counted] = {}
    for step in STEPS:
        seen, lost_before, started = len(drafts), len(lost), known.timer()
        drafts = _through(step, drafts, lost, known)
        counts[step.name] = Counted(seen, len(lost) - lost_before, known.timer() - started)
    return Passed(drafts, lost, counts)


def _draft(call: Call, source: Source, facts: Facts, received_at: int) -> Draft:
    return Draft(
        call=call,
        source=source,
        received_at=received_at,
        address=facts.address,
        user_agent=facts.user_agent,
        tracking_refused=facts.tracking_refused,
    )


def _through(step: Step, drafts: list[Draft], lost: list[Lost], known: Known) -> list[Draft]:
    kept, work = [], step.work
    for draft in drafts:
        try:
            dropped = work(draft, known)
        except Exception as error:  # whatever a stranger's data does to us, the other calls go on
            dropped = Dropped(step.name, "failed", f"{type(error).__name__}: {error}"[:500])
        if dropped is None:
            kept.append(draft)
        else:
            lost.append(Lost(draft, dropped))
    return kept
