"""The hand-off through the API and by commands: the same verbs."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import typer

from qualify.capture.model import Source
from qualify.clock import now
from qualify.playbook.starters import text as starter
from qualify.web.commands import rep as commands
from qualify.web.commands.saying import Format
from qualify.web.database import rows
from qualify.web.handing.working import Hander
from qualify.web.living.working import Worker
from qualify.web.sources import create_source
from qualify.web.verbs.publish import publish
from tests.web.api.conftest import Api, bearer_of
from tests.web.cast import OWNER, lead_of, of, send
from tests.web.handing.letters import mail

ROSA = "rosa@qualify.example"

pytestmark = pytest.mark.slow


@pytest.fixture
def jane(store: Path) -> int:
    """Jane, who asked for a demo just now, and Rosa who sells."""
    at = now()
    source = Source(id=create_source("site", "segment", at - 10), name="site", trusted=True)
    publish(OWNER, starter("b2b-saas"), at - 10)
    api = bearer_of("admin")
    api(
        "POST",
        "/reps",
        {"rep": ROSA, "teams": ["sales"], "time_zone": "UTC", "capacity": {"leads": 9, "per": "day"}},
    )
    told = {
        "email": "jane@acme-corp.io",
        "title": "VP Marketing",
        "employees": 120,
        "country": "DE",
        "industry": "software",
    }
    send(source, at, *of("jane", told, ["Demo Requested"]))
    Worker().work_off(now())
    Hander().work_off(now())
    return lead_of("jane@acme-corp.io")


def test_a_lead_says_who_has_it_and_why(jane: int) -> None:
    api = bearer_of("read:leads")
    told = api.get(f"/leads/{jane}/handoff")
    assert told["owner"]["rep_id"] == ROSA and "team sales" in told["owner"]["why"][0]
    assert told["clock"]["state"] == "running" and told["clock"]["left"] <= told["clock"]["within"]
    assert [each["channel"] for each in told["sequences"][0]["tasks"]][:2] == ["email", "phone"]
    assert [each["lead_id"] for each in api.get(f"/day?rep={ROSA}")["waiting"]] == [jane]
    assert b"BEGIN:VCALENDAR" in api("GET", f"/day/calendar?rep={ROSA}").content
    assert api.get("/unassigned") == []
    [rep] = api.get("/reps")
    assert (rep["open"], rep["capacity"], rep["per"]) == (1, 9, "day")
    assert api.get("/handoff/speed")["all"]["leads"] == 1


def test_what_was_done_is_told_through_it(jane: int) -> None:
    api: Api = bearer_of("admin")
    done = api(
        "POST",
        f"/leads/{jane}/contacts",
        {"channel": "phone", "outcome": "connected", "contact_id": "call-1"},
    )
    assert (done.status_code, done.json()["new"]) == (201, True)
    again = api(
        "POST",
        f"/leads/{jane}/contacts",
        {"channel": "phone", "outcome": "connected", "contact_id": "call-1"},
    )
    assert again.json() == {"contact_id": "call-1", "new": False, "audit_id": None}
    assert api("POST", f"/leads/{jane}/contacts", {"channel": "phone"}).status_code == 422
    assert api("POST", f"/leads/{jane}/steps", {"sequence": "eight touches", "step": 0}).status_code == 201
    assert api("POST", f"/leads/{jane}/steps", {"sequence": "eight touches", "step": 0}).status_code == 409
    assert api("POST", f"/leads/{jane}/take").status_code == 403, "a key is no rep"
    raw = mail(
        "jane@acme-corp.io", "leads@qualify.example", "Grüße", now(), Message_ID="<1@acme-corp.io>"
    ).decode()
    assert api("POST", "/mails/received", {"mail": raw}).json()["leads"] == [jane]
    would = api("POST", "/handoff/simulate", {})
    assert (would.status_code, would.json()["differences"]) == (200, [])
    body = {"decision": "rejected", "reason": "wrong_timing", "back_on": now() + 10**9}
    assert api("POST", f"/leads/{jane}/decisions", body).status_code == 201
    [(detail,)] = rows("SELECT detail FROM decision")
    assert json.loads(detail)["back_at"] == body["back_on"]


def test_who_may_not_set_reps_up_is_refused(jane: int) -> None:
    api = bearer_of("write:leads", "read:leads")
    assert api("POST", "/reps", {"rep": "ravi@qualify.example"}).status_code == 403
    assert api("POST", "/reps/deactivate", {"rep": ROSA}).status_code == 403
    assert api("POST", f"/leads/{jane}/assign", {"rep": ROSA}).status_code == 403


def test_somebody_leaves_and_what_they_had_is_loud(jane: int) -> None:
    api = bearer_of("admin", "read:leads")
    preview = api("POST", "/reps/deactivate/preview", {"rep": ROSA}).json()
    assert [(each["lead_id"], each["rep_id"]) for each in preview["leads"]] == [(jane, None)]
    assert api.get("/unassigned") == []
    assert api("POST", "/reps/deactivate", {"rep": ROSA}).status_code == 201
    Hander().work_off(now())
    [loud] = api.get("/unassigned")
    assert loud["lead_id"] == jane and loud["why"]


def test_commands_do_the_same(
    jane: int, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(commands, "open_store", lambda: None)
    commands.set_("ravi@qualify.example", team=["sales"], capacity="5/week", skill=["german"])
    commands.absence("ravi@qualify.example", "2020-01-01", "2020-01-02")
    commands.list_(Format.TABLE)
    commands.list_(Format.JSON)
    assert capsys.readouterr().out.count("ravi@qualify.example") >= 2
    commands.deactivate(ROSA, dry_run=True)
    assert "ravi@qualify.example" in capsys.readouterr().out
    assert rows("SELECT DISTINCT rep_id FROM assignment") == [(ROSA,)]
    commands.deactivate(ROSA)
    assert "1 leads went to others, 0 of them to nobody" in capsys.readouterr().err
    with pytest.raises(typer.BadParameter):
        commands.set_("ravi@qualify.example", capacity="many")


def test_leads_that_nobody_has_are_given_out_and_that_is_undone(jane: int) -> None:
    api = bearer_of("admin")
    api("POST", "/reps/deactivate", {"rep": ROSA})
    assert [each["lead_id"] for each in api.get("/unassigned")] == [jane]
    api("POST", "/reps", {"rep": "ravi@qualify.example", "teams": ["elsewhere"], "time_zone": "UTC"})
    asked = {"leads": [jane], "rep": "ravi@qualify.example"}
    assert (
        api("POST", "/unassigned/hand-out/preview", asked).json()["done"][0]["rep_id"]
        == "ravi@qualify.example"
    )
    assert len(api.get("/unassigned")) == 1
    done = api("POST", "/unassigned/hand-out", asked)
    assert done.status_code == 201 and api.get("/unassigned") == []
    api("POST", f"/audit/{done.json()['audit_id']}/undo", {})
    assert [each["lead_id"] for each in api.get("/unassigned")] == [jane]
    simulated = api("POST", "/handoff/simulate", {}).json()
    assert simulated["leads"] == 1 and simulated["ready"][""]["leads"] == 1
