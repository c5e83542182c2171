"""Sentences that are said again in another language, also when they were kept in between."""

from __future__ import annotations

import json

import msgspec
import pytest

from qualify.speech import (
    Figure,
    Moment,
    Named,
    Sentence,
    Several,
    Speech,
    again,
    day_of,
    filled_anew,
    heard,
    heard_text,
    kept,
    kept_text,
    plain,
    sentence,
    sentence_many,
    speaking,
)  # fmt: skip

GERMAN = {
    "it is with %(rep)s": "es ist bei %(rep)s",
    "%(rep)s: %(why)s": "%(rep)s – %(why)s",
    "absent until %(when)s": "abwesend bis %(when)s",
    "passed over: %(whom)s": "übergangen: %(whom)s",
    "%(what)s was won by %(share)s": "%(what)s: %(share)s gewonnen",
    "%(number)s%%": "%(number)s %%",
    "nobody": "niemand",
    "job title": "Position",
    " and ": " und ",
}
MANY = {"%(count)s lead": ("%(count)s Lead", "%(count)s Leads")}


def _number(number: object, digits: int | None) -> str:
    text = f"{number:,}" if digits is None else f"{number:,.{digits}f}"
    return text.translate(str.maketrans(",.", ".,"))


IN_GERMAN = Speech(
    lambda message: GERMAN.get(message, message),
    lambda one, many, count: MANY[one][count != 1],
    _number,
    lambda at, zone, day: f"Tag {at // 86_400_000}" if day else f"Stunde {at // 3_600_000} in {zone}",
)


def _in_german(text: str) -> str:
    with speaking(IN_GERMAN):
        return again(text)


def test_a_sentence_is_a_text_and_can_be_said_again() -> None:
    said = sentence("it is with %(rep)s", rep="Rosa")
    assert said == "it is with Rosa"
    assert _in_german(said) == "es ist bei Rosa"
    assert _in_german("it is with Rosa") == "it is with Rosa"


def test_what_is_in_a_sentence_is_said_again_too() -> None:
    away = sentence("absent until %(when)s", when=Moment(3_600_000, "UTC"))
    of_one = sentence("%(rep)s: %(why)s", rep="Ravi", why=away)
    all_ = sentence("passed over: %(whom)s", whom=Several((of_one, sentence("nobody")), sentence(" and ")))
    assert all_ == "passed over: Ravi: absent until 1970-01-01 01:00 and nobody"
    assert _in_german(all_) == "übergangen: Ravi – abwesend bis Stunde 1 in UTC und niemand"


def test_numbers_are_written_as_the_language_writes_them() -> None:
    share = Figure(0.1234, 1, percent=True)
    said = sentence("%(what)s was won by %(share)s", what=Named("job_title", "job title"), share=share)
    assert (said, _in_german(said)) == ("job_title was won by 12.3%", "Position: 12,3 % gewonnen")
    assert sentence("%(a)s %(b)s", a=1234, b=Figure(2, 0, sign=True)) == "1,234 +2"


def test_what_counts_has_its_plural_in_each_language() -> None:
    one, two = (sentence_many("%(count)s lead", "%(count)s leads", count) for count in (1, 2000))
    assert [one, two] == ["1 lead", "2,000 leads"]
    assert [_in_german(each) for each in (one, two)] == ["1 Lead", "2.000 Leads"]


def test_a_message_that_nothing_fills_may_hold_a_percent_sign() -> None:
    assert sentence("as 2%") == "as 2%"


@pytest.mark.parametrize(
    "said",
    [
        sentence("it is with %(rep)s", rep="Rosa"),
        sentence("%(rep)s: %(why)s", rep="Ravi", why=sentence("absent until %(when)s", when=Moment(0, "UTC", True))),
        sentence("passed over: %(whom)s", whom=Several(("a", sentence("nobody")), sentence(" and "))),
        sentence("%(what)s was won by %(share)s", what=Named("job_title", "job title"), share=Figure(0.5, 0, True)),
        sentence_many("%(count)s lead", "%(count)s leads", 3),
    ],
)  # fmt: skip
def test_what_is_kept_as_json_is_heard_in_whichever_language(said: Sentence) -> None:
    written = json.loads(msgspec.json.encode(kept({"why": [said, "by hand"]})))
    assert heard(written) == {"why": [said, "by hand"]}
    with speaking(IN_GERMAN):
        assert heard(written) == {"why": [_in_german(said), "by hand"]}
    assert written["why"][0]["said"] == said  # for whoever reads the store by hand


def test_a_column_of_text_holds_a_sentence_or_a_text_of_old() -> None:
    said = sentence("it is with %(rep)s", rep="Rosa")
    with speaking(IN_GERMAN):
        assert heard_text(kept_text(said)) == "es ist bei Rosa"
        assert heard_text("it was with Rosa") == "it was with Rosa"
        assert kept_text("by hand") == "by hand"


def test_data_that_only_look_like_a_sentence_stay_data() -> None:
    told = [{"say": "cheese"}, {"say": ["a"], "with": {}, "more": 1}, {"say": [], "with": {}}]
    assert heard(told) == told


def test_a_sentence_made_in_one_language_is_kept_for_all() -> None:
    with speaking(IN_GERMAN):
        written = kept(sentence("it is with %(rep)s", rep="Rosa"))
    assert heard(written) == "it is with Rosa"


def test_what_fills_a_sentence_can_be_changed() -> None:
    said = filled_anew(
        sentence("it is with %(rep)s", rep="/tmp/rosa"), lambda text: text.replace("/tmp/", "")
    )
    assert (said, _in_german(said)) == ("it is with rosa", "es ist bei rosa")
    assert filled_anew("/tmp/rosa", str.upper) == "/TMP/ROSA"


def test_a_writer_of_json_that_knows_texts_alone_writes_the_text() -> None:
    assert msgspec.json.encode([sentence("nobody")], enc_hook=plain) == b'["nobody"]'
    with pytest.raises(NotImplementedError):
        msgspec.json.encode([object()], enc_hook=plain)


def test_a_moment_that_no_clock_shows_is_said_all_the_same() -> None:
    assert str(sentence("by %(when)s", when=Moment(1 << 62, "UTC"))) == f"by {1 << 62} ms"
    assert day_of(-(1 << 62), "Europe/Berlin") == f"{-(1 << 62)} ms"
