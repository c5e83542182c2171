"""Why sales refuses a lead, what each reason does, and what it says of the rules and sources that brought the lead.

A refusal is never silent: it mends data, names a day on which the lead comes back, ends it, or names its twin; and all
of them are counted by rule and by source.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Final, Literal, TypeAlias, get_args

from qualify.errors import QualifyError, instead, shown
from qualify.handoff.facts import Rejection
from qualify.moments import DAY
from qualify.playbook.handoff import Handoff, ReasonWord
from qualify.speech import sentence

REASONS: Final[tuple[str, ...]] = get_args(ReasonWord)
"""Every reason, in the order in which a rep is asked."""

Blamed: TypeAlias = Literal["fit", "engagement", "data", "source", ""]
Asked: TypeAlias = Literal["words", "date", "lead", ""]


@dataclass(frozen=True, slots=True)
class Effect:
    """What a reason does.

    ``decision`` is what becomes of the lead beside having been refused: ``recycled`` (it rests for ``rest`` days) or
    ``disqualified`` (until reopened). ``task`` is what somebody has to mend, ``excludes`` who is not handed over again
    until reopened. ``blames`` is the part of the playbook that let the lead through, by which refusals are reported.
    ``asks`` is what the rep has to say besides (words, the other lead), or may (the date).
    """

    said: str
    decision: Literal["recycled", "disqualified"]
    rest: int | None
    blames: Blamed
    task: str = ""
    excludes: Literal["person", "account", ""] = ""
    asks: Asked = ""


EFFECTS: Final[Mapping[ReasonWord, Effect]] = {
    "not_icp": Effect("is not whom we sell to", "disqualified", None, "fit", excludes="person"),
    "no_intent": Effect("does not want anything now", "recycled", 60, "engagement"),
    "bad_data": Effect("cannot be worked with this data", "recycled", 7, "data", task="Mend the data"),
    "wrong_timing": Effect("wants it later", "recycled", 90, "engagement", asks="date"),
    "duplicate": Effect(
        "is somebody we have", "disqualified", None, "data", "Merge with the other lead", "person", "lead"
    ),
    "competitor": Effect("is a competitor", "disqualified", None, "fit", excludes="account"),
    "unreachable": Effect(
        "cannot be reached", "recycled", 30, "source", task="Look for another way to reach them"
    ),
    "other": Effect("something else", "recycled", 30, "", asks="words"),
}
"""What each reason does; a playbook may say otherwise how long a lead rests (``recycle_after``)."""


@dataclass(frozen=True, slots=True)
class Consequence:
    """What follows from one refusal. ``comes_back_at``: when it may be handed over again; None: not by itself."""

    decision: Literal["recycled", "disqualified"]
    comes_back_at: int | None
    task: str
    excludes: Literal["person", "account", ""]
    merge_with: str | None
    blames: Blamed


def parted(kept: str) -> tuple[str, str]:
    """The word of a reason as it is kept (``word: words``), and what was added; ``other`` for no word of ours."""
    word, _, words = kept.partition(": ")
    return (word, words) if word in REASONS else ("other", kept)


def effect_under(handoff: Handoff, reason: ReasonWord) -> Effect:
    """What a reason does under this playbook, which may say how long a lead rests.

    A lead that rests is recycled even where it would have ended, and shuts nobody out.
    """
    effect = EFFECTS[reason]
    rest = handoff.recycle_after.get(reason, effect.rest)
    return effect if rest is None else replace(effect, rest=rest, decision="recycled", excludes="")


def consequence(rejection: Rejection, handoff: Handoff) -> Consequence:
    """What follows from the refusal under this playbook; raises as :func:`check` does."""
    check(rejection)
    effect = effect_under(handoff, rejection.reason)
    back_at = rejection.rejected_at + effect.rest * DAY if effect.rest is not None else None
    if rejection.on is not None and rejection.reason == "wrong_timing":
        back_at = rejection.on
    return Consequence(
        effect.decision,
        back_at,
        effect.task,
        effect.excludes,
        rejection.duplicate_of,
        effect.blames,
    )


def check(rejection: Rejection) -> None:
    """Refuse a refusal that does not say enough; raises :class:`~qualify.errors.QualifyError`."""
    effect = EFFECTS.get(rejection.reason)
    if effect is None:
        hint = instead(rejection.reason, REASONS)
        raise QualifyError(
            sentence("%(reason)s is no reason%(hint)s", reason=shown(rejection.reason), hint=hint)
        )
    if effect.asks == "words" and not rejection.words.strip():
        raise QualifyError(sentence("say in words why; only then can it change anything"))
    if effect.asks == "lead" and not rejection.duplicate_of:
        raise QualifyError(sentence("say of which lead it is the duplicate, so that they can be merged"))
    if rejection.duplicate_of == rejection.lead_id:
        raise QualifyError(sentence("a lead is not its own duplicate; name the other one"))
    if rejection.on is not None and rejection.on <= rejection.rejected_at:
        raise QualifyError(sentence("the day on which it comes back is over; name one to come"))


@dataclass(frozen=True, slots=True)
class Verdict:
    """What sales said of a lead that was handed over: accepted, refused for a reason, or (None) nothing yet.

    ``rules`` are those that gave it points when it was handed over.
    """

    lead_id: str
    cycle: int
    accepted: bool | None
    reason: ReasonWord | None = None
    rules: frozenset[str] = frozenset()
    source: str = ""
    grade: str = ""
    rep_id: str = ""


@dataclass(frozen=True)
class Said:
    """What sales said of the leads that one rule, source or rep brought or had.

    ``handed`` = ``accepted`` + ``refused`` + those of whom nothing was said yet.
    """

    key: str
    handed: int
    accepted: int
    refused: int
    reasons: Mapping[str, int]

    @property
    def undecided(self) -> int:
        """Those of whom nothing was said yet: they are neither accepted nor refused."""
        return self.handed - self.accepted - self.refused

    @property
    def refused_of_decided(self) -> float | None:
        """The share refused of those decided; None when none is."""
        decided = self.accepted + self.refused
        return self.refused / decided if decided else None


def said_by(keys: Callable[[Verdict], Iterable[str]], verdicts: Iterable[Verdict]) -> list[Said]:
    """What sales said, for each key that ``keys`` finds in a verdict; most refused first."""
    found: dict[str, list[Verdict]] = {}
    for verdict in verdicts:
        for key in keys(verdict):
            found.setdefault(key, []).append(verdict)
    return sorted((_said(*each) for each in found.items()), key=lambda each: (-each.refused, each.key))


def by_rule(verdict: Verdict) -> Iterable[str]:
    """The rules that brought the lead."""
    return verdict.rules


def by_source(verdict: Verdict) -> Iterable[str]:
    """Where the lead came from."""
    return (verdict.source,)


def by_blamed(verdict: Verdict) -> Iterable[str]:
    """The part of the playbook that a refusal blames; nothing for other leads."""
    blames = EFFECTS[verdict.reason].blames if verdict.reason is not None else ""
    return (blames,) if blames else ()


def _said(key: str, verdicts: list[Verdict]) -> Said:
    refused = [each for each in verdicts if each.accepted is False]
    reasons = Counter(str(each.reason) for each in refused)
    accepted = sum(each.accepted is True for each in verdicts)
    return Said(key, len(verdicts), accepted, len(refused), dict(sorted(reasons.items())))
