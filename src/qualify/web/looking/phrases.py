"""Short phrases of ours that are kept as they are when something happens, and said in the reader's language when shown.

They are codes as much as words: programs are given them as they stand, things are counted by them. What has figures in
it is kept as a sentence instead (:mod:`qualify.speech`).
"""

from __future__ import annotations

from typing import Final

from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

from qualify.speech import heard_text
from qualify.web.looking.tongue import in_the_readers_words

PHRASES: Final = frozenset(
    (
        # Why a call was put aside: the step, the reason, and what is said of it.
        _("read"), _("message id"), _("counts"), _("time"), _("kind"), _("consent"), _("identifiers"), _("links"),
        _("account"), _("traits"), _("address"), _("page"), _("touch"), _("text"), _("agent"),
        _("blocked"), _("malformed"), _("too large"), _("no identifier"), _("test"), _("spam"), _("no consent"),
        _("bot"), _("in the future"), _("too old"), _("failed"), _("no call has this type"),
        _("a track call needs the name of an event"), _("no user id, anonymous id or address in the call"),
        _("its sender says that it is a test"), _("consent to be processed is refused in the call"),
        _("this source needs consent to be processed"), _("the browser asks not to be tracked"),
        _("before the year 1"),
        # Why activity is held to be a machine's.
        _("declared bot"), _("headless browser"), _("honeypot link"), _("security scanner"), _("privacy proxy"),
        _("image proxy"), _("all links at once"), _("clicked at once"), _("opened at once"),
        _("click without page view"), _("data centre burst"), _("pages at once"), _("form spam"), _("same text"),
        # Why a row of a list was refused.
        _("no id, e-mail address or telephone number"), _("nothing says what happened"),
        _("nothing says when it happened"), _("nothing says who did it"), _("properties is no JSON"),
        _("properties is no JSON object"), _("it is neither won nor lost"),
        _("nothing says whom it is about: an id, an e-mail address or a telephone number"),
        _("it says no currency of three letters, as EUR"), _("nothing says when it was won or lost"),
        _("it is still to come: a deal is won or lost when it has ended"), _("nobody here goes by this"),
        _("it names two people"), _("the amount is no number from 0 to 10¹⁵"),
        _("whoever this is about was erased, and stays so"),
        _("created_at is no moment between 1970 and 2100"), _("happened_at is no moment between 1970 and 2100"),
        _("received_at is no moment between 1970 and 2100"), _("closed_at is no moment between 1970 and 2100"),
        # What a version of the playbook is noted as.
        _("the starter of that name"),
        # What a piece of long work is doing.
        _("reading the store"), _("gathering"), _("writing"), _("imported already"),
        _("everybody is in the worker's line"),
    )
)  # fmt: skip


def kept_words(kept: str | None) -> str:
    """A phrase or a sentence that was kept, in the reader's language; any other text as it is."""
    if not kept:
        return ""
    if kept in PHRASES:
        return gettext(kept)
    with in_the_readers_words():
        return heard_text(kept)
