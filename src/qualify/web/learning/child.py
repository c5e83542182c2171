"""One lesson from the store: a process of its own, which reads and writes nothing, and gives way to serving.

It is told what to do in one line of JSON. It answers in lines: ``{"doing": …}`` as it goes, ``{"told": …}`` at the end.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, BinaryIO, Final

import msgspec

from qualify.playbook import Playbook, parse
from qualify.web.bulk.attaching import Place, attached
from qualify.web.learning.facts import WHO, facts

if TYPE_CHECKING:
    from qualify.files import Sources
    from qualify.learning.lesson import Lesson
    from qualify.runs.learning import Observed

NICE: Final = 10
"""How far it steps back where others want the processor."""
DRIFT_DAYS: Final = 90
WEEKLY_UP_TO: Final = 50_000
"""Leads up to which open ones are looked at every week; of more only when they came and when sales took a step."""

Progress = Callable[[str], None]


class Asked(msgspec.Struct):
    """Where the store is, the playbook in force (empty: none), what was decided of columns, which model is in force."""

    kind: str
    name: str
    text: str
    now: int
    choices: dict[str, Any] = {}
    champion: dict[str, Any] | None = None
    memory_limit: str = "1GB"


def learned(asked: Asked, progress: Progress) -> dict[str, Any]:
    """What history says, as plain data; ``model`` where one holds, ``crowned`` whether it takes over."""
    from qualify.web.learning import saying

    progress("reading the store")
    duck = attached(Place(asked.kind, asked.name), asked.memory_limit)
    duck.execute("SET threads = 1")
    given, book = facts(duck, asked.now), parse(asked.text) if asked.text else None
    if given.outcomes is None and given.decisions is None:
        return saying.nothing()
    found = _observed(given, book, asked, progress)
    if found is None:
        return saying.nothing()
    lesson = _lesson(found, book, asked.choices, progress)
    return _told(asked, found, lesson, book, given, duck, progress)


def _observed(given: Sources, book: Playbook | None, asked: Asked, progress: Progress) -> Observed | None:
    """The training rows; None when nothing has come of anybody."""
    from dataclasses import replace

    from qualify.runs.learning import observed

    found = observed(
        given, book, until=asked.now, weekly=given.leads.num_rows <= WEEKLY_UP_TO,
        memory_limit=asked.memory_limit, threads=1, progress=progress,
    )  # fmt: skip
    if not len(found.evidence):
        return None
    return replace(found, evidence=found.evidence.without(WHO), arriving=found.arriving.without(WHO))


def _lesson(found: Observed, book: Playbook | None, choices: Mapping[str, Any], progress: Progress) -> Lesson:
    from qualify.learning.leaks import Choices
    from qualify.learning.lesson import learnt

    return learnt(
        found.evidence, found.horizon.days, choices=Choices.read(choices), book=book, progress=progress
    )


def _told(
    asked: Asked, found: Observed, lesson: Lesson, book: Playbook | None, given: Sources, duck: Any,
    progress: Progress,
) -> dict[str, Any]:  # fmt: skip
    from qualify.web.learning import saying, thresholds
    from qualify.web.learning.contest import contest, later
    from qualify.web.learning.drifting import drifted
    from qualify.web.learning.profiles import described

    since = None if asked.champion is None else later(lesson.evidence, asked.champion)
    progress("looking at what the best have in common")
    icps = saying.profiles(found, lesson)
    crowned = contest(lesson, asked.champion)
    told = {
        **saying.told(found, lesson, book, asked.now),
        "icp": {**saying.icp(icps), **described(duck, given, icps, book, asked.now)},
        "drift": drifted(found, lesson, asked.champion, since, DRIFT_DAYS),
        "by_chance": thresholds.by_chance(found, lesson),
        "marks": thresholds.looked(asked.text, given, found, lesson.horizon_days, progress)
        if asked.text
        else None,
        "crowned": crowned.crowned,
        "contest": crowned.why,
    }
    return {**told, "model": saying.model(lesson, book, asked.now)}


def main(told: BinaryIO, answer: BinaryIO) -> None:
    """Do what one line asks for; end when whoever asked is gone."""
    asked = msgspec.json.decode(told.readline(), type=Asked)
    if hasattr(os, "nice"):
        os.nice(NICE)

    def say(what: str) -> None:
        _write(answer, {"doing": what})

    _write(answer, {"told": learned(asked, say)})


def _write(answer: BinaryIO, line: dict[str, Any]) -> None:
    answer.write(msgspec.json.encode(line) + b"\n")
    answer.flush()


if __name__ == "__main__":
    main(sys.stdin.buffer, sys.stdout.buffer)
