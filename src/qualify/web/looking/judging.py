"""The one-lead path, at hand where people look: each thread keeps the playbooks read."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import transaction

from qualify.web.living.working import Worker

_here = threading.local()


def worker() -> Worker:
    """The worker of the thread that asks, with every playbook that is published by now."""
    if not hasattr(_here, "worker"):
        _here.worker = Worker()
    found: Worker = _here.worker
    found.versions.refresh()
    return found


@contextmanager
def taken_back() -> Iterator[None]:
    """A transaction that ends as if it had never been: to try something out, and to look without a trace."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)
