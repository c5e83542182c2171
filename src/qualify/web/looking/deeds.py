"""What the verbs of the audit are called, and what a line of it says, in words."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from typing import Any, Final, NamedTuple

from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

from qualify.criteria.known_words import WORDS
from qualify.criteria.sentences import spoken_name
from qualify.web.looking.capture import AuditSeen
from qualify.web.looking.tongue import in_the_readers_words
from qualify.web.verbs.roles import ROLES


class Deed(NamedTuple):
    """A verb: what it is called, and its sentence with ``{subject}`` and the words of its detail."""

    label: str
    sentence: str


DEEDS: Final[Mapping[str, Deed]] = {
    # Leads.
    "decide": Deed(_("Decision"), _("lead {subject}: {decision}, {reason}")),
    "decide several": Deed(_("Decisions, several"), _("{subject}: {decision}, {reason}")),
    "answer": Deed(_("Answer"), _("wrote down an answer to “{question}” about lead {subject}")),
    "learn": Deed(_("Traits"), _("wrote down {traits} of lead {subject}")),
    "consent": Deed(_("Consent"), _("wrote down a consent about lead {subject}: {purpose}")),
    "merge": Deed(_("Merge"), _("merged lead {gone} into {survivor} {reason}")),
    "split": Deed(_("Split"), _("split leads {leads} {reason}")),
    "rejoin": Deed(_("Split undone"), _("put leads {leads} together again {reason}")),
    "dismiss": Deed(_("Not the same"), _("said that leads {one} and {other} are two people")),
    "retract": Deed(_("Taken back"), _("took back what was done about leads {leads}")),
    "restore": Deed(_("Taken back no more"), _("let count again what was done about leads {leads}")),
    "undo": Deed(_("Undo"), _("took back line {undoes}")),
    "erase": Deed(_("Erased"), _("erased lead {subject}, for good")),
    "save view": Deed(_("View saved"), _("saved the view {name}")),
    "forget view": Deed(_("View forgotten"), _("forgot the view {name}")),
    "export": Deed(_("Export"), _("took away a list of leads")),
    # The hand-off.
    "take": Deed(_("Lead taken"), _("took lead {subject}")),
    "assign": Deed(_("Lead given"), _("gave lead {subject} to {rep}: {why}")),
    "hand out": Deed(_("Leads given out"), _("gave out {subject}: {leads}")),
    "give back": Deed(_("Hand-off undone"), _("undid that {subject} were given to somebody: {leads}")),
    "give again": Deed(_("Hand-off counts again"), _("let count again that {subject} were given: {leads}")),
    "own account": Deed(_("Account's owner"), _("made account {subject} the account of {rep}")),
    "log contact": Deed(_("Contact"), _("was in touch with lead {subject}: {channel}, {outcome}")),
    "write to lead": Deed(_("Mail to a lead"), _("wrote to lead {subject}")),
    "strike touch": Deed(
        _("Touch undone"), _("undid what was written down about lead {subject}, line {undoes}")
    ),
    "count touch": Deed(
        _("Touch counts again"), _("let count again what line {undoes} says of lead {subject}")
    ),
    "enrol": Deed(_("Into a sequence"), _("put lead {subject} into the sequence {sequence}")),
    "stop sequences": Deed(_("Sequences stopped"), _("ended the sequences of lead {subject}")),
    "finish step": Deed(_("Step done"), _("did step {step} of {sequence} for lead {subject}: {outcome}")),
    "skip step": Deed(_("Step left out"), _("left out step {step} of {sequence} for lead {subject}")),
    "set rep": Deed(_("Gets leads"), _("set {subject} up to get leads")),
    "deactivate rep": Deed(_("Gets no leads"), _("gave the leads of {subject} to others: {leads}")),
    "add absence": Deed(_("Absence"), _("wrote down that {subject} is away")),
    "call off absence": Deed(_("Absence called off"), _("called an absence of {subject} off")),
    "send mail again": Deed(_("Mail sent again"), _("sent mails again: {mails}")),
    # The playbook.
    "publish": Deed(_("Playbook published"), _("published version {subject} of the playbook: {note}")),
    "draft": Deed(_("Draft begun"), _("began draft {subject}: {title}")),
    "change draft": Deed(_("Draft changed"), _("changed draft {subject}")),
    "rename draft": Deed(_("Draft renamed"), _("called draft {subject} {to}, before {from}")),
    "renew draft": Deed(_("Draft renewed"), _("brought draft {subject} up to the playbook in force")),
    "discard draft": Deed(_("Draft given up"), _("gave draft {subject} up")),
    "reopen draft": Deed(_("Draft taken up again"), _("took draft {subject} up again")),
    "plan draft": Deed(_("Draft planned"), _("asked what draft {subject} would do")),
    "comment": Deed(_("Comment"), _("commented on {about}")),
    "settle comment": Deed(_("Comment settled"), _("settled comment {subject}")),
    "agree": Deed(_("Agreed"), _("agreed to draft {subject} for {side}: {note}")),
    "withdraw approval": Deed(_("Agreement taken back"), _("agrees to draft {subject} no more, for {side}")),
    # Learning.
    "ask lesson": Deed(_("Lesson asked for"), _("asked what past outcomes say")),
    "schedule lessons": Deed(_("Lessons scheduled"), _("lets it learn every {to} days, before every {from}")),
    "answer leak": Deed(_("Column decided on"), _("said of the column {subject}: {answer}")),
    "roll back model": Deed(_("Model rolled back"), _("took the model of lesson {subject} out of force")),
    "put model in force": Deed(_("Model in force"), _("put the model of lesson {subject} in force")),
    # What comes in and goes out.
    "upload": Deed(_("File brought"), _("brought the file {name}")),
    "try import": Deed(_("Import tried"), _("tried to import {name} as {source}")),
    "import": Deed(_("Import"), _("imported {name} as {source}")),
    "give up upload": Deed(_("File given up"), _("gave up the file {name}")),
    "change source": Deed(_("Source changed"), _("changed the settings of source {subject}")),
    "create source": Deed(_("Source made"), _("made the source {name}, of kind {kind}")),
    "create key": Deed(_("Key made"), _("made key {subject} ({kind}): {label}")),
    "rotate key": Deed(_("Key rotated"), _("gave key {new} in the place of key {subject}")),
    "revoke key": Deed(_("Key revoked"), _("revoked key {subject}")),
    "create form": Deed(_("Form made"), _("made the form {subject}")),
    "close form": Deed(_("Form closed"), _("closed the form {subject}")),
    "create alias": Deed(_("Alias made"), _("lets {alias} open source {subject}")),
    "create webhook": Deed(_("Webhook made"), _("tells {url} what happens")),
    "close webhook": Deed(_("Webhook closed"), _("closed webhook {subject}")),
    "rotate webhook secret": Deed(_("Webhook secret changed"), _("changed the secret of webhook {subject}")),
    "settle webhook secret": Deed(
        _("Webhook secret settled"), _("ended the old secret of webhook {subject}")
    ),
    "resend": Deed(_("Sent again"), _("sent {resent} messages again")),
    "replay": Deed(_("Replayed"), _("replayed calls that were put aside: {kept} kept, {refused} refused")),
    # People.
    "invite": Deed(_("Invitation"), _("invited {subject} as {role}")),
    "invite again": Deed(_("Invitation sent again"), _("invited {subject} again")),
    "revoke invitation": Deed(_("Invitation taken back"), _("took back the invitation of {subject}")),
    "join": Deed(_("Joined"), _("joined as {role} ({how})")),
    "make admin": Deed(_("Admin made"), _("made {subject} an admin")),
    "change role": Deed(_("Role changed"), _("{subject}: from {from} to {to}")),
    "deactivate": Deed(_("Member kept out"), _("keeps {subject} out; {sessions} sessions ended")),
    "reactivate": Deed(_("Member let in again"), _("let {subject} in again")),
    "change profile": Deed(_("Profile changed"), _("changed name, time zone or language of {subject}")),
    # Signing in.
    "sign in": Deed(_("Sign-in"), _("signed in from {from} {by}")),
    "sign out": Deed(_("Sign-out"), _("signed out")),
    "sign-in failed": Deed(_("Sign-in failed"), _("did not get in as {subject}, from {from}")),
    "lock out": Deed(
        _("Lock-out"), _("has to wait {seconds} s after too many wrong tries as {subject}, from {from}")
    ),
    "change password": Deed(_("Password changed"), _("changed their password")),
    "reset password": Deed(_("Password reset"), _("chose a new password by a link")),
    "change e-mail": Deed(_("E-mail changed"), _("changed their address from {from} to {to}")),
    "add second step": Deed(_("Second step added"), _("added a second step: {kind}")),
    "remove second step": Deed(_("Second step removed"), _("removed a second step: {kind}")),
    "forget second steps": Deed(_("Second step taken off"), _("took the second step off {subject}")),
    "give password link": Deed(
        _("Link for a password"), _("made a link by which {subject} chooses a new password")
    ),
    "renew recovery codes": Deed(_("Recovery codes renewed"), _("made new recovery codes")),
    "end sessions": Deed(_("Sessions ended"), _("ended {sessions} sessions of {subject}")),
    # The application.
    "name company": Deed(_("Company named"), _("named the company {name} {domain}")),
    "load market": Deed(_("Simulated market wanted"), _("had the simulated market loaded")),
    "load demonstration": Deed(_("Simulated market loaded"), _("loaded the simulated market: {leads} leads")),
    "remove market": Deed(
        _("Simulated market removed"), _("had the simulated market taken out: {leads} leads")
    ),
    "export audit": Deed(_("Audit exported"), _("took away the audit")),
}
"""By verb. One that is not here is shown by its own words and what its detail holds."""


def label(verb: str) -> str:
    """What a verb is called."""
    return gettext(DEEDS[verb].label) if verb in DEEDS else verb.capitalize()


def words(line: AuditSeen) -> str:
    """What a line says."""
    told = line.detail if isinstance(line.detail, dict) else {"detail": line.detail}
    if line.verb not in DEEDS:
        parts = [
            line.subject,
            *(f"{name}: {_said(value)}" for name, value in told.items() if value not in ("", None)),
        ]
        return "; ".join(each for each in parts if each)
    values = defaultdict(str, {name: _said(_worded(value)) for name, value in told.items()})
    said = gettext(DEEDS[line.verb].sentence).format_map(values | {"subject": line.subject})
    return " ".join(said.split()).rstrip(" ,:")


def lead_of(line: AuditSeen) -> int | None:
    """The lead that a line is about, where it is about one."""
    about = line.verb in (
        *("decide", "answer", "learn", "consent", "merge", "dismiss", "erase", "take", "assign"),
        *("log contact", "write to lead", "enrol", "stop sequences", "finish step", "skip step"),
    )
    return int(line.subject) if about and line.subject.isdecimal() else None


def _worded(value: Any) -> Any:
    """A role or another word of ours in the reader's language."""
    if not isinstance(value, str):
        return value
    with in_the_readers_words():
        return ROLES[value].label if value in ROLES else spoken_name(value) if value in WORDS else value


def _said(value: Any) -> str:
    if isinstance(value, bool):
        return gettext("yes") if value else gettext("no")
    if isinstance(value, list):
        return ", ".join(_said(each) for each in value)
    if isinstance(value, dict):
        return ", ".join(f"{name} {_said(each)}" for name, each in value.items())
    return str(value)
