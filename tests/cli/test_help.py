"""What somebody sees who has never used the command."""

from __future__ import annotations

import subprocess
import sys

import pytest

import qualify
from qualify.cli.application import COMMANDS as PLACES
from qualify.cli.application import Place, found
from tests.cli.conftest import Ask

COMMANDS = ("demo", "init", "check", "schema", "score", "explain", "plan", "history", "simulate")


@pytest.mark.parametrize("words", [[], ["--help"], ["-h"]])
def test_help_lists_every_command_and_where_to_start(ask: Ask, words: list[str]):
    said = ask(*words)
    assert said.exit_code == 0
    assert all(f"\n  {command} " in said.stdout for command in COMMANDS)
    assert "Start here:\n    qualify demo" in said.stdout


@pytest.mark.parametrize("command", COMMANDS)
def test_each_command_teaches_by_examples_that_call_it(ask: Ask, command: str):
    said = ask(command, "--help")
    assert said.exit_code == 0
    assert f"Examples:\n    qualify {command}" in said.stdout


def test_the_summary_of_every_command_fits_on_its_line(ask: Ask):
    listed = ask("--help").stdout.partition("Commands:")[2]
    assert "..." not in listed


def test_the_version_is_the_packages(ask: Ask):
    assert ask("--version").stdout == f"qualify {qualify.__version__}\n"


def test_a_mistyped_command_is_corrected(ask: Ask):
    said = ask("exlpain")
    assert said.exit_code == 2
    assert "Did you mean 'explain'" in said.stderr


def test_python_runs_the_package_as_the_command():
    said = subprocess.run([sys.executable, "-m", "qualify", "--version"], capture_output=True, text=True)
    assert (said.returncode, said.stdout) == (0, f"qualify {qualify.__version__}\n")


@pytest.mark.parametrize("command", [each for each in PLACES.values() if "qualify.cli" in str(each)])
def test_a_command_is_listed_with_what_it_says_of_itself_first(command: Place):
    assert (found(command.path).__doc__ or "").splitlines()[0] == command.summary


def test_no_command_waits_for_another_to_be_imported():
    asked = "import sys, qualify.cli; print(*(name for name in sys.modules if name.startswith('qualify.')))"
    said = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True)
    assert not {path.path.partition(":")[0] for path in PLACES.values() if isinstance(path, Place)} & set(
        said.stdout.split()
    )
