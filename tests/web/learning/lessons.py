"""What a lesson told, small enough to read; and a model that was learnt from a few hundred made-up leads."""

from __future__ import annotations

import json
from typing import Any

import numpy as np

from qualify.learning.columns import Columns, level, number
from qualify.learning.likelihood import trained

PLAYBOOK = """\
playbook: small
scores:
  fit:
    rules:
      - {points: 10, name: is a champion, when: {seniority: manager}}
  engagement:
    half_life: 14 days
    rules:
      # From the spring's campaign.
      - {points: 10, name: came to a webinar, when: {did: webinar_attended}}
      - {points: -15, name: looks for a job, counts: once, when: {did: careers_viewed}}
      - {points: 5, name: downloaded something, when: {did: content_downloaded}}
stages:
  mql:
    enter:
      - {score: fit, at_least: 45}
      - {score: engagement, at_least: 25}
    leave:
      any_of:
        - {score: fit, below: 40}
        - {score: engagement, below: 15}
"""

FIGURES = {
    "leads": 400, "won": 60, "auc": 0.71, "low": 0.66, "high": 0.77, "lift": 2.3, "log_loss": 0.3,
    "calibration_error": 0.02,
}  # fmt: skip


def support(points: float, low: float, high: float, leads: int = 83) -> dict[str, Any]:
    """What history says of one thing."""
    return {
        "leads": leads, "won": 9, "others": 900, "others_won": 100, "points": points, "low": low, "high": high,
    }  # fmt: skip


def proposal(rule: str, verdict: str, today: float | None, points: int, **more: Any) -> dict[str, Any]:
    """A proposal as a lesson tells it."""
    told = {
        "rule": rule, "verdict": verdict, "today": today, "points": points, "at": None, "when": None,
        "said": "", "evidence": "", "support": support(2, 0, 4),
    }  # fmt: skip
    return {**told, **more}


PROPOSALS = [
    proposal("came to a webinar", "change", 10, 5, at={"score": "engagement", "rule": 0}),
    proposal("looks for a job", "drop", -15, 0, at={"score": "engagement", "rule": 1}),
    proposal("is a champion", "keep", 10, 10, at={"score": "fit", "rule": 0}),
    proposal("industry is software", "new", None, 15, when={"trait": "industry", "is": "software"}),
    proposal("trial_started at least once", "new", None, 20, when={"did": "trial_started", "at_least": 1}),
]


def step(by: int, a_week: float, in_time: list[float]) -> dict[str, Any]:
    """What moved marks would bring."""
    return {
        "by": by, "a_week": a_week, "low": a_week - 5, "high": a_week + 6, "weeks": [round(a_week)] * 8,
        "rate": 0.3, "rate_low": 0.2, "rate_high": 0.4, "decided": 90, "won_a_week": 0.3 * a_week, "found": 50,
        "of_won": 80, "in_time": in_time,
    }  # fmt: skip


def mark(path: list[Any], score: str, word: str, points: float, half_life: float | None) -> dict[str, Any]:
    """A mark as a lesson tells it."""
    return {
        "path": path, "stage": "mql", "score": score, "word": word, "points": points, "half_life": half_life,
    }  # fmt: skip


MARKS: dict[str, Any] = {
    "why": "", "capacities": [10, 20, 40], "promise_hours": 4.0, "weeks": 26, "stages": ["mql", "pql"],
    "steps": [step(0, 30, [0, 0.1, 0.9]), step(10, 18, [0, 0.6, 1]), step(20, 9, [0.5, 1, 1])],
    "marks": [
        mark(["stages", "mql", "enter", 0, "at_least"], "fit", "at_least", 45, None),
        mark(["stages", "mql", "enter", 1, "at_least"], "engagement", "at_least", 25, 14.0),
        mark(["stages", "mql", "leave", "any_of", 1, "below"], "engagement", "below", 15, 14.0),
    ],
    "moved": [],
}  # fmt: skip

