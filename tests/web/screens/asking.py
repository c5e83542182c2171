"""How often a page asks the database: every statement that SQLite runs, also those that pass Django's cursors by."""

from __future__ import annotations

from django.db import connection
from django.test import Client


def statements(browser: Client, path: str) -> list[str]:
    """The statements of a page that was looked at before, so that what is kept between two looks is there."""
    browser.get(path)
    asked: list[str] = []
    connection.ensure_connection()
    connection.connection.set_trace_callback(
        lambda said: None if said.startswith("--") else asked.append(said)
    )
    try:
        answer = browser.get(path)
    finally:
        connection.connection.set_trace_callback(None)
    assert answer.status_code == 200, (path, answer.status_code)
    return asked
