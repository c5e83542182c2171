"""Criteria on who the lead is: traits of the person and of the account."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import Field, field_validator

from qualify.criteria.base import Context, Criterion
from qualify.criteria.comparisons import Test, Texts
from qualify.criteria.logic import Field as Value
from qualify.criteria.logic import Reading, TextIn, Truth
from qualify.errors import did_you_mean, one_of

#: The senses that ``qualify.reading.titles`` reads from a job title.
SENIORITIES = ("intern", "entry", "staff", "senior", "manager", "head", "director", "vp", "c_level", "owner")
DEPARTMENTS = (
    "engineering",
    "it",
    "product",
    "design",
    "data",
    "marketing",
    "sales",
    "customer_success",
    "finance",
    "hr",
    "legal",
    "operations",
    "procurement",
    "education",
    "research",
    "medical",
    "executive",
    "administration",
)
EMAIL_KINDS = ("free", "disposable", "business")


def _listed(values: tuple[str, ...], allowed: tuple[str, ...], what: str) -> tuple[str, ...]:
    for value in values:
        if value not in allowed:
            raise ValueError(
                f"{value!r} is not a {what}{did_you_mean(value, allowed)} Allowed: {one_of(allowed)}"
            )
    return values


class Trait(Test, Criterion):
    """A trait of the person or, where the person has none, of the account: ``trait: industry``."""

    KEYWORD: ClassVar[str] = "trait"

    trait: str = Field(min_length=1, description="the trait's name, as the data's column has it")

    def condition(self, context: Context) -> Truth:
        """The test on the trait; unknown while the trait is."""
        return self.truth(self.trait)

    def sentence(self) -> str:
        """As "has industry: is software or internet"."""
        return f"{spoken_name(self.trait)} {self.words()}"


class Seniority(Criterion):
    """How senior the job title says the person is: ``seniority: [director, vp, c_level]``."""

    KEYWORD: ClassVar[str] = "seniority"

    seniority: Texts = Field(description=f"one or more of {one_of(SENIORITIES, 40)}")
    title: str = Field("job_title", description="the trait that holds the job title")

    @field_validator("seniority")
    @classmethod
    def _allowed(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        return _listed(value, SENIORITIES, "seniority")

    def condition(self, context: Context) -> Truth:
        """The seniority read from the title; unknown where the title does not say."""
        return _reads(self.title, "seniority", self.seniority)

    def sentence(self) -> str:
        """As "the job title says director or vp"."""
        return f"{spoken_name(self.title)} says {one_of([spoken_name(each) for each in self.seniority])}"


class Department(Criterion):
    """What the job title says the person works on: ``department: [marketing, sales]``."""

    KEYWORD: ClassVar[str] = "department"

    department: Texts = Field(description=f"one or more of {one_of(DEPARTMENTS, 40)}")
    title: str = Field("job_title", description="the trait that holds the job title")

    @field_validator("department")
    @classmethod
    def _allowed(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        return _listed(value, DEPARTMENTS, "department")

    def condition(self, context: Context) -> Truth:
        """The department read from the title; unknown where the title does not say."""
        return _reads(self.title, "department", self.department)

    def sentence(self) -> str:
        """As "works in marketing or sales"."""
        return f"works in {one_of([spoken_name(each) for each in self.department])} (by {spoken_name(self.title)})"


class Email(Criterion):
    """What kind of address the person wrote from: ``email: business``."""

    KEYWORD: ClassVar[str] = "email"

    email: Texts = Field(description="free (a public provider's), disposable (throw-away) or business")
    address: str = Field("email", description="the trait that holds the e-mail address")

    @field_validator("email")
    @classmethod
    def _allowed(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        return _listed(value, EMAIL_KINDS, "kind of e-mail address")

    def condition(self, context: Context) -> Truth:
        """The kind of the address's domain; unknown without a readable address."""
        return _reads(self.address, "email_kind", self.email)

    def sentence(self) -> str:
        """As "writes from a free e-mail address"."""
        return f"writes from a {one_of(self.email)} {spoken_name(self.address)} address"


class Country(Criterion):
    """Where the person or account is: countries, or groups of them: ``country: [dach, FR]``."""

    KEYWORD: ClassVar[str] = "country"

    country: Texts = Field(description="country codes or names, and groups (eu, dach, nordics, … or your own)")
    trait_: str = Field("country", alias="from", description="the trait that holds the country")

    @field_validator("country")
    @classmethod
    def _strings(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(each.strip() for each in value)

    def condition(self, context: Context) -> Truth:
        """The country, however it was typed, is one of these; unknown where it cannot be read."""
        codes = frozenset[str]().union(*(codes_of(each, context.country_sets()) for each in self.country))
        return TextIn(Value(self.trait_, "country"), codes)

    def sentence(self) -> str:
        """As "is in dach or FR"."""
        return f"is in {one_of(self.country, 8)} (by {spoken_name(self.trait_)})"


def codes_of(word: str, groups: dict[str, frozenset[str]] | object) -> frozenset[str]:
    """The ISO 3166 codes that a country's name or a group stands for; raises ``ValueError`` for neither."""
    from qualify.reading import countries

    own: dict[str, frozenset[str]] = dict(groups)  # type: ignore[call-overload]
    key = word.casefold().replace(" ", "_").replace("-", "_")
    if word in own or key in own:
        return own.get(word) or own[key]
    if key in countries.GROUPS:
        return countries.GROUPS[key]
    code = countries.country(word)
    if code is None:
        known = [*own, *countries.GROUPS, *countries.names()]
        raise ValueError(f"{word!r} is neither a country nor a group of countries{did_you_mean(word, known)}")
    return frozenset({code})


class Icp(Criterion):
    """The lead's account matches a profile of the ICP: ``icp: any`` or a profile's name."""

    KEYWORD: ClassVar[str] = "icp"

    icp: str = Field(description="the name of a profile, or any")

    def condition(self, context: Context) -> Truth:
        """The profile's own conditions, less its exclusions."""
        return context.profile(self.icp).condition(context)

    def sentence(self) -> str:
        """As "matches the ICP profile mid-market"."""
        return "matches an ICP profile" if self.icp == "any" else f"matches the ICP profile {self.icp}"


class Persona(Criterion):
    """The person matches a persona: ``persona: any`` or a persona's name."""

    KEYWORD: ClassVar[str] = "persona"

    persona: str = Field(description="the name of a persona, or any")

    def condition(self, context: Context) -> Truth:
        """The persona's own conditions, less its exclusions."""
        return context.persona(self.persona).condition(context)

    def sentence(self) -> str:
        """As "is the persona buyer"."""
        return "matches a persona" if self.persona == "any" else f"is the persona {self.persona}"


def _reads(trait: str, reading: Literal["seniority", "department", "email_kind"], values: Texts) -> Truth:
    as_read: Reading = reading
    return TextIn(Value(trait, as_read), frozenset(values))


def spoken_name(name: str) -> str:
    """A column's name as words: ``job_title`` → ``job title``."""
    return name.replace("_", " ")
