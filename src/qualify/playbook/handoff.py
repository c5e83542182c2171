"""The section ``handoff``: who gets a lead that is ready, and by when the lead hears from us."""

from __future__ import annotations

import re
from typing import Annotated, Any, Final, Literal, Self, TypeAlias

from pydantic import BeforeValidator, Field, WithJsonSchema, model_validator

from qualify.criteria import AnyCriterion, Written
from qualify.criteria.sentences import days_of, either, listing, spoken_name
from qualify.criteria.values import Days, OneOrMore, Short, Text, YesNo, wrong
from qualify.errors import shown
from qualify.playbook.times import DaysOff, Hours, WorkingTime, ZoneName, spoken
from qualify.speech import marked, say, sentence

HandedAt: TypeAlias = Literal["iql", "mql", "pql", "sal", "sql"]
Pick: TypeAlias = Literal["weighted round robin", "least busy"]
OnBreach: TypeAlias = Literal["escalate", "reroute"]
ReasonWord: TypeAlias = Literal[
    "not_icp", "no_intent", "bad_data", "wrong_timing", "duplicate", "competitor", "unreachable", "other"
]
"""Why sales refuses a lead; what each does is in :mod:`qualify.handoff.reasons`."""


def _listed(value: Any) -> Any:
    return value if isinstance(value, list | tuple) else (value,)


Names: TypeAlias = Annotated[tuple[Text, ...], BeforeValidator(_listed), Short()]
"""Names: none, one, or a list."""


_PERCENT: Final = r"^ *(0\.(0[1-9]|[1-9][0-9]?)|([1-9]|1[0-9])(\.[0-9]{1,2})?|20(\.00?)?) *% *$"
"""Up to a fifth: who works more of what their score rejects has no use for the score."""


def _percent(value: Any) -> float:
    match = re.match(_PERCENT, value) if isinstance(value, str) else None
    if match is None:
        raise ValueError(
            sentence(
                "%(found)s is no share of leads to be worked at random; "
                "write a percentage above 0 and up to 20, as 2%%",
                found=shown(value),
            )
        )
    return float(match[1])


Percent: TypeAlias = Annotated[
    float,
    BeforeValidator(_percent),
    WithJsonSchema({"type": "string", "pattern": _PERCENT}),
]
"""A share of leads, held in percent; written as ``2%``."""


class Route(Written):
    """Who gets the leads for which a condition holds: a team, or the owner of the lead's account."""

    name: Text = Field(description="what people call it; it is the reason that a rep is told")
    when: AnyCriterion | None = Field(None, description="for which leads; for all when left out")
    team: Text | None = Field(None, description="the team that gets them")
    account_owner: YesNo = Field(
        False, description="true: whoever has the lead's account gets them, if anybody"
    )
    skills: Names = Field((), description="what a rep must be able to do, as german")
    skills_from: Names = Field(
        (), description="traits whose value must be among the rep's skills where it is known, as language"
    )
    pick: Pick = Field(
        "weighted round robin",
        description="in turn by weight, or whoever has fewest open leads for their weight",
    )
    respond_within: WorkingTime | None = Field(None, description="a promise of its own, in working time")

    @model_validator(mode="after")
    def _leads_somewhere(self) -> Self:
        if self.account_owner and self.team is not None:
            said = sentence("it goes to the account's owner or to a team, not to both; write two rules")
            raise wrong("team", said)
        if not self.account_owner and self.team is None:
            raise wrong(None, sentence("it leads nowhere; add `team: …`, or `account_owner: true`"))
        return self

    def sentence(self) -> str:
        """Whom it is for, and who gets them, in English."""
        whom = say("who %(what)s", what=self.when.sentence()) + ": " if self.when is not None else ""
        if self.account_owner:
            return whom + say("the owner of the account, if there is one")
        able = [say("with %(skills)s", skills=listing(self.skills, say("and")))] if self.skills else []
        able += [
            say("who has the lead's %(trait)s among their skills", trait=trait) for trait in self.skills_from
        ]
        team = " ".join([say("team %(team)s", team=self.team), *able])
        return f"{whom}{team}, {say(_PICKS[self.pick])}{self._promise()}"

    def _promise(self) -> str:
        if not self.respond_within:
            return ""
        return ", " + say("within %(time)s", time=spoken(self.respond_within))


