"""What was told of leads with a date: learnt traits, answers, decisions and outcomes."""

from __future__ import annotations

import pytest

from tests.files.world import HOUR, MARCH, World

DAY = 24 * HOUR


def test_a_learnt_trait_is_one_row_for_each_way_in_which_the_playbook_reads_it(world: World):
    gathered = world.gather(
        traits="lead_id,name,value,learned_at\n1,Job Title,VP  Sales,2026-03-01\n1,employees,51-200,2026-03-02\n1,hobby,golf,2026-03-02\n"
    )
    assert world.rows("traits", "lead_id", "trait", "told", "text", "number", "learned_at") == [
        ("1", "employees__number", "51-200", None, 51.0, MARCH + DAY),
        ("1", "job_title__department", "vp sales", "sales", None, MARCH),
        ("1", "job_title__seniority", "vp sales", "vp", None, MARCH),
    ]
    assert gathered.rows["traits"] == 3


@pytest.mark.parametrize("value", ["", "N/A", "unknown", " - "])
def test_a_trait_that_is_not_known_any_more_has_no_value(world: World, value):
    world.gather(traits=f"lead_id,name,value,learned_at\n1,industry,{value},2026-03-01\n")
    assert world.rows("traits", "trait", "text") == [("industry__text", None)]


def test_bad_facts_are_rejected(world: World):
    world.gather(
        traits="lead_id,name,value,learned_at\n,industry,a,2026-03-01\n1,,a,2026-03-01\n1,industry,a,\n1,industry,a,soon\n"
    )
    reasons = ["no id", "no name", "no date", "unreadable date"]
    assert world.rejects() == [("traits", row, reason) for row, reason in enumerate(reasons, 1)]


def test_answers_are_read_as_the_playbook_looks_at_them(world: World):
    rows = '1,Budget,"5,000 EUR",Yes,2026-03-01,2026-06-01\n1,need,Speed,no,2026-03-02,\n'
    world.gather(answers="lead_id,question,value,satisfied,answered_at,expires_at\n" + rows)
    columns = ("question", "told", "answered_at", "expires_at", "value__number", "satisfied__text")
    assert world.rows("answers", *columns) == [
        ("budget", "5,000 eur", MARCH, MARCH + 92 * DAY, 5000.0, "yes"),
        ("need", "speed", MARCH + DAY, None, None, "no"),
    ]


def test_answers_without_values_or_expiry_are_answers(world: World):
    world.gather(answers="lead_id,question,answered_at\n1,budget,2026-03-01\n")
    assert world.rows("answers", "told", "expires_at", "value__number") == [(None, None, None)]


def test_an_answer_may_hold_for_ever_but_its_expiry_has_to_be_a_date(world: World):
    world.gather(
        answers="lead_id,question,answered_at,expires_at\n1,budget,2026-03-01,9999-12-31\n1,need,2026-03-01,never\n"
    )
    assert world.rows("answers", "question") == ["budget"]
    assert world.rejects() == [("answers", 2, "unreadable date")]


def test_a_question_that_nobody_answered_is_warned_of_with_the_nearest(world: World):
    gathered = world.gather(
        answers="lead_id,question,value,answered_at\n1,budgt,5000,2026-03-01\n1,need,x,2026-03-01\n"
    )
    warnings = [warning for warning in gathered.warnings if "question" in warning]
    assert warnings == ["no answer to the question 'budget' in the data; the nearest that it has is 'budgt'"]


def test_decisions_and_outcomes_are_one_table(world: World):
    gathered = world.gather(
        decisions="lead_id,decision,decided_at\n1,Accepted,2026-03-01\n1,unqualified,2026-03-02\n",
        outcomes="lead_id,outcome,closed_at\n1,Closed Won,2026-03-03\n1,closed_lost,2026-03-04\n",
    )
    assert world.rows("decisions", "decided_at", "decision") == [
        (MARCH, "accepted"), (MARCH + DAY, "disqualified"), (MARCH + 2 * DAY, "won"), (MARCH + 3 * DAY, "lost"),
    ]  # fmt: skip
    assert gathered.rows == {"leads": 1, "decisions": 2, "outcomes": 2}
    assert gathered.present == {"leads", "decisions"}


def test_outcomes_alone_make_decisions(world: World):
    gathered = world.gather(outcomes="lead_id,outcome,closed_at\n1,won,2026-03-03\n")
    assert "decisions" in gathered.present
    assert world.rows("decisions", "decision") == ["won"]


def test_what_was_not_given_is_not_there(world: World):
    gathered = world.gather(events="lead_id,kind,time\n1,demo_requested,2026-03-01\n")
    assert gathered.present == {"leads", "events"}
    world.gather()
    tables = world.connection.execute("SELECT table_name FROM information_schema.tables").fetchall()
    assert {name for (name,) in tables} == {"leads", "rejected_rows"}
