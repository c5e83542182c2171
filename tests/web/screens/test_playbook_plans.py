"""What a draft would do and whom the playbook fits: asked for, waited for, shown."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from qualify.clock import now
from qualify.playbook.starters import text as starter
from qualify.web import database
from qualify.web.database import rows, run
from qualify.web.living.errands import Errands
from qualify.web.looking import playbook as looking
from qualify.web.verbs.actor import Actor, the_owner
from qualify.web.verbs.drafting import ask_match, ask_plan, begin, save
from qualify.web.verbs.publish import publish
from tests.web.screens.members import Members
from tests.web.screens.test_playbook import LESS, TEXT

MIA = Actor("mia@qualify.example", frozenset({"draft:playbook"}))

RESULT = {
    "as_of": 1_700_000_000_000, "moved": 3, "changed": 40, "stayed": 97, "leads": 100, "version": 1,
    "moves": [{"before": "lead", "after": "mql", "leads": 3, "rules": [{"rule": "fit: fits", "leads": 3, "change": 9.5}]}],
    "rules": [{"rule": "fit: fits", "leads": 40, "change": 9.5}],
    "examples": [{"lead_id": 7, "stage_before": "lead", "stage_after": "mql", "total_before": 30.0, "total_after": 39.5,
                  "strongest_rule": "fit: fits"}],
    "segments": [{"name": "country", "values": [["DE", 30, 3, 0], ["FR", 70, 0, 0]]}],
    "distribution": [[0.0, 60, 57], [10.0, 40, 43]], "grades": [["A1", 1, 2]],
    "weeks": [[1_699_000_000_000, 10, 30], [1_700_000_000_000, 12, 34]],
}  # fmt: skip


@pytest.fixture
def drafted(store: Path) -> int:
    """A draft of Mia's that asks for less of a webinar than the playbook in force; its number."""
    publish(the_owner(), TEXT, now(), rescore=lambda version, at: 0)
    number = begin(MIA, now(), title="Webinars count less")
    save(MIA, number, LESS, _draft(number).digest, now())
    return number


def _draft(number: int) -> looking.Draft:
    found = looking.draft(number)
    assert found is not None
    return found[0]


def work_off() -> None:
    """What a worker does, until nothing is left to do."""
    errands = Errands(now, threading.Event())
    while errands.step(now()):
        pass


def finished(result: dict[str, Any]) -> None:
    """The newest work is done, with this result."""
    run(
        "UPDATE work SET state = 'done', detail = %s WHERE id = (SELECT max(id) FROM work)",
        [json.dumps(result)],
    )


def test_a_plan_is_asked_for_waited_for_and_shown(members: Members, drafted: int) -> None:
    where = f"/playbook/drafts/{drafted}/plan"
    assert "Not found out yet" in members.max.get(where).content.decode()
    waiting = members.max.post(where, {"capacity": "20"}, follow=True).content.decode()
    assert "Waiting for a worker" in waiting and 'hx-trigger="every 2s"' in waiting
    part = members.max.get(where, headers={"HX-Request": "true", "HX-Target": "planned"}).content.decode()
    assert part.lstrip().startswith('<div id="planned"') and "<html" not in part
    finished(RESULT)
    page = members.max.get(where).content.decode()
    assert "hx-trigger" not in page, "it is done: nothing to wait for"
    assert "fit: fits" in page and 'href="/leads/7"' in page and "DE" in page and "FR" not in page
    assert "160% of the 20 that sales can work" in page and "more than sales can work" in page
    assert "1 of 100" not in page and "3 <span" in page
    assert (
        "3 of 100 leads would change their stage"
        in members.mia.get(f"/playbook/drafts/{drafted}").content.decode()
    )


def test_a_plan_of_an_earlier_text_says_so(members: Members, drafted: int) -> None:
    where = f"/playbook/drafts/{drafted}/plan"
    members.mia.post(where)
    finished(RESULT)
    save(MIA, drafted, TEXT.replace("points: 25", "points: 1"), _draft(drafted).digest, now())
    assert "this is about an earlier text" in members.mia.get(where).content.decode()
    save(MIA, drafted, LESS, _draft(drafted).digest, now())
    assert "earlier text" not in members.mia.get(where).content.decode(), "the very text again"
    publish(the_owner(), TEXT.replace("points: 40", "points: 50"), now(), rescore=lambda version, at: 0)
    assert "this compares with an earlier one" in members.mia.get(where).content.decode()


def test_asked_twice_it_is_done_once(members: Members, drafted: int) -> None:
    for _ in range(2):
        members.mia.post(f"/playbook/drafts/{drafted}/plan")
    assert rows("SELECT count(*) FROM work WHERE kind = 'plan'") == [(1,)]


def test_what_cannot_be_planned_says_why(members: Members, drafted: int) -> None:
    where = f"/playbook/drafts/{drafted}/plan"
    assert members.mia.post(where, {"capacity": "many"}).status_code == 400
    members.mia.post(where)
    run("UPDATE work SET state = 'failed', detail = 'no playbook is in force yet'")
    assert "It could not be found out: no playbook" in members.mia.get(where).content.decode()
    save(MIA, drafted, "playbook: x", _draft(drafted).digest, now())
    assert members.mia.post(where).status_code == 400
    assert "The text has mistakes" in members.mia.get(where).content.decode()


