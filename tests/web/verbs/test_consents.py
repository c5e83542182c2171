"""What somebody agrees to: of one person the newest word counts, and a withdrawal outlives every merge."""

from __future__ import annotations

from itertools import permutations

import pytest

from qualify.capture.model import Source
from qualify.web.looking.consents import consents_of
from qualify.web.verbs.consent import consent
from qualify.web.verbs.merge import merge
from qualify.web.verbs.undo import undo
from tests.web.cast import OWNER, Cast, send


def says(person: int, given: bool, at: int) -> None:
    consent(OWNER, person, "email", given, at)


def agrees(person: int, at: int) -> bool:
    return consents_of(person, at)["email"].given


def test_of_one_person_the_newest_word_counts(people: Cast) -> None:
    says(people.jane, False, people.now)
    says(people.jane, True, people.now + 1)
    assert agrees(people.jane, people.now + 1)
    assert not agrees(people.jane, people.now), "as of before, it was withdrawn"


def test_on_another_device_of_the_same_person_it_counts_as_well(people: Cast, source: Source) -> None:
    says(people.jane, False, people.now)
    call = {"type": "identify", "message_id": "c", "anonymous_id": "browser-jane", "consent": {"email": True}}
    send(source, people.now + 1, {**call, "user_id": "jane"})
    assert agrees(people.jane, people.now + 1)


@pytest.mark.parametrize("order", list(permutations([("jane", True), ("joe", False), ("jane", True)], 3))[:3])
def test_a_withdrawal_outlives_a_merge_whatever_the_other_said_and_when(people: Cast, order) -> None:
    for place, (who, given) in enumerate(order):
        says(getattr(people, who), given, people.now + place)
    merged = merge(OWNER, people.jane, people.joe, people.now + 10)
    assert not agrees(merged.survivor, people.now + 10)


def test_the_merged_person_may_agree_again(people: Cast) -> None:
    says(people.joe, False, people.now)
    survivor = merge(OWNER, people.jane, people.joe, people.now + 1).survivor
    says(survivor, True, people.now + 2)
    assert agrees(survivor, people.now + 2)


def test_a_split_gives_each_their_own_word_back(people: Cast) -> None:
    says(people.jane, True, people.now)
    says(people.joe, False, people.now)
    merged = merge(OWNER, people.jane, people.joe, people.now + 1)
    undo(OWNER, merged.audit_id, people.now + 2)
    assert agrees(people.jane, people.now + 2)
    assert not agrees(people.joe, people.now + 2)
