"""Leads over HTTP: lists that stay whole, one lead with its lines, any past day, and who was merged away."""

from __future__ import annotations

import csv
import io
import json
from typing import Any

import pytest

from qualify.clock import now
from qualify.moments import DAY
from qualify.web.database import rows, run
from qualify.web.living.working import Worker
from qualify.web.verbs.merge import merge
from tests.web.api.conftest import Api, bearer_of
from tests.web.cast import OWNER, START, Cast, of, send


def ids(page: dict[str, Any]) -> list[int]:
    return [lead["id"] for lead in page["leads"]]


def test_the_best_leads_come_first(api: Api, people: Cast) -> None:
    page = api.get("/leads")
    assert ids(page) == [people.jane, people.joe]
    assert page["next_cursor"] is None
    assert page["leads"][0]["email"] == "jane@acme-corp.io"


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("text=ACME", ["jane"]),
        ("text=joe", ["joe"]),
        ("text=%25", []),
        ("stage=mql", ["jane"]),
        ("stage=mql&stage=iql", ["jane", "joe"]),
        ("min_total=100", ["jane"]),
        ("max_total=100", ["joe"]),
        ("identifier=user_id:joe", ["joe"]),
        ("channel=direct", ["jane"]),
        ("channel=-", ["joe"]),
        ("channel=direct&channel=-", ["jane", "joe"]),
        ("channel=direct&text=joe", []),
        ("updated_since=2100-01-01", []),
        (f"updated_since={START}", ["jane", "joe"]),
        ("sort=total", ["joe", "jane"]),
        ("sort=-created_at", ["joe", "jane"]),
    ],
)
def test_leads_are_found(api: Api, people: Cast, query: str, found: list[str]) -> None:
    run("UPDATE person SET channel = 'direct' WHERE id = %s", [people.jane])
    run("UPDATE person SET channel = '' WHERE id = %s", [people.joe])
    assert ids(api.get(f"/leads?{query}")) == [getattr(people, who) for who in found]


def test_a_filter_that_is_misspelt_is_refused_rather_than_ignored(api: Api) -> None:
    response = api("GET", "/leads?stages=mql")
    assert response.status_code == 422
    assert "'stage'" in response.json()["errors"][0]["message"]


@pytest.mark.parametrize(
    "order", ["-total", "total", "-created_at", "created_at", "-updated_at", "updated_at", "id"]
)
def test_pages_stay_whole_while_others_come_in_between(
    api: Api, people: Cast, source: Any, order: str
) -> None:
    for place in range(5):
        send(source, people.now + place, *of(f"p{place}", {"email": f"p{place}@gmail.com"}, []))
    Worker().work_off(people.now + 10)
    seen, cursor = [], ""
    there = set(ids(api.get("/leads?limit=200")))
    while True:
        page = api.get(f"/leads?limit=2&sort={order}{cursor}")
        seen += ids(page)
        if page["next_cursor"] is None:
            break
        cursor = f"&cursor={page['next_cursor']}"
        send(source, people.now + 20, *of(f"new{len(seen)}", {"email": f"new{len(seen)}@gmail.com"}, []))
    assert len(seen) == len(set(seen))
    assert there <= set(seen)


def test_the_lines_of_a_lead_add_up_in_words(api: Api, people: Cast) -> None:
    lead = api.get(f"/leads/{people.jane}")
    assert {line["rule"] for line in lead["lines"]} >= {"matches the ICP", "is a buyer"}
    for name, points in lead["scores"].items():
        assert sum(line["points"] for line in lead["lines"] if line["score"] == name) == points
    assert lead["traits"]["job_title"] == "VP Marketing"


def test_a_lead_as_of_the_moment_it_was_judged_is_what_was_kept(api: Api, people: Cast) -> None:
    kept, told = api.get(f"/leads/{people.jane}"), api.get(f"/leads/{people.jane}?as_of={people.now}")
    assert told == kept


def test_any_other_day_can_be_told(api: Api, people: Cast) -> None:
    later = api.get(f"/leads/{people.jane}?as_of={START + 90 * DAY}")
    assert later["total"] < api.get(f"/leads/{people.jane}")["total"]
    assert api("GET", f"/leads/{people.jane}?as_of={START}").status_code == 404
    before = rows("SELECT * FROM person ORDER BY id"), rows("SELECT * FROM standing ORDER BY person_id")
    api.get(f"/leads/{people.jane}?as_of=2030-01-01")
    assert before == (
        rows("SELECT * FROM person ORDER BY id"),
        rows("SELECT * FROM standing ORDER BY person_id"),
    )


