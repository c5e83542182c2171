"""The playbook's language: each kind of criterion is one small class.

A criterion has three duties: its fields (what a playbook writes), its condition (in the closed language of
:mod:`~qualify.criteria.logic`, from which both the expression and the one-lead path are made) and its
sentence. To add one, write the class and list it in :data:`KINDS`; the schema, the errors, both scoring
paths and the documentation's check follow from that.
"""

from __future__ import annotations

from typing import Annotated, Any, TypeAlias, Union

from pydantic import Discriminator, Tag
from pydantic_core import PydanticCustomError

from qualify.criteria.answers import Answer
from qualify.criteria.base import Context, Criterion, ProductUse, Written
from qualify.criteria.behaviour import Did, Returned, Sequence, Used, WentQuiet
from qualify.criteria.combined import AllOf, AnyOf, NoneOf
from qualify.criteria.judgement import Decision, Grade, Score
from qualify.criteria.traits import Country, Department, Email, Icp, Persona, Seniority, Trait
from qualify.errors import did_you_mean, one_of

KINDS: tuple[type[Criterion], ...] = (
    Trait,
    Seniority,
    Department,
    Email,
    Country,
    Icp,
    Persona,
    Did,
    Sequence,
    WentQuiet,
    Used,
    Answer,
    AllOf,
    AnyOf,
    NoneOf,
    Score,
    Grade,
    Decision,
    Returned,
)
"""Every kind of criterion that a playbook can write."""

KEYWORDS: dict[str, type[Criterion]] = {kind.KEYWORD: kind for kind in KINDS}


def keyword_of(written: Any) -> str:
    """Which kind of criterion this mapping is, told by its keyword; raises a teaching error."""
    if isinstance(written, Criterion):
        return written.KEYWORD
    if isinstance(written, list):
        return "all_of"
    if not isinstance(written, dict):
        raise PydanticCustomError("criterion", _expected("{found} is not a criterion"), {"found": repr(written)})
    found = [word for word in written if word in KEYWORDS]
    if len(found) == 1:
        return str(found[0])
    if found:
        raise PydanticCustomError(
            "criterion", "two criteria in one ({found}); put them under all_of or any_of", {"found": " and ".join(found)}
        )
    guess = next((hint for word in written if (hint := did_you_mean(str(word), KEYWORDS))), "")
    named = one_of([repr(str(word)) for word in written]) or "an empty mapping"
    raise PydanticCustomError("criterion", _expected("{found} names no criterion{guess}"), {"found": named, "guess": guess})


def _expected(message: str) -> str:
    return f"{message} A criterion starts with one of: {one_of(KEYWORDS, 40)}"


AnyCriterion: TypeAlias = Annotated[
    Union[tuple(Annotated[kind, Tag(kind.KEYWORD)] for kind in KINDS)],  # type: ignore[misc]  # noqa: UP007
    Discriminator(keyword_of),
]

for _group in (AllOf, AnyOf, NoneOf):
    _group.model_rebuild(_types_namespace={"AnyCriterion": AnyCriterion})

__all__ = ["KEYWORDS", "KINDS", "AnyCriterion", "Context", "Criterion", "ProductUse", "Written", "keyword_of"]
