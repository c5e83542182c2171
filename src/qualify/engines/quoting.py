"""Names and texts inside SQL.

Statements carry their values as quoted literals: DuckDB imports pandas and pyarrow, where they are installed,
as soon as a statement has a parameter, which takes longer than scoring a small file.
"""

from __future__ import annotations

from collections.abc import Iterable


def named(name: str) -> str:
    """An identifier."""
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    """A text."""
    return "'" + text.replace("'", "''") + "'"


def listed(texts: Iterable[str]) -> str:
    """Texts in parentheses, for ``IN``."""
    return "(" + ", ".join(literal(text) for text in texts) + ")"
