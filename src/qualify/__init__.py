"""Qualify: who is qualified, why, to the last hundredth of a point, for today or for any past day.

    from qualify import Playbook, score, explain, plan

    run = score("playbook.yaml", "leads.csv", "events.csv", as_of="2026-11-01")
    run.top(10)
    explain(run, "L000042")

Nothing heavy is imported before it is used.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from qualify.engines.statements import statements
    from qualify.errors import PlaybookError, QualifyError
    from qualify.files import Sources
    from qualify.playbook import Playbook
    from qualify.runs import Explanation, Plan, Run, explain, history, plan, score
    from qualify.scoring.single import Judge

__version__ = "0.1.0"

_HOMES = {
    "Playbook": "qualify.playbook",
    "score": "qualify.runs",
    "explain": "qualify.runs",
    "plan": "qualify.runs",
    "history": "qualify.runs",
    "Run": "qualify.runs",
    "Plan": "qualify.runs",
    "Explanation": "qualify.runs",
    "Sources": "qualify.files",
    "Judge": "qualify.scoring.single",
    "statements": "qualify.engines.statements",
    "QualifyError": "qualify.errors",
    "PlaybookError": "qualify.errors",
}

__all__ = [
    "Explanation",
    "Judge",
    "Plan",
    "Playbook",
    "PlaybookError",
    "QualifyError",
    "Run",
    "Sources",
    "explain",
    "history",
    "plan",
    "score",
    "statements",
]


def __getattr__(name: str) -> Any:
    """Import a public name from its home when it is first asked for."""
    if name not in _HOMES:
        raise AttributeError(f"module 'qualify' has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    """The public names."""
    return [*__all__, "__version__"]
