"""The one-lead path: microseconds for a lead with twenty events, against a naive interpreter and glsm."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from bench.data import MOMENT
from qualify.criteria.logic import Field
from qualify.moments import DAY
from qualify.playbook import Playbook, load, parse
from qualify.scoring.record import Event, Record
from qualify.scoring.single import Judge

KINDS = [
    "page_viewed",
    "email_opened",
    "email_clicked",
    "product_used",
    "content_downloaded",
    "webinar_attended",
]
PAGES = ["/pricing", "/blog/post-1", "/careers", "/docs", None]


def records(count: int) -> list[Record]:
    """Leads with twenty events each."""
    draw, page = random.Random(7), Field("page")
    traits: dict[Field, str | float | None] = {
        Field("industry"): "software", Field("employees", "number"): 200.0, Field("revenue", "number"): 2e6,
        Field("country", "country"): "DE", Field("job_title", "seniority"): "vp",
        Field("job_title", "department"): "sales", Field("email", "email_kind"): "business",
    }  # fmt: skip

    def event() -> Event:
        at = MOMENT - draw.randint(0, 200 * DAY)
        return Event(draw.choice(KINDS), at, at, {page: draw.choice(PAGES)})

    return [
        Record(f"l{number}", traits=traits, events=[event() for _ in range(20)]) for number in range(count)
    ]


def best(action: Callable[[], Any], count: int, rounds: int = 15) -> float:
    """Microseconds of CPU for one of ``count`` things, in the best round."""
    spent = []
    for _ in range(rounds):
        before = time.process_time()
        action()
        spent.append(time.process_time() - before)
    return min(spent) / count * 1e6


def naive(rules: list[dict[str, Any]], record: Record) -> float:
    """Points by looking at every rule for every event, as a first version would."""
    total = 0.0
    for rule in rules:
        points = 0.0
        for event in record.events:
            age = (MOMENT - event.happened_at) / DAY
            right_page = not rule["page"] or str(event.properties.get(Field("page"))).startswith(rule["page"])
            if event.kind == rule["kind"] and right_page and age < (rule["window"] or 1e9):
                points += rule["points"] * 0.5 ** (age / rule["half_life"])
        total += min(points, rule["cap"])
    return total


def main() -> None:
    """Print the table."""
    from bench.by_hand import RULES

    judge, leads = Judge(load(Path(__file__).parent / "playbook.yaml")), records(500)
    rules = [{**vars(rule), "half_life": rule.half_life or 1e9} for rule in RULES]
    ours = best(lambda: [judge(lead, MOMENT) for lead in leads], len(leads))
    loop = best(lambda: [naive(rules, lead) for lead in leads], len(leads))
    print("| 22 rules, 20 events | µs a lead |\n| --- | ---: |")
    print(f"| one-lead path: scores, grade and every line of the ledger | {ours:.0f} |")
    print(f"| naive loop: the 12 behaviour rules' total alone | {loop:.0f} |")
    print("\n| 5 traits, each with 4 values that give points | µs a lead |\n| --- | ---: |")
    judged, theirs = on_traits()
    print(f"| one-lead path: total, grade and every line of the ledger | {judged:.0f} |")
    print(f"| glsm: the total alone | {theirs:.0f} |")
    print("\n| a lead and its company, from its first day on | moments | ms of CPU |\n| --- | ---: | ---: |")
    for events, days in ((50, 90), (300, 1), (300, 90), (2_000, 300)):
        moments, took = folding(events, days)
        print(f"| {events:,} events in {days} days | {moments:,} | {took:.0f} |")


def folding(events: int, days: int) -> tuple[int, float]:
    """At how many moments something counts for a lead, and what stepping through all of them costs (ms of CPU)."""
    from qualify.playbook.starters import text
    from qualify.stages.ladder import State
    from qualify.stages.living import Version, fold

    draw, kinds = random.Random(3), [*KINDS, "signed_up", "demo_requested"]
    times = sorted(MOMENT - draw.randrange(days * DAY) for _ in range(events))
    done = [Event(draw.choice(kinds), at, at, {}, "l") for at in times]
    record = Record("l", account_id="a", created_at=times[0], events=done, account_events=done)
    version = Version("it", 0, parse(text("b2b-saas")))
    before = time.process_time()
    fold([version], lambda at, by: record, [], State.at_first(times[0]), times[0] - 1, MOMENT)
    return len(set(times)), (time.process_time() - before) * 1_000


LABELS = ["first", "second", "third", "fourth"]


def on_traits() -> tuple[float, float]:
    """Microseconds a lead of ours and of glsm, which knows no events: the mean of what five traits give.

    Fails when the two do not give every lead the same total.
    """
    from glsm.features import Feature
    from glsm.non_predictive import NonPredictive

    names = [f"trait {number}" for number in range(5)]
    worth = list(zip(LABELS, (100.0, 50.0, 20.0, 0.0), strict=True))
    model = NonPredictive()
    model.add_features([Feature(name=name, points_map=worth, weight=1.0) for name in names])
    rules = [
        {"points": points / 5, "name": f"{name} {label}", "when": {"trait": name, "is": label}}
        for name in names
        for label, points in worth
        if points
    ]
    judge = Judge(Playbook.model_validate({"playbook": "traits", "scores": {"fit": {"rules": rules}}}))
    draw = random.Random(7)
    told = [{name: draw.choice(LABELS) for name in names} for _ in range(500)]
    leads = [
        Record(f"l{number}", traits={Field(name): label for name, label in traits.items()})
        for number, traits in enumerate(told)
    ]
    for lead, traits in zip(leads, told, strict=True):
        assert judge(lead, MOMENT).total == round(100 * model.compute_lambda(traits))
    ours = best(lambda: [judge(lead, MOMENT) for lead in leads], len(leads))
    return ours, best(lambda: [model.compute_lambda(traits) for traits in told], len(told))
