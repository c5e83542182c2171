"""How far a company has come from nothing to a scored lead."""

from __future__ import annotations

from typing import NamedTuple

from qualify.web.database import rows
from qualify.web.demonstration.names import NAME


class Started(NamedTuple):
    """What there is by now."""

    company: str
    domain: str
    playbook: bool
    leads: int
    judged: int
    market: bool
    """Whether the simulated market is here."""


def has_playbook() -> bool:
    """Whether a playbook was published, so that leads are judged."""
    return bool(rows("SELECT 1 FROM playbook_version LIMIT 1"))


def started() -> Started:
    """What there is by now, in one question; leads are counted up to a million."""
    [(name, domain, versions, leads, judged, market)] = rows(
        "SELECT (SELECT name FROM company WHERE id = 1), (SELECT domain FROM company WHERE id = 1), "
        "(SELECT count(*) FROM playbook_version), "
        "(SELECT count(*) FROM (SELECT 1 FROM person LIMIT 1000000) AS few), "
        "(SELECT count(*) FROM (SELECT 1 FROM standing LIMIT 1) AS one), "
        "(SELECT count(*) FROM source WHERE name = %s)",
        [NAME],
    )
    return Started(name or "", domain or "", versions > 0, leads, judged, market > 0)