_PICKS: Final = {
    "weighted round robin": marked("weighted round robin"), "least busy": marked("least busy"),
}  # fmt: skip


class Handoff(Written):
    """Who gets a lead that is ready, by when it hears from us, and what happens if it does not."""

    at: OneOrMore[HandedAt] = Field(("mql", "pql"), description="the stages at which a lead is handed over")
    respond_within: WorkingTime = Field(
        240,
        description="the promise: a first real contact within so much working time; 4 hours when left out",
    )
    warn_before: WorkingTime = Field(
        60, description="the owner is warned so long before; 1 hour when left out"
    )
    on_breach: OnBreach = Field("escalate", description="tell somebody, or give the lead to somebody else")
    escalate_to: Text | None = Field(
        None, description="who is told: a rep or a team; the fallback when left out"
    )
    time_zone: ZoneName | None = Field(
        None, description="of the hours, for reps without one; the playbook's when left out"
    )
    hours: OneOrMore[Hours] = Field(
        (Hours.model_construct(),), description="when reps work who have no hours of their own"
    )
    holidays: DaysOff = Field(
        DaysOff.model_construct(), description="when nobody works, for reps without a calendar of their own"
    )
    wait_at_most: WorkingTime = Field(
        720,
        description="a rep who starts work later than this after the first who could get it is passed over; "
        "12 hours by the wall clock when left out",
    )
    rules: list[Route] = Field([], description="who gets what; the first that finds somebody decides")
    fallback: Text = Field(description="a rep or a team who gets what no rule finds somebody for")
    recycle_after: dict[ReasonWord, Days] = Field(
        {}, description="how long a lead rests that was refused for a reason, where not as documented"
    )
    explore: Percent | None = Field(
        None,
        description="of leads that have not reached these stages a week after they came, the share that is drawn at "
        "random and handed over all the same, as 2%; none when left out",
    )

    @model_validator(mode="after")
    def _warns_before_it_is_late(self) -> Self:
        promises = [self.respond_within, *(rule.respond_within or self.respond_within for rule in self.rules)]
        if self.warn_before >= min(promises):
            said = sentence(
                "a warning %(before)s before the end of %(promise)s comes at once; warn later, or promise less",
                before=spoken(self.warn_before), promise=spoken(min(promises)),
            )  # fmt: skip
            raise wrong("warn_before", said)
        return self

    def promise_of(self, rule: str) -> int:
        """The promise in minutes for leads that this rule gave away."""
        own = next((each.respond_within for each in self.rules if each.name == rule), None)
        return own or self.respond_within

    def sentences(self) -> list[str]:
        """The whole section in English."""
        told = self.escalate_to or self.fallback
        late = say("it goes to somebody else")
        if self.on_breach == "escalate":
            late = say("it is escalated to %(whom)s", whom=told)
        working = f" {say('and')} ".join(each.sentence() for each in self.hours)
        off = f", {said}" if (said := self.holidays.sentence()) else ""
        return [
            say(
                "A lead that reaches %(stages)s is handed over and hears from us within %(time)s of working time "
                "(%(hours)s).",
                stages=either(self.at),
                time=spoken(self.respond_within),
                hours=working + off,
            ),
            say(
                "Its owner is warned %(time)s before; when it is late, %(what)s.",
                time=spoken(self.warn_before),
                what=late,
            ),
            *(f"{rule.name}: {rule.sentence()}." for rule in self.rules),
            say("Nobody found: %(whom)s.", whom=self.fallback),
            *(
                say(
                    "Refused as %(reason)s, it rests for %(days)s.",
                    reason=spoken_name(reason),
                    days=days_of(days),
                )
                for reason, days in self.recycle_after.items()
            ),
            *self._explored(),
        ]

    def _explored(self) -> list[str]:
        if self.explore is None:
            return []
        return [
            say(
                "Of the leads that have not got so far a week after they came, %(share)s%% are drawn at random and "
                "handed over all the same, so that learning sees them too.",
                share=f"{self.explore:g}",
            )
        ]
