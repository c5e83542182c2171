"""What we did about a lead in words: who had it, who was in touch, what was written and read, what followed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from qualify.web.screens.templatetags.lead import channel_word

Words = tuple[str, str, list[tuple[str, Any]]]
"""A sentence, what is said besides, and what else there is to see."""

_OURS: Final[Mapping[tuple[str, str], Any]] = {
    ("phone", "connected"): gettext_lazy("Called: we talked"),
    ("phone", "voicemail"): gettext_lazy("Called: left a message"),
    ("phone", "no answer"): gettext_lazy("Called: no answer"),
    ("phone", "busy"): gettext_lazy("Called: busy"),
    ("phone", "wrong number"): gettext_lazy("Called: a wrong number"),
    ("phone", "failed"): gettext_lazy("Called: it failed"),
    ("email", "bounced"): gettext_lazy("Wrote a mail: it came back"),
    ("meeting", "booked"): gettext_lazy("Booked a meeting"),
    ("meeting", "held"): gettext_lazy("Met"),
    ("meeting", "cancelled"): gettext_lazy("A meeting was called off"),
    ("meeting", "no show"): gettext_lazy("They did not come to the meeting"),
    ("in person", ""): gettext_lazy("Met by chance"),
}
_SENT: Final[Mapping[str, Any]] = {
    "email": gettext_lazy("Wrote a mail"), "linkedin": gettext_lazy("Wrote on LinkedIn"),
    "whatsapp": gettext_lazy("Wrote on WhatsApp"), "sms": gettext_lazy("Sent a text message"),
}  # fmt: skip
_THEIRS: Final[Mapping[str, Any]] = {
    "email": gettext_lazy("They wrote a mail"), "phone": gettext_lazy("They called"),
    "meeting": gettext_lazy("They booked a meeting"),
}  # fmt: skip


def contact_words(channel: str, direction: str, outcome: str, *, automatic: bool = False) -> str:
    """A contact in words: ``Called: no answer``."""
    if automatic:
        return _("An automatic answer (%(channel)s)") % {"channel": channel_word(channel)}
    if direction == "inbound":
        said = _THEIRS.get(channel)
        return (
            str(said) if said else _("They were in touch (%(channel)s)") % {"channel": channel_word(channel)}
        )
    found = _OURS.get((channel, outcome))
    if found is None and channel in _SENT:
        found = _SENT[channel] if outcome in ("", "sent", "delivered") else None
    return str(found) if found else f"{channel_word(channel)}: {outcome}".rstrip(": ")


def _assignment(told: Mapping[str, Any], people: Mapping[str, str]) -> Words:
    why = [str(each) for each in told["why"]]
    rep = people.get(told["rep_id"] or "", "")
    sentence = _("Given to %(rep)s") % {"rep": rep} if rep else _("Nobody could be found who gets it")
    more = [(_("Why"), "; ".join(why[1:]))] if why[1:] else []
    return sentence, why[0] if why else "", more


def _contact(told: Mapping[str, Any], people: Mapping[str, str]) -> Words:
    said = contact_words(
        told["channel"], told["direction"], told["outcome"], automatic=bool(told["auto_reply"])
    )
    who = people.get(told["rep_id"] or "", "")
    sentence = f"{said} · {who}" if who and told["direction"] == "outbound" else said
    return sentence, told["note"], []


def _mail(told: Mapping[str, Any], people: Mapping[str, str]) -> Words:
    if told["kind"] == "lead":
        who = people.get(told["rep_id"] or "", "")
        sentence = _("Mail to them, from %(who)s") % {"who": who} if who else _("Mail to them")
    else:
        to = people.get(told["to"], told["to"])
        sentence = _("%(who)s was told by mail") % {"who": to}
    return sentence, told["subject"], []


_READ: Final[Mapping[str, Any]] = {
    "reply": gettext_lazy("They answered by mail"),
    "bounce": gettext_lazy("A mail to them came back"),
    "delayed": gettext_lazy("A mail to them is delayed"),
    "complaint": gettext_lazy("They complained about a mail"),
    "unsubscribe": gettext_lazy("They want no more mail"),
    "auto reply": gettext_lazy("An automatic answer came"),
    "sent by us": gettext_lazy("A copy of a mail to them came"),
    "other": gettext_lazy("A mail came"),
}


def _incoming(told: Mapping[str, Any], people: Mapping[str, str]) -> Words:
    seen = [(_("Known by"), told["why"])] if told["why"] else []
    return str(_READ.get(told["kind"], told["kind"])), told["subject"], seen


def _step(told: Mapping[str, Any], people: Mapping[str, str]) -> Words:
    if told["what"] == "enrolment":
        rep = people.get(told["rep_id"] or "", "")
        return _("Follow-ups begun: %(name)s") % {"name": told["sequence"]}, rep, []
    if told["what"] == "happening":
        away = told["kind"] == "out of office"
        said = _("Follow-ups wait: they are out of office") if away else _("Follow-ups ended by hand")
        return said, "" if away else people.get(told["source"], ""), []
    words = (
        _("Touch %(number)s left out: %(name)s") if told["skipped"] else _("Touch %(number)s done: %(name)s")
    )
    said = words % {"number": told["step"] + 1, "name": told["sequence"]}
    return said, people.get(told["source"], ""), []


def _escalation(told: Mapping[str, Any], people: Mapping[str, str]) -> Words:
    rep = people.get(told["rep_id"] or "", "") or _("nobody")
    if told["what"] == "warned":
        return _("%(rep)s was warned: the promise is about to be broken") % {"rep": rep}, "", []
    return _("The promise was broken while %(rep)s had it") % {"rep": rep}, "", []


DEEDS: Final[dict[str, Callable[[Mapping[str, Any], Mapping[str, str]], Words]]] = {
    "assignment": _assignment, "contact": _contact, "mail": _mail, "incoming": _incoming, "step": _step,
    "escalation": _escalation,
}  # fmt: skip
"""By type of an entry, how it is told."""

NAMED: Final = ("rep_id", "to")
"""What of their details names one of us."""
