"""A shop for tools with three leads, its playbook, and the command to ask about them.

Ada is at a large company in Germany and came to a webinar; Ben is a student in Italy who only reads mail;
Cleo would be like Ada, but nobody knows how large her company is and she did nothing yet.
As of 2026-03-01 Ada has 65 points (50 + 15, her engagement is at its bound), Ben 24.77, Cleo 20.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeAlias

import pytest
from typer.testing import CliRunner, Result

from qualify.cli import app

Ask: TypeAlias = Callable[..., Result]

PLAYBOOK = """\
playbook: Tools
scores:
  fit:
    rules:
      - {points: 30, name: large company, when: {trait: employees, at_least: 50}}
      - {points: 20, name: where we sell, when: {country: [DE, AT]}}
      - {points: -10, name: student, when: {seniority: intern}}
  engagement:
    half_life: 30 days
    bounds: {at_most: 15}
    rules:
      - {points: 5, cap: 8, name: read an e-mail, when: {did: email_read}}
      - {points: 24, name: webinar, when: {did: webinar_attended}}
grades:
  letters: {score: fit, A: 50, B: 20, C: 10}
  numbers: {score: engagement, 1: 12, 2: 10, 3: 5}
thresholds:
  mql: {enter: 60, leave: 50}
stages:
  customer:
    enter: {decision: won}
"""

LEADS = """\
lead_id,email,company,job_title,country,employees,created_at
ada,ada@fabrik.example,Fabrik,Head of Production,Germany,200,2026-01-01T00:00:00Z
ben,ben@uni.example,Uni,Intern,Italy,9000,2026-01-01T00:00:00Z
cleo,cleo@werk.example,Werk,Sales Manager,Austria,,2026-02-15T00:00:00Z
"""

EVENTS = """\
lead_id,kind,happened_at
ada,email_read,2026-02-28T12:00:00Z
ada,email_read,2026-02-28T13:00:00Z
ada,webinar_attended,2026-01-29T12:00:00Z
ben,email_read,2026-02-27T12:00:00Z
"""

OUTCOMES = """\
lead_id,outcome,closed_at
ada,won,2026-03-20T10:00:00Z
ben,lost,2026-03-21T10:00:00Z
"""


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The current folder, with the shop's files in it."""
    for name, text in (
        ("playbook.yaml", PLAYBOOK),
        ("leads.csv", LEADS),
        ("events.csv", EVENTS),
        ("outcomes.csv", OUTCOMES),
    ):
        (tmp_path / name).write_text(text, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    yield tmp_path


@pytest.fixture
def ask(monkeypatch: pytest.MonkeyPatch) -> Ask:
    """Run `qualify` with these words; standard output and standard error are kept apart."""
    for name in ("COLUMNS", "NO_COLOR", "FORCE_COLOR", "QUALIFY_DEBUG"):
        monkeypatch.delenv(name, raising=False)

    def asked(*words: str | Path) -> Result:
        return CliRunner().invoke(app, [str(word) for word in words], prog_name="qualify")

    return asked


@pytest.fixture
def empty(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The current folder, with nothing in it."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def rows_of(text: str) -> list[list[str]]:
    """The lines of printed tables, each as its cells (two blanks or more part them)."""
    import re

    return [re.split(r"\s{2,}", line.strip()) for line in text.splitlines() if line.strip()]
