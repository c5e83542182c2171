"""By which channel somebody came, from the campaign in the URL, the click id and the referrer.

The channels and their order follow the default channel group of Google Analytics 4
(https://support.google.com/analytics/answer/9756891), adapted: a click id says "paid" where no UTM field does,
mail goes first, because newsletters are often tagged as social too, and there are channels for firms that sell
to firms: partner, event, review_site.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import translate
from functools import lru_cache
from typing import Any, Final, NamedTuple

from qualify.capture.sites import CLICK_IDS, FREE_CLICK_IDS, SITES, site_of
from qualify.errors import QualifyError, instead, shown

_LONGEST = 200
_NONE: Final[frozenset[str]] = frozenset()
_PAYING: Final = frozenset(CLICK_IDS) - FREE_CLICK_IDS
_PAID = ("*cp[acmv]*", "ppc", "paid*", "retargeting", "remarketing", "sem")


class Rule(NamedTuple):
    """A channel, and what must all hold for it; of each tuple one pattern (``*`` stands for anything).

    ``site`` is what kind of site the source or the referrer is; ``click`` the kind of site whose paid click id
    is in the URL; ``either`` holds if the medium or the source is one of these.
    """

    channel: str
    medium: tuple[str, ...] = ()
    source: tuple[str, ...] = ()
    campaign: tuple[str, ...] = ()
    site: str | None = None
    click: str | None = None
    either: tuple[str, ...] = ()


DEFAULT_RULES: Final = (
    Rule("email", either=("email", "e-mail", "e_mail", "e mail", "mail", "newsletter")),
    Rule("sms", either=("sms", "text-message")),
    Rule("push", either=("*push", "mobile-notification")),
    Rule("affiliate", medium=("affiliate*",)),
    Rule("affiliate", click="affiliate"),
    Rule("partner", medium=("partner*",)),
    Rule("event", medium=("event*", "fair", "trade-show", "tradeshow", "conference", "webinar*")),
    Rule("review_site", medium=("review*",)),
    Rule("audio", medium=("audio", "podcast*")),
    Rule("paid_search", site="search", medium=_PAID),
    Rule("paid_social", site="social", medium=_PAID),
    Rule("paid_social", medium=("paid_social", "paid-social", "paidsocial", "paid social", "social-paid")),
    Rule("paid_video", site="video", medium=_PAID),
    Rule("display", medium=("display", "banner", "expandable", "interstitial", "cpm", "programmatic")),
    Rule(
        "paid_search", medium=("cpc", "ppc", "sem", "paid_search", "paid-search", "paidsearch", "paid search")
    ),
    Rule("paid_other", medium=_PAID),
    Rule("organic_social", medium=("social", "social-*", "social_*", "social network", "social media", "sm")),
    Rule("referral", medium=("referral", "app", "link")),
    Rule("organic_search", medium=("organic",)),
    Rule("organic_video", medium=("*video*",)),
    Rule("paid_search", click="search"),
    Rule("paid_social", click="social"),
    Rule("display", click="display"),
    Rule("email", site="mail"),
    Rule("ai_assistant", site="ai"),
    Rule("review_site", site="review"),
    Rule("organic_social", site="social"),
    Rule("organic_video", site="video"),
    Rule("organic_search", site="search"),
)
"""In this order; the first that holds says the channel."""

UNRULED: Final = ("other", "referral", "direct")
"""Where no rule holds: a campaign nobody knows, a link from any other site, and neither."""


class Arrival(NamedTuple):
    """What a visit says of where it came from, in small letters."""

    source: str
    medium: str
    campaign: str
    clicks: frozenset[str]
    referrer_host: str

    def fits(self, rule: Rule) -> bool:
        """Whether all of a rule's conditions hold."""
        return (
            (not rule.medium or _like(rule.medium, self.medium))
            and (not rule.source or _like(rule.source, self.source))
            and (not rule.campaign or _like(rule.campaign, self.campaign))
            and (not rule.either or _like(rule.either, self.medium) or _like(rule.either, self.source))
            and (rule.click is None or rule.click in self.clicks)
            and (rule.site is None or rule.site == (site_of(self.source) or site_of(self.referrer_host)))
        )


@dataclass(frozen=True, eq=False)
class Rules:
    """The rules in force: a playbook's own, then the default ones; and which hosts are the company's own."""

    rules: tuple[Rule, ...] = DEFAULT_RULES
    own_hosts: frozenset[str] = frozenset()

    @classmethod
    def from_playbook(cls, section: Mapping[str, Any] | None) -> Rules:
        """The rules of a playbook's section ``channels``: ``own_hosts``, and ``rules`` that go before ours.

        Raises :class:`~qualify.errors.QualifyError` that names what is not understood.
        """
        section = {} if section is None else section
        _only(section, ("own_hosts", "rules"), "channels")
        written = section.get("rules") or []
        if not isinstance(written, list):
            raise QualifyError(f"channels.rules: write a list of rules, not {shown(written)}")
        own = tuple(_rule(rule, f"channels.rules[{number}]") for number, rule in enumerate(written))
        hosts = _texts(section.get("own_hosts") or (), "channels.own_hosts")
        return cls((*own, *DEFAULT_RULES), frozenset(host.removeprefix("www.") for host in hosts))

    def names(self) -> list[str]:
        """Every channel there is, in the order of the rules."""
        return list(dict.fromkeys([*(rule.channel for rule in self.rules), *UNRULED]))

    def channel(
        self,
        campaign: Mapping[str, str],
        click_ids: Mapping[str, str],
        referrer_host: str | None,
        own_hosts: frozenset[str] = frozenset(),
    ) -> str | None:
        """The channel of a visit; None when it came from a page of our own and no campaign led it here.

        ``campaign`` holds ``utm_source``, ``utm_medium``, ``utm_campaign`` …; ``own_hosts`` are ours besides
        those of the rules.
        """
        told = (_cut(campaign, "utm_source"), _cut(campaign, "utm_medium"), _cut(campaign, "utm_campaign"))
        clicks = frozenset(click_ids).intersection(_PAYING) if click_ids else _NONE
        return _channel(self, told, clicks, (referrer_host or "")[:255], own_hosts)

    def of(self, arrival: Arrival) -> str:
        """The channel of the first rule that holds, else what is left."""
        named = next((rule.channel for rule in self.rules if arrival.fits(rule)), None)
        if named is not None:
            return named
        if arrival.source or arrival.medium or arrival.campaign:
            return "other"
        return "referral" if arrival.referrer_host else "direct"


