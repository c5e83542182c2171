"""What `qualify demo --serve` does after it has shown the market: the market, served."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import NamedTuple

from qualify.web.commands.opening import open_store
from qualify.web.commands.saying import note, say
from qualify.web.commands.serve import address, free_port, serve_both

KEYS = "demo-keys.json"
VISITOR = "you"


class DemoKeys(NamedTuple):
    """The keys of the demonstration, which are kept, so that it can be shown again what to try."""

    write: str
    api: str


def serve_demo(leads: int, host: str, port: int) -> None:
    """Load a simulated market into the store, unless it is there, say what to try, and serve it."""
    open_store()
    from django.db import connections

    from qualify.clock import now
    from qualify.web.demonstration.loading import load

    loaded = load(now(), leads, note)
    if loaded.fresh:
        note(f"{loaded.leads:,} leads with {loaded.facts:,} facts are in the store, and judged")
    elif not loaded.here:
        note("the store holds other data: it is served as it is, without the simulated market")
    port = port or free_port(host)
    if loaded.here:
        say(what_to_try(address(host, port), keys()))
    connections.close_all()
    serve_both(host, port, None)


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
    """Two commands: ask for a demonstration, and see the score that follows."""
    calls = [
        {"type": "identify", "userId": VISITOR,
         "traits": {"email": "you@your-own-firm.com", "title": "VP Marketing", "employees": 120}},
        {"type": "track", "userId": VISITOR, "event": "Demo Requested"},
    ]  # fmt: skip
    body = json.dumps({"batch": calls})
    return (
        f"\nTry next, in another terminal\n=============================\n"
        f"Send what a visitor does, as any Segment client would:\n\n"
        f"  curl -u {known.write}: {where}/v1/batch -H 'Content-Type: application/json' \\\n"
        f"    -d '{body}'\n\n"
        f"A moment later the person has a score, with the lines behind it:\n\n"
        f"  curl -H 'Authorization: Bearer {known.api}' '{where}/api/v1/leads?identifier=user_id:{VISITOR}'\n\n"
        f"The best leads of the market:\n\n"
        f"  curl -H 'Authorization: Bearer {known.api}' '{where}/api/v1/leads?limit=5'\n"
    )
