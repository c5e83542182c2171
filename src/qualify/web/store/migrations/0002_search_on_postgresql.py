"""Indexes over the parts of names, companies and addresses, for PostgreSQL, so that a search reads no whole table.

They need pg_trgm (https://www.postgresql.org/docs/current/pgtrgm.html), which comes with PostgreSQL and which the owner
of a database may add. Where that is not allowed, searching works without, and slower.
"""

from __future__ import annotations

import logging
from typing import Any

from django.db import DatabaseError, migrations, transaction

COLUMNS = {"email": "email", "name": 'lower(name COLLATE "C")', "company": 'lower(company COLLATE "C")'}


def forwards(apps: Any, editor: Any) -> None:
    """Add the indexes, if the database is PostgreSQL and lets us."""
    if editor.connection.vendor != "postgresql":
        return
    try:
        with transaction.atomic(using=editor.connection.alias):
            editor.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
    except DatabaseError as error:
        logging.getLogger(__name__).warning("searching will be slower: pg_trgm is not there (%s)", error)
        return
    for name, searched in COLUMNS.items():
        editor.execute(f"CREATE INDEX person_search_{name} ON person USING gin (({searched}) gin_trgm_ops)")


def backwards(apps: Any, editor: Any) -> None:
    """Take them out."""
    if editor.connection.vendor == "postgresql":
        for name in COLUMNS:
            editor.execute(f"DROP INDEX IF EXISTS person_search_{name}")


class Migration(migrations.Migration):
    dependencies = [("store", "0001_initial")]
    operations = [migrations.RunPython(forwards, backwards)]
