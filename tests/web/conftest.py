"""A store for each test: a real database file, migrated once for the session and copied."""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import pytest

_FOLDER = Path(tempfile.mkdtemp(prefix="qualify-tests-"))
os.environ["QUALIFY_DATA"] = str(_FOLDER)
os.environ.pop("QUALIFY_DATABASE_URL", None)

from qualify.web.starting import start  # noqa: E402 - the environment comes first

start()

from django.conf import settings  # noqa: E402
from django.core.handlers.base import BaseHandler  # noqa: E402
from django.test.client import ClientHandler  # noqa: E402

settings.ALLOWED_HOSTS.append("testserver")  # as Django's own runner of tests does


def _share_the_middleware() -> None:
    """Let all clients have one chain of middleware, as all requests of a server have: to make it lists every static
    file, which took a quarter of the time of all tests of pages."""
    load, first = ClientHandler.load_middleware, ClientHandler()

    def shared(handler: BaseHandler, is_async: bool = False) -> None:
        if "_middleware_chain" not in vars(first):
            load(first, is_async)
        vars(handler).update({name: made for name, made in vars(first).items() if "middleware" in name})

    setattr(ClientHandler, "load_middleware", shared)  # noqa: B010 - for mypy a method is not assigned to


_share_the_middleware()


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


@contextmanager
def using(database: dict[str, Any]) -> Iterator[None]:
    """Let another database be the default one for a while."""
    from django.db import connections

    before = dict(connections.settings["default"])
    _turn_to(database)
    try:
        yield
    finally:
        _turn_to(before)


def _turn_to(database: dict[str, Any]) -> None:
    from django.db import connections

    connections.close_all()
    with suppress(AttributeError):  # this thread had none yet
        del connections["default"]
    connections.settings["default"] = connections.configure_settings({"default": database})["default"]
    _forget_playbooks()


def _forget_playbooks() -> None:
    """In a store a version never changes, so a process keeps those that it read; here comes another store."""
    if "qualify.web.looking.judging" in sys.modules:
        vars(sys.modules["qualify.web.looking.judging"]._here).clear()
    if "qualify.web.looking.words" in sys.modules:
        sys.modules["qualify.web.looking.words"]._wording.cache_clear()


def _file(path: Path) -> dict[str, Any]:
    from django.db import connections

    kept = connections.settings["default"]
    # Options of its own: a test that makes a store impatient must not make those of later tests so.
    return {**kept, "OPTIONS": dict(kept["OPTIONS"]), "NAME": str(path)}


@pytest.fixture
def store(migrated: Path, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Path]:
    """A store that is the default database while the test runs: empty, or with the cast in it where it is asked for."""
    path = tmp_path / "store.sqlite3"
    shutil.copy(request.getfixturevalue("peopled") if "peopled" in request.fixturenames else migrated, path)
    shutil.rmtree(_FOLDER / "workers", ignore_errors=True)  # the signs of life of another test's workers
    with using(_file(path)):
        yield path


@pytest.fixture(scope="session")
def peopled(migrated: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The file of a store that holds the cast, made once."""
    from tests.web.cast import settle

    path = tmp_path_factory.mktemp("peopled") / "peopled.sqlite3"
    shutil.copy(migrated, path)
    with using(_file(path)):
        settle()
        _into_one_file()
    return path


def _into_one_file() -> None:
    """Bring what SQLite keeps beside the file into it, so that it can be copied."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")


@pytest.fixture(scope="session")
def migrated_postgres(postgres_url: str) -> str:
    """The name of an empty store on PostgreSQL, migrated once, from which others are made."""
    import dj_database_url
    import psycopg
    from django.core.management import call_command

    name = f"empty_{uuid4().hex[:12]}"
    with psycopg.connect(postgres_url, autocommit=True) as server:
        server.execute(f"CREATE DATABASE {name}")
    url = urlsplit(postgres_url)._replace(path=f"/{name}").geturl()
    with using(dict(dj_database_url.parse(url))):
        call_command("migrate", verbosity=0)
    return name


@pytest.fixture
def postgres_store(postgres_url: str, migrated_postgres: str) -> Iterator[str]:
    """An empty store on PostgreSQL; its URL."""
    import dj_database_url
    import psycopg

    name = f"store_{uuid4().hex[:12]}"
    with psycopg.connect(postgres_url, autocommit=True) as server:
        server.execute(f"CREATE DATABASE {name} TEMPLATE {migrated_postgres}")
    url = urlsplit(postgres_url)._replace(path=f"/{name}").geturl()
    with using(dict(dj_database_url.parse(url))):
        yield url
    with psycopg.connect(postgres_url, autocommit=True) as server:
        server.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(scope="session")
def lived_once(migrated: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, int]:
    """The file of a store that lived through a market, and the last moment of it."""
    from tests.web.lives import live

    path = tmp_path_factory.mktemp("lived") / "lived.sqlite3"
    shutil.copy(migrated, path)
    with using(_file(path)):
        last = live(leads=60, days=35, seed=5)
        _into_one_file()
    return path, last


@pytest.fixture
def lived(lived_once: tuple[Path, int], tmp_path: Path) -> Iterator[int]:
    """A store of its own that lived through a market; the last moment."""
    path = tmp_path / "lived.sqlite3"
    shutil.copy(lived_once[0], path)
    with using(_file(path)):
        yield lived_once[1]
