"""The section ``sequences``: what a rep does after the hand-off, step by step, until the lead answers."""

from __future__ import annotations

from itertools import pairwise
from typing import Annotated, Literal, Self, TypeAlias

from pydantic import Field, model_validator

from qualify.criteria import AnyCriterion, Written
from qualify.criteria.sentences import either, spoken_name
from qualify.criteria.values import Count, OneOrMore, Text, YesNo, wrong
from qualify.playbook.times import WallTime, wall
from qualify.speech import marked, say, say_many, sentence

MOST_STEPS = 30
"""The most steps of a sequence; who has not answered after so many will not."""

StepChannel: TypeAlias = Literal["email", "phone", "linkedin", "whatsapp"]
RunsIn: TypeAlias = Literal["lead", "iql", "mql", "pql", "sal", "sql", "customer"]
StopWord: TypeAlias = Literal["reply", "meeting", "bounce", "unsubscribe"]


class Step(Written):
    """One touch of a sequence: on which working day, how, and what about."""

    day: Annotated[Count, Field(le=260)] = Field(description="on which working day; 1 is the day it begins")
    channel: StepChannel = Field(description="email, phone, linkedin or whatsapp")
    title: Text = Field(description="what to do, in a few words")
    text: str = Field("", description="what to write or say")
    at: WallTime | None = Field(
        None, description="at what time of the rep's day; when work begins if left out"
    )

    def sentence(self) -> str:
        """As "day 3 at 14:00, phone: leave a voicemail"."""
        told = {"day": self.day, "channel": spoken_name(self.channel), "what": self.title}
        if self.at is None:
            return say("day %(day)s, %(channel)s: %(what)s", **told)
        return say("day %(day)s at %(time)s, %(channel)s: %(what)s", time=wall(self.at), **told)


class FollowUps(Written):
    """A sequence of touches after the hand-off, and what ends it."""

    name: Text = Field(description="what people call it")
    when: AnyCriterion | None = Field(None, description="for which leads; for all when left out")
    runs_in: OneOrMore[RunsIn] = Field(
        ("mql", "pql", "sal"), description="the stages in which it goes on; in any other it ends"
    )
    stops_on: OneOrMore[StopWord] = Field(
        ("reply", "meeting", "bounce", "unsubscribe"), description="what else ends it"
    )
    account_reply_stops: YesNo = Field(
        True, description="whether a reply of anybody at the account ends it for all of them"
    )
    steps: list[Step] = Field(min_length=1, max_length=MOST_STEPS, description="the touches, in order")

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        for before, after in pairwise(self.steps):
            if after.day < before.day:
                said = sentence(
                    "a step on day %(day)s stands behind one on day %(before)s; "
                    "write them in the order of their days",
                    day=after.day, before=before.day,
                )  # fmt: skip
                raise wrong("steps", said)
        return self

    def sentences(self) -> list[str]:
        """Whom it is for, what ends it, and each step."""
        whom = say("everybody") if self.when is None else say("who %(what)s", what=self.when.sentence())
        ends = either([*map(_ending, self.stops_on), say("leaving %(stages)s", stages=either(self.runs_in))])
        if self.account_reply_stops:
            ends += say(", and a reply of a colleague")
        touches = say_many("%(count)s touch", "%(count)s touches", len(self.steps))
        return [
            say("For %(whom)s, %(touches)s; ends on %(endings)s.", whom=whom, touches=touches, endings=ends),
            *(f"{step.sentence()}." for step in self.steps),
        ]


_ENDINGS = {
    "reply": marked("reply"), "meeting": marked("meeting"), "bounce": marked("bounce"),
    "unsubscribe": marked("unsubscribe"),
}  # fmt: skip


def _ending(word: str) -> str:
    return say(_ENDINGS[word])
