"""The organisations: invented names, log-normal sizes, industries, funding, technologies."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from qualify.market import countries, effects, names
from qualify.market.chance import Flags, Floats, Ints, happens, logistic, pick, skewed, stream, turn_of
from qualify.market.columns import moments, numbered, texts

LEADS_PER_ACCOUNT = 3.2
MEDIAN_EMPLOYEES = 90.0
EMPLOYEES_SIGMA = 1.8
LARGEST = 250_000

INDUSTRY_SHARES = (0.24, 0.15, 0.09, 0.12, 0.09, 0.05, 0.05, 0.04, 0.07, 0.04, 0.03, 0.03)
FUNDING_SHARES = (0.6, 0.1, 0.11, 0.07, 0.04, 0.08)
TECHNOLOGY_SHARES = (0.3, 0.24, 0.12, 0.1, 0.1, 0.45, 0.4, 0.2, 0.3, 0.08)


@dataclass(frozen=True)
class Accounts:
    """Arrays of one entry per account. Codes number the levels in `effects.TRAITS` (or `countries`).

    `technologies` is accounts × technologies; `address_style` numbers the pattern of the company's e-mail
    addresses; `scanned` says that a security scanner reads its mail before the humans do; `fit` is the
    account's share of its people's true fit, in log-odds.
    """

    name: list[str]
    employees: Ints
    industry: Ints
    country: Ints
    funding: Ints
    technologies: Flags
    competitor: Flags
    customer: Flags
    scanned: Flags
    address_style: Ints
    fit: Floats

    def __len__(self) -> int:
        return len(self.name)

    def domains(self) -> list[str]:
        """The companies' domains, under a top level that is reserved for examples (RFC 2606)."""
        return [f"{name.lower().replace(' ', '-')}.example" for name in self.name]


def invent_accounts(leads: int, seed: int) -> Accounts:
    """The accounts of a market of `leads` leads: about one for three leads, at least one."""
    chance = stream(seed, "accounts")
    size = max(1, round(leads / LEADS_PER_ACCOUNT))
    employees = np.rint(skewed(chance, MEDIAN_EMPLOYEES, EMPLOYEES_SIGMA, size)).astype(np.int64)
    employees = employees.clip(1, LARGEST)
    drawn = {
        "industry": pick(chance, INDUSTRY_SHARES, size),
        "funding": pick(chance, FUNDING_SHARES, size),
    }
    technologies = chance.random((size, len(TECHNOLOGY_SHARES))) < np.array(TECHNOLOGY_SHARES)
    customer = happens(chance, 0.03, size)
    return Accounts(
        name=_names(drawn["industry"]),
        employees=employees,
        country=pick(chance, countries.shares(), size),
        technologies=technologies,
        competitor=happens(chance, 0.012, size),
        customer=customer,
        # Scanners are a thing of large firms with a security department.
        scanned=happens(chance, logistic(np.log(employees / 600.0) * 0.9 - 1.4), size),
        address_style=pick(chance, (0.55, 0.25, 0.12, 0.08), size),
        fit=_fit(employees, technologies, customer, **drawn),
        **drawn,
    )


def _names(industry: Ints) -> list[str]:
    kinds, nth = effects.levels("industry"), turn_of(industry)
    return [
        names.company_name(kinds[kind], number)
        for kind, number in zip(industry.tolist(), nth.tolist(), strict=True)
    ]


def employee_band(employees: Ints) -> Ints:
    """The number of the level of `effects.TRAITS["employees"]` for each head count."""
    return np.searchsorted(effects.EMPLOYEE_BANDS, employees, side="right").astype(np.int64) - 1


def _fit(employees: Ints, technologies: Flags, customer: Flags, industry: Ints, funding: Ints) -> Floats:
    parts = {
        "employees": employee_band(employees),
        "industry": industry,
        "funding": funding,
        "customer": customer.astype(np.int64),
    }
    known = technologies @ np.array(effects.worth("technologies"))
    for trait, level in parts.items():
        known = known + np.array(effects.worth(trait))[level]
    return np.asarray(known, dtype=np.float64)


def accounts_table(accounts: Accounts, created: Ints, trial_at_birth: Flags, seed: int) -> pa.Table:
    """The accounts as a table. `created` is epoch ms; seats are those known on that day, so that they give
    nothing away: of customers from before the market, and of accounts that began with a trial.
    """
    chance = stream(seed, "seats")
    seats = np.rint(skewed(chance, 3.0 + np.sqrt(accounts.employees), 0.6, len(accounts))).astype(np.int64)
    trial_seats = 1 + pick(chance, (5, 2, 1.5, 1, 1), len(accounts))
    owned = np.where(accounts.customer, seats.clip(1), np.where(trial_at_birth, trial_seats, 0))
    return pa.table(
        {
            "account_id": numbered("A", np.arange(len(accounts)), 5),
            "created_at": moments(created),
            "name": pa.array(accounts.name, pa.string()),
            "domain": pa.array(accounts.domains(), pa.string()),
            "industry": texts(effects.levels("industry"), accounts.industry),
            "employees": pa.array(accounts.employees, pa.int64()),
            "country": texts(countries.codes(), accounts.country),
            "funding": texts(effects.levels("funding"), accounts.funding),
            "technologies": pa.array(technology_lists(accounts.technologies), pa.string()),
            "seats": pa.array(owned, pa.int64()),
        }
    )


def technology_lists(technologies: Flags) -> list[str | None]:
    """Each account's technologies joined by ';', null when none is known."""
    words = effects.levels("technologies")
    return [
        ";".join(word for word, used in zip(words, row, strict=True) if used) or None
        for row in technologies.tolist()
    ]
