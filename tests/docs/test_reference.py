"""What the reference lists is what there is: groups of countries, public names, exit codes."""

from __future__ import annotations

import re

from tests.docs.pages import DOCS

FOR_THE_COMMAND_LINE = {"no_such_lead"}


def reference(page: str) -> str:
    return (DOCS / "reference" / page).read_text(encoding="utf-8")


def test_every_group_of_countries_is_listed_and_none_besides():
    from qualify.reading.countries import GROUPS

    section = reference("playbook.md").partition("## `country_groups`")[2].partition("```")[0]
    assert set(re.findall(r"`([a-z_]+)`", section)) - {"country_groups"} == set(GROUPS)


def test_every_public_name_is_explained():
    import qualify

    text = reference("python.md")
    assert not [name for name in qualify.__all__ if not re.search(rf"`{name}\b", text)]


def test_every_public_thing_of_a_run_an_explanation_and_a_plan_is_explained():
    from dataclasses import fields

    from qualify.runs import Explanation, Plan, Run

    text = reference("python.md")
    names = [name for name in vars(Run) if not name.startswith("_") and name not in FOR_THE_COMMAND_LINE]
    names += [each.name for kind in (Explanation, Plan) for each in fields(kind)]
    assert not [name for name in names if not re.search(rf"`(?:\w+\.)?{name}\b", text)]


def test_every_exit_code_is_listed_with_the_number_that_it_has():
    from qualify.cli.failures import BUG, INTERRUPTED, MENDABLE, REJECTED

    listed = {int(code) for code in re.findall(r"(?m)^\| (\d+) \|", reference("exit-codes.md"))}
    assert listed == {0, 2, MENDABLE, REJECTED, BUG, INTERRUPTED}
