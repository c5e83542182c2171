"""Criteria on what the lead did: one kind of event, a sequence of two, silence, and use of the product."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, Literal, TypeAlias

from pydantic import BeforeValidator, Field

from qualify.criteria.base import Context, Criterion, Written
from qualify.criteria.comparisons import Test
from qualify.criteria.logic import Both, CameBack, Happened, Occurrences, Quiet, Truth
from qualify.criteria.logic import Field as Value
from qualify.criteria.sentences import counted, days_of
from qualify.criteria.values import Count, Days, Short, Text, Texts
from qualify.errors import one_of

ANY_EVENT = "any event"

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
        said = ANY_EVENT if ANY_EVENT in self.did else one_of(self.did, 6)
        tests = " and ".join(f"{name} {test.words()}" for name, test in self.where.items())
        return f"{said} where {tests}" if tests else said


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
        return f"did {self.words()}{comma}{more}{_whose(self.by)}"


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
        return f"did {first}, then within {days_of(self.apart_at_most)} {then}{comma}{more}{_whose(self.by)}"


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
            return f"has been quiet for {days_of(self.quiet_for)}{_whose(self.by)}"
        done = f"has not done {self.doing.words()} for {days_of(self.quiet_for)}"
        return f"{done}{_whose(self.by)}, though once before"


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
        said = {
            "active_days": f"used the product on at least {counted(self.at_least, 'day')}",
            "features": f"used at least {counted(self.at_least, 'feature')}",
            "seats": f"is at an account where at least {self.at_least:,} used the product",
            "limits": f"hit a limit of the plan{_how_often(self.at_least)}",
        }
        return said[self.used] + _how_recent(self.within) + ("" if self.used == "seats" else _whose(self.by))


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
        return "came back" if only else f"came back and did {self.came_back.words()}"


def _how_often(times: int) -> str:
    return f" at least {times:,} times" if times > 1 else ""


def _how_recent(within: int | None) -> str:
    return f" in the last {days_of(within)}" if within else ""


def _whose(by: Whose) -> str:
    return " (counting everybody at the account)" if by == "account" else ""
