"""Sets the stage of a story, in a process of its own: a playbook, two reps and a manager, a site, and a form on it.

Prints one JSON object: the sessions of the cast, and the key of the site.
"""

from __future__ import annotations

import json

from qualify.web.starting import start

start()

from django.contrib.auth.hashers import make_password  # noqa: E402 - Django must have its settings first
from django.test import Client  # noqa: E402

from qualify.clock import now  # noqa: E402
from qualify.playbook.starters import text as starter  # noqa: E402
from qualify.web.serving.migrating import migrate  # noqa: E402
from qualify.web.store.models import User  # noqa: E402
from qualify.web.verbs import forming, opening  # noqa: E402
from qualify.web.verbs.actor import the_owner  # noqa: E402
from qualify.web.verbs.publish import publish  # noqa: E402
from qualify.web.verbs.reps import set_rep  # noqa: E402

ADA = the_owner("ada@qualify.example")
CAST = {"mia": "marketing", "max": "sales_manager", "rosa": "sales_rep", "ravi": "sales_rep"}
FORM = {
    "id": "demo", "name": "Ask for a demo", "title": "See it at work", "least_seconds": 0,
    "event": "demo_requested",
    "fields": [
        {"name": "email", "label": "Work e-mail", "type": "email", "required": True},
        {"name": "name", "label": "Name"},
        {"name": "company", "label": "Company"},
        {"name": "job_title", "label": "Job title"},
        {"name": "employees", "label": "How many are you?"},
        {"name": "country", "label": "Country"},
        {"name": "industry", "label": "Industry"},
    ],
}  # fmt: skip


def session(name: str, role: str, at: int) -> str:
    """Somebody who works here, and the session of their browser."""
    user = User(
        email=f"{name}@qualify.example", name=name.capitalize(), role=role, password=make_password(None),
        time_zone="Europe/Berlin", created_at=at,
    )  # fmt: skip
    user.save()
    browser = Client()
    browser.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    return browser.cookies["qualify-session"].value


def staged() -> dict[str, object]:
    """The store; what the story has to know of it."""
    migrate(lambda _said: None)
    at = now()
    sessions = {name: session(name, role, at) for name, role in CAST.items()}
    publish(ADA, starter("b2b-saas"), at)
    every_day = [{"days": ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"],
                  "from": "00:00", "until": "24:00"}]  # fmt: skip
    for name in ("rosa", "ravi"):
        set_rep(
            ADA, f"{name}@qualify.example", at, teams=["sales"], time_zone="Europe/Berlin", hours=every_day
        )
    set_rep(ADA, "max@qualify.example", at, teams=["managers"], time_zone="Europe/Berlin")
    site = opening.create_source(ADA, "Our site", "script", at)
    key = opening.create_key(ADA, "write", at, source_id=site)
    forming.create_form(ADA, opening.create_source(ADA, "Our forms", "forms", at), FORM, at)
    return {"sessions": sessions, "key": key.key}


print(json.dumps(staged()))
