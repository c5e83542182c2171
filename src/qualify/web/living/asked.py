"""What versions of the playbook look at together, where one may spell a name otherwise than another does."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from qualify.reading.text import bare
from qualify.scoring.layout import Layout
from qualify.stages.living import Version
from qualify.web.living.values import Fields, kinds_named


class Asked:
    """What some versions look at: one reading of the facts does for all of them, as long as they spell names alike.

    Where a kind of event, a trait or a question is called ``demo_requested`` by one and ``Demo Requested`` by another,
    each has a reading of its own: what is spelled as one has it would else not be found for the other.
    """

    def __init__(self, versions: Sequence[Version]) -> None:
        self._by: dict[int | str, Fields] = {}
        for together in spelled_alike(versions):
            fields = Fields([version.judge.layout for version in together])
            self._by |= {version.version: fields for version in together}
        self.each = list(dict.fromkeys(self._by.values())) or [Fields([])]
        """The readings of the facts; the first does for looking at what no playbook looks at."""

    @property
    def shares(self) -> bool:
        """Whether what colleagues do counts for any of them."""
        return any(fields.shared.asked for fields in self.each)

    def by(self, version: Version | None) -> Fields:
        """The reading of that version; None: of before the first one."""
        return self.each[0] if version is None else self._by[version.version]


Spellings = dict[tuple[str, str], frozenset[str]]
"""Of each name that is asked for, by what it names and what all its spellings have in common: how it is spelled."""


def spelled_alike(versions: Sequence[Version]) -> list[list[Version]]:
    """The versions, put together where no name is spelled in one way by one and in another way by another."""
    groups: list[tuple[Spellings, list[Version]]] = []
    for version in versions:
        own = spellings(version.judge.layout)
        for spelled, together in groups:
            if all(spelled.get(name, ways) == ways for name, ways in own.items()):
                spelled |= own
                together.append(version)
                break
        else:
            groups.append((own, [version]))
    return [together for _, together in groups]


def spellings(layout: Layout) -> Spellings:
    """How a playbook spells the names that it asks for."""
    traits = (field.name for field in layout.trait_fields)
    found: defaultdict[tuple[str, str], set[str]] = defaultdict(set)
    for what, names in (("trait", traits), ("kind", kinds_named(layout)), ("question", layout.questions)):
        for name in names:
            found[what, bare(name) or name].add(name)
    return {name: frozenset(ways) for name, ways in found.items()}
