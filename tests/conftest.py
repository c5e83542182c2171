"""What all tests share: the servers and data they may ask for, and how many examples Hypothesis tries.

A test that asks for something this machine does not have is skipped with the reason, which the summary
shows. Whoever knows that it is here (CI does) names it in QUALIFY_MUST_RUN, and the skip is a failure.
"""

from __future__ import annotations

import functools
import gc
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import pytest
from hypothesis import HealthCheck, settings
from hypothesis.configuration import set_hypothesis_home_dir

from tests.postgres_server import Unavailable, running_server

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

REPOSITORY = Path(__file__).resolve().parents[1]

set_hypothesis_home_dir(REPOSITORY / ".cache" / "hypothesis")

# A slow machine is no bug, so no deadline; and `make test` gives the same verdict on the same code.
settings.register_profile("fast", max_examples=30, deadline=None, derandomize=True, print_blob=True)
settings.register_profile(
    "thorough",
    max_examples=200,
    deadline=None,
    derandomize=False,
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.register_profile("repeatable", settings.get_profile("thorough"), derandomize=True, max_examples=80)
settings.load_profile("fast")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Gather the tests of one server in one worker, so that one server serves them all."""
    for item in items:
        for server in ("postgres", "spark"):
            if {server, f"{server}_url"} & set(getattr(item, "fixturenames", ())):
                item.add_marker(server)
            if item.get_closest_marker(server):
                item.add_marker(pytest.mark.xdist_group(server))
                item.add_marker("slow")
        if "lived_once" in getattr(
            item, "fixturenames", ()
        ):  # a life takes seconds: one worker lives it for all
            item.add_marker(pytest.mark.xdist_group("lived"))
            item.add_marker(pytest.mark.slow)  # a store that lived takes five seconds to make


def pytest_collection_finish() -> None:
    """What is there by now stays: the collector need not look through it again and again."""
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="session", autouse=True)
def _compiled_playbooks_of_this_session(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Keep compiled playbooks to this session: no session reads, or leaves, what another one compiled."""
    folder = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:  # the workers of a session share what they compile
        folder = folder.parent
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("QUALIFY_CACHE", str(folder / "compiled"))
        yield


@pytest.fixture(scope="session", autouse=True)
def _one_core_for_each_worker() -> Iterator[None]:
    """There are as many workers as cores, and DuckDB would take all cores in each of them."""
    import duckdb

    connect = duckdb.connect

    @functools.wraps(connect)
    def in_one_thread(*words: Any, **options: Any) -> duckdb.DuckDBPyConnection:
        connection = connect(*words, **options)
        connection.execute("SET threads = 1")
        return connection

    with pytest.MonkeyPatch.context() as patch:
        if "PYTEST_XDIST_WORKER" in os.environ:
            patch.setattr(duckdb, "connect", in_one_thread)
        yield


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real data sets that may lie beside the repository."""
    folder = REPOSITORY.parent / "shared" / "data"
    if not folder.is_dir():
        _go_without("shared_data", "no real data: there is no ../shared/data beside the repository")
    return folder


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """The URL of a PostgreSQL server that lives as long as the session."""
    try:
        with running_server() as url:
            yield url
    except Unavailable as reason:
        _go_without("postgres", str(reason))


@pytest.fixture(scope="session")
def spark(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SparkSession]:
    """A Spark session in this process's own Java: one core, UTC, nothing kept."""
    _check_java()
    try:
        from pyspark.sql import SparkSession
    except ImportError:
        _go_without("spark", "PySpark is not installed: `make slow` installs it")
    os.environ.update(SPARK_LOCAL_IP="127.0.0.1", PYSPARK_PYTHON=sys.executable)
    folder = tmp_path_factory.mktemp("spark")
    builder = SparkSession.builder.master("local[1]").appName("qualify-tests")
    for name, value in _spark_settings(folder).items():
        builder = builder.config(name, value)
    session = builder.getOrCreate()
    session.sparkContext.setLogLevel("ERROR")
    yield session
    session.stop()


def _spark_settings(folder: Path) -> dict[str, str]:
    return {
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.driver.memory": "1g",
        "spark.local.dir": str(folder / "local"),
        "spark.sql.catalogImplementation": "in-memory",
        "spark.sql.session.timeZone": "UTC",
        "spark.sql.shuffle.partitions": "2",
        "spark.sql.warehouse.dir": str(folder / "warehouse"),
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
    }


def _check_java() -> None:
    home = os.environ.get("JAVA_HOME")
    java = str(Path(home, "bin", "java")) if home else shutil.which("java")
    if not java or not Path(java).exists():
        _go_without("spark", "Spark needs Java 17 or newer, and there is none")
    said = subprocess.run([java, "-version"], capture_output=True, text=True).stderr
    version = re.search(r'version "(\d+)', said)
    if not version or int(version[1]) < 17:
        _go_without("spark", f"Spark needs Java 17 or newer; this one says {said.splitlines()[:1]}")


def _go_without(what: str, reason: str) -> NoReturn:
    if what in os.environ.get("QUALIFY_MUST_RUN", "").split():
        pytest.fail(f"{what} must run here (QUALIFY_MUST_RUN), but: {reason}", pytrace=False)
    pytest.skip(f"NOT RUN: {reason}")
