"""The tables of the store, brought up to this version of the program before anything is served."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings
from django.core.management import call_command
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor

from qualify.errors import QualifyError
from qualify.web.database import is_sqlite, run

APP = "store"
_LOCK = 70253  # any number that nobody else locks by; it is this lock's name in PostgreSQL


def pending() -> list[str]:
    """The migrations that are still to be applied, by name.

    Raises :class:`~qualify.errors.QualifyError` when the database cannot be reached, or belongs to a newer
    version of Qualify.
    """
    try:
        executor = MigrationExecutor(connection)
        applied = executor.loader.applied_migrations
    except DatabaseError as error:
        raise unreachable(error) from error
    newer = sorted(
        name for app, name in applied if app == APP and (app, name) not in executor.loader.disk_migrations
    )
    if newer:
        raise QualifyError(
            f"the store was made by a newer Qualify (it has {newer[-1]}, which this one does not know); "
            "install that version, or name another store with QUALIFY_DATA or QUALIFY_DATABASE_URL"
        )
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    return [migration.name for migration, backwards in plan if not backwards]


def unreachable(error: Exception) -> QualifyError:
    """What to say of a database that does not answer."""
    where = connection.settings_dict
    named = where["NAME"] if is_sqlite() else f"{where['NAME']} at {where['HOST']}:{where['PORT'] or 5432}"
    reason = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
    return QualifyError(
        f"the database {named} cannot be used: {reason}. "
        "Is it running, and is QUALIFY_DATABASE_URL (or QUALIFY_DATA) right?"
    )


def migrate(say: Callable[[str], None]) -> None:
    """Apply what is still to be applied; several processes that start at once do it one after the other."""
    if not pending():
        return
    with _alone():
        missing = pending()
        if not missing:
            return
        say(f"the store is being brought up to date: {', '.join(missing)}")
        try:
            call_command("migrate", verbosity=0, interactive=False)
        except DatabaseError as error:
            raise unreachable(error) from error
        say("the store is up to date")


def insist() -> None:
    """Raise :class:`~qualify.errors.QualifyError` when there is something to apply."""
    if missing := pending():
        raise QualifyError(
            f"the store is not up to date (missing: {', '.join(missing)}); start once without --no-migrate"
        )


@contextmanager
def _alone() -> Iterator[None]:
    if is_sqlite():
        with _file_lock(Path(settings.DATA) / "migrating.lock"):
            yield
        return
    run("SELECT pg_advisory_lock(%s)", [_LOCK])
    try:
        yield
    finally:
        run("SELECT pg_advisory_unlock(%s)", [_LOCK])


@contextmanager
def _file_lock(path: Path) -> Iterator[None]:
    try:
        import fcntl
    except ImportError:  # Windows has none; there a second process that starts at the same moment may fail
        yield
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
