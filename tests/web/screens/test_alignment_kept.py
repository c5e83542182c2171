"""What became of a hand-off is kept beside its clock; it is what the facts say, and news are told from the facts."""

from __future__ import annotations

from pathlib import Path

import pytest

from qualify.clock import now
from qualify.web.database import rows, run
from qualify.web.handing.giving import look
from qualify.web.keeping.marking import mark
from qualify.web.looking.alignment import Asked, Found, agreed, handed_over, with_words
from qualify.web.looking.handing import desk
from tests.web.screens.handing_over import DAY, HOUR, Handed, company_with_a_playbook, hand_over

SAID = (
    "accepted", "rejected bad_data", "rejected something else", "", "confirmed", "rejected no_intent: not this year"
)  # fmt: skip


@pytest.fixture
def looked_at(store: Path) -> int:
    """Hand-offs of a month as the worker has looked at them."""
    at = now() - 30 * DAY
    version = company_with_a_playbook(at - DAY)
    each = [
        Handed(
            at + n * 8 * HOUR, 30 + n, SAID[n % len(SAID)], ("won", "", "lost", "")[n % 4], 700 + n if n % 3 else None,
            used=n * HOUR if n % 5 else None, rules=(1, 2) if n % 2 else (),
        )
        for n in range(24)
    ]  # fmt: skip
    hand_over(version, each)
    again = "INSERT INTO move (person_id, moved_at, place, version_id, stage_from, stage_to, cycle, total, grade, rules) "
    run(f"{again} SELECT person_id, moved_at + %s, 0, 1, 'recycled', 'mql', 2, 5000, 'A2', '[3]' FROM move "
        "WHERE stage_to = 'recycled'", [9 * DAY])  # fmt: skip
    here = desk(now())
    assert here is not None
    look([who for (who,) in rows("SELECT id FROM person")], here)
    return at


def seen(at: int) -> Found:
    terms = agreed()
    assert terms is not None
    return handed_over(Asked(at - DAY, now()), terms, now())


def test_what_is_kept_is_what_the_facts_say(looked_at: int) -> None:
    kept = seen(looked_at)
    assert len(kept.handed) > 30 and kept.clock == "contact"
    assert rows("SELECT count(*) FROM handoff WHERE told_for IS NULL") == [(0,)]
    run("UPDATE handoff SET told_for = NULL")
    told = seen(looked_at)
    # Only what somebody wrote besides is not kept: lists that show it ask for it.
    assert [each._replace(words="") for each in told.handed] == kept.handed
    assert with_words(kept.handed) == told.handed
    assert "not this year" in {each.words for each in told.handed}


def test_of_whom_there_is_news_the_facts_are_told(looked_at: int) -> None:
    found = seen(looked_at).handed
    one = next(each for each in found if each.said == "rejected")
    others = [each for each in found if each.lead_id != one.lead_id]
    run("UPDATE decision SET taken_back_at = 1 WHERE owner_id = %s", [one.lead_id])
    assert seen(looked_at).handed == found
    mark({one.lead_id: now()}, now())
    there = seen(looked_at).handed
    assert [each for each in there if each.lead_id != one.lead_id] == others
    assert "rejected" not in {each.said for each in there if each.lead_id == one.lead_id}


def test_other_stages_are_told_from_the_facts(looked_at: int) -> None:
    terms = agreed()
    assert terms is not None
    found = handed_over(Asked(looked_at - DAY, now()), terms._replace(stages=("pql",)), now())
    assert found.handed == []
