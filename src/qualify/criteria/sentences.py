"""The turns of phrase that criteria's sentences share."""

from __future__ import annotations

_AS_SPOKEN = {"vp": "VP", "c_level": "C-level", "it": "IT", "hr": "HR"}


def spoken_name(name: str) -> str:
    """A column's name or one of our words as people say it: ``job_title`` → ``job title``."""
    return _AS_SPOKEN.get(name, name.replace("_", " "))


def days_of(count: int) -> str:
    """As "1 day" or "30 days"."""
    return counted(count, "day")


def counted(count: int, thing: str) -> str:
    """As "1 day" or "1,200 days"."""
    return f"{count:,} {thing}{'' if count == 1 else 's'}"


def by_whom(trait: str, usual: str) -> str:
    """Where a value was read, when that is not the usual trait: `` (by billing country)``."""
    return "" if trait == usual else f" (by {spoken_name(trait)})"
