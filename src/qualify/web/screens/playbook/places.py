"""Where in a playbook a form is about: an address such as ``scores.fit.rules.3`` as a part and a path."""

from __future__ import annotations

import copy
import re
from functools import lru_cache
from typing import Any, Final, NamedTuple

from django.utils.translation import gettext as _

from qualify.errors import Problem, QualifyError
from qualify.playbook import document
from qualify.playbook.document import Path, dotted, holds
from qualify.playbook.rewriting import Rewriting
from qualify.web.screens.playbook.fields import Use, label
from qualify.web.screens.playbook.shapes import part_shape
from qualify.web.screens.templatetags.qualify import stage_word
from qualify.web.verbs.actor import Conflict, NotThere

NEW: Final = "new"
"""In an address, in the place of a number: one that is not there yet."""

_SINGLE: Final = {"grades": "grades", "total": "total", "product": "product", "about": "about"}
_NAME: Final = re.compile(r"[^\W\d]\w{0,39}")


class Place(NamedTuple):
    """A part of a playbook that has a form; ``new``: it is not there yet."""

    at: str
    part: str
    path: Path
    new: bool = False

    @property
    def use(self) -> Use:
        """What may be asked for there."""
        return "profile" if self.part == "profile" else "rule" if self.part == "rule" else "stage"

    @property
    def title(self) -> str:
        """What the form is called."""
        titles = {
            "rule": _("A rule of %(name)s"), "profile": _("A profile"), "stage": _("The stage %(name)s"),
            "threshold": _("The threshold of %(name)s"), "grades": _("Grades"), "score": _("The score %(name)s"),
            "total": _("The total"), "product": _("Use of the product"), "about": _("About the playbook"),
        }  # fmt: skip
        name = str(self.path[1]) if len(self.path) > 1 and isinstance(self.path[1], str) else ""
        name = stage_word(name) if self.part in ("stage", "threshold") else label(name)
        return titles[self.part] % {"name": name}

    def read(self, text: str) -> Any:
        """What stands there in a text, as plain data; None when nothing does."""
        here = written(text)
        for step in () if self.new else self.path:
            here = here[step] if holds(here, step) else None
        return None if self.new else copy.deepcopy(here)

    def anchor(self, text: str) -> str:
        """What is there in a word: to see whether it still is, when a form comes back late."""
        found = self.read(text)
        if self.part in ("rule", "profile") and isinstance(found, dict):
            return str(found.get("name") or found.get("when") or "")[:200]
        return "" if found is None else "there"

    def write(self, tree: Rewriting, data: dict[str, Any]) -> Path:
        """Write data there; the path where it stands now."""
        if self.part in ("about", "score"):  # only some of what is there has a place in the form
            for field in part_shape(self.part).fields:
                _put(tree, (*self.path, field.name), data.get(field.name))
        elif self.new and self.part in ("rule", "profile"):
            return (*self.path[:-1], tree.add(self.path[:-1], data))
        elif data:
            tree.put(self.path, data)
        else:
            _put(tree, self.path, None)
        return self.path

    def named(self, problem: Problem, path: Path) -> str | None:
        """The name of the input that a problem is about; None of one that is about something else."""
        head = dotted(path)
        if self.part != "about" and not problem.path.startswith(head):
            return None
        inside = problem.path if self.part == "about" else problem.path[len(head) :]
        return re.sub(r"\[(\d+)\]", r".\1", inside).strip(".")


def _put(tree: Rewriting, path: Path, value: Any) -> None:
    if value is not None:
        tree.put(path, value)
    elif tree.at(path) is not None:
        tree.remove(path)


def place(at: str) -> Place:
    """The place of an address; raises :class:`NotThere` for one that is none."""
    steps = at.split(".")
    new = steps[-1] == NEW
    match steps:
        case [word] if word in _SINGLE:
            return Place(at, _SINGLE[word], () if word == "about" else (word,))
        case ["icp" | "personas" as kind, number] if new or number.isdecimal():
            return Place(at, "profile", (kind, 0 if new else int(number[:6])), new)
        case ["scores", name, "rules", number] if (new or number.isdecimal()) and _NAME.fullmatch(name):
            return Place(at, "rule", ("scores", name, "rules", 0 if new else int(number[:6])), new)
        case ["scores", name] if _NAME.fullmatch(name):
            return Place(at, "score", ("scores", name))
        case ["stages" | "thresholds" as kind, name] if _NAME.fullmatch(name):
            return Place(at, kind.rstrip("s"), (kind, name))
    raise NotThere(_("there is no such part of a playbook"))


@lru_cache(maxsize=24)
def written(text: str) -> Any:
    """A text as plain data; the same text is read once."""
    return document.read(text).data


def still(where: Place, text: str, anchor: str) -> None:
    """Raise :class:`Conflict` when something else stands there by now."""
    if where.anchor(text) != anchor:
        raise Conflict(
            _("what you changed was moved, changed or taken out by somebody else; look at the draft again")
        )


def one_of_places(text: str, where: Place) -> None:
    """Raise :class:`NotThere` when an item that should be there is not."""
    if not where.new and where.part in ("rule", "profile", "score") and where.read(text) is None:
        raise NotThere(_("there is nothing there any more; it was moved or taken out"))


def refuse(problems: list[Problem]) -> None:
    """Raise for a change that would leave a playbook that cannot be used."""
    if problems:
        raise QualifyError(
            _("that would leave a playbook with mistakes: %(said)s") % {"said": problems[0].message}
        )
