"""Which sites are search engines, social sites and the like, and what ad platforms add to links."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Final

CLICK_IDS: Final[Mapping[str, str]] = {
    "gclid": "search", "gbraid": "search", "wbraid": "search", "msclkid": "search", "yclid": "search",
    "dclid": "display", "fbclid": "social", "li_fat_id": "social", "ttclid": "social", "twclid": "social",
    "rdt_cid": "social", "epik": "social", "irclickid": "affiliate",
}  # fmt: skip
"""The parameter that an ad platform adds to a link → what kind of site it is."""

FREE_CLICK_IDS: Final = frozenset({"fbclid"})
"""Click ids that are on every link, paid or not, so that they say nothing of money."""

SITES: Final[Mapping[str, tuple[str, ...]]] = {
    "mail": (
        *("mail.google.com", "com.google.android.gm", "outlook.live.com", "outlook.office.com"),
        *("outlook.office365.com", "mail.yahoo.com", "mail.proton.me", "mail.zoho.com", "statics.teams.cdn.office.net"),
    ),
    "ai": (
        *("chatgpt", "chat.openai.com", "openai", "perplexity", "claude.ai", "gemini.google.com", "chat.mistral.ai"),
        *("copilot.microsoft.com", "chat.deepseek.com", "grok.com", "you.com"),
    ),
    "search": (
        *("google", "bing", "yahoo", "duckduckgo", "ecosia", "qwant", "baidu", "yandex", "startpage", "naver"),
        *("search.brave.com", "seznam", "sogou", "daum", "ask.com", "aol", "lycos", "dogpile", "mojeek", "kagi"),
        *("metager", "swisscows"),
    ),
    "social": (
        *("facebook", "fb", "instagram", "ig", "linkedin", "lnkd", "twitter", "t.co", "x.com", "threads.net"),
        *("threads.com", "reddit", "tiktok", "pinterest", "quora", "xing", "vk.com", "weibo", "snapchat", "whatsapp"),
        *("wa.me", "telegram", "t.me", "discord", "mastodon", "mastodon.social", "bsky", "bluesky", "tumblr"),
        *("medium.com", "news.ycombinator.com", "producthunt", "stackoverflow", "slack"),
    ),
    "video": ("youtube", "youtu.be", "vimeo", "twitch", "dailymotion", "wistia", "loom"),
    "review": (
        *("g2.com", "g2", "capterra", "trustradius", "getapp", "softwareadvice", "trustpilot", "omr.com", "gartner"),
        *("sourceforge", "software-reviews"),
    ),
}  # fmt: skip
"""Kind of site → its hosts: a whole host and all under it, or the name before the public suffix. Sites of a
kind that comes first go before those of a later one."""

_SECOND_LEVEL: Final = frozenset({"co", "com", "org", "net", "ac", "gov", "edu", "ne", "or"})


@lru_cache(maxsize=4096)
def site_of(host: str) -> str | None:
    """The kind of site that a host, or the name of a source, is; None for any other.

    >>> site_of("www.google.co.uk"), site_of("linkedin"), site_of("ask.example.com")
    ('search', 'social', None)
    """
    names = {_name(host), *_parents(host)}
    return next((kind for kind, sites in SITES.items() if not names.isdisjoint(sites)), None)


def _parents(host: str) -> list[str]:
    labels = host.split(".")[:10]
    return [".".join(labels[start:]) for start in range(len(labels))]


def _name(host: str) -> str:
    """The name that somebody registered: google of www.google.co.uk, and of com.google.android (an app)."""
    labels = host.split(".")
    if len(labels) > 2 and labels[0] in ("com", "org"):
        return labels[1]
    if len(labels) > 2 and labels[-2] in _SECOND_LEVEL:
        return labels[-3]
    return labels[-2] if len(labels) > 1 else host
