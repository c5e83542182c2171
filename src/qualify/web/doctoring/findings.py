"""What the doctor finds."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Literal, NamedTuple

Level = Literal["ok", "warning", "problem"]
LEVELS: tuple[Level, ...] = ("ok", "warning", "problem")


class Finding(NamedTuple):
    """What was looked at, how it is, in words, and what to do about it (empty: nothing)."""

    what: str
    level: Level
    text: str
    todo: str = ""


Check = Callable[[], Iterable[Finding]]


def ok(what: str, text: str) -> Finding:
    """All is well."""
    return Finding(what, "ok", text)


def warning(what: str, text: str, todo: str) -> Finding:
    """It works, and should be looked at."""
    return Finding(what, "warning", text, todo)


def problem(what: str, text: str, todo: str) -> Finding:
    """It does not work."""
    return Finding(what, "problem", text, todo)


def worst(findings: Iterable[Finding]) -> int:
    """0 when all is well, 1 with warnings, 2 with problems."""
    return max((LEVELS.index(each.level) for each in findings), default=0)


def examined(checks: Iterable[Check]) -> Iterator[Finding]:
    """What the checks find; one that fails is a finding itself."""
    for check in checks:
        try:
            yield from check()
        except Exception as error:
            said = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
            yield problem(
                check.__name__.replace("_", " "), f"cannot be looked at: {said}", "see above, or report it"
            )
