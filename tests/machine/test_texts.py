"""The same long text from many people: counted within days, whoever sends it, in whatever order it is told."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qualify.machine.settings import STANDARD
from qualify.machine.texts import FormText, same_texts
from qualify.moments import DAY
from tests.machine.cast import NOON


def sent(number: int, lead: object, after: float, digest: str = "offer") -> FormText:
    """A form with a text, sent so many days after noon."""
    return FormText(number, lead, digest, NOON + round(after * DAY))


def test_how_many_others_sent_it() -> None:
    assert same_texts(sent(n, f"lead {n}", n) for n in range(5)) == dict.fromkeys(range(5), 4)


def test_who_sends_it_twice_is_one() -> None:
    assert same_texts([sent(1, "Ada", 0), sent(2, "Ada", 1), sent(3, "Bob", 2)]) == {1: 1, 2: 1, 3: 1}


def test_texts_do_not_add_up() -> None:
    assert same_texts([sent(1, "Ada", 0), sent(2, "Bob", 0, "question")]) == {}


def test_a_text_that_comes_back_after_weeks_is_another_case() -> None:
    assert same_texts([sent(1, "Ada", 0), sent(2, "Bob", 7), sent(3, "Eve", 7.1)]) == {1: 1, 2: 2, 3: 1}


drawn = st.lists(st.tuples(st.integers(1, 5), st.integers(-40, 40), st.sampled_from("ab")), max_size=30).map(
    lambda rows: [sent(number, lead, after / 2, digest) for number, (lead, after, digest) in enumerate(rows)]
)


@given(drawn)
def test_each_is_counted_as_a_glance_at_all_the_others_counts_it(texts: list[FormText]) -> None:
    found = same_texts(texts)
    for one in texts:
        near = {
            other.lead_id
            for other in texts
            if other.digest == one.digest and abs(other.happened_at - one.happened_at) <= STANDARD.alike
        }
        assert found.get(one.event_id, 0) == len(near) - 1


@pytest.mark.slow
@given(drawn, st.randoms())
def test_neither_order_nor_repetition_matters(texts: list[FormText], chance) -> None:
    again = [*texts, *texts]
    chance.shuffle(again)
    assert same_texts(again) == same_texts(texts)
