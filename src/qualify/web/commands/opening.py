"""The store, opened for a command: Django started, the tables there, and who is asking."""

from __future__ import annotations

import getpass

from qualify.web.starting import start


def open_store() -> None:
    """Open the store; makes its tables where they are missing.

    Raises :class:`~qualify.errors.QualifyError` when the database cannot be used.
    """
    start()
    from qualify.web.commands.saying import note
    from qualify.web.serving.migrating import migrate

    migrate(note)


def who() -> str:
    """Who runs the command, for the record."""
    try:
        return f"{getpass.getuser()} (command line)"
    except (KeyError, OSError, ImportError):
        return "command line"
