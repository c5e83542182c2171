"""What the channels by which leads come are called; one that a playbook made up is called as it is written there."""

from __future__ import annotations

from typing import Any, Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

UNKNOWN: Final = "-"
"""The word of an address for a channel that nobody knows."""

NAMES: Final[dict[str, Any]] = {
    "email": gettext_lazy("E-mail"), "sms": gettext_lazy("SMS"), "push": gettext_lazy("Push message"),
    "affiliate": gettext_lazy("Affiliate"), "partner": gettext_lazy("Partner"), "event": gettext_lazy("Event"),
    "review_site": gettext_lazy("Review site"), "audio": gettext_lazy("Podcast or radio"),
    "paid_search": gettext_lazy("Paid search"), "paid_social": gettext_lazy("Paid social"),
    "paid_video": gettext_lazy("Paid video"), "display": gettext_lazy("Banner"),
    "paid_other": gettext_lazy("Other paid advertising"), "organic_social": gettext_lazy("Social, not paid"),
    "organic_search": gettext_lazy("Search, not paid"), "organic_video": gettext_lazy("Video, not paid"),
    "ai_assistant": gettext_lazy("AI assistant"), "referral": gettext_lazy("Link from another site"),
    "direct": gettext_lazy("Direct"), "other": gettext_lazy("Another campaign"),
}  # fmt: skip
"""By word, what it is called."""


def channel_name(word: str | None) -> str:
    """What a channel is called; empty and :data:`UNKNOWN`: nobody knows it."""
    if word in (None, "", UNKNOWN):
        return _("not known")
    return str(NAMES.get(word, str(word).replace("_", " ")))
