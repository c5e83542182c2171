"""What the pictures of the documentation show besides the simulated market: who came today, and a draft with its plan."""

from __future__ import annotations

import threading

from qualify.capture.model import Source
from qualify.clock import now
from qualify.web.database import rows
from qualify.web.living.errands import Errands
from qualify.web.living.working import Worker
from qualify.web.looking import playbook
from qualify.web.verbs import decide as deciding
from qualify.web.verbs import drafting, opening
from qualify.web.verbs.actor import the_owner
from tests.web.cast import of, send

MINUTE = 60_000
HOUR = 60 * MINUTE
MIA = the_owner("mia@qualify.example")
TODAY = (
    (215 * MINUTE, "Amina Haddad", "Northwind Freight", "VP Marketing", "software", 340, ["Demo Requested"]),
    (2 * HOUR, "Jonas Weber", "Falkensee Robotics", "Head of Sales", "manufacturing", 120, ["Meeting Booked", "Demo Requested"]),
    (50 * MINUTE, "Carla Ricci", "Lumen Payroll", "Marketing Manager", "financial services", 75, ["Demo Requested", "Webinar Attended"]),
    (6 * MINUTE, "Olga Petrenko", "Harbour Analytics", "Operations Director", "software", 210, ["Calculator Used", "Demo Requested"]),
)  # fmt: skip
"""How long ago, who, what they are, and what they did."""


def pictured() -> dict[str, object]:
    """Everything; the numbers by which addresses name it."""
    at = now()
    site = Source(
        id=opening.create_source(MIA, "Our site", "segment", at - HOUR), name="Our site", trusted=True
    )
    for ago, name, company, title, industry, employees, did in TODAY:
        email = f"{name.split()[0].lower()}@{company.replace(' ', '-').lower()}.com"
        told = {"email": email, "name": name, "title": title, "company": company, "country": "DE", "industry": industry,
                "employees": employees}  # fmt: skip
        send(site, at - ago, *of(name, told, did))
        Worker().work_off(at - ago)
    _worked(at)
    return {"draft": _draft(at)}


def _worked(at: int) -> None:
    """What reps did of what waited longest: the best three still wait."""
    told = "SELECT person_id FROM standing WHERE stage IN ('mql', 'pql') AND since < %s ORDER BY total DESC"
    for place, (lead,) in enumerate(rows(told, [at - 12 * HOUR])[3:]):
        rep = the_owner(f"{'rosa' if place % 2 else 'ravi'}@qualify.example")
        deciding.decide(
            rep,
            lead,
            "accepted" if place % 4 < 3 else "rejected",
            at,
            reason="wrong_timing" if place % 4 == 3 else "",
        )


def _draft(at: int) -> int:
    number = drafting.begin(MIA, at, title="Earlier to sales")
    found = playbook.draft(number)
    assert found is not None
    about, text = found
    changed = text.replace("{score: engagement, at_least: 25}", "{score: engagement, at_least: 20}", 1)
    changed = changed.replace("{score: fit, at_least: 45}", "{score: fit, at_least: 40}", 1)
    drafting.save(MIA, number, changed.replace("points: 8", "points: 12", 1), about.digest, at)
    drafting.ask_plan(MIA, number, at, capacity=25)
    errands = Errands(now, threading.Event())
    while errands.step(now()):
        pass
    return number
