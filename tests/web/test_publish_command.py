"""`qualify publish` and the webhooks' secrets and attempts."""

from __future__ import annotations

from pathlib import Path

import pytest

from qualify.errors import InputError, PlaybookError
from qualify.web.commands.publish import publish
from qualify.web.database import insert, rows
from qualify.web.verbs.actor import SCOPES
from tests.web.api.conftest import Api, bearer_of


def test_a_starter_is_published_once(store: Path, capsys: pytest.CaptureFixture[str]) -> None:
    publish("b2b-saas", "to begin with")
    assert rows("SELECT note FROM playbook_version") == [("to begin with",)]
    publish("b2b-saas")
    assert rows("SELECT count(*) FROM playbook_version") == [(1,)]
    assert "already" in capsys.readouterr().out


def test_mistakes_are_told_and_nothing_is_published(store: Path, tmp_path: Path) -> None:
    wrong = tmp_path / "wrong.yaml"
    wrong.write_text("playbook: x\nscors: {}\n")
    with pytest.raises(PlaybookError, match="scores"):
        publish(str(wrong))
    with pytest.raises(InputError, match="cannot be read"):
        publish(str(tmp_path / "nowhere.yaml"))
    assert rows("SELECT count(*) FROM playbook_version") == [(0,)]


def test_a_secret_is_rotated_and_given_up_messages_are_sent_again(store: Path) -> None:
    api: Api = bearer_of(*SCOPES)
    made = api("POST", "/webhooks", {"url": "https://example.com/hook"}).json()
    rotated = api("POST", f"/webhooks/{made['webhook_id']}/rotate")
    assert rotated.status_code == 201
    assert rotated.json()["secret"] != made["secret"]
    assert api("POST", f"/webhooks/{made['webhook_id']}/settle").status_code == 204
    assert api("POST", "/webhooks/99/rotate").status_code == 404
    [(message,)] = insert("message", "type, payload, created_at", [("lead.moved", "{}", 1)], "RETURNING id")
    columns = "message_id, webhook_id, state, tries, next_at, taken_until, detail"
    insert("attempt", columns, [(message, made["webhook_id"], "dead", 8, 1, 0, "no answer")])
    [dead] = api.get("/attempts?state=dead")
    assert (dead["type"], dead["detail"]) == ("lead.moved", "no answer")
    assert api("POST", "/attempts/resend", {"attempts": [dead["id"]]}).json() == {"resent": 1}
    assert [each["state"] for each in api.get("/attempts")] == ["waiting"]
