"""What every criterion is: fields that a playbook writes, a condition, and a sentence."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Annotated, ClassVar, Literal, Protocol, TypeAlias

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from qualify.criteria.values import Short, Text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from qualify.criteria.logic import Truth

Where: TypeAlias = Literal["rule", "stage"]


class Written(BaseModel):
    """Something written in a playbook: nothing unexpected beside its fields, and never changed."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Conditional(Protocol):
    """Anything that has a condition."""

    def condition(self, context: Context) -> Truth:
        """The condition, in the language of :mod:`qualify.criteria.logic`."""


class Context(Protocol):
    """What a criterion may look up in the playbook that it is written in."""

    def profile(self, name: str) -> Conditional:
        """The condition of the ICP profile of that name (``any``: of any profile)."""

    def persona(self, name: str) -> Conditional:
        """The condition of the persona of that name (``any``: of any persona)."""

    def product_use(self) -> ProductUse:
        """Which events are use of the product."""

    def country_sets(self) -> Mapping[str, frozenset[str]]:
        """The playbook's own groups of countries, by name."""


def _as_list(value: object) -> object:
    return (value,) if isinstance(value, str) else value


Kinds: TypeAlias = Annotated[tuple[Text, ...], BeforeValidator(_as_list), Short()]
"""Kinds of event: none, one, or a list."""


class ProductUse(Written):
    """Which events are use of the product, and where they name the feature."""

    events: Kinds = Field((), description="kinds of event that are use of the product")
    feature: Text = Field("feature", description="the property of these events that names the feature used")
    limits: Kinds = Field((), description="kinds of event that say a limit of the plan was hit")


class Criterion(Written, ABC):
    """One kind of condition. To add a kind, write one subclass and list it in ``criteria.KINDS``."""

    KEYWORD: ClassVar[str]
    """The field whose presence in the playbook says that it is this kind."""
    USED_IN: ClassVar[tuple[Where, ...]] = ("rule", "stage")
    """Whether it may be used in rules, in stages, or in both."""

    @abstractmethod
    def condition(self, context: Context) -> Truth:
        """The condition, in the language of :mod:`qualify.criteria.logic`."""

    @abstractmethod
    def sentence(self) -> str:
        """What it says, in English: it completes "the lead …"."""
