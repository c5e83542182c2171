"""The core reads no clock, opens no connection and no file, and takes no chance without a seed.

The rule is about the core: there a conclusion is a function of facts, a playbook and a moment. The rooms around it
run things. The application is one of them: ``web`` is the room with a database of its own, so it holds
connections and files, draws secrets, and measures how long something takes. But what time it is, it too asks
``qualify.clock`` alone, so that every conclusion in the store has one moment it was drawn for.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.house.project import ONE_READER, lines, python_files, room, tree

pytestmark = ONE_READER

# What each rule forbids: dotted names as imported, and names of methods whatever they are called on.
RULES = {
    "clock": re.compile(
        r"datetime\.datetime\.(now|utcnow|today)|datetime\.date\.today|ibis\.(now|today)"
        r"|time\.(?!(?:sleep|monotonic|perf_counter|process_time|thread_time)(?:_ns)?$)\w+"
        r"|django\.utils\.timezone\.(now|localtime|localdate)"
    ),
    # How long something takes says nothing of what time it is; waiting is the same clock.
    "stopwatch": re.compile(r"time\.(sleep|monotonic|perf_counter|process_time|thread_time)(_ns)?"),
    "connection": re.compile(
        r"(socket|http|urllib\.request|ftplib|smtplib|ssl|asyncio|requests|httpx|subprocess|sqlite3|duckdb"
        r"|psycopg)\..+|ibis\.(\w+\.)?connect|ibis\.(get_backend|set_backend|read_\w+)"
        r"|\.(execute|executemany|to_pandas|to_pyarrow|to_pyarrow_batches|to_polars|to_parquet|to_csv)"
    ),
    "file": re.compile(
        r"open|io\.open|os\.\w+|shutil\.\w+|tempfile\.\w+|glob\.\w+"
        r"|\.(open|read_text|read_bytes|write_text|write_bytes|mkdir|unlink|rglob|iterdir|touch)"
    ),
    "chance": re.compile(
        r"random\.(?!Random$)\w+|numpy\.random\.(?!default_rng$|Generator$|PCG64$|SeedSequence$)\w+"
        r"|uuid\.uuid[14]|os\.urandom"
    ),
    # What nobody may guess, as keys: no result depends on it.
    "secret": re.compile(r"secrets\.\w+"),
    "chance without a seed": re.compile(r"random\.Random|numpy\.random\.(default_rng|PCG64|SeedSequence)"),
}
SEED_GIVEN = "chance without a seed"

# Rooms that may: the fronts and those that run things. Chance is nowhere free, and the clock is one file's.
MAY = {
    "clock": {"clock"},
    "cli": {"file"},
    "runs": {"connection", "file"},
    "engines": {"connection", "file"},
    "files": {"connection", "file"},
    "web": {"connection", "file", "secret", "stopwatch"},
}

# Single files that may, and why. An entry that is no longer needed must go.
EXCEPTIONS = {
    "src/bundle_charts.py": {"file"},  # run by pip when the package is built: writes one static file
    "src/qualify/capture/script/__init__.py": {"file"},  # q.js, which comes with the package
    "src/qualify/market/writing.py": {"file"},  # writes the simulated market to a folder
    "src/qualify/playbook/loading.py": {"file"},  # Playbook.load(path)
    "src/qualify/playbook/starters.py": {"file"},  # the playbooks that come with the package
    "src/qualify/reading/words.py": {"file"},  # the word lists that come with the package
    "src/qualify/web/telling/outbox.py": {"chance"},  # when to try again: what failed together parts
}


def test_the_core_is_a_function_of_its_arguments():
    found = [offence for path in python_files("src") for offence in offences(path)]
    assert not found, lines(found)


def test_every_exception_is_still_needed():
    for name, rules in EXCEPTIONS.items():
        broken = {rule for _, _, rule in breaches(tree(Path(name)))}
        assert rules <= broken, f"{name} no longer needs its exception from {rules - broken}"


def test_of_all_rooms_only_the_clock_may_say_what_time_it_is():
    assert [name for name, rules in MAY.items() if "clock" in rules] == ["clock"]
    assert not [name for name, rules in EXCEPTIONS.items() if "clock" in rules]


@pytest.mark.parametrize(
    ("rule", "code"),
    [
        ("clock", "import datetime\ndatetime.datetime.now()"),
        ("clock", "from datetime import date as day\nday.today()"),
        ("clock", "from time import time\ntime()"),
        ("clock", "import ibis\nibis.now()"),
        ("clock", "import time\ntime.time_ns()"),
        ("clock", "from django.utils import timezone\ntimezone.now()"),
        ("stopwatch", "import time\ntime.monotonic()"),
        ("stopwatch", "from time import perf_counter_ns\nperf_counter_ns()"),
        ("connection", "import duckdb\nduckdb.connect()"),
        ("connection", "import ibis\nibis.duckdb.connect()"),
        ("connection", "def run(table):\n    return table.to_pyarrow()"),
        ("file", "open('leads.csv')"),
        ("file", "from pathlib import Path\nPath('leads.csv').read_text()"),
        ("chance", "import random\nrandom.shuffle([])"),
        ("chance", "import numpy as np\nnp.random.rand()"),
        ("chance", "from uuid import uuid4\nuuid4()"),
        ("secret", "import secrets\nsecrets.token_bytes(24)"),
        (SEED_GIVEN, "from random import Random\nRandom()"),
        (SEED_GIVEN, "import numpy as np\nnp.random.default_rng()"),
    ],
)
def test_the_rule_sees_what_it_forbids(rule, code):
    assert [found for _, _, found in breaches(ast.parse(code))] == [rule]


@pytest.mark.parametrize(
    "code",
    [
        "from datetime import datetime\ndatetime.fromtimestamp(0)",
        "import numpy as np\nnp.random.default_rng(7)",
        "from random import Random\nRandom(7)",
        "import ibis\nibis.table({'lead_id': 'string'})",
        "lead.time.open_rate",
    ],
)
def test_the_rule_leaves_the_rest_alone(code):
    assert list(breaches(ast.parse(code))) == []


def offences(path: Path) -> list[str]:
    """What a source file does that its room may not, with the line."""
    allowed = MAY.get(room(path), set()) | EXCEPTIONS.get(str(path), set())
    broken = [breach for breach in breaches(tree(path)) if breach[2] not in allowed]
    return [f"{path}:{line}: {name} ({rule})" for line, name, rule in broken]


def breaches(module: ast.Module) -> Iterator[tuple[int, str, str]]:
    """Each call in a module that a rule forbids: its line, the full name of what is called, the rule."""
    origins = imported_names(module)
    for call in (node for node in ast.walk(module) if isinstance(node, ast.Call)):
        name = full_name(call.func, origins)
        for rule, forbidden in RULES.items():
            if rule == SEED_GIVEN and (call.args or call.keywords):
                continue
            if name and forbidden.fullmatch(name):
                yield call.lineno, name, rule


def imported_names(module: ast.Module) -> dict[str, str]:
    """Local name → the full name of what an import bound to it, wherever in the file it stands."""
    origins: dict[str, str] = {}
    for node in ast.walk(module):
        if isinstance(node, ast.Import):
            # `import a.b` binds a; `import a.b as c` binds a.b
            tops = {n.name.partition(".")[0] for n in node.names if not n.asname}
            origins |= {top: top for top in tops} | {n.asname: n.name for n in node.names if n.asname}
        elif isinstance(node, ast.ImportFrom) and not node.level:
            origins |= {n.asname or n.name: f"{node.module}.{n.name}" for n in node.names}
    return origins


def full_name(called: ast.expr, origins: dict[str, str]) -> str:
    """`np.random.rand` as `numpy.random.rand`; a method of anything but an import as `.method`."""
    attributes: list[str] = []
    while isinstance(called, ast.Attribute):
        attributes.insert(0, called.attr)
        called = called.value
    if isinstance(called, ast.Name):
        if called.id in origins:
            return ".".join([origins[called.id], *attributes])
        if not attributes:
            return called.id
    return f".{attributes[-1]}" if attributes else ""