def test_the_timeline_has_everything_once_newest_first(api: Api, people: Cast) -> None:
    api("POST", f"/leads/{people.jane}/decisions", {"decision": "accepted"})
    api("POST", f"/leads/{people.jane}/consents", {"purpose": "email", "given": False})
    whole = api.get(f"/leads/{people.jane}/timeline?limit=200")["entries"]
    assert {entry["type"] for entry in whole} == {"event", "learnt", "move", "decision", "consent", "message"}
    assert [entry["at"] for entry in whole] == sorted((entry["at"] for entry in whole), reverse=True)
    seen, cursor = [], ""
    while True:
        page = api.get(f"/leads/{people.jane}/timeline?limit=1{cursor}")
        seen += page["entries"]
        if page["next_cursor"] is None:
            break
        cursor = f"&cursor={page['next_cursor']}"
    assert seen == whole
    then = api.get(f"/leads/{people.jane}/timeline?as_of={people.now}")["entries"]
    assert not {"decision", "consent"} & {entry["type"] for entry in then}


def test_machines_doings_are_in_the_timeline_and_marked(api: Api, people: Cast, source: Any) -> None:
    call = {"type": "track", "event": "Webinar Attended", "user_id": "jane", "message_id": "bot"}
    send(source, people.now, {**call, "context": {"user_agent": "Googlebot/2.1"}})
    from qualify.web.database import run

    run("UPDATE event SET machine = 'declared_bot' WHERE id = (SELECT max(id) FROM event)")
    events = api.get(f"/leads/{people.jane}/timeline?type=event")["entries"]
    assert [entry["machine"] for entry in events].count("declared_bot") == 1


def test_who_was_merged_away_is_found_where_they_are_now(api: Api, people: Cast) -> None:
    merge(OWNER, people.jane, people.joe, people.now)
    for path in ("", "/timeline", "/identity"):
        response = api("GET", f"/leads/{people.joe}{path}")
        assert response.status_code == 308
        assert response["Location"] == f"/api/v1/leads/{people.jane}{path}"
    response = api("GET", f"/leads/{people.joe}?as_of=2030-01-01")
    assert response["Location"] == f"/api/v1/leads/{people.jane}?as_of=2030-01-01"
    assert api("POST", f"/leads/{people.joe}/decisions", {"decision": "accepted"}).status_code == 201


def test_leads_are_exported_as_they_are_listed(api: Api, people: Cast) -> None:
    listed = {lead["id"]: lead for lead in api.get("/leads")["leads"]}
    told = read(api, "csv").decode()
    found = {int(row["lead_id"]): row for row in csv.DictReader(io.StringIO(told))}
    lines = [json.loads(line) for line in read(api, "jsonl").splitlines()]
    assert found.keys() == listed.keys() == {line["lead_id"] for line in lines}
    for line in lines:
        lead = listed[line["lead_id"]]
        assert (line["total"], line["fit"], line["stage"]) == (
            lead["total"],
            lead["scores"]["fit"],
            lead["stage"],
        )
        assert float(found[line["lead_id"]]["total"]) == lead["total"]


@pytest.mark.slow
def test_parquet_has_moments_and_numbers(api: Api, people: Cast) -> None:
    import pyarrow.parquet as pq

    table = pq.read_table(io.BytesIO(read(api, "parquet")))
    assert table.column("lead_id").to_pylist() == [people.jane, people.joe]
    assert str(table.schema.field("as_of").type) == "timestamp[ms, tz=UTC]"


def test_no_name_becomes_a_formula_in_a_spreadsheet(api: Api, people: Cast, source: Any) -> None:
    send(source, now(), *of("eve", {"email": "eve@gmail.com", "name": "=HYPERLINK(1)"}, []))
    Worker().work_off(now())
    assert ",'=HYPERLINK(1)," in read(api, "csv").decode()
    assert '"=HYPERLINK(1)"' in read(api, "jsonl").decode()


def test_an_export_takes_the_filters_of_the_list(api: Api, people: Cast) -> None:
    assert len(read(api, "jsonl", "&stage=mql").splitlines()) == 1


def test_who_may_not_see_leads_sees_none(people: Cast) -> None:
    stranger = bearer_of("read:playbook")
    for path in ("/leads", f"/leads/{people.jane}", f"/leads/{people.jane}/timeline", "/export/leads"):
        response = stranger("GET", path)
        assert response.status_code == 403
        assert "read:leads" in response.json()["detail"]


def read(api: Api, kind: str, query: str = "") -> bytes:
    response = api("GET", f"/export/leads?format={kind}{query}")
    assert response.status_code == 200
    return b"".join(response.streaming_content)


def test_a_lead_is_erased_for_good_and_only_with_the_scope_for_it(people: Cast) -> None:
    assert bearer_of("write:leads")("DELETE", f"/leads/{people.jane}").status_code == 403
    assert rows("SELECT 1 FROM person WHERE id = %s", [people.jane])
    api = bearer_of("erase:leads", "read:leads")
    done = api("DELETE", f"/leads/{people.jane}")
    assert done.status_code == 200
    assert done.json()["lead_id"] == people.jane and done.json()["rows"]["event"] > 0
    assert not rows("SELECT 1 FROM event WHERE owner_id = %s", [people.jane])
    for method in ("GET", "DELETE"):
        assert api(method, f"/leads/{people.jane}").status_code == 404
    assert "was erased" in api("DELETE", f"/leads/{people.jane}").json()["detail"]
    assert ids(api.get("/leads")) == [people.joe]
