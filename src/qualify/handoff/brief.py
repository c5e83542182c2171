"""What a rep has to know before the first word: who, why now, what they looked at, what to ask, how to open.

Everything in it is a fact with its moment; nothing is made up. Openings are facts worth mentioning, not phrases.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

from qualify.criteria.sentences import pointed, spoken_name
from qualify.handoff.evidence import Evidence, evidence, new_since
from qualify.handoff.facts import Assignment, Rejection
from qualify.scoring.single import Judgement
from qualify.speech import again, amount, day_of, marked, say, say_many, when
from qualify.vocabulary import BANT

QUESTIONS: Final[Mapping[str, str]] = {
    "budget": marked("Is there money for this, how much, and from when?"),
    "authority": marked("Who decides, and who else is asked?"),
    "need": marked("What is the problem, and what does it cost them to leave it as it is?"),
    "timeline": marked("By when do they want it, and what happens on that day?"),
}
"""How the four questions of BANT are asked; a question of your own is asked by its name."""

MOST_REASONS = 6
"""How many reasons, things looked at and earlier refusals a brief names; who wants all opens the lead."""


@dataclass(frozen=True, slots=True)
class Person:
    """Who the lead is, as far as it is known; ``more`` are further traits worth showing, by name."""

    name: str = ""
    job_title: str = ""
    company: str = ""
    email: str = ""
    phone: str = ""
    country: str = ""
    time_zone: str = ""
    source: str = ""
    more: Mapping[str, str] | None = None


class Activity(NamedTuple):
    """Something that the lead did: what (a page's title, a form's name), and when."""

    what: str
    happened_at: int


class Looked(NamedTuple):
    """What the lead did, how often, and when last."""

    what: str
    times: int
    last_at: int


class Question(NamedTuple):
    """A question that has no answer that still holds; ``expired`` is when the last one stopped to."""

    question: str
    words: str
    expired: int | None


@dataclass(frozen=True, slots=True)
class Brief:
    """What a rep has to know about a lead, as of a moment; moments in epoch milliseconds, points in hundredths."""

    lead_id: str
    cycle: int
    as_of: int
    person: Person
    total: int
    grade: str | None
    why_you: tuple[str, ...]
    due_at: int | None
    why_now: tuple[Evidence, ...]
    looked_at: tuple[Looked, ...]
    to_ask: tuple[Question, ...]
    answered: tuple[tuple[str, str], ...]
    earlier: tuple[Rejection, ...]
    openings: tuple[str, ...]


def brief(
    judgement: Judgement,
    assignment: Assignment,
    person: Person,
    activity: Iterable[Activity] = (),
    rejections: Iterable[Rejection] = (),
    due_at: int | None = None,
    zone: str = "UTC",
) -> Brief:
    """The brief for whoever was given the lead, as the lead was judged then; ``zone`` is the rep's."""
    as_of, given = judgement.as_of, assignment
    why = evidence(judgement)[:MOST_REASONS]
    looked = looked_at(activity, as_of)
    earlier = sorted(
        (each for each in rejections if each.lead_id == given.lead_id and each.cycle < given.cycle),
        key=lambda each: -each.rejected_at,
    )[:MOST_REASONS]
    to_ask, answered = _asked(judgement)
    return Brief(
        given.lead_id,
        given.cycle,
        as_of,
        person,
        judgement.total,
        judgement.grade,
        tuple(map(again, given.why)),
        due_at,
        tuple(why),
        tuple(looked),
        tuple(to_ask),
        tuple(answered),
        tuple(earlier),
        tuple(_openings(judgement, looked, earlier, person, zone)),
    )


def looked_at(activity: Iterable[Activity], as_of: int) -> list[Looked]:
    """What the lead did by then, newest first; the same thing once, with how often."""
    found: dict[str, list[int]] = {}
    for each in activity:
        if each.happened_at <= as_of:
            found.setdefault(each.what, []).append(each.happened_at)
    every = [Looked(what, len(moments), max(moments)) for what, moments in found.items()]
    return sorted(every, key=lambda each: (-each.last_at, each.what))[:MOST_REASONS]


def _asked(judgement: Judgement) -> tuple[list[Question], list[tuple[str, str]]]:
    """The playbook's questions, BANT where it asks none: those open, and the others with their answers."""
    record, as_of = judgement.view.record, judgement.as_of
    open_, answered = list[Question](), list[tuple[str, str]]()
    for question in judgement.view.judge.layout.questions or list(BANT):
        given = record.newest_answer(question, as_of)
        if given is None or (given.expires_at is not None and given.expires_at <= as_of):
            words = f"{spoken_name(question).capitalize()}?"
            if question in QUESTIONS:
                words = say(QUESTIONS[question])
            open_.append(Question(question, words, given.expires_at if given is not None else None))
        else:
            answered.append((question, given.told or say("answered")))
    return open_, answered


