"""Drafts over HTTP: the same verbs as on pages."""

from __future__ import annotations

import pytest

from qualify.playbook.starters import text
from qualify.web.database import rows
from qualify.web.verbs.actor import AGREE_MARKETING, AGREE_SALES, DRAFT_PLAYBOOK, READ_PLAYBOOK
from tests.web.api.conftest import Api, bearer_of


@pytest.mark.slow
def test_a_draft_comes_into_force_when_two_agree(people: object) -> None:
    mia = bearer_of(DRAFT_PLAYBOOK, READ_PLAYBOOK, AGREE_MARKETING)
    max_ = bearer_of(READ_PLAYBOOK, AGREE_SALES)
    draft = mia("POST", "/drafts", {"title": "A demo is worth more"}).json()
    changed = text("b2b-saas").replace("points: 40\n", "points: 45\n")
    after = mia("POST", f"/drafts/{draft['id']}", {"text": changed, "seen": draft["digest"]}).json()
    assert after["digest"] != draft["digest"]
    stale = mia("POST", f"/drafts/{draft['id']}", {"text": text("services"), "seen": draft["digest"]})
    assert stale.status_code == 409
    said = {"side": "marketing", "digest": after["digest"]}
    assert mia("POST", f"/drafts/{draft['id']}/approvals", {**said, "side": "sales"}).status_code == 403
    first = mia("POST", f"/drafts/{draft['id']}/approvals", said)
    assert (first.status_code, first.json()["version_id"]) == (201, None)
    second = max_("POST", f"/drafts/{draft['id']}/approvals", {**said, "side": "sales"}).json()
    assert max_.get("/playbooks/current")["id"] == second["version_id"]
    assert max_.get("/playbooks/current")["text"] == changed
    whole = max_.get(f"/drafts/{draft['id']}")
    assert whole["state"] == "published" and len(whole["approvals"]) == 2
    assert max_.get("/drafts") == []


def test_an_approval_is_withdrawn_by_who_gave_it(people: object) -> None:
    mia, other = bearer_of(DRAFT_PLAYBOOK, AGREE_MARKETING), bearer_of(AGREE_MARKETING)
    draft = mia("POST", "/drafts", {}).json()
    said = {"side": "marketing", "digest": draft["digest"]}
    number = mia("POST", f"/drafts/{draft['id']}/approvals", said).json()["approval_id"]
    assert other("POST", f"/approvals/{number}/withdraw").status_code == 403
    assert mia("POST", f"/approvals/{number}/withdraw").json() == {"id": number}
    assert mia("POST", f"/approvals/{number}/withdraw").status_code == 409
    assert rows("SELECT ended_by FROM approval") == [("withdrawn",)]


def test_a_plan_and_a_comment_belong_to_a_draft(api: Api, people: object) -> None:
    draft = api("POST", "/drafts", {"title": "x"}).json()
    asked = api("POST", f"/drafts/{draft['id']}/plan", {"capacity": 30})
    assert asked.status_code == 202 and api.get(f"/work/{asked.json()['id']}")["kind"] == "plan"
    assert api("POST", f"/drafts/{draft['id']}/comments", {"text": "Why?"}).status_code == 201
    assert [each["text"] for each in api.get(f"/drafts/{draft['id']}")["comments"]] == ["Why?"]
    assert api("POST", "/drafts/99/comments", {"text": "Why?"}).status_code == 404


def test_a_draft_without_anything_to_begin_with_is_refused(api: Api) -> None:
    assert api("POST", "/drafts", {"title": "x"}).status_code == 404
    assert api("POST", "/drafts", {"title": "x", "text": " "}).status_code == 422
    assert api("POST", "/drafts", {"text": "playbook: x"}).status_code == 201
