"""What history proposes, made a draft: it judges nobody until both sides agree, and the playbook stays as it is."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from django.db import transaction
from django.utils.translation import gettext

from qualify.errors import QualifyError
from qualify.playbook.rewriting import Rewriting
from qualify.speech import heard, in_english
from qualify.web.database import rows
from qualify.web.learning.marks import lowered, moved, stages_of
from qualify.web.verbs.actor import DRAFT_PLAYBOOK, Actor, Conflict, NotThere
from qualify.web.verbs.drafting import begin
from qualify.web.verbs.publish import present

if TYPE_CHECKING:
    from qualify.learning.proposing import Proposal

ACCEPTABLE: Final = ("change", "drop", "against", "new")
"""Verdicts that say what to change; the others say that there is nothing to."""
MOST_MOVED: Final = 100
"""Points by which marks are moved at most."""


def draft_of_proposals(actor: Actor, lesson_id: int, chosen: Collection[int], now: int) -> int:
    """A draft of the playbook with the chosen proposals of a lesson (their places in it) in it; the draft's id.

    Raises :class:`NotThere`, :class:`Conflict` when another playbook is in force than the one that was learnt about,
    and :class:`~qualify.errors.QualifyError` when nothing was chosen.
    """
    actor.needs(DRAFT_PLAYBOOK)

    def change(text: str, told: Mapping[str, Any]) -> str:
        accepted = _accepted(told.get("proposals", []), chosen)
        return _proposed(text, accepted)

    return _drafted(actor, lesson_id, gettext("What history supports"), change, now)


def draft_of_marks(
    actor: Actor, lesson_id: int, by: int, now: int, *, leave: Mapping[str, float] | None = None
) -> int:
    """A draft with every mark of the hand-off moved by so many points; the draft's id.

    ``leave`` gives single marks (their paths joined by dots) points of their own afterwards: the suggested way back.
    Raises as :func:`draft_of_proposals` does.
    """
    actor.needs(DRAFT_PLAYBOOK)
    if not -MOST_MOVED <= by <= MOST_MOVED or (not by and not leave):
        raise QualifyError(
            gettext("marks can be moved by 1 to %(most_moved)s points, up or down")
            % {"most_moved": MOST_MOVED}
        )

    def change(text: str, told: Mapping[str, Any]) -> str:
        from qualify.playbook import parse

        known = {
            ".".join(map(str, each["path"])): each["path"]
            for each in (told.get("marks") or {}).get("marks", [])
        }
        wanted = {tuple(known[path]): points for path, points in (leave or {}).items() if path in known}
        return lowered(moved(text, stages_of(parse(text)), by) if by else text, wanted)

    title = gettext("Marks %(by)s") % {"by": f"{by:+d}"} if by else gettext("When leads leave")
    return _drafted(actor, lesson_id, title, change, now)


def draft_of_profiles(actor: Actor, lesson_id: int, chosen: Collection[int], now: int) -> int:
    """A draft with the chosen profiles of a lesson (their places in it) as ICPs and personas; the draft's id.

    Raises as :func:`draft_of_proposals` does.
    """
    actor.needs(DRAFT_PLAYBOOK)

    def change(text: str, told: Mapping[str, Any]) -> str:
        found = (told.get("icp") or {}).get("found", [])
        return _with_profiles(text, [each for place, each in enumerate(found) if place in chosen])

    return _drafted(actor, lesson_id, gettext("Profiles of the best customers"), change, now)


def _drafted(
    actor: Actor, lesson_id: int, title: str, change: Callable[[str, Mapping[str, Any]], str], now: int
) -> int:
    with transaction.atomic():
        found = rows("SELECT version_id, told FROM lesson WHERE id = %s", [lesson_id])
        if not found:
            raise NotThere(gettext("there is no lesson %(lesson_id)s") % {"lesson_id": lesson_id})
        version, told = found[0]
        here = present()
        if here is None or version != here.version_id:
            raise Conflict(
                gettext(
                    "another playbook is in force than the one that this was learnt about: learn anew, and choose again"
                )
            )
        [(text,)] = rows("SELECT text FROM playbook_version WHERE id = %s", [version])
        return begin(actor, now, title=title, text=change(str(text), _as_written(told)))


def _as_written(told: str) -> dict[str, Any]:
    """A lesson as a playbook says it: in English, and with nothing but plain texts."""
    with in_english():
        return json.loads(json.dumps(heard(json.loads(told))))  # type: ignore[no-any-return]


def _accepted(proposals: Sequence[Mapping[str, Any]], chosen: Collection[int]) -> list[Proposal]:
    from qualify.learning.proposing import Proposal, Support

    found = [
        Proposal(
            each["rule"], each["verdict"], each["today"], each["points"], Support(**each["support"]),
            None if each["at"] is None else (each["at"]["score"], each["at"]["rule"]), each["when"],
        )
        for place, each in enumerate(proposals)
        if place in chosen and each["verdict"] in ACCEPTABLE
    ]  # fmt: skip
    if not found:
        raise QualifyError(gettext("nothing was chosen: tick what is to be changed"))
    return found


def _proposed(text: str, accepted: Sequence[Proposal]) -> str:
    """Changes of rules first, since new ones change no places; each new rule goes where its like are."""
    from qualify.learning.proposing import draft

    text = draft(text, [each for each in accepted if each.path is not None])
    for each in accepted:
        if each.path is None and each.when is not None:
            text = draft(text, [each], score=_home(text, each.when))
    return text


def _home(text: str, when: Mapping[str, Any]) -> str | None:
    """The score that has most rules of this kind: on what somebody did, or on who they are."""
    behaves = bool({"did", "sequence"} & when.keys())
    scores: Mapping[str, Any] = Rewriting(text).at(("scores",)) or {}

    def alike(name: str) -> float:
        rules = [each.get("when") for each in scores[name].get("rules", []) if isinstance(each, dict)]
        acting = sum(1 for each in rules if isinstance(each, dict) and {"did", "sequence"} & each.keys())
        share = acting / max(len(rules), 1)
        return share if behaves else 1 - share

    return max(scores, key=alike, default=None)


def _with_profiles(text: str, profiles: Sequence[Mapping[str, Any]]) -> str:
    if not profiles:
        raise QualifyError(gettext("nothing was chosen: tick the profiles that are to be added"))
    tree = Rewriting(text)
    for each in profiles:
        section = "personas" if each["persona"] else "icp"
        there = {str(one.get("name")) for one in tree.at((section,)) or [] if isinstance(one, dict)}
        name, number = each["name"], 2
        while name in there:
            name, number = f"{each['name']} {number}", number + 1
        written = {"name": name, "description": each["description"], "conditions": each["conditions"]}
        tree.add((section,), written)
    return tree.text()
