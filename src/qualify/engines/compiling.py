"""From a playbook to SQL text: compiled once, kept, and run by each engine's own driver.

Ibis is the compiler here and nothing else. The text holds a placeholder where the moment goes, so one text
serves every day; it is kept in the user's cache folder (``$QUALIFY_CACHE``, or off) because compiling takes
longer than scoring ten thousand leads does. The starters' texts come with us (:mod:`qualify.engines.ready`).
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any, Literal, TypeAlias

from qualify.engines.ready import ready
from qualify.scoring.canonical import Type, judged_columns, tallied_columns
from qualify.scoring.layout import Layout

Dialect: TypeAlias = Literal["duckdb", "sqlite", "postgres", "pyspark"]
What: TypeAlias = Literal["tallied", "judged", "scores", "ledger", "states"]

AS_OF = 4_242_424_242_424_242
"""The placeholder for the moment (:data:`qualify.scoring.expression.AS_OF`)."""


@dataclass(frozen=True)
class Question:
    """What is to be compiled: for which canonical tables, ids of which type, in which dialect.

    ``staged`` builds on the tables ``tallied`` and ``judged`` that earlier statements filled; ``resumed``
    moves stages on from the states in the table ``previous``.
    """

    dialect: Dialect = "duckdb"
    present: frozenset[str] = frozenset({"leads", "events"})
    key: Literal["string", "int64"] = "string"
    slices: bool = False
    staged: bool = False
    resumed: bool = False


def statement(layout: Layout, what: What, question: Question) -> str:
    """The SQL text with the placeholder in it; compiled only when it never was before."""
    key = (what, question)
    if key not in layout.texts:
        layout.texts[key] = _from_cache(layout, what, question)
    return layout.texts[key]


def _from_cache(layout: Layout, what: What, question: Question) -> str:
    kept = _kept(layout, what, question)
    if kept is not None and kept.exists():
        with contextlib.suppress(OSError, UnicodeDecodeError):
            return kept.read_text(encoding="utf-8")
    if kept is None:
        return _compiled(layout, what, question)
    text = ready(layout.book.fingerprint, what, question) or _compiled(layout, what, question)
    _keep(kept, text)
    return text


def as_of(text: str, moment: int) -> str:
    """The statement for that moment (epoch milliseconds)."""
    return text.replace(str(AS_OF), str(int(moment)))


def _kept(layout: Layout, what: What, question: Question) -> Path | None:
    folder = os.environ.get("QUALIFY_CACHE", "")
    if folder == "off":
        return None
    home = os.environ.get("XDG_CACHE_HOME") or Path("~/.cache").expanduser()
    asked = f"{_version()} {layout.book.fingerprint} {what} {sorted(question.present)} {_flat(question)}"
    name = hashlib.sha256(asked.encode()).hexdigest()[:32]
    return (Path(folder) if folder else Path(home) / "qualify") / f"{name}.sql"


def _flat(question: Question) -> str:
    return f"{question.dialect} {question.key} {question.slices} {question.staged} {question.resumed}"


@cache
def _version() -> str:
    """Changes whenever the compiler's own source does, or the libraries that it stands on."""
    from importlib.metadata import version

    rooms = ("criteria", "scoring", "stages", "playbook", "engines")
    files = sorted(file for room in rooms for file in (Path(__file__).parent.parent / room).glob("*.py"))
    marks = [f"{name} {version(name)}" for name in ("ibis-framework", "sqlglot")]
    marks += [f"{file.name}:{(stat := file.stat()).st_size}:{stat.st_mtime_ns}" for file in files]
    return hashlib.sha256(" ".join(marks).encode()).hexdigest()


def _keep(path: Path, text: str) -> None:
    """Write it whole or not at all; a cache that cannot be written is none."""
    with contextlib.suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(dir=path.parent, suffix=".part")
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
        Path(temporary).replace(path)


def _compiled(layout: Layout, what: What, question: Question) -> str:
    import ibis

    from qualify.scoring.expression import Scoring, unbound
    from qualify.scoring.ledger import lines
    from qualify.stages.expression import STATE, stepped

    scoring = Scoring(layout, unbound(layout, question.present, question.key), slices=question.slices)
    if question.staged:
        scoring = _on_stages(scoring, what, question.key)
    previous = ibis.table({**STATE, "lead_id": question.key}, name="previous") if question.resumed else None
    expressions: dict[str, Callable[[], Any]] = {
        "tallied": lambda: scoring.tallied,
        "judged": lambda: scoring.judged,
        "scores": scoring.selected,
        "ledger": lambda: lines(scoring),
        "states": lambda: stepped(scoring, previous),
    }
    # To merge selects is a third of the work. Where a statement reads but one filled table, DuckDB makes up for it.
    plain = question.dialect == "duckdb" and question.staged and what == "states"
    return text_of(expressions[what](), question.dialect, fused=not plain)


def _on_stages(scoring: Any, what: What, key: Type) -> Any:
    """The scoring with the tables that are filled by then in place of their expressions."""
    import ibis

    if what == "tallied":
        return scoring
    tallied = ibis.table(tallied_columns(key), name="tallied")
    if what == "judged":
        return replace(scoring, tallied_as=tallied)
    judged = ibis.table(judged_columns(scoring.layout, frozenset(scoring.tables), key), name="judged")
    return replace(scoring, tallied_as=tallied, judged_as=judged)


def text_of(expression: Any, dialect: Dialect, *, fused: bool = True) -> str:
    """An Ibis expression as SQL text, selects inside selects merged unless that is not wanted."""
    compiler, name = _compiler(dialect)
    with _fused(fused):
        made = compiler.to_sqlglot(expression)
    _mend(made)
    if dialect == "sqlite":  # its parser gives up on queries that nest deeply
        from sqlglot.optimizer.eliminate_subqueries import eliminate_subqueries

        made = eliminate_subqueries(made)
    return str(made.sql(dialect=name))


@contextlib.contextmanager
def _fused(wanted: bool) -> Iterator[None]:
    """With selects inside selects merged by Ibis, or not."""
    from ibis.config import options

    before = options.sql.fuse_selects
    options.sql.fuse_selects = wanted
    try:
        yield
    finally:
        options.sql.fuse_selects = before


def _mend(made: Any) -> None:
    """Put in the parentheses that Ibis 12 leaves out of ``(NOT x) IS NULL``, which without them means the opposite."""
    from sqlglot import expressions

    for asked in list(made.find_all(expressions.Is)):
        if isinstance(asked.this, expressions.Not):
            asked.set("this", expressions.Paren(this=asked.this))


def _compiler(dialect: Dialect) -> tuple[Any, str]:
    """Ibis's compiler for the dialect, without its backend or driver."""
    if dialect == "duckdb":
        from ibis.backends.sql.compilers.duckdb import DuckDBCompiler

        return DuckDBCompiler(), "duckdb"
    if dialect == "sqlite":
        from ibis.backends.sql.compilers.sqlite import SQLiteCompiler

        return SQLiteCompiler(), "sqlite"
    if dialect == "postgres":
        from ibis.backends.sql.compilers.postgres import PostgresCompiler

        return PostgresCompiler(), "postgres"
    return _spark(), "databricks"


def _spark() -> Any:
    """The Spark compiler; it reads one option that only Ibis's Spark backend, which needs Spark, registers."""
    from ibis.backends.sql.compilers.pyspark import PySparkCompiler
    from ibis.config import Config, options

    if options.pyspark is None:
        options.pyspark = type(
            "Options", (Config,), {"__annotations__": {"treat_nan_as_null": bool}, "treat_nan_as_null": False}
        )()
    return PySparkCompiler()
