"""Names that a playbook spells in two ways: what data spell as one has it counts there alone."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from qualify.criteria import Criterion
from qualify.criteria.combined import AllOf, AnyOf, NoneOf
from qualify.criteria.logic import Answered, HasAnswer, fields_of, occurrences_in, parts
from qualify.criteria.traits import Icp, Persona
from qualify.errors import shown
from qualify.playbook.book import Playbook
from qualify.playbook.document import Mistake, Path
from qualify.reading.text import bare
from qualify.speech import sentence

_OF_OTHERS = AllOf | AnyOf | NoneOf | Icp | Persona
"""Criteria that ask what others ask, which are looked at themselves."""


def spelled_twice(book: Playbook, criteria: Iterable[tuple[Path, Criterion]]) -> Iterator[Mistake]:
    """A warning where a kind of event, a trait or a question is spelled otherwise than before, once for each way."""
    ways: dict[tuple[str, str], list[str]] = {}
    for path, criterion in criteria:
        if isinstance(criterion, _OF_OTHERS):
            continue
        for what, name in names_asked(book, criterion):
            before = ways.setdefault((what, bare(name) or name), [name])
            if name not in before:
                before.append(name)
                yield Mistake(path, _said(what, name, before[0]), "warning")


def _said(what: str, name: str, before: str) -> str:
    return sentence(
        "%(found)s is spelled %(before)s before; what data spell as either counts there alone, so spell it in one way",
        found=f"{what} {shown(name)}", before=shown(before),
    )  # fmt: skip


def names_asked(book: Playbook, criterion: Criterion) -> list[tuple[str, str]]:
    """What a criterion asks for by name: kinds of events, traits and questions, each with which of these it is."""
    truth = criterion.condition(book)
    happened = [
        each for one in occurrences_in(truth) for each in (one, one.after) if each is not None and each.kinds
    ]
    found = [("did", kind) for each in happened for kind in sorted(each.kinds or ())]
    found += [("trait", field.name) for field in sorted(fields_of(truth))]
    asked = (each.question for each in parts(truth) if isinstance(each, Answered | HasAnswer))
    return list(dict.fromkeys([*found, *(("answer", question) for question in asked)]))
