"""Who there is to be given a lead, and why somebody cannot be given it just now."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from qualify.errors import instead, shown
from qualify.handoff.calendar import MINUTE
from qualify.handoff.clock import Calendars
from qualify.handoff.facts import Absence, Capacity, Rep
from qualify.handoff.standing import Standing
from qualify.playbook.handoff import Handoff
from qualify.reading.text import fold
from qualify.speech import Moment, Sentence, sentence


class Roster:
    """The reps with their calendars; names of teams and reps are told apart by the teams that there are."""

    def __init__(
        self,
        reps: Iterable[Rep],
        absences: Iterable[Absence],
        handoff: Handoff,
        zone: str,
        as_of: int | None = None,
    ) -> None:
        every = sorted(reps, key=lambda rep: rep.rep_id)
        self.reps = {rep.rep_id: rep for rep in every}
        self.calendars = Calendars(handoff, zone, every, absences, as_of)
        self.wait = handoff.wait_at_most * MINUTE
        self.teams: dict[str, list[Rep]] = {}
        for rep in every:
            for team in rep.teams:
                self.teams.setdefault(team, []).append(rep)
        self._skills = {rep.rep_id: {fold(skill) for skill in rep.skills} for rep in every}

    def who(self, name: str) -> list[Rep]:
        """The members of the team of that name, or the rep of that id; empty for neither."""
        if name in self.teams:
            return self.teams[name]
        return [self.reps[name]] if name in self.reps else []

    def called(self, rep_id: str | None) -> str:
        """What people call the rep."""
        if rep_id is None:
            return sentence("nobody")
        return self.reps[rep_id].called if rep_id in self.reps else rep_id

    def cannot(self, rep: Rep, at: int, standing: Standing, skills: Sequence[str] = ()) -> str | None:
        """Why the rep cannot be given a lead now, in words; None when they can."""
        if not rep.is_active(at):
            return sentence("not active")
        lacking = [skill for skill in skills if fold(skill) not in self._skills[rep.rep_id]]
        if lacking:
            return sentence("lacks %(skills)s", skills=", ".join(lacking))
        return self._full(rep, at, standing) or self._away(rep, at)

    def ready_at(self, rep: Rep, at: int) -> int | None:
        """The rep's first moment at work from then on."""
        return self.calendars.of(rep.rep_id).opens(at)

    def when(self, rep: Rep, at: int) -> Moment:
        """A moment on the rep's own clock."""
        return Moment(at, self.calendars.of(rep.rep_id).zone.key)

    def _full(self, rep: Rep, at: int, standing: Standing) -> str | None:
        if rep.capacity is None:
            return None
        calendar = self.calendars.of(rep.rep_id)
        given = standing.given_in_period(rep.rep_id, at, rep.capacity.per, calendar)
        if given < rep.capacity.leads:
            return None
        return _full(rep.capacity, given)

    def _away(self, rep: Rep, at: int) -> str | None:
        """Absent for longer than we let a lead wait, beyond what their hours and days off come to."""
        ready = self.ready_at(rep, at)
        if ready is None:
            return sentence("not at work in the next three years")
        scheduled = self.calendars.of(rep.rep_id).scheduled(at)
        if scheduled is not None and ready - scheduled <= self.wait:
            return None
        return sentence("absent until %(when)s", when=self.when(rep, ready))


def _full(capacity: Capacity, given: int) -> Sentence:
    if capacity.per == "day":
        return sentence("full: %(given)s of %(most)s this day", given=given, most=capacity.leads)
    if capacity.per == "week":
        return sentence("full: %(given)s of %(most)s this week", given=given, most=capacity.leads)
    return sentence("full: %(given)s of %(most)s this month", given=given, most=capacity.leads)


def unknown_names(handoff: Handoff, reps: Iterable[Rep]) -> list[str]:
    """What the playbook calls a team or a rep and nobody is; each would find nobody, so it is told loudly."""
    every = list(reps)
    teams = {team for rep in every for team in rep.teams}
    known = [*sorted(teams), *sorted(rep.rep_id for rep in every)]
    said: list[str] = [
        sentence(
            "rule %(rule)s: there is nobody in team %(team)s%(hint)s",
            rule=shown(rule.name),
            team=shown(rule.team),
            hint=instead(rule.team, sorted(teams)),
        )
        for rule in handoff.rules
        if rule.team is not None and rule.team not in teams
    ]
    for word in ("fallback", "escalate_to"):
        name = getattr(handoff, word)
        if name is not None and name not in known:
            said.append(
                sentence(
                    "%(word)s: %(name)s is neither a team nor a rep%(hint)s",
                    word=word, name=shown(name), hint=instead(name, known),
                )
            )  # fmt: skip
    return said
