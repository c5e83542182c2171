"""People who look alike are suggested with their evidence, settled by somebody, and never merged by themselves."""

from __future__ import annotations

import pytest

from qualify.web.database import rows, run
from qualify.web.duplicating import suggest, waiting
from qualify.web.verbs.actor import Actor, NotThere
from qualify.web.verbs.dismiss import dismiss
from qualify.web.verbs.merge import merge

pytestmark = pytest.mark.slow

ME = Actor("ann", frozenset({"write:leads"}))


@pytest.fixture
def suggested(lived: int) -> int:
    pytest.importorskip("splink", reason="the extra `duplicates` is not installed")
    one, other = rows("SELECT id, traits FROM person ORDER BY id LIMIT 2")
    ann = '{"first_name":"Annabelle","last_name":"Quisenberry","phone":"+493012345678","country":"DE"}'
    for who in (one[0], other[0]):
        run("UPDATE person SET traits = %s, company = %s WHERE id = %s", [ann, "Fabrik Neukirch", who])
    assert suggest(lived, 0.01)
    return lived


def test_suggestions_say_why_and_merge_nobody(suggested: int) -> None:
    people = rows("SELECT count(*) FROM person")
    found = waiting()
    assert all(each.evidence for each in found)
    assert rows("SELECT count(*) FROM person") == people
    assert [each.probability for each in found] == sorted((each.probability for each in found), reverse=True)


def test_what_was_dismissed_does_not_come_again(suggested: int) -> None:
    first = waiting()[0]
    dismiss(ME, first.one_id, first.other_id, suggested)
    assert first[:2] not in [each[:2] for each in suggest(suggested + 1, 0.01)]
    with pytest.raises(NotThere):
        dismiss(ME, first.one_id, first.other_id, suggested)


def test_whoever_was_merged_is_not_suggested_any_more(suggested: int) -> None:
    first = waiting()[0]
    merge(ME, first.one_id, first.other_id, suggested)
    assert first[:2] not in [each[:2] for each in waiting()]
