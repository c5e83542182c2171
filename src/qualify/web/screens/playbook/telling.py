"""A playbook's sections as pages show them: with what was said of each thing, and how many leads it is about."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from hashlib import sha256
from typing import NamedTuple

from django.utils.translation import gettext as _

from qualify.playbook import Playbook
from qualify.playbook.wording import Said, Section, sections
from qualify.web.looking.playbook import Comment


class Item(NamedTuple):
    """A thing that a playbook says; ``points`` as they are written, ``leads`` None while nobody counted."""

    said: Said
    at: str
    """Its path in addresses."""
    points: float | None
    leads: int | None
    comments: tuple[Comment, ...]

    @property
    def id(self) -> str:
        """The id of its element: the same while it is called the same."""
        return f"s-{sha256(self.said.anchor.encode()).hexdigest()[:10]}"

    @property
    def open_comments(self) -> int:
        """How many comments are not settled."""
        return sum(1 for each in self.comments if each.settled_at is None)


class Shown(NamedTuple):
    """A section with its items. ``title`` in words."""

    section: Section
    title: str
    items: tuple[Item, ...]

    @property
    def id(self) -> str:
        """The id of its heading."""
        return "part-" + re.sub(r"\W+", "-", f"{self.section.kind}-{self.section.name}").strip("-")


def told(
    book: Playbook, comments: Iterable[Comment] = (), counts: Mapping[str, int] | None = None
) -> list[Shown]:
    """The sections, with the comments where they belong; ``counts`` are leads by anchor."""
    by_anchor: dict[str, list[Comment]] = {}
    for each in comments:
        by_anchor.setdefault(each.anchor, []).append(each)
    return [
        Shown(
            section,
            title_of(section),
            tuple(
                Item(
                    said, ".".join(map(str, said.path)), None if said.points is None else said.points / 100,
                    (counts or {}).get(said.anchor), tuple(by_anchor.get(said.anchor, ())),
                )
                for said in section.said
            ),
        )
        for section in sections(book)
    ]  # fmt: skip


def title_of(section: Section) -> str:
    """What a section is called on pages."""
    titles = {
        "icp": _("Who is worth having"),
        "personas": _("Who is worth talking to"),
        "stages": _("What follows from it"),
        "handoff": _("The hand-off to sales"),
        "sequences": _("What reps do after the hand-off"),
    }
    if section.kind != "score":
        return titles[section.kind]
    known = {
        "fit": _("Fit: who they are"),
        "engagement": _("Engagement: what they did"),
        "product": _("Product: what they got from it"),
    }
    return known.get(section.name, section.name.replace("_", " "))


def elsewhere(book: Playbook, comments: Sequence[Comment]) -> list[Comment]:
    """Comments about all of it, and about things that are no more."""
    known = {said.anchor for section in sections(book) for said in section.said}
    return [each for each in comments if each.anchor not in known]


def rule_counts(book: Playbook, rules: Sequence[int]) -> dict[str, int]:
    """Leads by anchor, from what was counted rule by rule, in the order written."""
    anchors = [said.anchor for section in sections(book) if section.kind == "score" for said in section.said]
    return dict(zip(anchors, rules, strict=False)) if len(anchors) == len(rules) else {}
