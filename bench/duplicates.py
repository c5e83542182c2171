"""How good the suggested duplicates are, on simulated markets whose truth is known.

python -m bench.duplicates --leads 5000 --seed 7 --seed 11 --seed 23
"""

from __future__ import annotations

import argparse

from qualify.identity.duplicates import Suggestion, duplicates
from qualify.identity.records import Record
from qualify.market.simulation import simulate

FIELDS = ("email", "first_name", "last_name", "company", "phone", "country", "job_title")
THRESHOLDS = (0.2, 0.5, 0.8, 0.9, 0.95)


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--leads", type=int, default=5000)
    arguments.add_argument("--seed", type=int, action="append")
    given = arguments.parse_args()
    print("| seed | threshold | suggested | precision | recall |\n| --- | --- | --- | --- | --- |")
    for seed in given.seed or [7]:
        suggested, truth = measured(given.leads, seed)
        for threshold in THRESHOLDS:
            print(row(seed, threshold, suggested, truth))


def measured(leads: int, seed: int) -> tuple[list[Suggestion], set[tuple[str, str]]]:
    """What is suggested at the lowest threshold, and the pairs that are one human."""
    market = simulate(leads, 365, seed)
    records = [
        Record(each["lead_id"], *(each[field] for field in FIELDS)) for each in market.leads.to_pylist()
    ]
    humans = [each for each in market.truth.leads.to_pylist() if each["duplicate_of"]]
    truth = {(each["duplicate_of"], each["lead_id"]) for each in humans}
    return duplicates(records, threshold=min(THRESHOLDS)), {(min(pair), max(pair)) for pair in truth}


def row(seed: int, threshold: float, suggested: list[Suggestion], truth: set[tuple[str, str]]) -> str:
    pairs = {(each.one, each.other) for each in suggested if each.probability >= threshold}
    right = len(pairs & truth)
    return f"| {seed} | {threshold} | {len(pairs)} | {right / max(1, len(pairs)):.2f} | {right / len(truth):.2f} |"


if __name__ == "__main__":
    main()