DEFAULT: Final = Rules()
"""The default rules, no host of our own."""


class Touch(NamedTuple):
    """An event seen as marketing: when, by which channel, and the campaign that led there."""

    happened_at: int
    channel: str
    campaign: str | None = None
    source: str | None = None


class Touches(NamedTuple):
    """The first touch, the last, and the last before the conversion; direct visits count where nothing else is.

    All None where there is none.
    """

    first: Touch | None
    last: Touch | None
    converting: Touch | None


def touches(events: Sequence[Touch], converted_at: int | None = None) -> Touches:
    """The views of somebody's touches, in whatever order they come; without ``converted_at`` none converted.

    Of touches in the same millisecond the one whose text comes last counts as the later, so that the order of
    rows never matters.
    """
    ordered = sorted(events, key=_order)
    before = [touch for touch in ordered if converted_at is not None and touch.happened_at <= converted_at]
    return Touches(ordered[0] if ordered else None, _last(ordered), _last(before))


def _order(touch: Touch) -> tuple[int, str, str, str]:
    return touch.happened_at, touch.channel, touch.campaign or "", touch.source or ""


def _last(ordered: Sequence[Touch]) -> Touch | None:
    """The last touch that is not direct, else the last."""
    led = (touch for touch in reversed(ordered) if touch.channel != "direct")
    return next(led, ordered[-1] if ordered else None)


@lru_cache(maxsize=8192)
def _channel(
    rules: Rules,
    told: tuple[str, str, str],
    clicks: frozenset[str],
    referrer_host: str,
    own_hosts: frozenset[str],
) -> str | None:
    source, medium, campaign = (text.strip().lower() for text in told)
    paid = frozenset(CLICK_IDS[word] for word in clicks)
    host = referrer_host.lower().removeprefix("www.")
    if host and (_is_own(host, own_hosts) or _is_own(host, rules.own_hosts)):
        if not (source or medium or campaign or paid):
            return None
        host = ""
    return rules.of(Arrival(source, medium, campaign, paid, host))


def _cut(campaign: Mapping[str, str], field: str) -> str:
    return (campaign.get(field) or "")[:_LONGEST]


def _is_own(host: str, own: frozenset[str]) -> bool:
    """Whether a host is ours, or under one of ours."""
    return bool(own) and (host in own or any(host.endswith("." + name) for name in own))


def _like(patterns: tuple[str, ...], value: str) -> bool:
    return bool(value) and _pattern(patterns).match(value) is not None


@lru_cache(maxsize=512)
def _pattern(patterns: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile("|".join(translate(pattern) for pattern in patterns))


_PATTERNS: Final = ("source", "medium", "campaign", "either")


def _rule(written: Any, where: str) -> Rule:
    _only(written, ("channel", *_PATTERNS, "site", "click"), where)
    channel = written.get("channel")
    if not isinstance(channel, str) or not channel:
        raise QualifyError(f"{where}.channel: write the name of a channel, not {shown(channel)}")
    given = {name: _texts(written[name], f"{where}.{name}") for name in _PATTERNS if name in written}
    site = _word(written, "site", SITES, where)
    click = _word(written, "click", set(CLICK_IDS.values()), where)
    if not any(given.values()) and site is None and click is None:
        raise QualifyError(
            f"{where}: a rule with nothing to go by; write a source, medium, campaign, site or click"
        )
    return Rule(channel, **given, site=site, click=click)


def _word(written: Mapping[str, Any], name: str, allowed: Collection[str], where: str) -> str | None:
    word = written.get(name)
    if word is not None and (not isinstance(word, str) or word not in allowed):
        raise QualifyError(f"{where}.{name}: {shown(word)} is not known{instead(str(word), sorted(allowed))}")
    return None if word is None else str(word)


def _only(written: Any, allowed: tuple[str, ...], where: str) -> None:
    if not isinstance(written, Mapping):
        raise QualifyError(f"{where}: write a mapping, not {shown(written)}")
    for name in written:
        if name not in allowed:
            raise QualifyError(f"{where}: {shown(name)} is not known{instead(str(name), allowed)}")


def _texts(written: Any, where: str) -> tuple[str, ...]:
    given = [written] if isinstance(written, str) else written
    if not isinstance(given, list | tuple) or not all(isinstance(text, str) and text for text in given):
        raise QualifyError(f"{where}: write a text or a list of texts, not {shown(written)}")
    return tuple(text[:_LONGEST].lower() for text in given)
