"""Every command, option, criterion and field is in the reference, and the docs name none that is not."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from tests.house.project import REPOSITORY, lines, project_files

REFERENCE = REPOSITORY / "docs" / "reference"

# Options that Typer gives to every command, for shells and not for the reader of a reference.
GIVEN = {"--help", "--install-completion", "--show-completion"}


def test_every_command_has_a_heading_in_the_reference():
    missing = [name for name in commands() if name and not section(name)]
    assert not missing, lines(missing)


def test_every_option_is_in_the_section_of_its_command_or_in_one_for_all():
    missing = [
        f"qualify {name} {option}"
        for name, command in commands().items()
        for option in sorted(options(command))
        if not is_written(option, section(name)) and not is_written(option, for_all())
    ]
    assert not missing, lines(missing)


def test_the_reference_of_commands_names_no_option_that_is_not_there():
    known = GIVEN.union(*(options(command) for command in commands().values()))
    unknown = set(re.findall(r"(?<![\w-])--[a-z][a-z-]*", reference("commands.md"))) - known
    assert not unknown, lines(sorted(unknown))


def test_the_docs_call_no_command_that_is_not_there():
    pages = [path for path in project_files() if path.suffix == ".md"]
    called = {
        (str(path), word)
        for path in pages
        for word in re.findall(r"(?m)^\s*(?:\$ )?qualify ([a-z][a-z-]*)", code_of(path))
    }
    unknown = [f"{page}: qualify {word}" for page, word in sorted(called) if word not in commands()]
    assert not unknown, lines(unknown)


def test_every_criterion_and_its_fields_are_in_the_reference():
    from qualify.criteria import KINDS

    missing = [f"{kind.KEYWORD}: {word}" for kind in KINDS for word in missing_words(kind)]
    missing += [kind.KEYWORD for kind in KINDS if not is_written(kind.KEYWORD, reference("playbook.md"))]
    assert not missing, lines(missing)


def test_every_section_of_a_playbook_and_its_fields_are_in_the_reference():
    from qualify.criteria import Criterion, Written
    from qualify.playbook import Playbook

    parts = [part for part in below(Written) if not issubclass(part, Criterion)]
    assert Playbook in parts
    missing = [f"{part.__name__}: {word}" for part in parts for word in missing_words(part)]
    assert not missing, lines(missing)


def test_every_table_and_its_columns_are_in_the_reference():
    from qualify import tables

    declared = [one for one in vars(tables).values() if isinstance(one, tables.Table)]
    assert declared
    words = [(table.name, column.name) for table in declared for column in table.columns]
    everything = "\n".join(reference(page.name) for page in sorted(REFERENCE.glob("*.md")))
    missing = [f"{table}.{word}" for table, word in words if not is_written(word, everything)]
    assert not missing, lines(missing)


@pytest.mark.parametrize(
    ("word", "text", "expected"),
    [
        ("--top", "`--top N` shows the first", True),
        ("--top", "`--top-n`", False),
        ("did", "what the lead did", False),
        ("did", "use `did`", True),
        ("did", "    did: pricing_page", True),
        ("did", "    when: {did: pricing_page}", True),
        ("did", "  - did: pricing_page", True),
    ],
)
def test_a_word_counts_as_written_when_it_is_set_as_code(word, text, expected):
    assert is_written(word, text) is expected


@cache
def commands() -> dict[str, Any]:
    """Every command that is shown, by its words; '' is `qualify` itself."""
    from typer.main import get_command

    from qualify.cli import app

    def walk(command: Any, name: str) -> dict[str, Any]:
        inside = getattr(command, "commands", {})
        found = {name: command}
        for word, child in inside.items():
            found |= {} if child.hidden else walk(child, f"{name} {word}".strip())
        return found

    return walk(get_command(app), "")


def options(command: Any) -> set[str]:
    """The long names of a command's options, as they are typed."""
    shown = [one for one in command.params if not getattr(one, "hidden", False)]
    typed = [word for one in shown for word in (*one.opts, *one.secondary_opts)]  # those that say no, too
    return {word for word in typed if word.startswith("--")} - GIVEN


@cache
def reference(page: str) -> str:
    return (REFERENCE / page).read_text(encoding="utf-8")


@cache
def section(command: str) -> str:
    """What stands in the reference below the heading that names a command; '' without such a heading."""
    text = reference("commands.md")
    heading = re.search(rf"(?m)^(#+)[^\n]*\bqualify {re.escape(command)}\b[^\n]*$", text)
    if not command or not heading:
        return ""
    rest = text[heading.end() :]
    following = re.search(rf"(?m)^#{{1,{len(heading[1])}}} ", rest)
    return rest[: following.start()] if following else rest


def for_all() -> str:
    """What the reference of commands says outside the sections of single commands."""
    text = reference("commands.md")
    for name in commands():
        text = text.replace(section(name), "") if section(name) else text
    return text


def code_of(path: Path) -> str:
    """The fenced code of a page."""
    text = (REPOSITORY / path).read_text(encoding="utf-8")
    return "\n".join(re.findall(r"(?ms)^ *```[^\n]*\n(.*?)^ *```", text))


def is_written(word: str, text: str) -> bool:
    """Whether a text names the word as code: in backticks, or as the key of YAML, or as an option."""
    exact = rf"(?<![\w-]){re.escape(word)}(?![\w-])"
    if word.startswith("--"):
        return re.search(exact, text) is not None
    return re.search(rf"`[^`\n]*{exact}[^`\n]*`|(?m:^[\s-]*|[{{,] *){exact}:", text) is not None


def missing_words(part: Any) -> list[str]:
    """The fields of a part of the playbook, as they are written, that its reference does not name."""
    fields = part.model_fields.items()
    written = [field.serialization_alias or field.alias or name for name, field in fields]
    return [word for word in written if not is_written(word, reference("playbook.md"))]


def below(part: type) -> list[Any]:
    """All classes made from this one, at any depth."""
    children: list[type] = part.__subclasses__()
    return children + [found for child in children for found in below(child)]
