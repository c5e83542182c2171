"""The JSON Schema that editors complete and check with: valid, described throughout, and as strict as the loader."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from qualify.criteria import KINDS
from qualify.playbook import examine, schema, starters
from qualify.playbook.document import read
from tests.playbook.made import RIGHT

SCHEMA = schema()
VALIDATOR = jsonschema.Draft202012Validator(SCHEMA)


def accepted(text: str) -> bool:
    return bool(VALIDATOR.is_valid(read(text).data))


@pytest.mark.slow
def test_it_is_a_json_schema() -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    assert SCHEMA["$schema"] == "https://json-schema.org/draft/2020-12/schema"


@pytest.mark.parametrize("name", starters.names())
def test_it_accepts_the_starters(name: str) -> None:
    errors = [error.message for error in VALIDATOR.iter_errors(read(starters.text(name)).data)]
    assert errors == []


@pytest.mark.parametrize("section", RIGHT)
def test_it_accepts_every_form_that_the_loader_accepts(section: str) -> None:
    book, problems = examine(section)
    assert book is not None, [str(each) for each in problems]
    assert accepted(section)


@pytest.mark.parametrize(
    "wrong",
    [
        "playbook: A",
        "playbook: A\nscores: {}",
        "playbook: A\nscores: {fit: {rules: []}}",
        "playbook: A\nscores: {fit: {rules: [{points: ten, when: {did: a}}]}}",
        "playbook: A\nscores: {fit: {rules: [{points: 5000000, when: {did: a}}]}}",
        "playbook: A\nscores: {fit: {rules: [{points: 10, when: {dit: a}}]}}",
        "playbook: A\nscores: {fit: {rules: [{points: 10, when: {did: a, trait: b}}]}}",
        "playbook: A\nscores: {fit: {rules: [{points: 10, when: {did: a, within: 30 minutes}}]}}",
        "playbook: A\nscores: {fit: {rules: [{points: 10, when: {did: a, within: 0}}]}}",
        "playbook: A\nscores: {fit: {rules: [{points: 10, when: {seniority: boss}}]}}",
        "playbook: A\nscores: {fit: {rules: [{points: 10, when: {any_of: []}}]}}",
        "playbook: A\nscores: {fit: {rules: [{points: 10, when: []}]}}",
        "playbook: A\nscores: {fit: {rules: [{points: 10, half_life: 4000, when: {did: a}}]}}",
        "playbook: A\ncurrency: EURO\nscores: {fit: {rules: [{points: 10, when: {did: a}}]}}",
        "playbook: A\nthresholds: {prospect: 5}\nscores: {fit: {rules: [{points: 10, when: {did: a}}]}}",
        "playbook: A\nstages: {mql: {entre: {score: fit, at_least: 5}}}\nscores: {fit: {rules: [{points: 10, when: {did: a}}]}}",
    ],
)
def test_it_rejects_what_the_loader_rejects_for_its_form(wrong: str) -> None:
    assert examine(wrong)[0] is None
    assert not accepted(wrong)


def test_every_kind_of_criterion_is_offered_wherever_one_may_stand() -> None:
    offered = SCHEMA["$defs"]["AnyCriterion"]["anyOf"]
    keywords = {
        SCHEMA["$defs"][each["$ref"].rpartition("/")[2]]["required"][0] for each in offered if "$ref" in each
    }
    assert keywords == {kind.KEYWORD for kind in KINDS}


def test_every_field_has_a_description_for_the_editor_to_show() -> None:
    assert [name for name, field in fields(SCHEMA) if not field.get("description")] == []


def test_descriptions_are_plain_text() -> None:
    assert [name for name, field in fields(SCHEMA) if "``" in field["description"]] == []
    assert [name for name, part in SCHEMA["$defs"].items() if "``" in part.get("description", "")] == []


def fields(whole: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every field of every part, by name."""
    for name, part in {"": whole, **whole["$defs"]}.items():
        for field, described in part.get("properties", {}).items():
            yield f"{name}.{field}", described


@pytest.mark.parametrize("folder", ["examples", "bench"])
def test_it_accepts_the_other_playbooks_of_the_project(folder: str) -> None:
    for file in (Path(__file__).parents[2] / folder).glob("*.yaml"):
        assert accepted(file.read_text(encoding="utf-8")), file.name
