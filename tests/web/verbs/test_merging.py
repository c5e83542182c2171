"""Merging makes two people one, and nothing of it is a one-way door."""

from __future__ import annotations

import pytest

from qualify.capture.model import Source
from qualify.web.database import rows
from qualify.web.living.working import Worker
from qualify.web.verbs.actor import Conflict, Forbidden, NotThere
from qualify.web.verbs.answer import answer
from qualify.web.verbs.decide import decide
from qualify.web.verbs.merge import merge
from qualify.web.verbs.preview import preview_merge, preview_split
from qualify.web.verbs.split import split
from qualify.web.verbs.undo import undo
from tests.web.cast import OWNER, STRANGER, Cast, lead_of, send
from tests.web.snapshot import everything


def owners(table: str = "event") -> set[int]:
    return {owner for (owner,) in rows(f"SELECT owner_id FROM {table}")}


def test_the_older_of_two_stays_and_has_the_facts_of_both(people: Cast) -> None:
    merged = merge(OWNER, people.joe, people.jane, people.now)
    assert (merged.survivor, merged.gone) == (people.jane, people.joe)
    assert owners() == owners("learnt") == {people.jane}
    assert rows("SELECT id FROM person") == [(people.jane,)]
    assert lead_of("joe@gmail.com") == people.jane


def test_the_score_of_the_merged_is_of_what_both_did(people: Cast) -> None:
    [(before,)] = rows("SELECT total FROM standing WHERE person_id = %s", [people.jane])
    merge(OWNER, people.jane, people.joe, people.now)
    Worker().work_off(people.now)
    [(after,)] = rows("SELECT total FROM standing")
    assert after > before


def test_events_that_come_for_who_was_merged_away_go_to_who_is_left(people: Cast, source: Source) -> None:
    merge(OWNER, people.jane, people.joe, people.now)
    send(
        source,
        people.now + 1,
        {"type": "track", "message_id": "new", "event": "Webinar Attended", "user_id": "joe"},
    )
    assert owners() == {people.jane}


def test_what_is_decided_under_the_old_id_goes_to_who_is_left_and_back_again(people: Cast) -> None:
    merged = merge(OWNER, people.jane, people.joe, people.now)
    decide(OWNER, people.joe, "accepted", people.now + 1)
    assert owners("decision") == {people.jane}
    undo(OWNER, merged.audit_id, people.now + 2)
    assert owners("decision") == {people.joe}


def test_a_split_brings_back_what_was(people: Cast) -> None:
    before = everything()
    merged = merge(OWNER, people.jane, people.joe, people.now)
    Worker().work_off(people.now)
    assert everything() != before
    split(OWNER, [merged.link_id], people.now)
    Worker().work_off(people.now)
    assert everything() == before


def test_undoing_an_undoing_merges_again(people: Cast) -> None:
    merged = merge(OWNER, people.jane, people.joe, people.now)
    Worker().work_off(people.now)
    together = everything()
    apart = undo(OWNER, merged.audit_id, people.now)
    again = undo(OWNER, apart.audit_id, people.now)
    Worker().work_off(people.now)
    assert everything() == together
    undo(OWNER, again.audit_id, people.now)
    assert owners() == {people.jane, people.joe}


def test_a_split_by_any_link_parts_who_it_held_together(people: Cast) -> None:
    [(link,)] = rows(
        "SELECT l.id FROM link l JOIN identifier a ON a.id = l.one_id JOIN identifier b ON b.id = l.other_id "
        "WHERE a.value = 'joe@gmail.com' AND b.value = 'joe' OR a.value = 'joe' AND b.value = 'joe@gmail.com'"
    )
    parted = split(OWNER, [link], people.now)
    assert len(parted.leads) == 2
    assert len(rows("SELECT id FROM person")) == 3


def test_a_preview_tells_exactly_what_will_be_and_changes_nothing(people: Cast) -> None:
    before = everything()
    told = preview_merge(OWNER, people.jane, people.joe, people.now)
    assert everything() == before
    assert [each.lead_id for each in told.before] == [people.jane, people.joe]
    merged = merge(OWNER, people.jane, people.joe, people.now)
    Worker().work_off(people.now)
    [(total, grade, stage)] = rows("SELECT total, grade, stage FROM standing")
    [after] = told.after
    assert (after.total, after.grade, after.stage) == (total / 100, grade, stage)
    assert len(after.identifiers) == sum(len(each.identifiers) for each in told.before) == 6
    assert after.facts["event"] == 4
    back = preview_split(OWNER, [merged.link_id], people.now)
    assert back.after == told.before


def test_who_is_one_already_cannot_be_merged_and_what_is_undone_not_undone_again(people: Cast) -> None:
    merged = merge(OWNER, people.jane, people.joe, people.now)
    with pytest.raises(Conflict):
        merge(OWNER, people.joe, people.jane, people.now)
    undo(OWNER, merged.audit_id, people.now)
    with pytest.raises(Conflict):
        undo(OWNER, merged.audit_id, people.now)
    with pytest.raises(Conflict):
        undo(OWNER, answer(OWNER, people.jane, "need", people.now), people.now)


def test_what_is_not_there_cannot_be_merged_split_or_undone(people: Cast) -> None:
    before = everything()
    for verb in (
        lambda: merge(OWNER, people.jane, 10**12, people.now),
        lambda: split(OWNER, [10**12], people.now),
        lambda: undo(OWNER, 10**12, people.now),
    ):
        with pytest.raises(NotThere):
            verb()
    with pytest.raises(Forbidden):
        merge(STRANGER, people.jane, people.joe, people.now)
    assert everything() == before


def test_other_systems_are_told(people: Cast) -> None:
    merged = merge(OWNER, people.jane, people.joe, people.now)
    undo(OWNER, merged.audit_id, people.now)
    told = rows("SELECT type, person_id FROM message ORDER BY id")
    assert told[-2:] == [("lead.merged", people.jane), ("lead.split", people.jane)]
