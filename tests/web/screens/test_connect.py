"""The pages on which sources, forms, webhooks and tokens are made and watched."""

from __future__ import annotations

import base64
import re
from typing import Any

from django.test import Client

from qualify.clock import now
from qualify.moments import DAY
from qualify.web import doors
from qualify.web.database import insert, rows
from qualify.web.keeping.aside import Aside, put_aside
from qualify.web.keeping.delivering import WRITER
from qualify.web.screens.connect.kinds import KINDS
from qualify.web.sources import create_source
from tests.web.screens.members import Members

KEY = re.compile(r'<code id="key" class="big">([^<]+)</code>')


def key_in(answer: Any) -> str:
    found = KEY.search(answer.content.decode())
    assert found, answer.content.decode()[:3000]
    return found[1]


def track(key: str) -> int:
    WRITER.close()
    basic = base64.b64encode(f"{key}:".encode()).decode()
    body = '{"userId": "u1", "event": "Demo Requested", "messageId": "1"}'
    answer = Client().post(
        "/v1/track", body, content_type="application/json", HTTP_AUTHORIZATION=f"Basic {basic}"
    )
    WRITER.close()
    return int(answer.status_code)


def test_a_source_is_connected_with_a_key_that_is_shown_once_and_works(members: Members) -> None:
    assert "Nothing is connected yet" in members.ada.get("/connect").content.decode()
    made = members.ada.post("/connect/new/script", {"name": "Our site", "origins": "", "once": "a"})
    key = key_in(made)
    assert f"q.js?key={key}" in made.content.decode()
    assert track(key) == 200
    [(number,)] = rows("SELECT id FROM source")
    page = members.ada.get(f"/connect/{number}").content.decode()
    assert key not in page and key[:10] in page
    assert "kept" in page
    assert "Our site" in members.ada.get("/connect").content.decode()


def test_rows_of_a_list_count_as_kept_as_calls_do(members: Members) -> None:
    source, at = create_source("Fair", "import", now()), now()
    columns = "name, source_id, mapping, rows, kept, there_before, refused, dry, rejects, author, created_at"
    for dry, moment in ((False, at), (True, at), (False, at - 40 * DAY)):
        row = ("fair.csv", source, "{}", 12, 7, 3, 2, dry, "[]", "", moment)
        insert('"import"', columns, [row])
    page = re.sub(r"<[^>]+>", " ", members.ada.get(f"/connect/{source}").content.decode())
    assert re.search(r"Kept today\s+7\s+Kept in 30 days\s+7\s+Dropped in 30 days\s+2", page)
    assert "Nothing has arrived" not in page
    assert re.search(
        r"Fair\s.*?\s7\s+7\s+2\s",
        " ".join(re.sub(r"<[^>]+>", " ", members.ada.get("/connect").content.decode()).split()),
    )


def test_sent_twice_it_is_made_once(members: Members) -> None:
    for _ in range(2):
        answer = members.ada.post("/connect/new/server", {"name": "Servers", "once": "same"})
    assert answer.status_code == 302
    assert rows("SELECT COUNT(*) FROM source") == [(1,)]


def test_a_name_that_is_taken_is_said_beside_the_form(members: Members) -> None:
    members.ada.post("/connect/new/server", {"name": "Servers"})
    answer = members.ada.post("/connect/new/segment", {"name": "Servers"})
    assert "already" in answer.content.decode() and "form" in answer.content.decode()


def test_every_kind_has_a_page_and_what_is_pasted_holds_the_key(members: Members) -> None:
    assert all(str(kind.label) in members.ada.get("/connect/new").content.decode() for kind in KINDS.values())
    for name, kind in KINDS.items():
        page = members.ada.get(f"/connect/new/{name}").content.decode()
        assert all(f'name="secret-{secret}"' in page for secret, _ in kind.secrets)
        assert "HOST" in kind.paste
    assert members.ada.get("/connect/new/fax").status_code == 404


def test_what_is_pasted_names_the_address_that_the_page_was_asked_at(members: Members) -> None:
    members.ada.post("/connect/new/server", {"name": "Servers"})
    [(source,)] = rows("SELECT max(id) FROM source")
    page = members.ada.get(f"/connect/{source}", headers={"host": "127.0.0.1:8972"}).content.decode()
    pasted = page.partition('<pre id="paste"')[2].partition("</pre>")[0]
    assert "http://127.0.0.1:8972" in pasted
    assert "8972/connect" not in pasted
    assert ":8000" not in pasted


