"""A store for each test: a real database file, migrated once for the session and copied."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

_FOLDER = Path(tempfile.mkdtemp(prefix="qualify-tests-"))
os.environ["QUALIFY_DATA"] = str(_FOLDER)
os.environ.pop("QUALIFY_DATABASE_URL", None)

from qualify.web.starting import start  # noqa: E402 - the environment comes first

start()


@pytest.fixture(scope="session")
def migrated() -> Iterator[Path]:
    """The file of an empty store."""
    from django.core.management import call_command
    from django.db import connections

    path = Path(connections["default"].settings_dict["NAME"])
    call_command("migrate", verbosity=0)
    connections.close_all()
    kept = _FOLDER / "empty.sqlite3"
    shutil.copy(path, kept)
    yield kept
    shutil.rmtree(_FOLDER, ignore_errors=True)


@pytest.fixture
def store(migrated: Path, tmp_path: Path) -> Iterator[Path]:
    """An empty store that is the default database while the test runs."""
    from django.db import connections

    path = tmp_path / "store.sqlite3"
    shutil.copy(migrated, path)
    connections.close_all()
    connections["default"].settings_dict["NAME"] = str(path)
    yield path
    connections.close_all()


@pytest.fixture(scope="session")
def lived_once(migrated: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, int]:
    """The file of a store that lived through a market, and the last moment of it."""
    from django.db import connections

    from tests.web.lives import live

    path = tmp_path_factory.mktemp("lived") / "lived.sqlite3"
    shutil.copy(migrated, path)
    connections.close_all()
    connections["default"].settings_dict["NAME"] = str(path)
    last = live(leads=120, days=50, seed=5)
    with connections["default"].cursor() as cursor:
        cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connections.close_all()
    return path, last


@pytest.fixture
def lived(lived_once: tuple[Path, int], tmp_path: Path) -> Iterator[int]:
    """A store of its own that lived through a market; the last moment."""
    from django.db import connections

    path = tmp_path / "lived.sqlite3"
    shutil.copy(lived_once[0], path)
    connections.close_all()
    connections["default"].settings_dict["NAME"] = str(path)
    yield lived_once[1]
    connections.close_all()
