"""One year of a market of 3,000 leads, and a desk with all its tables to put questions to."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

import duckdb
import pytest

from qualify.market import Market, simulate

Ask: TypeAlias = Callable[[str], list[tuple[Any, ...]]]


@pytest.fixture(scope="session")
def market() -> Market:
    return simulate(3_000, 365, seed=11)


@pytest.fixture(scope="session")
def ask(market: Market) -> Ask:
    """Rows of an SQL query over the market's tables, and over truth_leads and truth_events."""
    return desk(market)


def desk(market: Market) -> Ask:
    """A desk for another market than the common one."""
    connection = duckdb.connect()
    connection.execute("SET TimeZone = 'UTC'")
    for name, table in market.tables().items():
        connection.register(name, table)
    connection.register("truth_leads", market.truth.leads)
    connection.register("truth_events", market.truth.events)
    return lambda query: connection.execute(query).fetchall()
