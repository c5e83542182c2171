"""Plans, forms, aliases and suggestions over HTTP."""

from __future__ import annotations

import pytest

from qualify.web.database import insert, rows, run
from qualify.web.living.kinds import plan
from qualify.web.verbs.actor import SCOPES
from tests.web.api.conftest import Api, bearer_of

EASY = """\
playbook: easy
scores: {fit: {rules: [{points: 50, when: {email: business}}]}}
stages: {sql: {enter: {score: fit, at_least: 10}}}
"""


@pytest.mark.slow
def test_a_draft_shows_its_consequences_before_it_is_published(lived: int) -> None:
    api = bearer_of(*SCOPES)
    before = rows("SELECT * FROM standing ORDER BY person_id"), rows("SELECT count(*) FROM move")
    asked = api("POST", "/playbooks/plan", {"text": EASY})
    assert asked.status_code == 202
    [(number, parameters)] = rows("SELECT id, parameters FROM work WHERE kind = 'plan'")
    import json

    detail = plan(json.loads(parameters), lambda done, of, detail="": None)
    run("UPDATE work SET state = 'done', detail = %s WHERE id = %s", [detail, number])
    work = api.get(f"/work/{number}")
    assert work["result"]["moved"] == sum(move["leads"] for move in work["result"]["moves"]) > 0
    assert len(work["result"]["examples"]) == min(100, work["result"]["moved"])
    assert (rows("SELECT * FROM standing ORDER BY person_id"), rows("SELECT count(*) FROM move")) == before


def test_a_draft_with_mistakes_is_told_all_of_them(api: Api) -> None:
    said = api("POST", "/playbooks/plan", {"text": "playbook: x\nscors: {}"})
    assert said.status_code == 422
    assert "scores" in said.content.decode()


def test_a_form_is_made_shown_and_closed(api: Api) -> None:
    source = api("POST", "/sources", {"name": "site", "kind": "form"}).json()["id"]
    spec = {
        "id": "demo",
        "name": "Demo",
        "title": "See it",
        "fields": [{"name": "email", "label": "E-mail", "type": "email"}],
    }
    assert api("POST", "/forms", {"source_id": source, "spec": spec}).json() == {"address": "demo"}
    assert [form["address"] for form in api.get("/forms")] == ["demo"]
    assert api("POST", "/forms", {"source_id": source, "spec": {}}).status_code == 422
    assert api("POST", "/forms/demo/close").status_code == 204
    assert api("POST", "/forms/demo/close").status_code == 404


def test_an_alias_opens_the_source_once(api: Api) -> None:
    source = api("POST", "/sources", {"name": "crm", "kind": "salesforce"}).json()["id"]
    assert api("POST", f"/sources/{source}/aliases", {"alias": "00D000000000001"}).status_code == 204
    assert api("POST", f"/sources/{source}/aliases", {"alias": "00D000000000001"}).status_code == 422


@pytest.mark.slow
def test_suggestions_are_listed_and_dismissed(lived: int) -> None:
    api = bearer_of(*SCOPES)
    one, other = (who for (who,) in rows("SELECT id FROM person ORDER BY id LIMIT 2"))
    row = (one, other, 0.9, '{"for": ["same phone"], "against": []}', lived, "")
    insert("suggestion", "one_id, other_id, probability, evidence, found_at, settled", [row])
    assert api.get("/duplicates") == [
        {"one_id": one, "other_id": other, "probability": 0.9, "evidence": ["same phone"], "against": []}
    ]
    assert api("POST", "/duplicates/dismiss", {"one_id": other, "other_id": one}).status_code == 201
    assert api.get("/duplicates") == []