def _openings(
    judgement: Judgement, looked: Sequence[Looked], earlier: Sequence[Rejection], person: Person, zone: str
) -> Iterable[str]:
    """Facts worth mentioning first: what is new since the last refusal, what was done last, where they come from."""
    if earlier:
        new = [each.rule for each in new_since(judgement, earlier[0])][:3]
        day = day_of(earlier[0].rejected_at, zone)
        told = {"day": day, "reason": spoken_name(earlier[0].reason)}
        if new:
            yield say(
                "We spoke before: refused on %(day)s as %(reason)s; new since: %(new)s",
                new=", ".join(new),
                **told,
            )
        else:
            yield say("We spoke before: refused on %(day)s as %(reason)s", **told)
    happened = [each for each in evidence(judgement) if each.last_at is not None]
    for each in sorted(happened, key=lambda each: -(each.last_at or 0))[:2]:
        yield say("%(what)s, last on %(when)s", what=_capital(each.rule), when=when(each.last_at, zone))
    if looked and looked[0].times > 1:
        what, times = looked[0].what, looked[0].times
        yield say_many(
            "Came back to %(what)s: %(count)s time",
            "Came back to %(what)s: %(count)s times",
            times,
            what=what,
        )
    if person.source:
        yield say("Found us by %(source)s", source=person.source)


def as_text(made: Brief, zone: str = "UTC") -> str:
    """The brief as plain text, for a mail; moments on the clock of ``zone``."""
    sections = [_head(made, zone), *_sections(made, zone)]
    return "\n\n".join(section for section in sections if section) + "\n"


def _head(made: Brief, zone: str) -> str:
    person = made.person
    who = person.name or person.email or made.lead_id
    at = ", ".join(each for each in (person.job_title, person.company, person.country) if each)
    reach = " · ".join(each for each in (person.email, person.phone, person.time_zone) if each)
    score = say("%(points)s points", points=pointed(made.total))
    if made.grade:
        score = say("%(points)s points, grade %(grade)s", points=pointed(made.total), grade=made.grade)
    due = "" if made.due_at is None else say("First contact by %(when)s", when=when(made.due_at, zone))
    return "\n".join(line for line in (who, at, reach, score, due) if line)


def _sections(made: Brief, zone: str) -> Iterable[str]:
    yield _listed(say("Why you"), made.why_you)
    yield _listed(say("Why now"), [_because(each, zone) for each in made.why_now])
    yield _listed(say("What they did"), [_did(each, zone) for each in made.looked_at])
    yield _listed(say("Known already"), [f"{spoken_name(name)}: {value}" for name, value in made.answered])
    yield _listed(say("What to ask"), [_question(each, zone) for each in made.to_ask])
    yield _listed(say("Earlier"), [_refused(each, zone) for each in made.earlier])
    yield _listed(say("To open with"), made.openings)
    more = made.person.more or {}
    yield _listed(say("Also known"), [f"{spoken_name(name)}: {value}" for name, value in more.items()])


def _listed(title: str, lines: Sequence[str]) -> str:
    return "\n".join([f"{title}:", *(f"- {' '.join(line.split())}" for line in lines)]) if lines else ""


def _because(each: Evidence, zone: str) -> str:
    what = f"{pointed(each.points, sign=True)} {each.rule} ({each.score})"
    if each.last_at is None:
        return what
    return say("%(what)s, last on %(when)s", what=what, when=when(each.last_at, zone))


def _did(each: Looked, zone: str) -> str:
    last = when(each.last_at, zone)
    if each.times == 1:
        return say("%(what)s, last on %(when)s", what=each.what, when=last)
    times = amount(each.times)
    return say("%(what)s, %(count)s times, last on %(when)s", what=each.what, count=times, when=last)


def _question(each: Question, zone: str) -> str:
    old = (
        " " + say("(the last answer expired on %(day)s)", day=day_of(each.expired, zone))
        if each.expired is not None
        else ""
    )
    return f"{each.words}{old}"


def _refused(each: Rejection, zone: str) -> str:
    day, reason = day_of(each.rejected_at, zone), spoken_name(each.reason)
    said = say("%(day)s, refused as %(reason)s", day=day, reason=reason)
    return f"{said}: {each.words}" if each.words else said


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
