"""Imports run only upstream, and what is heavy is imported when it is needed."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.house.project import PACKAGE, REPOSITORY, lines

HEAVY = (
    "altair", "django", "duckdb", "ibis", "numpy", "pandas", "polars", "psycopg", "pyarrow", "pyspark",
    "scipy", "sklearn", "sqlglot",
)  # fmt: skip


def test_the_import_contracts_of_pyproject_hold():
    lint = "from importlinter.cli import lint_imports_command; lint_imports_command()"
    checked = run(lint, "--no-cache")
    assert checked.returncode == 0, checked.stdout + checked.stderr


@pytest.mark.parametrize(
    "action",
    [
        pytest.param("import qualify", id="import qualify"),
        pytest.param("import qualify.cli", id="import qualify.cli"),
        pytest.param("import qualify.scoring.single, qualify.stages.ladder", id="the one-lead path"),
        pytest.param("ask('--help')", id="qualify --help"),
        pytest.param("ask('--version')", id="qualify --version"),
        pytest.param("ask('score', '--help')", id="qualify score --help"),
    ],
)
def test_nothing_heavy_is_imported_before_it_is_needed(action):
    loaded = sorted(modules_after(action) & set(HEAVY))
    assert not loaded, lines(loaded)


def test_the_probe_would_see_a_heavy_import():
    assert "duckdb" in modules_after("import duckdb")


def test_the_package_says_that_it_is_typed():
    assert (PACKAGE / "py.typed").exists()


def modules_after(action: str) -> set[str]:
    """Top-level modules that a fresh interpreter holds after `action`."""
    probe = f"""
import sys

def ask(*words):
    from qualify.cli import main
    sys.argv = ["qualify", *words]
    try:
        main()
    except SystemExit as end:
        assert not end.code, end.code

{action}
print("\\n" + " ".join({{name.partition(".")[0] for name in sys.modules}}))
"""
    ran = run(probe)
    assert ran.returncode == 0, ran.stderr
    return set(ran.stdout.splitlines()[-1].split())


def run(code: str, *words: str) -> subprocess.CompletedProcess[str]:
    """Run Python code in a process of its own, from the root of the repository."""
    command = [sys.executable, "-c", code, *words]
    return subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True)
