"""Criteria on who the lead is: traits of the person and of the account."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, ClassVar, Literal, TypeAlias

from pydantic import Field

from qualify.criteria.base import Context, Criterion
from qualify.criteria.comparisons import Test
from qualify.criteria.logic import Field as Value
from qualify.criteria.logic import TextIn, Truth
from qualify.criteria.sentences import by_whom, either, spoken_name
from qualify.criteria.values import Among, OneOrMore, Text, Texts
from qualify.errors import did_you_mean, one_of, shown
from qualify.reading.titles import DEPARTMENTS, SENIORITIES
from qualify.speech import say, sentence

EMAIL_KINDS = ("free", "disposable", "business")
"""What ``qualify.reading.domains`` says of an address."""

SeniorityWord: TypeAlias = Annotated[Text, Among(SENIORITIES, "seniority")]
DepartmentWord: TypeAlias = Annotated[Text, Among(DEPARTMENTS, "department")]
EmailKind: TypeAlias = Annotated[Text, Among(EMAIL_KINDS, "kind of e-mail address")]


class Trait(Test, Criterion):
    """A trait of the person or, where the person has none, of the account: ``trait: industry``."""

    KEYWORD: ClassVar[str] = "trait"

    trait: Text = Field(description="the trait's name, as the data's column has it")

    def condition(self, context: Context) -> Truth:
        """The test on the trait; unknown while the trait is."""
        return self.truth(self.trait)

    def sentence(self) -> str:
        """As "employees is at least 50 and below 1,000"."""
        return say("%(what)s %(test)s", what=spoken_name(self.trait), test=self.words())


class Seniority(Criterion):
    """How senior the job title says the person is: ``seniority: [director, vp, c_level]``."""

    KEYWORD: ClassVar[str] = "seniority"

    seniority: OneOrMore[SeniorityWord] = Field(description=f"one or more of {one_of(SENIORITIES, 40)}")
    title: Text = Field("job_title", description="the trait that holds the job title")

    def condition(self, context: Context) -> Truth:
        """The seniority read from the title; unknown where the title does not say."""
        return _reads(self.title, "seniority", self.seniority)

    def sentence(self) -> str:
        """As "is director or VP by job title"."""
        levels = either(map(spoken_name, self.seniority), 40)
        return say("is %(levels)s by %(title)s", levels=levels, title=spoken_name(self.title))


class Department(Criterion):
    """What the job title says the person works on: ``department: [marketing, sales]``."""

    KEYWORD: ClassVar[str] = "department"

    department: OneOrMore[DepartmentWord] = Field(description=f"one or more of {one_of(DEPARTMENTS, 40)}")
    title: Text = Field("job_title", description="the trait that holds the job title")

    def condition(self, context: Context) -> Truth:
        """The department read from the title; unknown where the title does not say."""
        return _reads(self.title, "department", self.department)

    def sentence(self) -> str:
        """As "works in marketing or sales"."""
        named = either(map(spoken_name, self.department), 40)
        return say("works in %(departments)s", departments=named + by_whom(self.title, "job_title"))


class Email(Criterion):
    """What kind of address the person wrote from: ``email: business``."""

    KEYWORD: ClassVar[str] = "email"

    email: OneOrMore[EmailKind] = Field(
        description="free (a public provider's), disposable (throw-away) or business"
    )
    address: Text = Field("email", description="the trait that holds the e-mail address")

    def condition(self, context: Context) -> Truth:
        """The kind of the address's domain; unknown without a readable address."""
        return _reads(self.address, "email_kind", self.email)

    def sentence(self) -> str:
        """As "has a free or disposable e-mail address"."""
        kinds = either(map(spoken_name, self.email))
        return say("has a %(kinds)s e-mail address", kinds=kinds) + by_whom(self.address, "email")


class Country(Criterion):
    """Where the person or account is: countries, or groups of them: ``country: [dach, FR]``."""

    KEYWORD: ClassVar[str] = "country"

    country: Texts = Field(
        description="country codes or names, and groups (eu, dach, nordics, … or your own)"
    )
    trait_: Text = Field("country", alias="from", description="the trait that holds the country")

    def condition(self, context: Context) -> Truth:
        """The country, however it was typed, is one of these; unknown where it cannot be read."""
        codes = frozenset[str]().union(*(codes_of(each, context.country_sets()) for each in self.country))
        return TextIn(Value(self.trait_, "country"), codes)

    def sentence(self) -> str:
        """As "is in dach or FR"."""
        named = either((spoken_name(word.strip()) for word in self.country), 8)
        return say("is in %(places)s", places=named) + by_whom(self.trait_, "country")


def codes_of(word: str, groups: Mapping[str, frozenset[str]]) -> frozenset[str]:
    """The ISO 3166 codes that a country's name or a group stands for; raises ``ValueError`` for neither.

    ``groups`` are the playbook's own; they go before ours and before countries.
    """
    from qualify.reading import countries

    known = {**countries.GROUPS, **{_key(name): codes for name, codes in groups.items()}}
    if _key(word) in known:
        return known[_key(word)]
    code = countries.country(word)
    if code is None:
        meant = did_you_mean(word.strip(), [*groups, *countries.GROUPS, *countries.names()])
        hint = meant or sentence("; write a code such as DE, an English name, or a group such as eu")
        raise ValueError(
            sentence(
                "%(found)s is neither a country nor a group of countries%(hint)s",
                found=shown(word),
                hint=hint,
            )
        )
    return frozenset({code})


def _key(name: str) -> str:
    return name.strip().casefold().replace(" ", "_").replace("-", "_")


class Icp(Criterion):
    """The lead's account matches a profile of the ICP: ``icp: any`` or a profile's name."""

    KEYWORD: ClassVar[str] = "icp"

    icp: Text = Field(description="the name of a profile, or any")

    def condition(self, context: Context) -> Truth:
        """The profile's own conditions, less its exclusions."""
        return context.profile(self.icp).condition(context)

    def sentence(self) -> str:
        """As "matches the ICP profile mid-market"."""
        if self.icp == "any":
            return say("matches an ICP profile")
        return say("matches the ICP profile %(name)s", name=self.icp)


class Persona(Criterion):
    """The person matches a persona: ``persona: any`` or a persona's name."""

    KEYWORD: ClassVar[str] = "persona"

    persona: Text = Field(description="the name of a persona, or any")

    def condition(self, context: Context) -> Truth:
        """The persona's own conditions, less its exclusions."""
        return context.persona(self.persona).condition(context)

    def sentence(self) -> str:
        """As "is the persona buyer"."""
        if self.persona == "any":
            return say("matches a persona")
        return say("is the persona %(name)s", name=self.persona)


def _reads(
    trait: str, reading: Literal["seniority", "department", "email_kind"], words: tuple[str, ...]
) -> Truth:
    return TextIn(Value(trait, reading), frozenset(words))
