"""A lead as it was: told from the last move on, from the beginning, or by the worker, it is the same."""

from __future__ import annotations

import pytest

from qualify.moments import DAY
from qualify.scoring.single import Line
from qualify.stages.ladder import State
from qualify.stages.living import fold
from qualify.web.database import rows
from qualify.web.looking import lead as looking
from qualify.web.looking.answers import qualifying
from qualify.web.looking.history import history
from qualify.web.looking.lifting import ahead
from qualify.web.looking.recorded import Recorded, recorded
from qualify.web.verbs.answer import answer
from qualify.web.verbs.learn import learn
from tests.web.cast import MINUTE, OWNER, Cast, people, send, source

__all__ = ["people", "source"]


def everybody() -> list[Recorded]:
    ids = [who for (who,) in rows("SELECT id FROM person ORDER BY id LIMIT 12")]
    return [known for who in ids if (known := recorded(who)) is not None]


def from_the_beginning(known: Recorded, moment: int) -> tuple[State, list[Line]]:
    since = min([known.person.created_at, *known.moments[:1]]) - 1
    start = State.at_first(known.person.created_at)
    folded = fold(known.versions, known.recorders, known.moments, start, since, moment)
    return folded.state, [] if folded.judgement is None else folded.judgement.lines


@pytest.mark.slow
def test_where_a_lead_stood_is_the_same_from_the_last_move_on_as_from_the_beginning(lived: int) -> None:
    for known in everybody():
        for days in (0, 3, 9, 17, 26):
            moment = lived - days * DAY
            if known.person.created_at <= moment:
                folded = known.folded(moment)
                lines = [] if folded.judgement is None else folded.judgement.lines
                assert (folded.state, lines) == from_the_beginning(known, moment)
                assert known.state(moment) == folded.state


def test_today_is_what_the_worker_wrote(lived: int) -> None:
    for known in everybody():
        told, written = (
            looking.then(known.person.person_id, lived),
            looking.today(known.person.person_id, lived),
        )
        assert told is not None and written is not None
        assert (told.lead.total, told.lead.stage, told.lead.since) == (
            written.lead.total, written.lead.stage, written.lead.since,
        )  # fmt: skip


def test_the_history_says_of_each_moment_what_was_so_then(lived: int) -> None:
    for known in everybody()[:6]:
        found = history(known, lived)
        assert found.bands[-1].stage == known.folded(lived).state.stage
        for point in found.points[::5]:
            told = looking.then(known.person.person_id, point.at)
            assert told is not None and told.lead.total == point.total
        assert [band.until for band in found.bands[:-1]] == [band.since for band in found.bands[1:]]


@pytest.mark.slow
def test_looking_writes_nothing(lived: int) -> None:
    from tests.web.snapshot import everything

    before = everything()
    for known in everybody():
        assert looking.then(known.person.person_id, lived) is not None
        ahead(known, lived)
        history(known, lived)
    assert everything() == before


def test_what_is_unknown_is_named_with_what_would_tell(people: Cast) -> None:
    known = recorded(people.joe)
    assert known is not None
    found = ahead(known, people.now)
    assert found is not None
    by_rule = {each.rule: each for each in found.unknown}
    assert "employees" in by_rule["matches the ICP"].traits
    assert by_rule["is a buyer"].traits == ["job_title"]


def test_a_trait_that_is_suggested_lifts_when_it_is_learnt(people: Cast, source) -> None:
    """Whoever asks for a demo and turns out to be of a company that fits is an MQL."""
    send(
        source,
        people.now + MINUTE,
        {"type": "track", "event": "Demo Requested", "user_id": "joe", "message_id": "x"},
    )
    at = people.now + 2 * MINUTE
    known = recorded(people.joe)
    assert known is not None and known.folded(at).state.stage == "iql"
    found = ahead(known, at)
    assert found is not None
    [suggested] = [
        each for each in found.suggested if any("employees: at least 50" in thing for thing in each.things)
    ]
    learn(OWNER, people.joe, {"employees": 50, "country": "DE"}, at)
    after = recorded(people.joe)
    assert after is not None and after.folded(at).state.stage == suggested.stage == "mql"


@pytest.mark.parametrize(
    ("given", "missing"), [([], ["need", "budget"]), (["need"], ["budget"]), (["need", "timeline"], [])]
)
def test_what_is_missing_for_sql_is_the_shortest_way_there(
    people: Cast, given: list[str], missing: list[str]
) -> None:
    for question in given:
        answer(OWNER, people.jane, question, people.now, value="yes", satisfied=True)
    known = recorded(people.jane)
    assert known is not None
    found = qualifying(known, people.now + 1)
    assert [each.name for each in found.missing] == missing
    assert found.next is not None and found.next.name == (missing or ["budget"])[0]
