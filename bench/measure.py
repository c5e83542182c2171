"""Times in CPU and wall seconds, interleaved, so that ratios hold on a machine that others use too."""

from __future__ import annotations

import resource
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass, field


@dataclass
class Times:
    """What the rounds of one case took."""

    name: str
    cpu: list[float] = field(default_factory=list)
    wall: list[float] = field(default_factory=list)

    def against(self, base: Times) -> float:
        """The median of the rounds' ratios of CPU seconds."""
        return statistics.median(mine / theirs for mine, theirs in zip(self.cpu, base.cpu, strict=True))


def cpu() -> float:
    """CPU seconds of this process so far."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def interleaved(cases: dict[str, Callable[[], object]], rounds: int) -> dict[str, Times]:
    """Run all cases in turn, several times, there and back."""
    times = {name: Times(name) for name in cases}
    for turn in range(rounds):
        for name in list(cases) if turn % 2 == 0 else list(cases)[::-1]:
            before, started = cpu(), time.perf_counter()
            cases[name]()
            times[name].cpu.append(cpu() - before)
            times[name].wall.append(time.perf_counter() - started)
    return times


def table(times: dict[str, Times], base: str) -> list[str]:
    """Lines with each case's median CPU and wall seconds, and its ratio to the base."""
    return [
        f"| {each.name} | {statistics.median(each.cpu):.2f} | {statistics.median(each.wall):.2f} "
        f"| {each.against(times[base]):.2f} |"
        for each in times.values()
    ]
