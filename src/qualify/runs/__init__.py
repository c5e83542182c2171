"""A playbook over people's files or frames, as of a moment: score, explain, plan, history."""

from __future__ import annotations

from qualify.runs.explanation import Explained, Explanation
from qualify.runs.planning import Plan, plan
from qualify.runs.remembering import history
from qualify.runs.run import Run, explain, score

__all__ = ["Explained", "Explanation", "Plan", "Run", "explain", "history", "plan", "score"]