def test_a_key_is_replaced_and_taken_back(members: Members) -> None:
    old = key_in(members.ada.post("/connect/new/server", {"name": "Servers"}))
    [(number, source)] = rows("SELECT id, source_id FROM access_key")
    new = key_in(members.ada.post(f"/connect/keys/{number}/rotate"))
    doors.KEYS.known.clear()
    assert (track(old), track(new)) == (401, 200)
    [(number,)] = rows("SELECT id FROM access_key WHERE revoked_at IS NULL")
    assert members.ada.post(f"/connect/keys/{number}/revoke").headers["Location"] == f"/connect/{source}"
    doors.KEYS.known.clear()
    assert track(new) == 401


def test_what_was_put_aside_is_shown_with_its_reason_and_replayed_after_a_look(members: Members) -> None:
    members.ada.post("/connect/new/server", {"name": "Servers"})
    [(source,)] = rows("SELECT id FROM source")
    put_aside([Aside(source, "segment", "read", "malformed", "no such call", b"{]", now())])
    [(number,)] = rows("SELECT id FROM aside")
    assert "no such call" in members.ada.get("/connect/aside").content.decode()
    assert "malformed: 1" in members.ada.get("/connect").content.decode()
    seen = members.ada.post("/connect/aside/replay", {"lead": [number]}).content.decode()
    assert "Stay aside" in seen and "malformed" in seen
    assert rows("SELECT COUNT(*) FROM audit WHERE verb = 'replay'") == [(0,)]
    assert "tick the calls" in members.ada.post("/connect/aside/replay", {}).content.decode()


def test_a_form_is_made_and_can_be_filled_in(members: Members) -> None:
    questions = {f"q-{place}-{name}": "" for place in range(8) for name in ("name", "label", "options")}
    questions |= {"q-0-name": "email", "q-0-label": "Work e-mail", "q-0-type": "email", "q-0-required": "on"}
    management = {"q-TOTAL_FORMS": "8", "q-INITIAL_FORMS": "8"}
    own = {"id": "demo", "title": "Ask for a demo", "event": "demo_requested", "success_message": "Thanks"}
    answer = members.ada.post("/connect/forms/new", {**questions, **management, **own, "once": "f"})
    assert answer.status_code == 302, answer.content.decode()
    assert "Ask for a demo" in members.ada.get("/connect/forms").content.decode()
    assert "Work e-mail" in Client().get("/f/demo").content.decode()
    members.ada.post("/connect/forms/demo/close")
    assert Client().get("/f/demo").status_code == 404


def test_a_form_that_could_not_work_says_why(members: Members) -> None:
    management = {"q-TOTAL_FORMS": "1", "q-INITIAL_FORMS": "1", "q-0-name": "company", "q-0-type": "text"}
    own = {"id": "demo", "title": "Demo", "event": "demo_requested", "success_message": "Thanks"}
    answer = members.ada.post("/connect/forms/new", {**management, **own})
    assert "without a field email or phone nobody would know whose it is" in answer.content.decode()


def test_a_webhook_and_a_token_are_made_shown_once_and_closed(members: Members) -> None:
    page = members.ada.post("/connect/webhooks", {"url": "https://crm.example/hook", "types": "lead.moved"})
    assert key_in(page).startswith("whsec_")
    [(number,)] = rows("SELECT id FROM webhook")
    assert "lead.moved" in members.ada.get("/connect/webhooks").content.decode()
    assert key_in(members.ada.post(f"/connect/webhooks/{number}/rotate")).startswith("whsec_")
    members.ada.post(f"/connect/webhooks/{number}/close")
    assert rows("SELECT active FROM webhook") in ([(False,)], [(0,)])
    token = key_in(members.ada.post("/connect/tokens", {"label": "BI", "scopes": ["read:leads"]}))
    assert Client().get("/api/v1/leads", HTTP_AUTHORIZATION=f"Bearer {token}").status_code == 200
    assert "needs scopes" in members.ada.post("/connect/tokens", {"label": "BI"}).content.decode()


def test_who_is_no_admin_changes_nothing(members: Members) -> None:
    for browser in (members.mia, members.max, members.rosa, members.vic):
        assert browser.post("/connect/new/server", {"name": "Mine"}).status_code == 403
        assert browser.post("/connect/webhooks", {"url": "https://evil.example"}).status_code == 403
    assert rows("SELECT COUNT(*) FROM source") == [(0,)]
