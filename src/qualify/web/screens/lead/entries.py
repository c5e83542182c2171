"""The entries of a timeline in words: one sentence each, and what else there is to see."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from itertools import groupby
from typing import Any, NamedTuple

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from qualify.criteria.sentences import spoken_name
from qualify.moments import DAY
from qualify.web.looking.decided import names_of
from qualify.web.looking.phrases import kept_words
from qualify.web.looking.questions import worded
from qualify.web.looking.timeline import Entry
from qualify.web.screens.lead.deeds import DEEDS, NAMED, Words
from qualify.web.screens.templatetags.lead import spoken
from qualify.web.screens.templatetags.qualify import money, stage_word
from qualify.web.verbs.reasons import in_words

LABELS = {
    "event": gettext_lazy("Events"), "learnt": gettext_lazy("Learnt"), "move": gettext_lazy("Stage moves"),
    "decision": gettext_lazy("Decisions"), "outcome": gettext_lazy("Outcomes"), "answer": gettext_lazy("Answers"),
    "consent": gettext_lazy("Consents"), "message": gettext_lazy("Messages"),
    "assignment": gettext_lazy("Owners"), "contact": gettext_lazy("Contacts"), "mail": gettext_lazy("Mail sent"),
    "incoming": gettext_lazy("Mail received"), "step": gettext_lazy("Follow-ups"),
    "escalation": gettext_lazy("Escalations"),
}  # fmt: skip

MOST_SHOWN = 8
SHOWN_FIRST = (
    "path",
    "url",
    "title",
    "form",
    "name",
    "feature",
    "campaign",
    "subject",
    "channel",
    "plan",
    "revenue",
)
"""Properties that say most, where an event has them."""


class Said(NamedTuple):
    """An entry in words. ``late`` says that it became known more than a day after it happened."""

    entry: Entry
    sentence: str
    note: str
    more: list[tuple[str, Any]]
    machine: str
    late: bool


class Day(NamedTuple):
    """The entries of one day; ``at`` is a moment of it."""

    at: int
    entries: list[Said]


def entries(found: Sequence[Entry]) -> list[Day]:
    """The entries by day, in the reader's time zone."""
    named = ("decided_by", "asked_by", "source", *NAMED)
    people = names_of({str(each.details.get(name) or "") for each in found for name in named})
    said = [_said(each, people) for each in found]
    return [Day(among[0].entry.at, among) for among in (list(each) for _, each in groupby(said, key=_day))]


def _day(said: Said) -> str:
    then = datetime.fromtimestamp(said.entry.at / 1000, UTC)
    return then.astimezone(timezone.get_current_timezone()).date().isoformat()


def _said(entry: Entry, people: Mapping[str, str]) -> Said:
    sentence, note, more = _TOLD[entry.type](entry.details, people)
    if entry.details.get("taken_back_at"):
        sentence = _("%(said)s – taken back") % {"said": sentence}
    machine = _machine(entry.machine) if entry.machine else ""
    return Said(entry, sentence, note, more, machine, entry.known_at - entry.at > DAY)


def _machine(reason: str) -> str:
    """Why it is held to be a machine's doing."""
    return _("a machine, not a person: %(why)s") % {"why": kept_words(reason.replace("_", " "))}


def _event(told: Mapping[str, Any], people: Mapping[str, str]) -> Words:
    properties: dict[str, Any] = told.get("properties") or {}
    page = properties.get("page")
    told_of_page = page if isinstance(page, dict) else {}
    flat = {
        name: value
        for name, value in {**told_of_page, **properties}.items()
        if value not in (None, "", [], {})
    }
    flat.pop("page", None)
    first = [
        str(flat[name]) for name in SHOWN_FIRST if name in flat and not isinstance(flat[name], dict | list)
    ]
    return spoken(told["kind"]), first[0] if first else "", list(flat.items())[:MOST_SHOWN]


def _learnt(told: Mapping[str, Any], people: Mapping[str, str]) -> Words:
    traits = {name: value for name, value in (told.get("traits") or {}).items() if not name.startswith("$")}
    names = ", ".join(map(spoken_name, list(traits)[:MOST_SHOWN]))
    return (
        _("Learnt: %(names)s") % {"names": names or "–"},
        "",
        [(spoken(name), value) for name, value in list(traits.items())[: 2 * MOST_SHOWN]],
    )


def _move(told: Mapping[str, Any], people: Mapping[str, str]) -> Words:
    moved = {"one": stage_word(told["stage_from"]), "other": stage_word(told["stage_to"])}
    cycle = _("cycle %(number)s") % {"number": told["cycle"]} if told["cycle"] > 1 else ""
    return _("%(one)s → %(other)s") % moved, cycle, [(_("Playbook version"), told["version_id"])]


_DECIDED = {
    "accepted": gettext_lazy("Accepted"), "rejected": gettext_lazy("Rejected"), "confirmed": gettext_lazy("Confirmed"),
    "recycled": gettext_lazy("Recycled"), "disqualified": gettext_lazy("Disqualified"),
    "reopened": gettext_lazy("Reopened"), "won": gettext_lazy("Won"), "lost": gettext_lazy("Lost"),
}  # fmt: skip


def _decision(told: Mapping[str, Any], people: Mapping[str, str]) -> Words:
    what = str(_DECIDED.get(told.get("decision") or told["outcome"], told.get("decision")))
    who = people.get(told.get("decided_by") or "", "")
    sentence = _("%(what)s by %(who)s") % {"what": what, "who": who} if who else what
    worth = [(_("Amount"), money(told["amount"], told["currency"]))] if told.get("amount") else []
    return sentence, in_words(told.get("reason") or ""), worth


def _answer(told: Mapping[str, Any], people: Mapping[str, str]) -> Words:
    label = worded(told["question"]).label
    who = people.get(told.get("asked_by") or "", "")
    sentence = _("%(question)s, asked by %(who)s") % {"question": label, "who": who} if who else str(label)
    good = {True: _("good enough"), False: _("not good enough"), None: ""}[told["satisfied"]]
    return sentence, told["value"], [(_("Verdict"), good)] if good else []


def _consent(told: Mapping[str, Any], people: Mapping[str, str]) -> Words:
    words = _("Consent given: %(purpose)s") if told["given"] else _("Consent withdrawn: %(purpose)s")
    proof = [(_("Words"), told["proof"])] if told["proof"] else []
    return words % {"purpose": told["purpose"]}, "", proof


def _message(told: Mapping[str, Any], people: Mapping[str, str]) -> Words:
    payload: dict[str, Any] = told.get("payload") or {}
    simple = [(name, value) for name, value in payload.items() if not isinstance(value, dict | list)]
    return _("Message for other systems: %(type)s") % {"type": told["type"]}, "", simple[:MOST_SHOWN]


_TOLD: dict[str, Callable[[Mapping[str, Any], Mapping[str, str]], Words]] = {
    "event": _event, "learnt": _learnt, "move": _move, "decision": _decision, "outcome": _decision,
    "answer": _answer, "consent": _consent, "message": _message, **DEEDS,
}  # fmt: skip
