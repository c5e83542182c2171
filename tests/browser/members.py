"""Makes a store for the browser's tests, in a process of its own: a simulated market, and people who sign in.

Prints one JSON object: a session for each of the cast, leads to look at, and what else there is to look at.
"""

from __future__ import annotations

import json
import sys

from qualify.web.starting import start

start()

from django.contrib.auth.hashers import make_password  # noqa: E402 - Django must have its settings first
from django.test import Client  # noqa: E402

from qualify.clock import now  # noqa: E402
from qualify.web.commands.demonstrating import load_demo  # noqa: E402
from qualify.web.database import rows  # noqa: E402
from qualify.web.handing.working import Hander  # noqa: E402
from qualify.web.living.working import Worker  # noqa: E402
from qualify.web.serving.migrating import migrate  # noqa: E402
from qualify.web.store.models import User  # noqa: E402
from tests.browser.addresses import addresses  # noqa: E402
from tests.browser.furnishing import arrived, furnished  # noqa: E402
from tests.browser.picturing import pictured  # noqa: E402
from tests.web.screens.members import MEMBERS  # noqa: E402

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
EXTRA = {"rita": "sales_rep", "rolf": "sales_rep", "mona": "marketing"}
"""Whose rights and browsers tests change."""

READY = "stage IN ('iql', 'mql', 'pql')"
BEST = (
    f"SELECT person_id FROM (SELECT * FROM standing WHERE {READY} ORDER BY total DESC, person_id LIMIT 40) AS ready "
    f"UNION ALL SELECT * FROM (SELECT person_id FROM standing WHERE NOT {READY} ORDER BY total DESC, person_id LIMIT 6) "
    "AS others"
)
"""Those who are ready, and a few besides: of a small market nobody may be at this time of the day."""


def make(leads: int, furniture: str) -> dict[str, object]:
    """The store; what the tests have to know of it."""
    if leads:
        load_demo(leads, lambda _said: None)
    else:
        migrate(lambda _said: None)
    sessions = {name: session(name, role) for name, role in {**MEMBERS, **EXTRA}.items()}
    came = arrived(now()) if leads and furniture == "tests" else []
    Worker().work_off(now())
    best = [who for (who,) in rows(BEST) if who not in came]
    things: dict[str, object] = {}
    if leads:
        things = furnished(best) if furniture == "tests" else pictured()
    worker, hander = Worker(), Hander()
    while worker.work_off(now()) + hander.work_off(now()):
        pass  # what the pages show stays in its place from the first look on
    told = {"sessions": sessions, "leads": best, "came": came, "things": things}
    return {**told, "addresses": addresses()}


def session(name: str, role: str) -> str:
    """Somebody who works here, and the session of their browser."""
    password = make_password(f"{name} knows the words") if name in EXTRA else "!"
    user = User(
        email=f"{name}@qualify.example", name=name.capitalize(), role=role, password=password,
        time_zone="Europe/Berlin", created_at=now(),
    )  # fmt: skip
    user.save()
    browser = Client()
    browser.force_login(user, backend=BACKEND)
    return browser.cookies["qualify-session"].value


print(json.dumps(make(int(sys.argv[1]), "pictures" if "pictures" in sys.argv else "tests")))
