"""The playbook: one text file that marketing and sales agree on."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Annotated, Any, Literal, Self, TypeAlias

from pydantic import AfterValidator, BeforeValidator, Field

from qualify import moments
from qualify.criteria import ProductUse, Written
from qualify.criteria.base import Conditional, Context
from qualify.criteria.judgement import Score as ScoreCriterion
from qualify.criteria.logic import Either, Truth
from qualify.criteria.traits import codes_of
from qualify.criteria.values import Among, Short, Text
from qualify.errors import shown
from qualify.playbook.channels import Channels
from qualify.playbook.currencies import CURRENCIES
from qualify.playbook.followups import FollowUps
from qualify.playbook.handoff import Handoff
from qualify.playbook.sections import Grades, Profile, Rule, Score, Stage, Threshold, Total, as_threshold
from qualify.speech import sentence
from qualify.vocabulary import LADDER, OFF_LADDER

StageName: TypeAlias = Literal["iql", "mql", "pql", "sal", "sql", "customer", "recycled", "disqualified"]
Thresholds: TypeAlias = dict[
    StageName, Annotated[Threshold, BeforeValidator(as_threshold), Short(("number",))]
]


def _zone(name: str) -> str:
    moments.zone(name)
    return name


def _date(text: str) -> str:
    try:
        return dt.date.fromisoformat(text).isoformat()
    except ValueError as error:
        raise ValueError(
            sentence("%(found)s is not a date; write one as 2026-03-31", found=shown(text))
        ) from error


def _place(word: str) -> str:
    codes_of(word, {})
    return word


CountryWord: TypeAlias = Annotated[Text, AfterValidator(_place)]
CountryWords: TypeAlias = Annotated[list[CountryWord], Field(min_length=1)]


class Playbook(Written):
    """What a good lead is, as marketing and sales wrote it down together.

    Read one with :meth:`load` or :meth:`parse`; both raise :class:`~qualify.errors.PlaybookError` with
    every problem at once, each with its line and column.
    """

    playbook: Text = Field(description="the playbook's name")
    description: str = Field("", description="one paragraph for readers")
    currency: Annotated[Text, Among(CURRENCIES, "currency")] = Field(
        "EUR", description="ISO 4217 code of amounts"
    )
    time_zone: Annotated[Text, AfterValidator(_zone)] = Field(
        "UTC", description="IANA time zone of dates without a zone"
    )
    review_by: Annotated[Text, AfterValidator(_date)] | None = Field(
        None, description="the date by which both sides look at it again"
    )
    columns: dict[Text, Text] = Field({}, description="an export's column → the name used here")
    country_groups: dict[Text, CountryWords] = Field({}, description="your own groups of countries")
    channels: Channels = Field(Channels(), description="by which channel people come")
    product: ProductUse = Field(ProductUse(), description="which events are use of the product")
    icp: list[Profile] = Field([], description="profiles of accounts worth having")
    personas: list[Profile] = Field([], description="the humans worth talking to")
    scores: dict[str, Score] = Field(min_length=1, description="the scores, by name")
    total: Total = Field(Total(), description="which scores add up to the total, and its bounds")
    grades: Grades | None = Field(None, description="letters and numbers")
    thresholds: Thresholds = Field({}, description="stages that follow from one score")
    stages: dict[StageName, Stage] = Field({}, description="stages with conditions of their own")
    handoff: Handoff | None = Field(
        None, description="who gets a lead that is ready, and by when it hears from us"
    )
    sequences: list[FollowUps] | None = Field(
        None, description="what reps do after the hand-off, step by step"
    )

    @classmethod
    def load(cls, path: Any) -> Self:
        """The playbook in that file (or the starter of that name: ``b2b-saas``)."""
        from qualify.playbook.loading import load

        return load(path)  # type: ignore[return-value]

    @classmethod
    def parse(cls, text: str, source: str = "playbook") -> Self:
        """The playbook in that YAML text; ``source`` is what errors call it."""
        from qualify.playbook.loading import parse

        return parse(text, source)  # type: ignore[return-value]

    # What criteria may look up (criteria.base.Context).

    def profile(self, name: str) -> Conditional:
        """The ICP profile of that name, as a criterion; ``any`` is any profile."""
        return _named(self.icp, name)

    def persona(self, name: str) -> Conditional:
        """The persona of that name, as a criterion; ``any`` is any persona."""
        return _named(self.personas, name)

    def product_use(self) -> ProductUse:
        """Which events are use of the product."""
        return self.product

    @cached_property
    def _groups(self) -> dict[str, frozenset[str]]:
        return {
            name: frozenset[str]().union(*(codes_of(word, {}) for word in words))
            for name, words in self.country_groups.items()
        }

    def country_sets(self) -> Mapping[str, frozenset[str]]:
        """The playbook's own groups of countries."""
        return self._groups

    @property
    def total_of(self) -> list[str]:
        """The scores that add up to the total."""
        return list(self.scores) if self.total.of is None else self.total.of

    def rules(self) -> Iterator[tuple[str, Score, Rule]]:
        """Every rule with its score's name and its score, in the order written."""
        for name, score in self.scores.items():
            for rule in score.rules:
                yield name, score, rule

    @cached_property
    def ladder(self) -> dict[str, Stage]:
        """The stages that a lead can enter, thresholds included, lowest first, endings last."""
        written: dict[str, Stage] = {name: _stage(each) for name, each in self.thresholds.items()}
        written |= dict[str, Stage](self.stages.items())
        return {name: written[name] for name in (*LADDER, *OFF_LADDER) if name in written}

    @cached_property
    def fingerprint(self) -> str:
        """Twelve hex digits that change whenever what it says changes (comments and layout do not count)."""
        said = json.dumps(self.model_dump(mode="json", by_alias=True, exclude_none=True), sort_keys=True)
        return hashlib.sha256(said.encode()).hexdigest()[:12]

    def __repr__(self) -> str:
        """As ``<Playbook 'B2B' 3f2a…: 24 rules in fit, engagement>``."""
        count = sum(1 for _ in self.rules())
        return f"<Playbook {self.playbook!r} {self.fingerprint}: {count} rules in {', '.join(self.scores)}>"

    def __str__(self) -> str:
        """The same: all that is in it would fill the screen."""
        return repr(self)

    def _repr_markdown_(self) -> str:
        """The playbook as prose, for notebooks."""
        from qualify.playbook.prose import prose

        return prose(self)


class _Named:
    """Profiles seen as one criterion."""

    def __init__(self, profiles: list[Profile]) -> None:
        self.profiles = profiles

    def condition(self, context: Context) -> Truth:
        """Any of the profiles."""
        terms = tuple(profile.condition(context) for profile in self.profiles)
        return terms[0] if len(terms) == 1 else Either(terms)


def _named(profiles: list[Profile], name: str) -> Conditional:
    return _Named([profile for profile in profiles if name in ("any", profile.name)])


def _stage(threshold: Threshold) -> Stage:
    leave = threshold.enter if threshold.leave is None else threshold.leave
    enter = ScoreCriterion.model_construct(score=threshold.score, at_least=threshold.enter)
    below = ScoreCriterion.model_construct(score=threshold.score, below=leave)
    return Stage.model_construct(enter=enter, leave=below, fast_lane=None, stay_at_least=None)