CHANCES = [
    {"threshold": 0.01, "a_week": 300.0, "low": 250.0, "high": 350.0, "won_a_week": 15.0, "rate": 0.05},
    {"threshold": 0.1, "a_week": 20.0, "low": 12.0, "high": 30.0, "won_a_week": 4.0, "rate": 0.2},
]

PROFILE = {
    "name": "best customers", "description": "Leads whose employees is at least 200 are twice as good.",
    "conditions": [{"trait": "employees", "at_least": 200}], "persona": False, "leads": 120, "rate": 0.2,
    "overall": 0.1,
    "traits": [{"said": "employees is at least 200", "leads": 120, "lift": 2.0, "low": 1.4, "later": 1.7}],
}  # fmt: skip


def told(**more: Any) -> dict[str, Any]:
    """A lesson that found something: rows, figures, proposals, marks, profiles; nothing has changed lately."""
    found: dict[str, Any] = {
        "rows": 1_000, "won": 110, "lost": 890, "active": True, "nothing_to_learn": False, "horizon_days": 60,
        "why": "it holds on leads that came later", "counts": {"open": 5, "never_worked": 7, "too_young": 9},
        "figures": {"likelihood": FIGURES, "card": FIGURES, "today": FIGURES}, "shuffled": {**FIGURES, "auc": 0.8},
        "questions": [], "left_out": [], "warnings": [], "cut": 1_700_000_000_000, "next": "",
        "auc_by_items": [{"items": 1, "auc": 0.6}, {"items": 8, "auc": 0.7}],
        "calibration": [[0.05, 0.04, 200, 0.02, 0.08], [0.2, 0.22, 200, 0.17, 0.28]],
        "history": [[1_690_000_000_000, 0.7, 0.6, 0.8], [1_700_000_000_000, 0.72, 0.65, 0.8]],
        "rates": {}, "card_lines": [["industry is software", 15]], "proposals": PROPOSALS, "data": "abc",
        "marks": MARKS, "by_chance": CHANCES, "crowned": False, "contest": "", "model": None,
        "drift": {"days": 90, "before": 900, "after": 300, "alarms": [], "kinds": [["page_viewed", 100.0, 110]]},
        "icp": {"why": "", "tried": 50, "found": [PROFILE], "profiles": [],
                "undescribed": {"count": 0, "named": []}},
    }  # fmt: skip
    return {**found, **more}


def model(seed: int = 0, learned_as_of: int = 1_700_000_000_000) -> dict[str, Any]:
    """A model by which Germans of large companies who asked for a demo are won, as it is stored."""
    chance = np.random.default_rng(seed)
    rows = 400
    country = np.where(chance.random(rows) < 0.5, "de", "fr")
    employees, demos = chance.integers(1, 500, rows), chance.integers(0, 3, rows)
    drawn = -2 + 1.5 * (country == "de") + 0.004 * employees + 0.7 * demos + chance.logistic(size=rows)
    columns = Columns(
        [
            level("country", country, asked={"trait": "country"}),
            number("employees", employees, asked={"trait": "employees"}),
            number("times demo_requested", demos, origin="count", asked={"did": "demo_requested"}),
        ]
    )
    likelihood = trained(columns, drawn > 0.5)
    written = {
        "format": 1, "kind": "ridge", "outcome": "won", "horizon_days": 60, "trained_as_of": learned_as_of,
        "rows": rows, "won": int((drawn > 0.5).sum()), "data": "abc", "playbook": None, "left_out": [],
        "active": True, "why": "it holds", "figures": {"likelihood": FIGURES},
        "columns": {name: each.origin for name, each in columns.items()}, "model": likelihood.written(),
        "asked": {
            name: {"origin": each.origin, "number": each.is_number, "asked": dict(each.asked or {})}
            for name, each in columns.items()
        },
    }  # fmt: skip
    found: dict[str, Any] = json.loads(json.dumps(written))
    return found
