"""What the rules call quick, many and sure; and which kinds of event they look at."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Final

from qualify.moments import DAY

SECOND: Final = 1_000
MINUTE: Final = 60 * SECOND


@dataclass(frozen=True)
class Settings:
    """The rules' bounds; all durations in milliseconds.

    The defaults come from what mail and form software publishes (the sources are on the page
    ``docs/explanation/machine-activity.md``), not from any data set. Unsubscribing, replying and bouncing are
    not here: a withdrawal counts whoever makes it.
    """

    delivered: frozenset[str] = frozenset({"email_delivered"})
    opened: frozenset[str] = frozenset({"email_opened"})
    clicked: frozenset[str] = frozenset({"email_clicked"})
    viewed: frozenset[str] = frozenset({"page_viewed"})
    submitted: frozenset[str] = frozenset(
        {"form_submitted", "demo_requested", "content_downloaded", "webinar_registered", "trial_started"}
    )

    at_once: int = 10 * SECOND
    """An open or a click that comes sooner after delivery is no human's."""
    before_delivery: int = 60 * MINUTE
    """How long before the notice of delivery a gateway may scan a mail that it holds back."""
    hasty: int = 30 * SECOND
    """A click that comes sooner is doubted unless a page view follows."""
    links: int = 3
    """So many different links of one mail…"""
    together: int = 5 * SECOND
    """…within this time are no human's. A burst ends where nothing happens for as long."""
    pages: int = 5
    """So many different pages within `together` are no human's."""
    arrival: int = 5 * MINUTE
    """How long after a click its page view may come."""
    visit: int = 30 * MINUTE
    """Which page views before a form belong to its visit."""
    recipients: int = 5
    """So many people served by one network…"""
    burst: int = 10 * SECOND
    """…within this time are a data centre's work. At most a minute."""

    form_seconds: float = 2.0
    """A form that took less was not filled in by a human (browsers fill in known fields by themselves)."""
    forms_alike: int = 5
    """So many people sending the same long text…"""
    alike: int = 7 * DAY
    """…within this time before and after one of them are one program."""

    headless_sources: frozenset[str] = frozenset()
    """Sources whose headless browsers are wanted: one's own browser tests, a monitored kiosk."""
    proxy_networks: tuple[str, ...] = ("17.0.0.0/8",)
    """Networks (CIDR) from which mail programs' proxies fetch pictures. 17.0.0.0/8 is Apple's."""
    least_confidence: float = 0.5
    """Labels less sure than this are not given."""

    def __post_init__(self) -> None:
        if not 0 < self.burst <= MINUTE:
            raise ValueError(f"burst is within a minute (0 to {MINUTE} ms), not {self.burst}")
        if not 0 <= self.least_confidence <= 1:
            raise ValueError(f"least_confidence lies between 0 and 1, not at {self.least_confidence}")
        if min(self.links, self.pages, self.recipients, self.forms_alike) < 2:
            raise ValueError("links, pages, recipients and forms_alike are at least 2: one is no crowd")

    @cached_property
    def part_of(self) -> dict[str, str]:
        """By kind of event: the part that it plays ("delivered", "opened", "clicked", "viewed", "submitted")."""
        parts = ("delivered", "opened", "clicked", "viewed", "submitted")
        return {kind: part for part in parts for kind in getattr(self, part)}


STANDARD: Final = Settings()
