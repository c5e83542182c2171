"""What a user agent says of itself: a bot, a mail program's proxy, a security scanner, or nothing."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Final, Literal

Nature = Literal["bot", "headless", "scanner", "privacy_proxy", "image_proxy", "bare", "undeclared"]

_LONGEST: Final = 512
"""What a longer user agent says comes in its first characters; the rest only costs memory."""

_KEPT: Final = 8_192
_START: Final = 3

APPLE_PROXY: Final = "Mozilla/5.0"
"""All that the proxies of Apple's Mail Privacy Protection say, since iOS 15 and macOS 12 (2021)."""

_GMAIL_PREFETCH = "Edge/12.246 Mozilla/5.0"  # Gmail fetching pictures before anybody opens the mail
_IMAGE_PROXIES = {
    "GoogleImageProxy": "Gmail",
    "YahooMailProxy": "Yahoo Mail",
    "FastmailUA": "Fastmail",
}
_SCANNERS = re.compile(
    r"barracuda|proofpoint|mimecast|ironport|fireeye|messagelabs|trend ?micro|fortimail|safelinks"
    r"|microsoft office existence discovery|avanan|vade ?secure|cloudmark|virustotal|hornetsecurity",
    re.IGNORECASE,
)
_HEADLESS = re.compile(r"headless|phantomjs|puppeteer|playwright|selenium|webdriver|slimerjs", re.IGNORECASE)
_REGEX = re.compile(r"(?<!\\)[\^$\[\]()?*+|.]|\\[a-zA-Z]")


@dataclass(frozen=True, slots=True)
class Agent:
    """What kind of thing a user agent declares, and its name where it has one.

    "bare" is a lone ``Mozilla/5.0``: Apple's proxy when it fetches a picture, a script when it views a page.
    "undeclared" says nothing for or against a human: programs may borrow a browser's words.
    """

    nature: Nature
    name: str = ""


_UNDECLARED = Agent("undeclared")


def agent(user_agent: str | None) -> Agent:
    """What this user agent declares; "undeclared" when there is none.

    Crawlers, link previews and HTTP libraries are those of the `crawler-user-agents` package.

    >>> agent("curl/8.4.0").nature, agent("Mozilla/5.0").nature, agent(None).nature
    ('bot', 'bare', 'undeclared')
    """
    return _agent(user_agent[:_LONGEST]) if user_agent else _UNDECLARED


def is_machine(user_agent: str | None, *, headless_is_machine: bool = True) -> bool:
    """Whether a visitor with this user agent says itself that it is no human's browser.

    Headless browsers are machines unless `headless_is_machine` is False (a source that is driven by tests).

    >>> agent("Mozilla/5.0 HeadlessChrome/120.0").nature
    'headless'
    """
    nature = agent(user_agent).nature
    return nature != "undeclared" and (headless_is_machine or nature != "headless")


@lru_cache(maxsize=_KEPT)
def _agent(user_agent: str) -> Agent:
    text = user_agent.strip()
    return _mail_program(text) or _automaton(text) or _crawler(text) or _UNDECLARED


def _mail_program(text: str) -> Agent | None:
    if text == APPLE_PROXY:
        return Agent("bare", "Mozilla/5.0 and no more, as Apple's mail privacy does")
    if text.endswith(_GMAIL_PREFETCH):
        return Agent("privacy_proxy", "Gmail's prefetch")
    proxy = next((name for mark, name in _IMAGE_PROXIES.items() if mark in text), None)
    return Agent("image_proxy", proxy) if proxy else None


def _automaton(text: str) -> Agent | None:
    if found := _SCANNERS.search(text):
        return Agent("scanner", found[0])
    found = _HEADLESS.search(text)
    return Agent("headless", found[0]) if found else None


def _crawler(text: str) -> Agent | None:
    by_start, others = _crawlers()
    # Fifteen hundred words are found by how they start: ten times faster than one by one, or as one pattern.
    for place in range(len(text) - _START + 1):
        for word in by_start.get(text[place : place + _START], ()):
            if text.startswith(word, place):
                return Agent("bot", word.strip(" /;"))
    found = others.search(text)
    return Agent("bot", found[0].strip(" /;")) if found else None


@cache
def _crawlers() -> tuple[dict[str, tuple[str, ...]], re.Pattern[str]]:
    """The package's list, read when first asked for: plain words by how they start, and one pattern of the rest."""
    from crawleruseragents import CRAWLER_USER_AGENTS_DATA

    by_start: dict[str, tuple[str, ...]] = {}
    others = []
    for pattern in (str(entry["pattern"]) for entry in CRAWLER_USER_AGENTS_DATA):
        word = re.sub(r"\\(.)", r"\1", pattern)
        if _REGEX.search(pattern) or len(word) < _START:
            others.append(f"(?:{pattern})")
        else:
            by_start[word[:_START]] = (*by_start.get(word[:_START], ()), word)
    return by_start, re.compile("|".join(others))
