"""The learning pages: what history says rule by rule, thresholds, best customers, what changed, which model is in force."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from qualify.clock import now
from qualify.playbook import parse
from qualify.web.database import rows, run
from qualify.web.learning import keeping
from qualify.web.verbs.actor import the_owner
from qualify.web.verbs.publish import publish
from tests.web.cast import Cast
from tests.web.learning.lessons import PLAYBOOK, model, proposal, told
from tests.web.screens.members import Members

PAGES = ("/learning", "/learning/thresholds", "/learning/icp", "/learning/drift", "/learning/models")


def learnt(**more: Any) -> int:
    """A lesson about the playbook in force; its number."""
    [(version,)] = rows("SELECT max(id) FROM playbook_version")
    return keeping.keep(told(**more), version, "ada", now())


@pytest.fixture
def lesson(store: Path) -> int:
    """A playbook in force, and a lesson about it."""
    publish(the_owner(), PLAYBOOK, now(), rescore=lambda version, at: 0)
    return learnt()


def page(members: Members, address: str = "/learning", who: str = "mia") -> str:
    answer = getattr(members, who).get(address)
    assert answer.status_code == 200, address
    return " ".join(answer.content.decode().split())


def drafted(members: Members, what: str, lesson: int, who: str = "mia", **more: Any) -> str:
    """The text of the draft that comes of a form."""
    answer = getattr(members, who).post("/learning/draft", {"what": what, "lesson": lesson, **more})
    assert answer.status_code == 302, answer.content.decode()
    [(number, text)] = rows("SELECT id, text FROM draft ORDER BY id DESC LIMIT 1")
    assert answer.headers["Location"] == f"/playbook/drafts/{number}"
    return str(text)


@pytest.mark.parametrize("address", PAGES)
def test_before_the_first_lesson_every_page_says_so(address: str, members: Members) -> None:
    said = page(members, address)
    assert "Learn now" in said and ("Nothing was learnt yet" in said or "None yet" in said)


def test_each_rule_has_its_sentence_and_what_would_become_of_it(lesson: int, members: Members) -> None:
    said = page(members)
    assert "Your rule gives +10 for “came to a webinar”; history supports +2 (±0 … +4), n = 83" in said
    assert "9 of 83 with it were won, 100 of 900 without" in said
    for does in ("make it +5", "leave it out", "a new rule: +15"):
        assert does in said
    assert said.count('name="take"') == 4, "what is to be kept has no tick"


def test_figures_in_time_come_first_and_the_shuffled_one_is_said_to_flatter(
    lesson: int, members: Members
) -> None:
    said = page(members)
    assert said.index("0.71") < said.index("flatters") < said.index("0.80")


def test_the_chosen_become_a_draft_and_the_playbook_stays(lesson: int, members: Members) -> None:
    text = drafted(members, "proposals", lesson, take=["0", "1", "3", "4"])
    old, new = parse(PLAYBOOK), parse(text)
    rules = {rule.label: rule.points / 100 for _, _, rule in new.rules()}
    assert rules["came to a webinar"] == 5 and "looks for a job" not in rules
    assert rules["industry is software"] == 15
    assert "industry is software" in {rule.label for rule in new.scores["fit"].rules}
    assert "trial_started at least once" in {rule.label for rule in new.scores["engagement"].rules}
    assert len(list(new.rules())) == len(list(old.rules())) + 1
    assert rows("SELECT text FROM playbook_version") == [(PLAYBOOK,)]
    assert "# From the spring's campaign." in text, "comments stay"


def test_what_needs_no_change_changes_nothing(lesson: int, members: Members) -> None:
    answer = members.mia.post("/learning/draft", {"what": "proposals", "lesson": lesson, "take": ["2"]})
    assert answer.status_code == 400 and rows("SELECT count(*) FROM draft") == [(0,)]


def test_proposals_about_an_earlier_playbook_make_no_draft(lesson: int, members: Members) -> None:
    publish(the_owner(), PLAYBOOK + "\n# changed\n", now(), rescore=lambda version, at: 0)
    assert 'name="take"' not in page(members) and "this is about an earlier one" in page(members)
    answer = members.mia.post("/learning/draft", {"what": "proposals", "lesson": lesson, "take": ["0"]})
    assert answer.status_code == 409


def test_a_form_that_is_sent_twice_makes_one_draft(lesson: int, members: Members) -> None:
    for _ in range(2):
        members.mia.post(
            "/learning/draft", {"what": "proposals", "lesson": lesson, "take": ["0"], "once": "same"}
        )
    assert rows("SELECT count(*) FROM draft") == [(1,)]


def test_who_only_looks_is_shown_everything_and_offered_nothing(lesson: int, members: Members) -> None:
    said = page(members, who="vic")
    assert "came to a webinar" in said and 'name="take"' not in said and "Learn anew now" not in said
    for address in ("draft", "now", "question", "schedule", "force"):
        assert members.rosa.post(f"/learning/{address}").status_code == 403


def test_below_the_gates_it_says_what_is_missing_in_numbers(lesson: int, members: Members) -> None:
    learnt(won=12, lost=300, rows=312, active=False, why="not enough to learn", figures={}, proposals=[],
           rates={"by": "channel", "levels": [
               {"level": "email", "leads": 50, "won": 2, "low": 0.01, "high": 0.13, "shrunk": 0.04}]})  # fmt: skip
    said = page(members)
    assert "What is missing" in said and '<td class="number">12</td><td class="number">40 </td>' in said
    assert "Share won, by channel" in said, "and what is offered instead"


def test_where_there_is_nothing_to_learn_nothing_is_proposed(lesson: int, members: Members) -> None:
    learnt(active=False, nothing_to_learn=True, why="nothing to learn here: a coin")
    said = page(members)
    assert "Nothing to learn here: a coin." in said and 'name="take"' not in said


def test_a_column_that_may_know_the_outcome_is_asked_about(lesson: int, members: Members) -> None:
    learnt(questions=[{"column": "Tags", "check": "alone", "said": "`Tags` alone tells won from lost. Leave it out?",
                       "set_aside": True, "auc": 0.95}])  # fmt: skip
    assert "`Tags` alone tells won from lost" in page(members)
    members.mia.post("/learning/question", {"column": "Tags", "answer": "leave out"})
    assert keeping.settings().choices["leave out"] == ["Tags"]
    assert "Tags" in page(members, "/learning/models") and "alone tells won from lost" not in page(members)


def test_more_capacity_lower_marks(lesson: int, members: Members) -> None:
    plenty, few = (page(members, f"/learning/thresholds?capacity={each}") for each in (35, 20))
    assert "Your marks fit: 30 leads a week" in plenty
    assert "Move the marks by +10: then 18 leads a week" in few and "13 to 24" in few
    assert "engagement from 35 on, instead of 25" in few
    assert "60%" in few and "With the marks moved by +20 (9 a week) at least 80% are reached in time." in few


def test_an_exact_number_wins_over_the_slider_and_nonsense_is_left_alone(
    lesson: int, members: Members
) -> None:
    assert "Sales can work 12 new" in page(members, "/learning/thresholds?capacity=30&exact=12")
    assert "Sales can work 30 new" in page(members, "/learning/thresholds?capacity=x&exact=-3")


def test_by_money_from_which_chance_on_a_contact_pays(lesson: int, members: Members) -> None:
    said = page(members, "/learning/thresholds?cost=90&value=1000")
    assert "From a chance of 9%" in said and "20 leads a week (12 to 30)" in said
    assert "marks moved by +10" in said
    assert "Give two amounts" in page(members, "/learning/thresholds?cost=90&value=0")


def test_moved_marks_become_a_draft_with_the_way_back_that_was_chosen(lesson: int, members: Members) -> None:
    leave = "stages.mql.leave.any_of.1.below=18"
    new = parse(drafted(members, "marks", lesson, by="10", leave=leave))
    said = [
        each.sentence() for each in (new.stages["mql"].enter, new.stages["mql"].leave) if each is not None
    ]
    assert "55" in said[0] and "35" in said[0] and "18" in said[1] and "50" in said[1]
    answer = members.mia.post("/learning/draft", {"what": "marks", "lesson": lesson, "by": "0"})
    assert answer.status_code == 400


def test_a_profile_becomes_a_draft_under_a_name_of_its_own(lesson: int, members: Members) -> None:
    assert "Leads whose employees is at least 200 are twice as good." in page(members, "/learning/icp")
    new = parse(drafted(members, "profiles", lesson, take="0"))
    assert [each.name for each in new.icp] == ["best customers"]
    assert new.icp[0].conditions[0].sentence() == "employees is at least 200"


def test_leads_that_fit_and_nobody_works_are_named(people: Cast, members: Members) -> None:
    learnt(icp={
        "why": "", "tried": 9, "found": told()["icp"]["found"],
        "profiles": [{"name": "best customers", "leads": 9, "customers": 2, "idle": 1, "named": [people.jane]}],
        "undescribed": {"count": 1, "named": [[people.joe, 900.0, "EUR"]]},
    })  # fmt: skip
    said = page(members, "/learning/icp")
    assert f'href="/leads/{people.jane}"' in said and "1 customer whom none of this describes" in said
    assert "€900.00" in said


def test_what_changed_is_said_in_one_sentence_each_and_otherwise_it_is_quiet(
    lesson: int, members: Members
) -> None:
    assert "Nothing changed that is more than chance" in page(members, "/learning/drift")
    alarm = {"kind": "stopped", "about": "page_viewed", "figure": 0.0, "limit": 90.0,
             "said": "hardly any page_viewed arrives any more"}  # fmt: skip
    learnt(
        drift={
            "days": 90,
            "before": 900,
            "after": 300,
            "alarms": [alarm],
            "kinds": [["page_viewed", 100.0, 3]],
        }
    )
    said = page(members, "/learning/drift")
    assert "Hardly any page_viewed arrives any more" in said and "Nothing changed" not in said


def test_the_model_in_force_can_be_taken_out_of_it_and_put_back(lesson: int, members: Members) -> None:
    number = learnt(crowned=True, contest="AUC 0.71", model=model())
    assert f"The model of lesson {number}" in page(members, "/learning/models", "max")
    here = keeping.reign()
    assert here is not None
    members.max.post("/learning/force", {"back": here.id})
    assert "your written rules stand alone" in page(members, "/learning/models", "max")
    members.max.post("/learning/force", {"lesson": number})
    assert f"The model of lesson {number}" in page(members, "/learning/models", "max")


def test_how_often_it_learns_can_be_chosen(lesson: int, members: Members) -> None:
    members.max.post("/learning/schedule", {"every": "30"})
    assert keeping.settings().every == 30
    assert members.max.post("/learning/schedule", {"every": "5"}).status_code == 400


def test_while_it_learns_the_page_says_so_and_asks_again(lesson: int, members: Members) -> None:
    assert (
        members.mia.post("/learning/now", {"next": "/learning/drift"}).headers["Location"]
        == "/learning/drift"
    )
    said = page(members)
    assert "Waiting for a worker" in said and 'hx-trigger="every 2s"' in said and "Learn anew now" not in said
    asking = {"hx-request": "true", "hx-target": "work"}
    assert members.mia.get("/learning", headers=asking).content.decode().strip().startswith('<div id="work"')
    run("UPDATE work SET state = 'done', detail = '{}'")
    assert "The lesson is done." in members.mia.get("/learning", headers=asking).content.decode()


@pytest.mark.parametrize("address", PAGES)
def test_a_page_asks_the_store_a_fixed_number_of_things(address: str, lesson: int, members: Members) -> None:
    page(members, address)
    with CaptureQueriesContext(
        connection,
    ) as asked:
        page(members, address)
    few = len(asked)
    learnt(
        proposals=[proposal(f"rule {n}", "change", 10, 5, at={"score": "fit", "rule": 0}) for n in range(60)]
    )
    with CaptureQueriesContext(connection) as asked:
        page(members, address)
    assert len(asked) == few
