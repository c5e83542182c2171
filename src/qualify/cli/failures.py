"""What happens when a command cannot go on: a text for the user, never a traceback for the user's mistake."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final, NoReturn

import typer
from typer.core import TyperGroup

from qualify.cli.application import commands
from qualify.errors import PlaybookError, QualifyError

MENDABLE: Final = 1
"""Exit code: the input has problems that the user can mend."""

REJECTED: Final = 3
"""Exit code: rows were rejected and ``--strict`` was given."""

BUG: Final = 70
"""Exit code: Qualify itself is at fault (EX_SOFTWARE of BSD's sysexits)."""

INTERRUPTED: Final = 130
"""Exit code: stopped with Ctrl-C (128 + SIGINT)."""

_ANYWHERE: Final = ("-q", "--quiet", "--no-color")
"""Options of ``qualify`` itself that may also be written after the command."""


class Forgiving(TyperGroup):
    """The commands, those of the application among them, with one place where every failure ends."""

    def __init__(self, **attributes: Any) -> None:
        super().__init__(**attributes)
        self.commands.update(commands())

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Take the options that concern all commands from wherever they stand."""
        cut = args.index("--") if "--" in args else len(args)
        general = [word for word in args[:cut] if word in _ANYWHERE]
        special = [word for word in args[:cut] if word not in _ANYWHERE]
        try:  # help is printed while words are parsed
            parsed: list[str] = super().parse_args(ctx, [*general, *special, *args[cut:]])
        except BrokenPipeError:
            _leave_the_pipe()
        return parsed

    def invoke(self, ctx: Any) -> Any:
        """Run the command; end with a text and an exit code when it cannot go on."""
        try:
            return super().invoke(ctx)
        except BrokenPipeError:
            _leave_the_pipe()
        except BaseException as error:
            _end(error)


def _end(error: BaseException) -> NoReturn:
    if isinstance(error, typer.Abort) or hasattr(error, "exit_code"):
        raise error
    if isinstance(error, KeyboardInterrupt):
        raise typer.Exit(INTERRUPTED) from None
    if isinstance(error, GeneratorExit | SystemExit) or os.environ.get("QUALIFY_DEBUG"):
        raise error
    text, code = told(error)
    typer.echo(text, err=True)
    raise typer.Exit(code) from None


def told(error: BaseException) -> tuple[str, int]:
    """What to say of an error, and the exit code."""
    if isinstance(error, PlaybookError):
        return str(error), MENDABLE
    if isinstance(error, QualifyError):
        return f"error: {error}", MENDABLE
    if isinstance(error, OSError):
        return f"error: {_of_the_system(error)}", MENDABLE
    if isinstance(error, MemoryError) or _from_duckdb(error, "OutOfMemoryException"):
        return "error: out of memory; give a limit to work within, as --memory-limit 2GB", MENDABLE
    if _from_duckdb(error, "IOException"):
        return f"error: {_first_line(error)}", MENDABLE
    said = f"{type(error).__name__}: {_first_line(error)}"
    return f"error: this is a bug in qualify, please report it: {said} (QUALIFY_DEBUG=1 shows where)", BUG


def _of_the_system(error: OSError) -> str:
    reason = error.strerror or _first_line(error)
    return f"{error.filename}: {reason}" if error.filename else reason


def _first_line(error: BaseException) -> str:
    return (str(error).strip().splitlines() or [""])[0]


def _from_duckdb(error: BaseException, name: str) -> bool:
    """Whether it is DuckDB's error of that name; asks without importing DuckDB."""
    duckdb = sys.modules.get("duckdb")
    return duckdb is not None and isinstance(error, getattr(duckdb, name))


@contextmanager
def calmly() -> Iterator[None]:
    """Around the whole process: odd terminals, Ctrl-C before a command runs, a reader who has left."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")
    try:
        yield
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)
    finally:
        try:
            sys.stdout.flush()
        except BrokenPipeError:
            _hush()


def _leave_the_pipe() -> NoReturn:
    """End quietly: whoever read our output (``| head``) has seen enough."""
    _hush()
    raise typer.Exit(0)


def _hush() -> None:
    """Nothing more can be written, not even what Python still holds back for its end."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
