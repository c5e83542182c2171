"""What the store holds, as conditions look at it: the same readings as for files, one value at a time."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

import msgspec

from qualify.criteria.logic import Field, Occurrences, event_fields
from qualify.reading.properties import TRAIT_READINGS, as_quantity, as_text, property_value
from qualify.reading.text import bare, fold
from qualify.scoring.layout import Layout
from qualify.scoring.occurring import FAR, window_of
from qualify.scoring.record import Value, Values

_decode = msgspec.json.Decoder().decode

NOTHING: Values = {}


def decoded(text: str) -> dict[str, Any]:
    """A JSON object that we wrote ourselves."""
    return _decode(text) if text != "{}" else {}


def trait_text(value: object) -> str | None:
    """A trait's value as the text that is read: 5.0 is 5, as a spreadsheet shows it."""
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, float) and not isinstance(value, bool):
        if math.isnan(value):
            return None
        if value == math.trunc(value) and abs(value) < 1e18:
            return str(int(value))
    return as_text(value)


@lru_cache(maxsize=20_000)
def read(reading: str, text: str) -> Value:
    """A trait's text as one of the readings understands it."""
    return TRAIT_READINGS[reading](text)


@lru_cache(maxsize=20_000)
def told(text: str) -> str | None:
    """The folded text, by which facts of the same moment are ordered."""
    return fold(text)


class Fields:
    """The values that some playbooks look at which spell names alike; see :mod:`qualify.web.living.asked`."""

    def __init__(self, layouts: Sequence[Layout]) -> None:
        self.layouts = layouts
        self.traits = _united(layout.trait_fields for layout in layouts)
        self.answers = _united(layout.answer_fields for layout in layouts)
        self._by_trait = _spelled({field.name for field in self.traits})
        self._traits: dict[str, list[Field]] = {}
        self._together: dict[tuple[str, ...], list[tuple[str, Field]]] = {}
        self._by_question = _spelled({question for layout in layouts for question in layout.questions})
        self._asked = _spelled(frozenset().union(*map(kinds_named, layouts)))
        self._every_kind = any(layout.event_kinds is None for layout in layouts)
        self._kinds: dict[str, str | None] = {}
        self.shared = Shared.of(layouts)
        self._of_kind: dict[str, list[Field]] = {}

    def of_trait(self, name: str) -> list[Field]:
        """The readings of a trait that are asked for, however the playbook spells its name."""
        if name not in self._traits:
            asked = self._by_trait(name)
            self._traits[name] = [field for field in self.traits if field.name == asked]
        return self._traits[name]

    def kind(self, kind: str) -> str | None:
        """A kind of event as the playbook spells it; None when no playbook asks for it."""
        if kind not in self._kinds:
            self._kinds[kind] = self._asked(kind) or (kind if self._every_kind else None)
        return self._kinds[kind]

    def question(self, question: str) -> str:
        """A question as the playbook spells it; as it is when no playbook asks it."""
        return self._by_question(question) or question

    def kind_of_colleagues(self, kind: str) -> str | None:
        """A kind as the playbook spells it; None when no playbook asks whether a colleague did such a thing.

        It is what spares a company of many from being looked at whenever one of them opens a page.
        """
        asked = self.kind(kind)
        return asked if self.shared.kinds is None or asked in self.shared.kinds else None

    def of_kind(self, kind: str) -> list[Field]:
        """The properties that are looked at of events of this kind."""
        found = self._of_kind.get(kind)
        if found is None:
            each = [one for layout in self.layouts for one in occurrences_of(layout)]
            found = self._of_kind[kind] = _united(
                event_fields(one) for one in each if one.kinds is None or kind in one.kinds
            )
        return found

    def event(self, kind: str, properties: str) -> Values:
        """The properties of an event as read."""
        return _properties(self.of_kind(kind), properties)

    def event_of_colleague(self, kind: str, properties: str) -> Values:
        """The same of an event that a colleague's judgement looks at."""
        return _properties(self.shared.of_kind(kind), properties)

    def values(self, told: Iterable[Mapping[str, object]]) -> Values:
        """The newest of what was told, oldest first, as read; traits that are not there are unknown."""
        newest: dict[Field, object] = dict.fromkeys(self.traits)
        for each in told:
            for name, field in self._named(tuple(each)):
                newest[field] = each[name]
        return {field: trait(field, value) for field, value in newest.items()}

    def _named(self, names: tuple[str, ...]) -> list[tuple[str, Field]]:
        """What is read of traits that were told together; of several spellings of one the playbook's own comes last."""
        if names not in self._together:
            found = [(name, field) for name in names for field in self.of_trait(name)]
            self._together[names] = sorted(found, key=lambda each: (each[0] == each[1].name, each[0]))
        return self._together[names]

    def answer(self, value: str, satisfied: bool | None) -> Values:
        """What of an answer is looked at, as read."""
        said = {"value": value, "satisfied": None if satisfied is None else "yes" if satisfied else "no"}
        return {field: trait(field, said.get(field.name)) for field in self.answers}


