"""What `qualify demo --serve` does after it has shown the market: the market, served."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from qualify.web.commands.saying import note, say
from qualify.web.commands.serve import address, free_port, serve_both
from qualify.web.demonstration.names import ADMIN
from qualify.web.starting import start

KEYS = "demo-keys.json"

VISITOR = "you"


class DemoKeys(NamedTuple):
    """The keys of the demonstration, which are kept, so that it can be shown again what to try."""

    write: str
    api: str


def load_demo(leads: int, step: Callable[[str], None]) -> bool:
    """Load a simulated market into the store, unless it is there; False when the store is somebody's own."""
    start()
    from qualify.clock import now
    from qualify.web.demonstration.loading import load
    from qualify.web.serving.migrating import migrate

    migrate(step)
    return load(now(), leads, step).here


def serve_demo(host: str, port: int, here: bool) -> None:
    """Say what to try, and serve the store."""
    from django.db import connections

    port = port or free_port(host)
    if here:
        say(what_to_try(address(host, port), keys()))
    else:
        note("the store holds other data: it is served as it is, without the simulated market")
    ticket, enter = first_links(here)
    connections.close_all()
    serve_both(host, port, None, ticket, enter)


def first_links(here: bool) -> tuple[str | None, str | None]:
    """Where nobody but the demonstration's own admin is a member: a link by which to look around as that admin.

    Where there is no market and nobody is a member, one by which the first becomes it.
    """
    from qualify.clock import now
    from qualify.web.database import rows
    from qualify.web.people.tickets import issue
    from qualify.web.verbs.actor import the_owner
    from qualify.web.verbs.inviting import make_admin

    if rows("SELECT 1 FROM member WHERE email <> %s LIMIT 1", [ADMIN]):
        return None, None
    known = rows("SELECT id FROM member WHERE email = %s", [ADMIN])
    if not here:
        return (None if known else issue("start", now())), None
    made = (
        known[0][0]
        if known
        else make_admin(the_owner("the demonstration"), ADMIN, None, now(), name="Demo").pk
    )
    return None, issue("demo", now(), made)


def keys() -> DemoKeys:
    """The demonstration's keys: made once, and kept beside the store for its owner alone."""
    from django.conf import settings

    path = Path(settings.DATA) / KEYS
    if path.exists():
        return DemoKeys(**json.loads(path.read_text()))
    made = _made()
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        json.dump(made._asdict(), file)
    return made


def _made() -> DemoKeys:
    from qualify.clock import now
    from qualify.web.database import rows
    from qualify.web.verbs.actor import READ_LEADS, READ_PLAYBOOK, the_owner
    from qualify.web.verbs.opening import create_key, create_source

    owner = the_owner("the demonstration")
    found = rows("SELECT id FROM source WHERE name = %s", ["website"])
    source = int(found[0][0]) if found else create_source(owner, "website", "segment", now())
    write = create_key(owner, "secret", now(), source_id=source, label="demonstration")
    api = create_key(owner, "api", now(), label="demonstration", scopes=[READ_LEADS, READ_PLAYBOOK])
    return DemoKeys(write.key, api.key)


def what_to_try(where: str, known: DemoKeys) -> str:
    """Three things to paste: ask for a demonstration, see the score that follows, and the lines behind it."""
    lead = f'"$AT/api/v1/leads?identifier=user_id:{VISITOR}"'
    return f"""\
Paste these into another terminal. Where it is, and two keys:

  AT={where} KEY={known.write} AUTH='Authorization: Bearer {known.api}'

What somebody does on your site, as any Segment client sends it:

  curl -s -u $KEY: $AT/v1/batch -d '{{"batch": [
    {{"type": "identify", "userId": "{VISITOR}", "traits": {{"email": "you@your-firm.com", "title": "VP Marketing"}}}},
    {{"type": "track", "userId": "{VISITOR}", "event": "Demo Requested"}}]}}'; sleep 1; echo

They are in a stage now, with a grade and a score:

  curl -s -H "$AUTH" {lead} | python3 -m json.tool

And every line behind it:

  LEAD=$(curl -s -H "$AUTH" {lead} | grep -o '"id": [0-9]*' | tr -dc 0-9)
  curl -s -H "$AUTH" $AT/api/v1/leads/$LEAD | python3 -m json.tool
"""
