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
from qualify.speech import kept
from qualify.web.bulk.attaching import Place, attached
from qualify.web.learning.facts import WHO, facts

if TYPE_CHECKING:
    from qualify.files import Sources
    from qualify.learning.lesson import Lesson
    from qualify.runs.learning import Observed

NICE: Final = 10
"""How far it steps back where others want the processor."""
DRIFT_DAYS: Final = 90

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
    only_drift: bool = False


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


def watched(asked: Asked, progress: Progress) -> dict[str, Any]:
    """What changed lately, as plain data: what the nightly look is about. Nothing is learnt for it."""
    from qualify.learning.drift import silent
    from qualify.learning.storing import restored
    from qualify.web.learning.contest import later, unknown_columns
    from qualify.web.learning.drifting import arriving, drifted

    progress("looking at what arrives")
    duck = attached(Place(asked.kind, asked.name), asked.memory_limit)
    duck.execute("SET threads = 1")
    stopped = [vars(each) for each in silent(arriving(duck, asked.now))]
    given, book = facts(duck, asked.now), parse(asked.text) if asked.text else None
    found = None
    if given.outcomes is not None or given.decisions is not None:
        found = _observed(given, book, asked, progress)
    if found is None:
        return {"days": DRIFT_DAYS, "before": 0, "after": 0, "alarms": stopped, "kinds": [], "model": {}}
    known = asked.champion is not None and not unknown_columns(asked.champion, found.arriving.columns)
    model = restored(asked.champion) if known and asked.champion is not None else None
    since = None if asked.champion is None else later(found.evidence, asked.champion)
    told = drifted(found, model, asked.champion, since, DRIFT_DAYS)
    named = {each["about"] for each in stopped}
    others = [each for each in told["alarms"] if each["kind"] != "stopped" or each["about"] not in named]
    return {**told, "alarms": [*stopped, *others]}


def _observed(given: Sources, book: Playbook | None, asked: Asked, progress: Progress) -> Observed | None:
    """The training rows; None when nothing has come of anybody."""
    from dataclasses import replace

    from qualify.runs.learning import observed

    found = observed(
        given, book, until=asked.now, one_each=True,
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
        "drift": drifted(found, lesson.likelihood, asked.champion, since, DRIFT_DAYS),
        "by_chance": thresholds.by_chance(found, lesson),
        "marks": thresholds.looked(
            asked.text, given, found, lesson.horizon_days, progress, asked.memory_limit
        )
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

    _write(answer, {"told": watched(asked, say) if asked.only_drift else learned(asked, say)})


def _write(answer: BinaryIO, line: dict[str, Any]) -> None:
    answer.write(msgspec.json.encode(kept(line)) + b"\n")
    answer.flush()


if __name__ == "__main__":
    main(sys.stdin.buffer, sys.stdout.buffer)
