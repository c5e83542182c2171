"""The closed list of reasons for calling activity a machine's, each with a sentence a rep understands."""

from __future__ import annotations

from enum import StrEnum
from typing import Final, NamedTuple


class Reason(StrEnum):
    """Why an event is held to be a machine's. The value is what is stored; the sentence is what is shown."""

    DECLARED_BOT = "declared_bot"
    HEADLESS_BROWSER = "headless_browser"
    HONEYPOT_LINK = "honeypot_link"
    SECURITY_SCANNER = "security_scanner"
    PRIVACY_PROXY = "privacy_proxy"
    IMAGE_PROXY = "image_proxy"
    ALL_LINKS_AT_ONCE = "all_links_at_once"
    CLICKED_AT_ONCE = "clicked_at_once"
    OPENED_AT_ONCE = "opened_at_once"
    CLICK_WITHOUT_PAGE_VIEW = "click_without_page_view"
    DATA_CENTRE_BURST = "data_centre_burst"
    PAGES_AT_ONCE = "pages_at_once"
    FORM_SPAM = "form_spam"
    SAME_TEXT = "same_text"

    @property
    def sentence(self) -> str:
        """What this reason means, in one sentence for somebody who has never heard of it."""
        return _SENTENCES[self]


class Label(NamedTuple):
    """That an event is held to be a machine's.

    `confidence` is 0..1: how sure the rule is when it fires, as its author judges it; it is no frequency
    measured on anybody's data. `because` says what was seen in this very case, in a sentence.
    """

    reason: Reason
    confidence: float
    because: str


OPENS_COUNT_NOTHING: Final = (
    "Opens count 0 points: since 2021 mail programs fetch a mail's pictures whether or not anybody looks at it, "
    "so an open says that a mail arrived, not that somebody was interested. A click by a human counts."
)
"""Why opens are worth nothing by default; for every screen that shows an open beside points."""

_SENTENCES: Final = {
    Reason.DECLARED_BOT: "The visitor said of itself that it is a program: a crawler, a link preview, a script.",
    Reason.HEADLESS_BROWSER: "A browser without a screen, run by a program, did this.",
    Reason.HONEYPOT_LINK: "The same visitor followed a link that no human can see.",
    Reason.SECURITY_SCANNER: "The recipient's mail security followed the link to see whether it is safe.",
    Reason.PRIVACY_PROXY: "The mail program fetched the pictures by itself, whether or not anybody read the mail.",
    Reason.IMAGE_PROXY: "The mailbox provider fetched the pictures; who looked at them, if anybody, cannot be told.",
    Reason.ALL_LINKS_AT_ONCE: "Several links of one mail were followed within seconds; people follow one.",
    Reason.CLICKED_AT_ONCE: "The link was followed sooner after delivery than a human opens, reads and clicks.",
    Reason.OPENED_AT_ONCE: "The mail was opened sooner after delivery than a human notices it.",
    Reason.CLICK_WITHOUT_PAGE_VIEW: "A hasty click, after which the page that it leads to was not looked at.",
    Reason.DATA_CENTRE_BURST: "One network did the same for many recipients within seconds.",
    Reason.PAGES_AT_ONCE: "More pages were called up within seconds than a human opens.",
    Reason.FORM_SPAM: "The form was filled in by a program.",
    Reason.SAME_TEXT: "Several people sent the very same long text within days; a program did.",
}

_RANK: Final = {reason: place for place, reason in enumerate(Reason)}


def stronger(one: Label, other: Label) -> Label:
    """The label to keep when two rules fire: the surer one, then the earlier reason on the list."""
    if one.confidence != other.confidence:
        return one if one.confidence > other.confidence else other
    return min(one, other, key=_order)


def _order(label: Label) -> tuple[int, str]:
    return _RANK[label.reason], label.because
