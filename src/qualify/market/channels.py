"""How leads come, what that costs, and how good they are."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache


@dataclass(frozen=True)
class Campaign:
    """An effort with a budget; `share` of its channel's leads; `source` and `medium` as in the UTM fields."""

    name: str | None
    source: str | None
    medium: str | None
    share: float = 1.0
    currency: str = "EUR"


@dataclass(frozen=True)
class Channel:
    """A way to come to us.

    `share` of all leads; `log_odds` of buying added by the channel; `intent_shift` on the log-odds scale of
    intent; `listed` is the share that arrives on a list (fair, partner) instead of through a form;
    `cost` in money per expected lead; `billing` is how the money leaves: daily, monthly or by occasion.
    """

    name: str
    share: float
    log_odds: float
    intent_shift: float
    cost: float
    billing: str = "daily"
    listed: float = 0.0
    referrer: str | None = None
    campaigns: tuple[Campaign, ...] = field(default=(Campaign(None, None, None),))


CHANNELS: tuple[Channel, ...] = (
    Channel(
        "paid_search",
        0.16,
        0.1,
        0.3,
        95.0,
        referrer="https://www.google.com/",
        campaigns=(
            Campaign("brand", "google", "cpc", 0.25),
            Campaign("lead-scoring-generic", "google", "cpc", 0.4),
            Campaign("alternatives", "google", "cpc", 0.2),
            Campaign("generic-bing", "bing", "cpc", 0.15, "USD"),
        ),
    ),
    Channel("organic_search", 0.22, 0.2, 0.1, 18.0, "monthly", referrer="https://www.google.com/"),
    Channel(
        "paid_social",
        0.15,
        -0.2,
        -0.6,
        70.0,
        referrer="https://www.linkedin.com/",
        campaigns=(
            Campaign("revops-leaders", "linkedin", "paid_social", 0.45),
            Campaign("scoring-ebook", "linkedin", "paid_social", 0.35),
            Campaign("retargeting", "facebook", "paid_social", 0.2, "USD"),
        ),
    ),
    Channel("organic_social", 0.06, -0.1, -0.4, 0.0, referrer="https://www.linkedin.com/"),
    Channel(
        "referral",
        0.05,
        0.6,
        0.6,
        30.0,
        campaigns=(Campaign("customer-referral", "customer", "referral"),),
    ),
    Channel(
        "email",
        0.07,
        0.0,
        0.1,
        8.0,
        "monthly",
        campaigns=(Campaign("monthly-digest", "newsletter", "email"),),
    ),
    Channel("direct", 0.12, 0.2, 0.4, 0.0),
    Channel(
        "event",
        0.08,
        0.1,
        -0.1,
        140.0,
        "occasion",
        listed=0.7,
        campaigns=(
            Campaign("trade-fair", "fair", "event", 0.6),
            Campaign("roadshow", "roadshow", "event", 0.4),
        ),
    ),
    Channel(
        "partner",
        0.05,
        0.5,
        0.4,
        60.0,
        "monthly",
        listed=0.5,
        campaigns=(Campaign("agency-program", "agency", "partner"),),
    ),
    Channel(
        "review_site",
        0.04,
        0.5,
        1.0,
        160.0,
        referrer="https://www.software-reviews.example/",
        campaigns=(Campaign("category-page", "software-reviews", "review"),),
    ),
)


@lru_cache(maxsize=1)
def campaigns() -> tuple[tuple[int, Campaign], ...]:
    """Every campaign with the number of its channel, in a fixed order."""
    return tuple((number, one) for number, channel in enumerate(CHANNELS) for one in channel.campaigns)


def names() -> list[str]:
    """The channels' names, in the order in which they are numbered."""
    return [channel.name for channel in CHANNELS]


def number_of(name: str) -> int:
    """The number of the channel with this name; raises ValueError when there is none."""
    return names().index(name)


def campaign_weights(channel: int) -> list[float]:
    """How a channel's leads fall on the campaigns: one weight per campaign of `campaigns()`."""
    return [one.share if owner == channel else 0.0 for owner, one in campaigns()]
