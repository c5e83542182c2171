"""The playbook's language: each kind of criterion is one small class.

A criterion has three duties: its fields (what a playbook writes), its condition (in the closed language of
:mod:`~qualify.criteria.logic`, from which both the expression and the one-lead path are made) and its
sentence. To add one, write the class and list it in :data:`KINDS`; the schema, the errors, both scoring
paths and the documentation's check follow from that.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, TypeAlias, Union

from pydantic import BeforeValidator, Discriminator, Tag
from pydantic_core import PydanticCustomError

from qualify.criteria.answers import Answer
from qualify.criteria.base import Context, Criterion, ProductUse, Written
from qualify.criteria.behaviour import Did, Returned, Sequence, Used, WentQuiet
from qualify.criteria.combined import AllOf, AnyOf, NoneOf
from qualify.criteria.judgement import Decision, Grade, Score
from qualify.criteria.traits import Country, Department, Email, Icp, Persona, Seniority, Trait
from qualify.criteria.values import wrong
from qualify.errors import did_you_mean, nearest, one_of, shown
from qualify.speech import Several, sentence

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
        said = sentence(
            "a criterion is expected here, not %(found)s; it starts with one of %(words)s",
            found=shown(written), words=one_of(KEYWORDS, 40),
        )  # fmt: skip
        raise wrong(None, said)
    found = [word for word in written if word in KEYWORDS]
    if len(found) == 1:
        return str(found[0])
    if found:
        said = sentence(
            "two criteria in one (%(words)s); put them under all_of or any_of, each with a dash of its own",
            words=Several(tuple(found), sentence(" and ")),
        )
        raise wrong(found[1], said, key=True)
    raise _names_none(written)


def _names_none(written: dict[Any, Any]) -> PydanticCustomError:
    """The error for a mapping without a keyword: at the word that was most likely meant as one."""
    words = [str(word) for word in written]
    if not words:
        said = sentence("an empty criterion; it starts with one of %(words)s", words=one_of(KEYWORDS, 40))
        return wrong(None, said)
    word = next((word for word in words if nearest(word, KEYWORDS)), words[0])
    said = sentence(
        "%(found)s is no criterion%(hint)s it starts with one of %(words)s",
        found=shown(word), hint=did_you_mean(word, KEYWORDS) or ";", words=one_of(KEYWORDS, 40),
    )  # fmt: skip
    return wrong(word, said, key=True, meant=nearest(word, KEYWORDS))


def _with_one_keyword(written: Any) -> Any:
    """What was written, once it is sure to be of one kind: an error in a discriminator has no place."""
    keyword_of(written)
    return written


if TYPE_CHECKING:
    AnyCriterion: TypeAlias = Criterion
else:  # type checkers cannot follow a union made of a list
    AnyCriterion = Annotated[
        Union[tuple(Annotated[kind, Tag(kind.KEYWORD)] for kind in KINDS)],  # noqa: UP007
        Discriminator(keyword_of),
        BeforeValidator(_with_one_keyword),
    ]
"""A criterion of any kind; a list of criteria means all of them."""

for _group in (AllOf, AnyOf, NoneOf):
    _group.model_rebuild(_types_namespace={"AnyCriterion": AnyCriterion})

__all__ = ["KEYWORDS", "KINDS", "AnyCriterion", "Context", "Criterion", "ProductUse", "Written", "keyword_of"]
