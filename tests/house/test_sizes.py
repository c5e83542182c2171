"""Functions and files stay small. The bounds are ratchets: they may be tightened, never loosened."""

from __future__ import annotations

from pathlib import Path
from statistics import median

from tests.house.project import ONE_READER, REPOSITORY, Function, functions, lines, python_files

pytestmark = ONE_READER

MEDIAN_LINES = 7
LONG_LINES = 30
LONG_SHARE = 0.05
MOST_LINES = 60
FILE_LINES = 400

# Django writes migrations, one for all tables at first.
GENERATED = Path("src/qualify/web/store/migrations")


def test_the_median_function_is_short():
    sizes = [size for size, _ in sized_functions()]
    assert median(sizes) <= MEDIAN_LINES


def test_few_functions_are_long():
    sized = sized_functions()
    long = sorted([named for named in sized if named[0] > LONG_LINES], reverse=True)
    assert len(long) <= LONG_SHARE * len(sized), lines(long)


def test_no_function_is_very_long():
    very_long = [named for named in sized_functions() if named[0] > MOST_LINES]
    assert not very_long, lines(very_long)


def test_no_file_is_long():
    every = python_files("src", "tests", "bench", "examples")
    files = [path for path in every if GENERATED not in path.parents]
    sizes = [(len((REPOSITORY / path).read_text(encoding="utf-8").splitlines()), path) for path in files]
    long = [f"{path}: {count} lines" for count, path in sizes if count > FILE_LINES]
    assert not long, lines(long)


def sized_functions() -> list[tuple[int, str]]:
    """Every function of the package with its number of lines, its signature included."""
    return [
        (size_of(function), f"{path}:{function.name}")
        for path in python_files("src")
        for function in functions(path)
    ]


def size_of(function: Function) -> int:
    assert function.end_lineno
    return function.end_lineno - function.lineno + 1
