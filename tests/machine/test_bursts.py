"""One network that serves many recipients within seconds: all at once, and as sightings arrive."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from qualify.machine.bursts import Sighting, bucket_of, buckets_near, bursts
from qualify.machine.settings import STANDARD
from tests.machine.cast import NOON, SECOND

CLOUD, OFFICE = "192.0.2.0", "198.51.100.0"


def seen(number, lead, after, network=CLOUD):
    return Sighting(number, lead, network, NOON + round(after * SECOND))


def test_five_recipients_served_within_seconds_are_a_data_centres_work():
    assert bursts(seen(n, f"lead {n}", n) for n in range(5)) == {0, 1, 2, 3, 4}


def test_an_office_of_four_is_none():
    assert not bursts(seen(n, f"lead {n}", n, OFFICE) for n in range(4))


def test_one_recipient_who_clicks_often_is_one_recipient():
    assert not bursts(seen(n, "Ada", n / 10) for n in range(50))


def test_five_recipients_in_five_minutes_are_none():
    assert not bursts(seen(n, f"lead {n}", 60 * n) for n in range(5))


def test_networks_do_not_add_up_and_no_network_is_none():
    assert not bursts(seen(n, f"lead {n}", n, CLOUD if n % 2 else OFFICE) for n in range(8))
    assert not bursts(seen(n, f"lead {n}", n, "") for n in range(8))


def test_what_the_network_did_long_before_and_after_is_left_alone():
    sightings = [seen(n, f"lead {n}", n) for n in range(5)]
    assert bursts([seen(90, "Ada", -40), *sightings, seen(91, "Bob", 40)]) == {0, 1, 2, 3, 4}


drawn = st.lists(
    st.tuples(st.integers(1, 8), st.integers(-80, 160), st.sampled_from([CLOUD, OFFICE])), max_size=40
).map(
    lambda rows: [
        seen(number, lead, after / 2, network) for number, (lead, after, network) in enumerate(rows)
    ]
)


@given(drawn, st.randoms(use_true_random=False))
def test_order_and_repetition_do_not_matter(sightings, chance):
    again = sightings * 2
    chance.shuffle(again)
    assert bursts(again) == bursts(sightings)


@given(drawn)
def test_the_buckets_near_a_sighting_say_about_it_what_all_sightings_say(sightings):
    everything = bursts(sightings)
    for one in sightings:
        near = set(buckets_near(one.network, one.happened_at))
        held = [each for each in sightings if bucket_of(each.network, each.happened_at) in near]
        assert (one.event_id in bursts(held)) == (one.event_id in everything)


@given(drawn)
def test_a_new_sighting_changes_nothing_but_what_lies_in_the_buckets_near_it(sightings):
    if sightings:
        *earlier, new = sightings
        by_number = {one.event_id: one for one in sightings}
        changed = {by_number[number] for number in bursts(sightings) - bursts(earlier)}
        assert all(abs(one.happened_at - new.happened_at) <= STANDARD.burst for one in changed)
        assert {bucket_of(one.network, one.happened_at) for one in changed} <= set(
            buckets_near(new.network, new.happened_at)
        )
        assert bursts(earlier) <= bursts(sightings)


def test_a_burst_across_the_turn_of_a_minute_is_seen_from_either_side():
    turn = 60 - NOON // SECOND % 60
    sightings = [seen(n, f"lead {n}", turn - 2 + n) for n in range(5)]
    assert len({bucket_of(one.network, one.happened_at) for one in sightings}) == 2
    for one in sightings:
        near = set(buckets_near(one.network, one.happened_at))
        assert {bucket_of(each.network, each.happened_at) for each in sightings} <= near
