"""The built package holds all that pages are made of: hatch leaves out what .gitignore names, whether it is kept or not."""

from __future__ import annotations

import subprocess
import tomllib
from pathlib import Path

import pytest

from tests.web.words.gathering import CODE, LOCALE

ROOT = Path(__file__).parents[3]
MADE_WHEN_BUILT = {"vega.js", "vega.js.gz"}
"""What src/bundle_charts.py adds by itself."""


def test_the_package_takes_along_what_pages_are_made_of() -> None:
    if not (ROOT / ".git").exists():
        pytest.skip("no repository: what hatch would leave out cannot be asked")
    needed = [
        path
        for path in CODE.rglob("*")
        if path.suffix in {".mo", ".po", ".html", ".css", ".js", ".txt", ".yaml"}
    ]
    assert {path.suffix for path in needed} == {".mo", ".po", ".html", ".css", ".js", ".txt", ".yaml"}
    asked = "\n".join(str(path.relative_to(ROOT)) for path in needed)
    ran = subprocess.run(
        ["git", "check-ignore", "--no-index", "--stdin"], input=asked, capture_output=True, text=True, check=False,
        cwd=ROOT,
    )  # fmt: skip
    assert ran.returncode in (0, 1), ran.stderr
    assert {Path(each).name for each in ran.stdout.splitlines()} <= MADE_WHEN_BUILT


def test_the_package_leaves_nothing_out_by_its_own_settings() -> None:
    built = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["hatch"]["build"]
    assert built["targets"]["wheel"] == {"packages": ["src/qualify"]}
    assert set(built) == {"targets", "hooks"}


def test_every_catalogue_is_there_compiled() -> None:
    written = sorted(LOCALE.glob("*/LC_MESSAGES/django.po"))
    assert written and all(each.with_suffix(".mo").stat().st_size > 1_000 for each in written)
