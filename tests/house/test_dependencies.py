"""What is installed is pinned, all of it, and by name and version alone."""

from __future__ import annotations

import re
import tomllib
from importlib.metadata import PackageNotFoundError, requires

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.house.project import REPOSITORY, lines

PROJECT = tomllib.loads((REPOSITORY / "pyproject.toml").read_text(encoding="utf-8"))
EXTRAS = PROJECT["project"]["optional-dependencies"]
PINNED_LINE = re.compile(r"[A-Za-z0-9._-]+==[A-Za-z0-9.+!]+( ; [^#]+)?")


def test_every_line_of_the_constraints_is_a_name_and_a_version():
    odd = [line for line in constraint_lines() if not PINNED_LINE.fullmatch(line)]
    assert not odd, lines(odd)


def test_the_constraints_name_each_package_once():
    names = [canonicalize_name(Requirement(line).name) for line in constraint_lines()]
    assert sorted(names) == sorted(set(names))


def test_the_constraints_agree_with_pyproject():
    pinned = pins()
    outside = [str(one) for one in declared() if pinned[canonicalize_name(one.name)] not in one.specifier]
    assert not outside, lines(outside)


@pytest.mark.parametrize("extra", ["", *EXTRAS])
def test_the_constraints_cover_all_that_is_pulled_in(extra):
    roots = PROJECT["project"]["dependencies"] if not extra else EXTRAS[extra]
    missing = pulled_in([Requirement(line) for line in roots]) - set(pins())
    assert not missing, lines(sorted(missing))


def test_every_runtime_dependency_says_from_which_version_to_which():
    # `packaging` goes by the year, and only Ibis uses it: an upper bound would say nothing.
    runtime = [Requirement(line) for line in PROJECT["project"]["dependencies"]]
    bounds = {one.name: {bound.operator for bound in one.specifier} for one in runtime}
    unbounded = [name for name, has in bounds.items() if not {">=", "<"} <= has and name != "packaging"]
    assert not unbounded, lines(unbounded)


def constraint_lines() -> list[str]:
    text = (REPOSITORY / "constraints.txt").read_text(encoding="utf-8")
    return [line for line in text.splitlines() if line and not line.startswith("#")]


def pins() -> dict[str, str]:
    """Package → pinned version, for this interpreter."""
    asked = [Requirement(line) for line in constraint_lines()]
    here = [one for one in asked if not one.marker or one.marker.evaluate()]
    return {canonicalize_name(one.name): next(iter(one.specifier)).version for one in here}


def declared() -> list[Requirement]:
    written = [*PROJECT["build-system"]["requires"], *PROJECT["project"]["dependencies"]]
    return [Requirement(line) for line in written + [line for extra in EXTRAS.values() for line in extra]]


def pulled_in(asked: list[Requirement]) -> set[str]:
    """The names of these packages and of all that they need here, as far as they are installed."""
    seen: set[tuple[str, str]] = set()
    while asked:
        one = asked.pop()
        for extra in ["", *one.extras]:
            key = (canonicalize_name(one.name), extra)
            if key in seen or (one.marker and not one.marker.evaluate({"extra": ""})):
                continue
            seen.add(key)
            asked += wanted_by(one.name, extra)
    return {name for name, _ in seen}


def wanted_by(name: str, extra: str) -> list[Requirement]:
    """What an installed package asks for, with one of its extras or ('') without."""
    try:
        written = requires(name) or []
    except PackageNotFoundError:
        return []
    every = [Requirement(line) for line in written]
    wanted = [one for one in every if not one.marker or one.marker.evaluate({"extra": extra})]
    for one in wanted:
        one.marker = None
    return wanted
