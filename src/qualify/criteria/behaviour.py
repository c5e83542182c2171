"""Criteria on what the lead did: one kind of event, a sequence of two, silence, and use of the product."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, Literal, TypeAlias

from pydantic import BeforeValidator, Field

from qualify.criteria.base import Context, Criterion, Written
from qualify.criteria.comparisons import Test
from qualify.criteria.logic import Both, CameBack, Happened, Occurrences, Quiet, Truth
from qualify.criteria.logic import Field as Value
from qualify.criteria.sentences import days_of, either
from qualify.criteria.values import Count, Days, Short, Text, Texts
from qualify.speech import amount, marked, say, say_many

ANY_EVENT = marked("any event")

Whose = Literal["person", "account"]


def _as_test(value: Any) -> Any:
    """``form: demo`` is short for ``form: {is: demo}``, and a list for ``is_one_of``."""
    if isinstance(value, dict | Test):
        return value
    return {"is_one_of": value} if isinstance(value, list) else {"is": value}


Properties: TypeAlias = dict[Text, Annotated[Test, BeforeValidator(_as_test), Short(("scalar", "scalars"))]]


class Doing(Written):
    """Events of a kind, with conditions on their properties."""

    did: Texts = Field(description="the kind of event, or several, or 'any event'")
    where: Properties = Field({}, description="tests on properties, nested ones with dots: page.path")

    def occurrences(self, **more: Any) -> Occurrences:
        """The events described."""
        kinds = None if ANY_EVENT in self.did else frozenset(self.did)
        tests = [test.truth(name, number="quantity") for name, test in self.where.items()]
        return Occurrences(kinds, where=Both(tuple(tests)) if len(tests) != 1 else tests[0], **more)

    def words(self) -> str:
        """As "page_viewed where page.path starts with /pricing"."""
        said = say(ANY_EVENT) if ANY_EVENT in self.did else either(self.did, 6)
        tests = (say("%(what)s %(test)s", what=name, test=test.words()) for name, test in self.where.items())
        told = f" {say('and')} ".join(tests)
        return say("%(events)s where %(tests)s", events=said, tests=told) if told else said


def _as_doing(value: Any) -> Any:
    return {"did": value} if isinstance(value, str | list) else value


Step: TypeAlias = Annotated[Doing, BeforeValidator(_as_doing), Short(("string", "strings"))]


class Did(Doing, Criterion):
    """A kind of event happened: ``did: page_viewed``, with properties, how often and how recently."""

    KEYWORD: ClassVar[str] = "did"

    times: Count = Field(1, alias="at_least", description="how many times at least")
    within: Days | None = Field(None, description="in the last so many days")
    by: Whose = Field("person", description="the person, or anybody at the account")

    def events(self) -> Occurrences:
        """Which events count."""
        return self.occurrences(window=self.within, whole_account=self.by == "account")

    def condition(self, context: Context) -> Truth:
        """So many such events, by the person or by the account."""
        return Happened(self.events(), self.times)

    def sentence(self) -> str:
        """As "did demo_requested at least 2 times in the last 30 days"."""
        more = f"{_how_often(self.times)}{_how_recent(self.within)}"
        comma = "," if self.where and more else ""
        return say("did %(what)s", what=f"{self.words()}{comma}{more}{_whose(self.by)}")


class Sequence(Criterion):
    """One event and then another: ``sequence: [webinar_attended, demo_requested]``."""

    KEYWORD: ClassVar[str] = "sequence"

    sequence: list[Step] = Field(
        min_length=2, max_length=2, description="the first event and the one that follows it"
    )
    apart_at_most: Days = Field(description="the second follows within so many days")
    times: Count = Field(1, alias="at_least", description="how many times at least")
    within: Days | None = Field(None, description="the second happened in the last so many days")
    by: Whose = Field("person", description="the person, or anybody at the account")

    def events(self) -> Occurrences:
        """The second events that followed a first one in time."""
        account = self.by == "account"
        first = self.sequence[0].occurrences(whole_account=account)
        return self.sequence[1].occurrences(
            window=self.within, whole_account=account, after=first, apart=self.apart_at_most
        )

    def condition(self, context: Context) -> Truth:
        """So many completed sequences."""
        return Happened(self.events(), self.times)

    def sentence(self) -> str:
        """As "did a, then within 7 days b, in the last 60 days"."""
        first, then = (step.words() for step in self.sequence)
        more = f"{_how_often(self.times)}{_how_recent(self.within)}"
        comma = "," if more else ""
        then = f"{then}{comma}{more}{_whose(self.by)}"
        days = days_of(self.apart_at_most)
        return say("did %(first)s, then within %(days)s %(then)s", first=first, days=days, then=then)


class WentQuiet(Criterion):
    """Was active once, and has not been for a while: ``quiet_for: 30 days``."""

    KEYWORD: ClassVar[str] = "quiet_for"

    quiet_for: Days = Field(description="no such event for so many days, though there was one before")
    doing: Step = Field(Doing(did=(ANY_EVENT,)), description="the kind of event that has stopped")
    by: Whose = Field("person", description="the person, or anybody at the account")

    def condition(self, context: Context) -> Truth:
        """The newest such event is at least so old; false for those who never did it."""
        return Quiet(self.doing.occurrences(whole_account=self.by == "account"), self.quiet_for)

    def sentence(self) -> str:
        """As "has been quiet for 30 days" or "has not done page_viewed for 30 days, though once before"."""
        if self.doing == Doing(did=(ANY_EVENT,)):
            return say("has been quiet for %(days)s", days=days_of(self.quiet_for) + _whose(self.by))
        days = days_of(self.quiet_for) + _whose(self.by)
        return say(
            "has not done %(what)s for %(days)s, though once before", what=self.doing.words(), days=days
        )


class Used(Criterion):
    """Got value from the product: ``used: active_days`` (or features, seats, limits) ``at_least: 5``."""

    KEYWORD: ClassVar[str] = "used"

    used: Literal["active_days", "features", "seats", "limits"] = Field(
        description="what is counted: days with use, features used, people who use it, plan limits hit"
    )
    at_least: Count = Field(description="how many at least")
    within: Days | None = Field(None, description="in the last so many days")
    by: Whose = Field("person", description="the person, or everybody at the account (seats: always)")

    def condition(self, context: Context) -> Truth:
        """So many distinct days, features or people, or events that a limit was hit."""
        use = context.product_use()
        kinds = frozenset(use.limits if self.used == "limits" else use.events)
        whole_account = self.by == "account" or self.used == "seats"
        distinct: Any = {"active_days": "day", "seats": "person", "features": Value(use.feature, "text")}
        counted = Occurrences(
            kinds, window=self.within, whole_account=whole_account, distinct=distinct.get(self.used)
        )
        return Happened(counted, self.at_least)

    def sentence(self) -> str:
        """As "used the product on at least 5 days within 14 days"."""
        said = self._counted() + _how_recent(self.within)
        return said if self.used == "seats" else said + _whose(self.by)

    def _counted(self) -> str:
        least = self.at_least
        if self.used == "active_days":
            return say_many(
                "used the product on at least %(count)s day",
                "used the product on at least %(count)s days",
                least,
            )
        if self.used == "features":
            return say_many("used at least %(count)s feature", "used at least %(count)s features", least)
        if self.used == "seats":
            return say("is at an account where at least %(count)s used the product", count=amount(least))
        return say("hit a limit of the plan") + _how_often(least)


class Returned(Criterion):
    """Did something after entering the present stage: ``came_back: any event``."""

    KEYWORD: ClassVar[str] = "came_back"
    USED_IN = ("stage",)

    came_back: Step = Field(description="the kind of event that counts as coming back")

    def condition(self, context: Context) -> Truth:
        """Such an event is newer than the lead's entry into its stage."""
        return CameBack(self.came_back.occurrences())

    def sentence(self) -> str:
        """As "came back" or "came back and did demo_requested"."""
        only = self.came_back == Doing(did=(ANY_EVENT,))
        return say("came back") if only else say("came back and did %(what)s", what=self.came_back.words())


def _how_often(times: int) -> str:
    return " " + say("at least %(count)s times", count=amount(times)) if times > 1 else ""


def _how_recent(within: int | None) -> str:
    return " " + say("in the last %(days)s", days=days_of(within)) if within else ""


def _whose(by: Whose) -> str:
    return " " + say("(counting everybody at the account)") if by == "account" else ""
