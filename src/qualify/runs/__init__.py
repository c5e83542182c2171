"""A playbook over people's files or frames, as of a moment: score, explain, plan, history."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from qualify.runs.explanation import Explained, Explanation
    from qualify.runs.planning import Plan, plan
    from qualify.runs.remembering import history
    from qualify.runs.run import Run, explain, score

_HOMES = {
    "Explained": "explanation",
    "Explanation": "explanation",
    "Plan": "planning",
    "Run": "run",
    "explain": "run",
    "history": "remembering",
    "plan": "planning",
    "score": "run",
}

__all__ = ["Explained", "Explanation", "Plan", "Run", "explain", "history", "plan", "score"]


def __getattr__(name: str) -> Any:
    """Import a name from its home when it is first asked for: to score, nothing else is needed."""
    if name not in _HOMES:
        raise AttributeError(f"module 'qualify.runs' has no attribute {name!r}")
    return getattr(import_module(f"qualify.runs.{_HOMES[name]}"), name)
