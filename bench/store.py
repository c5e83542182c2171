"""A store filled with a simulated market, by the quickest way there is, for the figures of the application.

Its message keys lie anywhere in their index, as those of real messages do: each new one falls on a page of its own.
"""

from __future__ import annotations

import datetime as dt
import os
import subprocess
import sys
from pathlib import Path

from qualify.market import simulate
from qualify.market.simulation import END
from qualify.web.bulk.attaching import Place, attached

_FILL = """
CREATE TEMP TABLE people AS SELECT lead_id, 2 * row_number() OVER (ORDER BY lead_id) - 1 AS id,
    epoch_ms(created_at) AS created_at, account_id, email, first_name, last_name, job_title, company, country, phone,
    channel, utm_campaign FROM leads;
CREATE TEMP TABLE houses AS SELECT account_id, 100000000 + row_number() OVER (ORDER BY account_id) AS id,
    epoch_ms(created_at) AS created_at, industry, employees, country, seats FROM accounts;
CREATE TEMP TABLE whose AS SELECT anonymous_id, min(lead_id) AS lead_id FROM links GROUP BY anonymous_id;
INSERT INTO store.identifier (id, kind, value, key, first_seen, owner_id, joined_at, contested)
    SELECT id, 'email', id || coalesce(email, ''), 'email:' || id || coalesce(email, ''), created_at, id, 0, {false} FROM people;
INSERT INTO store.identifier (id, kind, value, key, first_seen, owner_id, joined_at, contested)
    SELECT id + 1, 'user_id', lead_id, 'user_id:' || lead_id, created_at, id, created_at, {false} FROM people;
INSERT INTO store.identifier (id, kind, value, key, first_seen, owner_id, joined_at, contested)
    SELECT id, 'group', account_id, 'group:' || account_id, created_at, id, 0, {false} FROM houses;
INSERT INTO store.link (one_id, other_id, evidence, linked_at, known_at, source_id, hour)
    SELECT id, id + 1, 'identified', created_at, created_at, 1, created_at // 3600000 FROM people;
INSERT INTO store.person (id, created_at, account_id, email, name, company, channel, traits)
    SELECT p.id, p.created_at, h.id, coalesce(p.email, ''), concat_ws(' ', p.first_name, p.last_name),
    coalesce(p.company, ''), coalesce(p.channel, ''), CAST(json_object('email', email, 'first_name', first_name, 'last_name', last_name,
    'job_title', job_title, 'company', company, 'country', p.country, 'phone', phone) AS VARCHAR)
    FROM people p LEFT JOIN houses h USING (account_id);
INSERT INTO store.learnt (message_key, source_id, subject_id, owner_id, learned_at, received_at, known_at, traits)
    SELECT unhex(md5('lead' || p.id)), 1, p.id, p.id, p.created_at, p.created_at, p.created_at,
    CAST(json_object('email', email, 'first_name', first_name, 'last_name', last_name, 'job_title', job_title,
    'company', company, 'country', p.country, 'phone', phone, '$account', 'group:' || account_id) AS VARCHAR)
    FROM people p;
INSERT INTO store.learnt (message_key, source_id, subject_id, owner_id, learned_at, received_at, known_at, traits)
    SELECT unhex(md5('trait' || row_number() OVER ())), 1, p.id, p.id, epoch_ms(learned_at), epoch_ms(learned_at),
    epoch_ms(learned_at), CAST(json_object(name, value) AS VARCHAR) FROM traits JOIN people p USING (lead_id);
INSERT INTO store.account_learnt (message_key, source_id, subject_id, owner_id, learned_at, received_at, known_at, traits)
    SELECT unhex(md5('house' || id)), 1, id, id, created_at, created_at, created_at,
    CAST(json_object('industry', industry, 'employees', employees, 'country', country, 'seats', seats) AS VARCHAR) FROM houses;
INSERT INTO store.event (message_key, source_id, subject_id, owner_id, kind, happened_at, received_at, known_at,
    properties, context)
    SELECT unhex(md5('e' || row_number() OVER (ORDER BY e.received_at))), 1, p.id, p.id, e.kind, epoch_ms(e.happened_at),
    epoch_ms(e.received_at), greatest(epoch_ms(e.received_at), p.created_at), CASE WHEN e.kind = 'form_submitted' AND channel IS NOT NULL THEN
    CAST(json_merge_patch(coalesce(e.properties, '{{}}'), json_object('channel', channel, 'utm_campaign', utm_campaign)) AS VARCHAR)
    ELSE coalesce(e.properties, '{{}}') END, '{{}}'
    FROM events e LEFT JOIN whose w USING (anonymous_id) JOIN people p ON p.lead_id = coalesce(e.lead_id, w.lead_id)
    ORDER BY e.received_at;
INSERT INTO store.decision (subject_id, owner_id, received_at, known_at, source, decision, decided_at, reason, decided_by)
    SELECT p.id, p.id, epoch_ms(decided_at), epoch_ms(decided_at), 'sales', decision, epoch_ms(decided_at), '', ''
    FROM decisions JOIN people p USING (lead_id);
"""


def fill(leads: int, days: int = 365, seed: int = 7, end: dt.date | None = None) -> int:
    """Fill the empty default store with a market that ends on that day; the last moment in it."""
    from django.db import connection, connections

    from qualify.web.bulk.attaching import place

    where = place()
    connections.close_all()  # the child writes with another SQLite, which must be alone
    words = [*where, str(leads), str(days), str(seed), (end or END).isoformat()]
    subprocess.run([sys.executable, "-m", "bench.store", *words], check=True)
    if where.kind == "postgres":
        _settle()
    with connection.cursor() as cursor:
        cursor.execute("SELECT max(received_at) FROM event")
        return int(cursor.fetchone()[0])


def _settle() -> None:
    """Rows that came with ids of their own leave PostgreSQL's counters behind; and what it knows of tables, it would
    only look at in a minute."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
        cursor.execute("SELECT setval(pg_get_serial_sequence('identifier', 'id'), max(id)) FROM identifier")


def begin(folder: Path) -> None:
    """An empty, migrated store in the folder (or where QUALIFY_DATABASE_URL says)."""
    os.environ["QUALIFY_DATA"] = str(folder)
    from qualify.web.starting import start

    start()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)


def publish(name: str, at: int) -> None:
    """Publish a starter playbook."""
    from qualify.playbook.starters import text
    from qualify.web.database import run

    run(
        "INSERT INTO playbook_version (text, digest, author, note, published_at) VALUES (%s, %s, %s, %s, %s)",
        [text(name), name, "bench", "", at],
    )


def _fill(where: Place, leads: int, days: int, seed: int, end: dt.date) -> None:
    market = simulate(leads, days, seed, end)
    duck = attached(where, writing=True)
    for name, table in market.tables().items():
        duck.register(name, table)
    for statement in _FILL.format(false="0" if where.kind == "sqlite" else "false").split(";\n"):
        if statement.strip():
            duck.execute(statement)
    duck.close()


if __name__ == "__main__":
    _fill(
        Place(sys.argv[1], sys.argv[2]), int(sys.argv[3]), int(sys.argv[4]), int(sys.argv[5]),
        dt.date.fromisoformat(sys.argv[6]),
    )  # fmt: skip
