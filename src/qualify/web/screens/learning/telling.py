"""A lesson in sentences and rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from django.utils.translation import gettext as _

from qualify.criteria.sentences import spoken_name
from qualify.learning import gates
from qualify.web.screens.channels import channel_name
from qualify.web.screens.templatetags.qualify import number, signed
from qualify.web.verbs.proposing import ACCEPTABLE

SCALE = 40
"""Points to either side that the picture of an interval shows at least."""
FIGURES = ("likelihood", "card", "today", "challenger")
DEAD = 0.1
"""Of the usual number, below which a kind of event counts as stopped in the table."""


class Told(NamedTuple):
    """A proposal: its place in the lesson, the sentence, what it would do, and the numbers for its picture."""

    place: int
    sentence: str
    does: str
    verdict: str
    evidence: str
    points: float
    low: float
    high: float
    today: float | None
    may: bool


def spoken(text: str) -> str:
    """Names of traits and events as people say them."""
    return text.replace("_", " ")


class Group(NamedTuple):
    """Proposals of a kind, under one heading; ``open`` says whether they are shown at once."""

    title: str
    about: str
    told: list[Told]
    open: bool


def groups(proposals: Sequence[Mapping[str, Any]]) -> list[Group]:
    """The proposals by what they ask for: change, drop, new; then those that say that there is nothing to do."""
    told = [_told(place, each) for place, each in enumerate(proposals)]
    parts = (
        (("change", "against"), _("Rules whose points history does not support"), "", True),
        (("drop",), _("Rules that make no difference"), _("A playbook without them is shorter and as good."), True),
        (
            ("new",),
            _("Rules that history suggests"),
            _("They are no part of your playbook yet."),
            True,
        ),
        (("keep",), _("Rules that history supports"), "", False),
        (("unsure",), _("Rules of which history cannot tell"), _("Too few decided leads had them."), False),
    )  # fmt: skip
    found = [
        Group(title, about, [each for each in told if each.verdict in verdicts], open_)
        for verdicts, title, about, open_ in parts
    ]
    return [each for each in found if each.told]


def _told(place: int, each: Mapping[str, Any]) -> Told:
    had = each["support"]
    may = each["verdict"] in ACCEPTABLE and (each["at"] is not None or each["when"] is not None)
    return Told(
        place, _sentence(each), _does(each), each["verdict"], _evidence(had), had["points"], had["low"],
        had["high"], each["today"], may,
    )  # fmt: skip


def _sentence(each: Mapping[str, Any]) -> str:
    had = each["support"]
    words = {
        "rule": spoken(each["rule"]), "points": signed(round(had["points"])), "low": signed(round(had["low"])),
        "high": signed(round(had["high"])), "n": number(had["leads"]),
    }  # fmt: skip
    if each["today"] is None:
        return _("When %(rule)s: history supports %(points)s (%(low)s … %(high)s), n = %(n)s") % words
    words["today"] = signed(each["today"])
    return (
        _(
            "Your rule gives %(today)s for “%(rule)s”; history supports %(points)s (%(low)s … %(high)s), "
            "n = %(n)s"
        )
        % words
    )


def _does(each: Mapping[str, Any]) -> str:
    """What the draft would say."""
    if each["verdict"] == "drop":
        return _("leave it out")
    if each["verdict"] == "new":
        return _("a new rule: %(points)s") % {"points": signed(each["points"])}
    if each["verdict"] == "against":
        return _("the opposite: %(points)s") % {"points": signed(each["points"])}
    return _("make it %(points)s") % {"points": signed(each["points"])}


def _evidence(had: Mapping[str, Any]) -> str:
    """How those with it fared, and those without."""
    return _("%(won)s of %(leads)s with it were won, %(others_won)s of %(others)s without") % {
        name: number(had[name]) for name in ("won", "leads", "others_won", "others")
    }


class Counted(NamedTuple):
    """So many of something, of so many that it takes."""

    label: str
    many: int
    least: int

    @property
    def enough(self) -> bool:
        """Whether there are as many as it takes."""
        return self.many >= self.least


def gate(told: Mapping[str, Any]) -> list[Counted]:
    """Closed, won and lost leads, with how many of each the lowest gate asks for."""
    won, lost = told["won"], told["lost"]
    return [
        Counted(_("decided leads"), won + lost, gates.LEAST_CLOSED),
        Counted(_("of them won"), won, gates.LEAST_WON),
        Counted(_("of them lost"), lost, gates.LEAST_WON),
    ]


class Line(NamedTuple):
    """The figures of one thing on leads that came later; ``flatters``: measured without regard to time."""

    label: str
    figures: Mapping[str, Any]
    flatters: bool = False


def figures(told: Mapping[str, Any]) -> list[Line]:
    """The figures in time first; the shuffled one last, since it flatters."""
    labels = {
        "likelihood": _("likelihood"), "card": _("point card"), "today": _("today’s rules"),
        "challenger": _("challenger (trees)"),
    }  # fmt: skip
    measured = told.get("figures") or {}
    found = [Line(labels[name], measured[name]) for name in FIGURES if name in measured]
    if found and told.get("shuffled"):
        found.append(Line(_("likelihood, shuffled"), told["shuffled"], flatters=True))
    return found


def questions(told: Mapping[str, Any], choices: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """What was asked about columns, and nobody has answered since."""
    answered = {column for columns in choices.values() for column in columns}
    return [each for each in told.get("questions", []) if each["column"] not in answered]


def rates(told: Mapping[str, Any]) -> dict[str, Any]:
    """By channel the share won with its interval: what can be said however little there is to learn from."""
    found = told.get("rates") or {}
    levels = [
        {
            **each,
            "level": channel_name(each["level"]) if found.get("by") == "channel" else each["level"],
            "rate": each["won"] / each["leads"] if each["leads"] else None,
        }
        for each in found.get("levels", [])
    ]
    return {"by": spoken_name(str(found.get("by"))), "levels": levels} if levels else {}


def alarms(told: Mapping[str, Any]) -> list[dict[str, Any]]:
    """What changed, the gravest kind first, each in one sentence."""
    order = ("stopped", "foretold", "ranking", "score", "vanished level", "new level", "feature")
    labels = {
        "stopped": _("stopped"), "foretold": _("foretold"), "ranking": _("ranking"), "score": _("likelihood"),
        "vanished level": _("gone"), "new level": _("new"), "feature": _("shifted"),
    }  # fmt: skip
    found = [{**each, "label": labels.get(each["kind"], each["kind"])} for each in told.get("alarms", [])]
    return sorted(found, key=lambda each: order.index(each["kind"]) if each["kind"] in order else len(order))


def kinds(told: Mapping[str, Any]) -> list[dict[str, Any]]:
    """By kind of event how many a month came, and in the last one."""
    return [
        {
            "kind": spoken_name(kind),
            "usual": round(usual),
            "lately": lately,
            "stopped": usual >= 20 and lately < DEAD * usual,
        }
        for kind, usual, lately in told.get("kinds", [])
    ]
