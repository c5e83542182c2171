"""What holds for any activity: order, repetition, more evidence, kinds."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qualify.machine.labelling import Activity, label
from qualify.machine.settings import STANDARD
from tests.machine.cast import CHROME, NOON, SECOND

PATHS = ("/pricing", "/docs", "/blog", "/trap")
AGENTS = (CHROME, "Mozilla/5.0", "curl/8.4.0", "GoogleImageProxy", CHROME.replace("Chrome", "HeadlessChrome"))
KINDS = (
    *("email_delivered", "email_opened", "email_clicked", "email_clicked", "page_viewed", "form_submitted"),
    *("email_unsubscribed", "email_replied", "product_used", "meeting_booked"),
)
LABELLED = STANDARD.opened | STANDARD.clicked | STANDARD.viewed | STANDARD.submitted

properties = st.fixed_dictionaries(
    {"campaign": st.sampled_from(["a", "b"])},
    optional={
        "link": st.sampled_from([*PATHS, "https://acme.test/docs", "http://[", 5]),
        "page": st.sampled_from([{"path": path} for path in PATHS] + [{}, None, "/blog"]),
        "seconds": st.sampled_from([0, 3, 40, "7", None, True]),
        "user_agent": st.sampled_from([*AGENTS, 5, None]),
        "ip": st.sampled_from(["17.1.2.3", "203.0.113.9", "x", None]),
        "click_id": st.sampled_from(["k1", "k2", "", 3]),
        "honeypot": st.sampled_from([True, False, "", "filled"]),
        "took": st.sampled_from([0.4, 30, None, "x"]),
        "fields": st.sampled_from([{"first_name": "https://x.test"}, {"first_name": "Ada"}, None]),
    },
)
moments = st.integers(-30, 400).map(lambda quarter: NOON + quarter * SECOND // 4)


@st.composite
def activities(draw):
    drawn = draw(st.lists(st.tuples(st.sampled_from(KINDS), moments, properties), max_size=25))
    return [Activity(number, kind, moment, told) for number, (kind, moment, told) in enumerate(drawn, 1)]


bursts = st.frozensets(st.integers(1, 25), max_size=6)


@given(activities(), bursts, st.randoms(use_true_random=False))
def test_labels_do_not_depend_on_the_order_of_the_facts(activity, burst, chance: random.Random):
    shuffled = list(activity)
    chance.shuffle(shuffled)
    assert label(shuffled, burst=burst) == label(activity, burst=burst)


@given(activities(), bursts)
def test_a_fact_told_twice_is_one_fact(activity, burst):
    assert label(activity + activity, burst=burst) == label(activity, burst=burst)


@pytest.mark.slow
@given(activities(), bursts, st.lists(st.sampled_from(PATHS), max_size=4), st.integers(0, 60))
def test_more_human_page_views_never_add_a_label(activity, burst, paths, start):
    """A human's page view: stayed on, and no nearer to another than a human is quick."""
    taken = [one.happened_at for one in activity if one.kind == "page_viewed"]
    before, added = label(activity, burst=burst), list(activity)
    for place, path in enumerate(paths):
        moment = NOON + (start + 7 * place) * SECOND
        if all(abs(moment - other) > STANDARD.together for other in taken):
            told = {"page": {"path": path}, "seconds": 30, "user_agent": CHROME}
            added.append(Activity(100 + place, "page_viewed", moment, told))
            taken.append(moment)
    after = label(added, burst=burst)
    assert {number for number in after if number < 100} <= set(before)


@given(activities(), bursts)
def test_only_opens_clicks_page_views_and_forms_are_ever_labelled(activity, burst):
    kinds = {one.event_id: one.kind for one in activity}
    assert {kinds[number] for number in label(activity, burst=burst)} <= LABELLED


@given(activities(), bursts)
def test_a_label_is_as_sure_as_asked_and_says_why_in_a_sentence(activity, burst):
    for given_label in label(activity, burst=burst).values():
        assert STANDARD.least_confidence <= given_label.confidence <= 1
        assert given_label.because.endswith(".")


@given(activities())
def test_a_burst_across_people_only_ever_adds(activity):
    everything = frozenset(one.event_id for one in activity)
    assert set(label(activity)) <= set(label(activity, burst=everything))
