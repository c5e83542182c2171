"""A playbook with mistakes, made readable without them, so that the rest of it can be checked as well.

What is wrong is taken out, or something harmless of the same kind is put in its place (so that rules keep
their numbers and profiles their names), and the rest is read again. Mistakes that come to light only then are
told too, unless they may follow from what was taken out.
"""

from __future__ import annotations

import copy
from typing import Any

from pydantic import ValidationError

from qualify.criteria import KEYWORDS
from qualify.playbook.book import Playbook
from qualify.playbook.document import Mistake, Path, dotted, holds
from qualify.playbook.explaining import explained
from qualify.vocabulary import TOTAL

_ROUNDS = 12
"""How often to try again; every round takes something out."""

_REFERRED_TO = ("scores", "icp", "personas", "country_groups")
"""Sections that the rest refers to by name; without one of them, names would seem to lead nowhere."""

_MARKS = {"letters": ("A", "B", "C"), "numbers": ("1", "2", "3")}
_SINGLE = ("when", "enter", "leave", "fast_lane")
_LISTS = ("conditions", "exclude", "all_of", "any_of", "none_of")


class Mending:
    """A playbook's data, and what is wrong with it."""

    def __init__(self, data: Any) -> None:
        self.data = copy.deepcopy(data)
        self.mistakes: list[Mistake] = []
        self._replaced: set[Path] = set()
        self._around: set[Path] = set()
        self._spelt: dict[Path, str] = {}

    def read(self) -> Playbook | None:
        """The playbook, or what of it can be read; None when that is too little to check."""
        for _ in range(_ROUNDS):
            try:
                return Playbook.model_validate(self.data)
            except ValidationError as error:
                found = list(explained(error, self.data))
            self.keep(found)
            if [each for each in found if not self._mend(each)]:
                return None
        return None

    def keep(self, found: list[Mistake]) -> None:
        """Add mistakes to those known, but for what may follow from what was taken out."""
        meant = {path for each in found if self._at(path := (*each.path[:-1], each.meant or "")) is None}
        new = [each for each in found if each.at_key or each.path not in self._around | meant]
        self.mistakes += map(self._as_spelt, new)

    def _as_spelt(self, mistake: Mistake) -> Mistake:
        """With its keys as they were written."""
        path = mistake.path
        steps = (self._spelt.get(path[: place + 1], step) for place, step in enumerate(path))
        return mistake._replace(path=tuple(steps))

    def _mend(self, mistake: Mistake) -> bool:
        """Take the mistake out, with as little around it as will do; False when that is too much."""
        path = mistake.path
        if mistake.at_key:
            if self._respell(path, mistake.meant) or (not self._is_nameless(path[:-1]) and self._drop(path)):
                return True
            path = path[:-1]
        while path and path not in self._replaced:
            if self._replace(path) or (path[-1] not in KEYWORDS and self._drop(path)):
                return True
            path = path[:-1]
        return bool(path)

    def _is_nameless(self, path: Path) -> bool:
        """Whether there is a criterion without a keyword: it has to go as a whole."""
        criterion = self._at(path)
        fits = len(path) > 1 and isinstance(criterion, dict) and _harmless_criterion(path) is not None
        return fits and not any(word in KEYWORDS for word in criterion)

    def _respell(self, path: Path, meant: str | None) -> bool:
        holder = self._at(path[:-1])
        if meant is None or not isinstance(holder, dict) or path[-1] not in holder or meant in holder:
            return False
        holder[meant] = holder.pop(path[-1])
        self._spelt[(*path[:-1], meant)] = str(path[-1])
        return True

    def _replace(self, path: Path) -> bool:
        holder, harmless = self._at(path[:-1]), _harmless(path, self._at(path))
        fits = isinstance(holder, dict) or (isinstance(holder, list) and path[-1] in range(len(holder)))
        if harmless is None or not fits:
            return False
        holder[path[-1]] = harmless
        self._replaced.add(path)
        self._note(path)
        return True

    def _drop(self, path: Path) -> bool:
        holder = self._at(path[:-1])
        if (
            not isinstance(holder, dict)
            or path[-1] not in holder
            or (len(path) == 1 and path[0] in _REFERRED_TO)
        ):
            return False
        del holder[path[-1]]
        self._note(path)
        return True

    def _note(self, path: Path) -> None:
        self._around |= {path[:length] for length in range(len(path) + 1)}

    def _at(self, path: Path) -> Any:
        """What stands there; None when nothing does."""
        here = self.data
        for step in path:
            if not holds(here, step):
                return None
            here = here[step]
        return here


def _harmless(path: Path, found: Any) -> Any:
    """What can stand there and touches nothing else; None where something so small had better go."""
    match path:
        case ("playbook",):
            return "?"
        case ("product",):
            return {"events": ["?"], "limits": ["?"]}
        case ("grades",):
            return {part: _harmless((*path, part), None) for part in _MARKS}
        case ("grades", "letters" | "numbers" as part):
            return {"score": TOTAL, **dict(zip(_MARKS[part], (3, 2, 1), strict=True))}
        case ("country_groups", _):
            return ["DE"]
        case ("scores", _):
            return {"rules": [_rule(path)]}
        case ("scores", _, "rules", int()):
            return _rule(path)
        case ("scores", _, "rules", int(), "points") | ("thresholds", _, "enter"):
            return 1
        case ("icp" | "personas", int()):
            return {"name": _name_of(found) or dotted(path), "conditions": [_criterion(path)]}
        case ("thresholds", _):
            return 1
        case ("stages", _):
            return {"enter": _criterion(path)}
        case ("icp" | "personas" | "scores" | "stages" | "handoff" | "sequences", _, *_, str() | int()):
            return _harmless_criterion(path)
    return None


def _harmless_criterion(path: Path) -> Any:
    last, before = path[-1], path[-2]
    if last in _LISTS:
        return [_criterion(path)]
    if last in _SINGLE or (isinstance(last, int) and before in (*_SINGLE, *_LISTS)):
        return _criterion(path)
    return None


def _name_of(profile: Any) -> str | None:
    name = profile.get("name") if isinstance(profile, dict) else None
    return name if isinstance(name, str) and name.strip() else None


def _criterion(path: Path) -> dict[str, Any]:
    return {"trait": dotted(path), "is_known": True}


def _rule(path: Path) -> dict[str, Any]:
    return {"points": 1, "name": dotted(path), "when": _criterion(path)}
