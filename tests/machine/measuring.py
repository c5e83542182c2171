"""How well the rules find the simulated market's machines: ``python -m tests.machine.measuring [LEADS [SEED]]``.

The rules were written down before they were measured, and no bound was moved afterwards.
"""

from __future__ import annotations

import json
import sys
from collections import Counter, defaultdict
from dataclasses import dataclass

from qualify.machine.labelling import Activity, label
from qualify.machine.settings import STANDARD
from qualify.market.simulation import Market, simulate

KINDS = ("email_opened", "email_clicked", "page_viewed", "form_submitted")
LEADS, SEED = 3_000, 7
EPOCH_MS = 1_000  # the tables hold microseconds


@dataclass(frozen=True)
class Measured:
    """Of one group of events: how many there are, a machine's and labelled; and how many are both."""

    name: str
    events: int
    machines: int
    labelled: int
    both: int

    @property
    def precision(self) -> float:
        """Which share of the labelled are a machine's."""
        return self.both / self.labelled if self.labelled else 1.0

    @property
    def recall(self) -> float:
        """Which share of the machines' events are labelled."""
        return self.both / self.machines if self.machines else 1.0


def people(market: Market) -> dict[str, list[Activity]]:
    """The activity of each person, as identity knows it at the end: anonymous history joins its lead."""
    linked = market.links.to_pydict()
    owner = dict(zip(linked["anonymous_id"], linked["lead_id"], strict=True))
    events = market.events.to_pydict()
    found: dict[str, list[Activity]] = defaultdict(list)
    for number, kind in enumerate(events["kind"]):
        device = events["anonymous_id"][number]
        who = events["lead_id"][number] or owner.get(device, device)
        moment = int(events["happened_at"][number].timestamp() * 1_000)
        found[who].append(Activity(number, kind, moment, json.loads(events["properties"][number])))
    return found


def measured(market: Market) -> list[Measured]:
    """Precision and recall per kind of event, and recall per machine."""
    truth = market.truth.events.column("machine").to_pylist()
    kinds = market.events.column("kind").to_pylist()
    labels = {number for one in people(market).values() for number in label(one, settings=STANDARD)}
    by_kind = [
        _of(kind, [n for n, each in enumerate(kinds) if each == kind], truth, labels) for kind in KINDS
    ]
    groups = Counter((machine, kinds[n]) for n, machine in enumerate(truth) if machine)
    by_machine = [
        _of(
            f"{machine}, {kind}",
            [n for n in range(len(truth)) if truth[n] == machine and kinds[n] == kind],
            truth,
            labels,
        )
        for machine, kind in sorted(groups)
    ]
    return by_kind + by_machine


def _of(name: str, numbers: list[int], truth: list[str | None], labels: set[int]) -> Measured:
    machines = {n for n in numbers if truth[n]}
    found = labels.intersection(numbers)
    return Measured(name, len(numbers), len(machines), len(found), len(machines & found))


def table(rows: list[Measured]) -> str:
    """The rows as the docs show them."""
    head = f"{'':34} {'events':>8} {'machines':>9} {'labelled':>9} {'precision':>10} {'recall':>8}"
    lines = [
        f"{row.name:34} {row.events:>8,} {row.machines:>9,} {row.labelled:>9,} "
        + (f"{row.precision:>10.2%}" if ", " not in row.name else f"{'':>10}")
        + f" {row.recall:>8.1%}"
        for row in rows
    ]
    return "\n".join([head, *lines])


def main(leads: int = LEADS, seed: int = SEED) -> None:
    """Print the table."""
    print(table(measured(simulate(leads, 365, seed))))


if __name__ == "__main__":
    main(*map(int, sys.argv[1:3]))