class Shared(NamedTuple):
    """What counts whoever of the company did it: of which kinds (None: every kind), and for how long (ms)."""

    asked: Sequence[Occurrences]
    kinds: frozenset[str] | None
    lasts: int

    @classmethod
    def of(cls, layouts: Sequence[Layout]) -> Shared:
        """What these playbooks look at."""
        tallies = [each.occurrences for layout in layouts for each in layout.tallies]
        whole = [each for each in tallies if each.whole_account]
        asked = [one for each in whole for one in (each, each.after) if one is not None]
        every = any(one.kinds is None for one in asked)
        kinds = None if every else frozenset(kind for one in asked for kind in one.kinds or ())
        # What comes first of two may be as long ago as one likes.
        lasts = max((FAR if each.after is not None else window_of(each) for each in whole), default=0)
        return cls(asked, kinds, lasts)

    def of_kind(self, kind: str) -> list[Field]:
        """The properties that are looked at of events of this kind."""
        return _united(event_fields(one) for one in self.asked if one.kinds is None or kind in one.kinds)

    @property
    def looks_within(self) -> bool:
        """Whether any properties are looked at."""
        return any(event_fields(one) for one in self.asked)

    def from_when(self, moment: int) -> int:
        """Later than when something must have happened to count at this moment or any later one."""
        return -FAR if self.lasts >= FAR else moment - self.lasts


def occurrences_of(layout: Layout) -> Iterator[Occurrences]:
    """What a playbook asks whether it happened, what has to come first of two included."""
    for tally in layout.tallies:
        yield from (each for each in (tally.occurrences, tally.occurrences.after) if each is not None)


def kinds_named(layout: Layout) -> frozenset[str]:
    """The kinds of event that a playbook names, also where others count too."""
    return frozenset(kind for each in occurrences_of(layout) for kind in each.kinds or ())


def _properties(fields: Sequence[Field], properties: str) -> Values:
    if not fields or properties == "{}":
        return dict.fromkeys(fields) if fields else NOTHING
    raw = decoded(properties)
    return {field: _property(field, property_value(raw, field.name)) for field in fields}


def trait(field: Field, value: object) -> Value:
    """A trait as one field reads it."""
    text = trait_text(value)
    return None if text is None else read(field.reading, text)


def _property(field: Field, value: object) -> Value:
    if field.reading == "quantity":
        return as_quantity(value)
    text = as_text(value)
    return text if field.reading == "text" or text is None else TRAIT_READINGS[field.reading](text)


def _spelled(asked: Collection[str]) -> Callable[[str], str | None]:
    """Which of the names that are asked for a name stands for: the same, else one spelled alike."""
    alike = {bare(name): name for name in sorted(asked, reverse=True)}
    return lambda name: name if name in asked else alike.get(bare(name) or name)


def _united(lists: Iterable[Iterable[Field]]) -> list[Field]:
    return sorted({field for each in lists for field in each})
