"""How Django knows the store."""

from __future__ import annotations

from typing import Any, Final

from django.apps import AppConfig
from django.db.backends.signals import connection_created

# Out of the box PostgreSQL plans for disks with arms, where a page found by an index costs four that are read in turn.
# So it would read the whole table of identifiers for each batch of events. Who has set this to anything knows better.
_NO_ARMS: Final = (
    "SELECT set_config(name, '1.1', false) FROM pg_settings "
    "WHERE name = 'random_page_cost' AND source = 'default'"
)


class StoreConfig(AppConfig):
    """The one app that owns tables."""

    name = "qualify.web.store"
    label = "store"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Settle what each new connection is told."""
        connection_created.connect(settle, dispatch_uid="qualify.settle")


def settle(connection: Any, **_: object) -> None:
    """Tell a new connection to PostgreSQL that finding rows by an index is cheap, unless somebody has said how dear."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(_NO_ARMS)
