"""Makes a store for the browser's tests, in a process of its own: a simulated market, and people who sign in.

Prints one JSON object: a session for each of the cast, and leads to look at.
"""

from __future__ import annotations

import json
import sys

from qualify.web.starting import start

start()

from django.test import Client  # noqa: E402 - Django must have its settings first

from qualify.clock import now  # noqa: E402
from qualify.web.commands.demonstrating import load_demo  # noqa: E402
from qualify.web.database import rows  # noqa: E402
from qualify.web.living.working import Worker  # noqa: E402
from qualify.web.serving.migrating import migrate  # noqa: E402
from qualify.web.store.models import User  # noqa: E402
from tests.web.screens.members import MEMBERS  # noqa: E402

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


def make(leads: int) -> dict[str, object]:
    """The store; what the tests have to know of it."""
    if leads:
        load_demo(leads, lambda _said: None)
        Worker().work_off(now())
    else:
        migrate(lambda _said: None)
    sessions = {}
    for name, role in MEMBERS.items():
        user = User(
            email=f"{name}@qualify.example", name=name.capitalize(), role=role, time_zone="Europe/Berlin"
        )
        user.set_password(f"{name}-knows-her-words")
        user.save()
        browser = Client()
        browser.force_login(user, backend=BACKEND)
        sessions[name] = browser.cookies["qualify-session"].value
    best = rows("SELECT person_id FROM standing WHERE stage IN ('mql', 'pql') ORDER BY total DESC LIMIT 5")
    return {"sessions": sessions, "leads": [who for (who,) in best]}


print(json.dumps(make(int(sys.argv[1]))))
