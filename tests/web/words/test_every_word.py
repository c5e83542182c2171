"""Nothing that somebody sees on a page is English for good: every word is translated, or somebody else's."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.web.words.pseudo import CLOSE, OPEN, Outside
from tests.web.words.seeing import seen

ROOT = Path(__file__).parents[3]
LEADS = 30


@pytest.mark.slow
def test_every_word_of_every_page_can_be_translated(tmp_path: Path) -> None:
    told = _run(tmp_path, "", "tests.browser.members", str(LEADS))
    assert json.loads(_run(tmp_path, told, "tests.web.words.walk")) == {}


def _run(folder: Path, told: str, *words: str) -> str:
    ran = subprocess.run(
        [sys.executable, "-m", *words], input=told, capture_output=True, text=True, check=False, cwd=ROOT,
        env={**os.environ, "QUALIFY_DATA": str(folder), "QUALIFY_DATABASE_URL": ""},
    )  # fmt: skip
    assert ran.returncode == 0, ran.stdout + ran.stderr
    return ran.stdout.splitlines()[-1]


def test_a_message_goes_through_elements() -> None:
    outside = Outside()
    assert [outside(each) for each in (f"a {OPEN}b", "c", f"d{CLOSE} e")] == ["a ·", "", "e"]


def test_what_is_read_out_is_seen_and_what_is_hidden_is_not() -> None:
    page = (
        '<title>T</title><style>s</style><input type="submit" value="V"><input value="no" placeholder="P">'
        '<p aria-label="A">x<code>c</code></p><script type="application/json">{"title": "C", "field": "f"}</script>'
    )
    said = {each.text for each in seen(page) if not each.quiet}
    assert said == {"T", "V", "P", "A", "x", "C"}