@pytest.mark.slow
def test_whom_the_profiles_fit_is_counted_and_the_best_they_miss_are_named(
    members: Members, people: Any
) -> None:
    page = members.vic.get("/playbook/icp").content.decode()
    assert "Not counted yet" in page and "employees is at least 50" in page
    assert 'hx-trigger="load, submit"' in page
    for _ in range(2):
        members.vic.post("/playbook/count")
    assert rows("SELECT count(*) FROM work WHERE kind = 'match'") == [(1,)], (
        "counted once, however often asked"
    )
    assert "A worker is counting" in members.vic.get("/playbook/icp").content.decode()
    finished({
        "as_of": now(), "version": 1, "all": [2, 1], "rules": list(range(24)), "icp": [["mid-market", 1, 0]],
        "personas": [["buyer", 1, 0]], "no_icp": [1, 1], "no_persona": [1, 1], "best": [[people.joe, 900.0, "EUR"]],
    })  # fmt: skip
    page = members.vic.get("/playbook/icp").content.decode()
    assert f'href="/leads/{people.joe}"' in page and "€900" in page
    assert "None of these fits 1 of 2 leads, and 1 of 1 customers" in page
    assert "23 leads" in members.vic.get("/playbook").content.decode(), "by rule, where it is read"


@contextmanager
def counted() -> Iterator[list[str]]:
    """The statements that pages ask the store."""
    asked: list[str] = []
    before = database._straight

    def noted(here: Any, statement: str, parameters: Any) -> Any:
        asked.append(statement)
        return before(here, statement, parameters)

    database._straight = noted
    try:
        yield asked
    finally:
        database._straight = before


@pytest.mark.slow
def test_pages_ask_a_fixed_number_of_questions(members: Members, drafted: int) -> None:
    pages = ["/playbook", "/playbook/versions", "/playbook/icp", f"/playbook/drafts/{drafted}"]
    members.mia.post(f"/playbook/drafts/{drafted}/plan")
    finished(RESULT)

    def questions(page: str) -> int:
        members.mia.get(page)
        with counted() as asked:
            members.mia.get(page)
        return len(asked)

    few = [questions(page) for page in [*pages, f"/playbook/drafts/{drafted}/plan"]]
    for place in range(12):
        publish(
            the_owner(),
            TEXT.replace("points: 40", f"points: {41 + place}"),
            now(),
            rescore=lambda version, at: 0,
        )
        members.mia.post(
            "/playbook/comment", {"draft": drafted, "anchor": "fit: fits", "text": f"word {place}"}
        )
    begin(MIA, now())
    many = [questions(page) for page in [*pages, f"/playbook/drafts/{drafted}/plan"]]
    assert many == few and max(many) <= 9


@pytest.mark.slow
def test_a_plan_and_a_count_of_a_whole_market(lived: int) -> None:
    number = begin(MIA, now(), title="The ICP earns less")
    stricter = starter("b2b-saas").replace(
        "points: 40, name: matches the ICP", "points: 5, name: matches the ICP"
    )
    save(MIA, number, stricter, _draft(number).digest, now())
    ask_plan(the_owner(), number, now())
    work_off()
    [(state, detail)] = rows("SELECT state, detail FROM work WHERE kind = 'plan'")
    assert state == "done", detail
    told = json.loads(detail)
    people = rows("SELECT count(*) FROM person")[0][0]
    assert told["leads"] == people == told["moved"] + told["stayed"]
    assert sum(before for _from, before, _after in told["distribution"]) == people
    assert sum(after for _from, _before, after in told["distribution"]) == people
    assert len(told["weeks"]) == 4
    for segment in told["segments"]:
        assert sum(up + down for _value, _leads, up, down in segment["values"]) == told["moved"], segment[
            "name"
        ]
        assert sum(leads for _value, leads, _up, _down in segment["values"]) == people, segment["name"]
    ask_match(the_owner(), told["version"], now())
    work_off()
    [(state, detail)] = rows("SELECT state, detail FROM work WHERE kind = 'match'")
    assert state == "done", detail
    _agrees_with_standings(json.loads(detail))


def _agrees_with_standings(told: dict[str, Any]) -> None:
    """Of each rule as many leads as have a line of it, were they judged at that moment."""
    [(version,)] = rows("SELECT id FROM playbook_version ORDER BY published_at DESC LIMIT 1")
    assert told["version"] == version and told["all"][0] == rows("SELECT count(*) FROM person")[0][0]
    fits = {"icp": told["icp"], "personas": told["personas"]}
    for nobody, kind in (("no_icp", "icp"), ("no_persona", "personas")):
        most = max(leads for _name, leads, _customers in fits[kind])
        assert told["all"][0] - told[nobody][0] >= most
    assert all(leads <= told["all"][0] for leads in told["rules"])
