"""Who is told what of a hand-off: the owner by mail with a brief, whoever it is escalated to, other systems."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.utils.translation import gettext

from qualify.criteria.sentences import spoken_name
from qualify.handoff.brief import Activity, Brief, Person, as_text, brief
from qualify.handoff.clock import Clock
from qualify.handoff.diary import diary
from qualify.handoff.facts import Assignment
from qualify.handoff.followups import Task
from qualify.speech import again, when
from qualify.web.database import rows
from qualify.web.handing import facts
from qualify.web.handing.desk import Desk, Judged
from qualify.web.handing.post import Letter, host, post
from qualify.web.living.loading import Loaded
from qualify.web.looking.tongue import in_the_words_of
from qualify.web.looking.touches import touches_of
from qualify.web.verbs.telling import tell

_DID = (
    "SELECT kind, happened_at, properties FROM event WHERE owner_id = %s AND machine IS NULL AND happened_at <= %s "
    "ORDER BY happened_at DESC LIMIT 100"
)


def address(person_id: int) -> str:
    """Where the lead is looked at."""
    return f"{settings.BASE_URL}/leads/{person_id}"


def person_of(loaded: Loaded, now: int) -> Person:
    """Who the lead is, as a brief tells it."""
    traits = {name: str(value) for name, value in loaded.traits.items() if isinstance(value, str | int)}
    name = traits.get("name") or " ".join(
        traits[part] for part in ("first_name", "last_name") if traits.get(part)
    )
    first = touches_of(loaded.person_id, now).first
    found_us = "" if first is None else f"{first.channel}{f' ({first.campaign})' if first.campaign else ''}"
    return Person(
        name, traits.get("job_title", ""), traits.get("company", ""), next(reversed(loaded.emails), ""),
        traits.get("phone", ""), traits.get("country", ""), traits.get("time_zone", ""), found_us,
    )  # fmt: skip


def activity(person_id: int, now: int) -> list[Activity]:
    """What the lead did of late, each thing by its title, or its path, or its kind."""
    from qualify.web.living.values import decoded

    found = []
    for kind, at, text in rows(_DID, [person_id, now]):
        told = decoded(text)
        named = next(
            (told[name] for name in ("title", "form", "path") if isinstance(told.get(name), str)), ""
        )
        found.append(Activity(str(named)[:120] or spoken_name(kind), at))
    return found


def brief_of(judged: Judged, given: Assignment, desk: Desk, due_at: int | None) -> Brief:
    """What whoever got the lead has to know."""
    who = judged.person.person_id
    return brief(
        judged.judgement, given, person_of(judged.person, desk.now), activity(who, desk.now),
        facts.rejections([who]), due_at, desk.zone_of(given.rep_id),
    )  # fmt: skip


def tell_assigned(
    number: int, judged: Judged, given: Assignment, desk: Desk, due_at: int | None, tasks: Sequence[Task] = ()
) -> None:
    """Tell the owner, and other systems; that nobody was found is told to whoever is to know."""
    who = judged.person.person_id
    payload: dict[str, Any] = {
        "lead_id": who, "cycle": given.cycle, "assigned_at": given.assigned_at, "rep": given.rep_id,
        "why": given.why, "rule": given.rule, "due_at": due_at,
    }  # fmt: skip
    with in_the_words_of(given.rep_id):
        made = brief_of(judged, given, desk, due_at)
    called = made.person.name or made.person.email or gettext("Lead %(number)s") % {"number": who}
    tell(
        "lead.unassigned" if given.rep_id is None else "lead.assigned",
        who,
        {**payload, "name": called},
        desk.now,
    )
    if given.rep_id is None:
        _tell_nobody(number, who, called, given, desk)
        return
    with in_the_words_of(given.rep_id):
        body = f"{as_text(made, desk.zone_of(given.rep_id))}\n{address(who)}\n"
        subject = gettext("%(lead)s is yours now") % {"lead": called}
    ics = (
        diary(tasks, desk.now, host(), {str(who): called}, {str(who): address(who)}).decode() if tasks else ""
    )
    post(Letter(f"assigned-{number}", "rep", given.rep_id, subject, body, who, given.rep_id, ics), desk.now)


def _tell_nobody(number: int, who: int, called: str, given: Assignment, desk: Desk) -> None:
    for rep_id in told_of_trouble(desk):
        with in_the_words_of(rep_id):
            body = "\n".join([*map(again, given.why), "", address(who), ""])
            subject = gettext("Nobody has %(lead)s") % {"lead": called}
        post(
            Letter(f"unassigned-{number}-{_short(rep_id)}", "rep", rep_id, subject, body, who, rep_id),
            desk.now,
        )


def tell_taken(
    number: int, who: int, before: str | None, given: Assignment | None, desk: Desk, by: str
) -> None:
    """Tell who had a lead that it is theirs no more, and whose it is; not who gave it away, or works here no more.

    ``given`` is None where it was never theirs after all: that they got it was undone.
    """
    if before is None or before == by or not desk.is_active(before):
        return
    name = called(who)
    now_with = desk.called(None if given is None else given.rep_id)
    with in_the_words_of(before):
        subject = gettext("%(lead)s is not yours any more") % {"lead": name}
        said = gettext("That it was given to you was undone.")
        if given is not None:
            said = gettext("It is with %(rep)s now.") % {"rep": now_with}
        why = [] if given is None else map(again, given.why)
        body = "\n".join([said, *why, "", address(who), ""])
    post(Letter(f"taken-{number}-{_short(before)}", "rep", before, subject, body, who, before), desk.now)


def told_of_trouble(desk: Desk) -> list[str]:
    """Who is told when a promise is broken or nobody is found: as the playbook says, else whoever leads sales."""
    if desk.plan is not None:
        section = desk.plan.handoff
        found = [
            rep.rep_id
            for rep in desk.roster.who(section.escalate_to or section.fallback)
            if rep.is_active(desk.now)
        ]
        if found:
            return found
    members = rows(
        "SELECT email FROM member WHERE is_active = %s AND role IN ('sales_manager', 'admin') ORDER BY role DESC, id",
        [True],
    )
    return [email for (email,) in members]


def tell_of_clock(number: int, who: int, called: str, what: str, clock: Clock, desk: Desk) -> None:
    """Warn the owner; of what is late tell whoever it is escalated to, too."""
    payload = {
        "lead_id": who, "rep": clock.owner, "reached_at": clock.started_at, "due_at": clock.due_at, "name": called,
    }  # fmt: skip
    tell(f"lead.{what}", who, payload, desk.now)
    to = [clock.owner] if clock.owner is not None else []
    if what == "breached":
        to += [each for each in told_of_trouble(desk) if each not in to]
    for rep_id in to:
        with in_the_words_of(rep_id):
            letter = _letter(number, who, called, what, clock, desk, rep_id)
        post(letter, desk.now)


def _letter(number: int, who: int, called: str, what: str, clock: Clock, desk: Desk, rep_id: str) -> Letter:
    due = when(clock.due_at, desk.zone_of(rep_id))
    if what == "warned":
        subject = gettext("%(lead)s waits for you, until %(due)s") % {"lead": called, "due": due}
    else:
        subject = gettext("%(lead)s has not heard from us: it was due %(due)s") % {"lead": called, "due": due}
    whose = gettext("It is with %(rep)s.") % {"rep": desk.called(clock.owner)}
    body = f"{subject}\n{whose}\n\n{address(who)}\n"
    return Letter(f"{what}-{number}-{_short(rep_id)}", "rep", rep_id, subject, body, who, rep_id)


def _short(rep_id: str) -> str:
    """A rep in the name of a mail."""
    from hashlib import sha256

    return sha256(rep_id.encode()).hexdigest()[:12]


def called(person_id: int) -> str:
    """What a lead is called in a sentence."""
    found = rows("SELECT name, email FROM person WHERE id = %s", [person_id])
    name = (found[0][0] or found[0][1]) if found else ""
    return name or gettext("Lead %(number)s") % {"number": person_id}
