"""What the compiled statements look like, where that decides how long they take."""

from __future__ import annotations

import ibis
import pytest

from qualify.engines.compiling import Question, statement, text_of
from qualify.playbook import parse
from qualify.scoring.choosing import chosen
from qualify.scoring.layout import Layout

STAGED = Question("duckdb", frozenset({"leads", "events"}), staged=True)


def layout(rules: int) -> Layout:
    """So many rules on traits, half of them capped, and as many on behaviour."""
    traits = [
        f"{{points: 9, cap: {4 + n % 2 * 8}, when: {{trait: size, at_least: {n}}}}}" for n in range(rules)
    ]
    deeds = [f"{{points: 8, cap: 9, when: {{did: visited, within: {n + 1} days}}}}" for n in range(rules)]
    return Layout(parse(f"playbook: many\nscores:\n  one: {{rules: [{', '.join(traits + deeds)}]}}\n"))


def test_the_ledger_reads_every_table_as_often_for_many_rules_as_for_few() -> None:
    for table in ('"judged"', '"tallied"'):
        few, many = (statement(layout(rules), "ledger", STAGED).count(table) for rules in (2, 6))
        assert few == many <= 2, table


@pytest.mark.parametrize("numbers", [[3], [0, 1], [0, 1, 2, 3, 7], [1, 3, 5], [2, 4, 5, 6, 9]])
def test_a_number_among_several_is_found_and_no_other(numbers: list[int]) -> None:
    import duckdb

    table = ibis.table({"number": "int32"}, name="numbers")
    picked = chosen(table.number, dict.fromkeys(numbers, 7), "int64")
    text = text_of(table.filter(picked == 7).select("number"), "duckdb")
    assert " IN " not in text, "DuckDB joins a table for it"
    with duckdb.connect() as connection:
        connection.execute("CREATE TABLE numbers AS SELECT i::INTEGER AS number FROM range(12) r(i)")
        assert sorted(row[0] for row in connection.execute(text).fetchall()) == numbers
