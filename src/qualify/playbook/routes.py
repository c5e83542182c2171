"""What a hand-off that is well formed can still get wrong: stages nobody enters, names used twice."""

from __future__ import annotations

from collections.abc import Iterator

from qualify.criteria import Criterion
from qualify.criteria.behaviour import Returned
from qualify.criteria.combined import AllOf, AnyOf, NoneOf
from qualify.criteria.judgement import Decision
from qualify.errors import instead, shown
from qualify.playbook.book import Playbook
from qualify.playbook.document import Mistake, Path
from qualify.speech import sentence


def criteria_after_the_handoff(book: Playbook) -> Iterator[tuple[Path, Criterion]]:
    """The conditions of routing rules and of sequences, with their places."""
    rules = book.handoff.rules if book.handoff is not None else []
    for place, rule in enumerate(rules):
        if rule.when is not None:
            yield ("handoff", "rules", place, "when"), rule.when
    for place, sequence in enumerate(book.sequences or []):
        if sequence.when is not None:
            yield ("sequences", place, "when"), sequence.when


def handoff_mistakes(book: Playbook) -> list[Mistake]:
    """Everything odd about ``handoff`` and ``sequences`` as parts of this playbook."""
    return [*_stages(book), *_names(book), *_everybody(book), *_stateful(book)]


def _stages(book: Playbook) -> Iterator[Mistake]:
    if book.handoff is None:
        return
    if "at" in book.handoff.model_fields_set:
        for place, name in enumerate(book.handoff.at):
            if name not in book.ladder:
                hint = instead(name, book.ladder)
                said = sentence("no lead enters %(stage)s in this playbook%(hint)s", stage=name, hint=hint)
                yield Mistake(("handoff", "at", place), said)
    elif not set(book.handoff.at) & set(book.ladder):
        said = sentence(
            "no lead enters mql or pql in this playbook; say with `at` which stage is handed over"
        )
        yield Mistake(("handoff",), said, at_key=True)


def _names(book: Playbook) -> Iterator[Mistake]:
    rules = [each.name for each in book.handoff.rules] if book.handoff is not None else []
    sequences = [each.name for each in book.sequences or []]
    for around, names in ((("handoff", "rules"), rules), (("sequences",), sequences)):
        for place, name in enumerate(names):
            if name in names[:place]:
                said = sentence("%(found)s is already taken; every name is used once", found=shown(name))
                yield Mistake((*around, place, "name"), said)


def _everybody(book: Playbook) -> Iterator[Mistake]:
    """A sequence behind one that takes everybody is never begun."""
    open_to_all = [each.name for each in book.sequences or [] if each.when is None]
    for place, sequence in enumerate(book.sequences or []):
        if open_to_all and place > 0 and any(each.when is None for each in (book.sequences or [])[:place]):
            said = sentence(
                "%(sequence)s never begins: %(other)s before it is for everybody",
                sequence=shown(sequence.name), other=shown(open_to_all[0]),
            )  # fmt: skip
            yield Mistake(("sequences", place, "name"), said, "warning")


def _stateful(book: Playbook) -> Iterator[Mistake]:
    for path, criterion in criteria_after_the_handoff(book):
        for where, each in _every(criterion, path):
            if isinstance(each, Decision | Returned):
                said = sentence(
                    "%(word)s can be asked in stages only; a lead is handed over by what is known of it",
                    word=each.KEYWORD,
                )
                yield Mistake((*where, each.KEYWORD), said, at_key=True)


def _every(criterion: Criterion, path: Path) -> Iterator[tuple[Path, Criterion]]:
    yield path, criterion
    if isinstance(criterion, AllOf | AnyOf | NoneOf):
        for number, each in enumerate(getattr(criterion, criterion.KEYWORD)):
            yield from _every(each, (*path, criterion.KEYWORD, number))
