"""The audit: every change of state, in words, filtered, as a file."""

from __future__ import annotations

import ast
import csv
import io
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

import qualify.web
from qualify.moments import DAY
from qualify.web.database import insert, rows
from qualify.web.looking.audited import Asked, lines
from qualify.web.looking.capture import AuditSeen
from qualify.web.looking.deeds import DEEDS, words
from tests.web.screens.members import Members

START = 1_760_000_000_000


def said(answer: Any) -> str:
    return str(answer.content.decode())


def text_of(answer: Any) -> str:
    return b"".join(answer.streaming_content).decode()


@pytest.fixture
def written(store: Path) -> None:
    """Three days of lines: Ada invites, Rosa decides, somebody guesses."""
    insert(
        "audit",
        "happened_at, who, verb, subject, detail",
        [
            (START, "ada@qualify.example", "invite", "nora@x.example", '{"role":"viewer"}'),
            (
                START + DAY,
                "rosa@qualify.example",
                "decide",
                "17",
                '{"decision":"accepted","reason":"=HYPERLINK(1)"}',
            ),
            (START + 2 * DAY, "somebody", "sign-in failed", "=cmd|calc", '{"from":"203.0.113.7"}'),
        ],
    )


def test_lines_are_words_with_the_newest_first(members: Members, written: None):
    page = said(members.ada.get("/audit"))
    places = [
        page.index(text)
        for text in (
            "did not get in as =cmd|calc, from 203.0.113.7",
            "lead 17: accepted",
            "invited nora@x.example as Viewer",
        )
    ]
    assert places == sorted(places)
    assert 'href="/leads/17"' in page and "{&quot;" not in page


def test_it_is_filtered_by_who_what_about_and_days(members: Members, written: None):
    def found(query: str) -> list[str]:
        page = said(members.ada.get(f"/audit?{query}"))
        return [
            verb for verb in ("invite", "decide", "sign-in failed") if f"<strong>{DEEDS[verb].label}" in page
        ]

    assert found("who=rosa@qualify.example") == ["decide"]
    assert found("verb=invite") == ["invite"]
    assert found("subject=17") == ["decide"]
    assert found("since=2025-10-10&until=2025-10-10") == ["decide"]
    assert found("since=2025-10-10") == ["decide", "sign-in failed"]
    assert found("who=nobody") == []
    assert found("since=nonsense&cursor=") == ["invite", "decide", "sign-in failed"]


def test_days_are_those_of_whoever_reads(members: Members, written: None):
    from qualify.web.store.models import User

    late = START + 15 * 3_600_000  # in Tokyo it is the next day
    insert("audit", "happened_at, who, verb, subject, detail", [(late, "x", "dismiss", "1", "{}")])
    User.objects.filter(email="ada@qualify.example").update(time_zone="Asia/Tokyo")
    assert "Not the same</strong>" in said(members.ada.get("/audit?since=2025-10-10&until=2025-10-10"))
    User.objects.filter(email="ada@qualify.example").update(time_zone="UTC")
    assert "Not the same</strong>" not in said(members.ada.get("/audit?since=2025-10-10&until=2025-10-10"))


def test_older_lines_are_behind_a_link(members: Members, written: None):
    more = [
        (START + 3 * DAY + number, "ada", "dismiss", number, '{"one":1,"other":2}') for number in range(120)
    ]
    insert("audit", "happened_at, who, verb, subject, detail", more)
    seen, page, following = 0, said(members.ada.get("/audit")), ""
    for _ in range(9):
        seen += page.count("<tr data-row>")
        if 'rel="next"' not in page:
            break
        following = page.split('rel="next" href="')[1].split('"')[0].replace("&amp;", "&")
        page = said(members.ada.get(f"/audit{following}"))
    assert seen == 123


def test_the_file_holds_what_was_filtered_and_no_formulas_and_taking_it_is_written_down(
    members: Members, written: None
):
    answer = members.ada.get("/audit/export?verb=decide")
    found = list(csv.DictReader(io.StringIO(text_of(answer))))
    assert [(row["who"], row["subject"]) for row in found] == [("rosa@qualify.example", "17")]
    assert found[0]["moment"] == "2025-10-10T08:53:20+00:00"
    answer = members.ada.get("/audit/export")
    whole = list(csv.DictReader(io.StringIO(text_of(answer))))
    assert "'=cmd|calc" in {row["subject"] for row in whole}
    assert [verb for (verb,) in rows("SELECT verb FROM audit")].count("export audit") == 2


def test_a_manager_may_read_it_and_a_rep_may_not(members: Members, written: None):
    assert members.max.get("/audit").status_code == 200
    assert members.rosa.get("/audit").status_code == members.rosa.get("/audit/export").status_code == 403


def test_it_asks_the_same_however_many_lines_there_are(members: Members, written: None):
    ada = members.ada

    def asked() -> int:
        with CaptureQueriesContext(connection) as captured:
            ada.get("/audit?who=ada")
        return len(captured)

    few = asked()
    insert("audit", "happened_at, who, verb, subject, detail", [(START, "ada", "x", "", "{}")] * 2_000)
    assert asked() == few


def test_each_line_says_something_even_of_a_verb_that_is_new_or_without_its_detail():
    for verb in (*DEEDS, "do something new"):
        line = AuditSeen(1, START, "ada", verb, "17", {})
        assert words(line).strip() or not DEEDS[verb].sentence
    new = AuditSeen(1, START, "ada", "do something new", "17", {"how": "well", "empty": ""})
    assert words(new) == "17; how: well"


@pytest.mark.slow
def test_every_verb_that_is_written_down_in_the_code_has_words():
    known, missing = set(DEEDS), set()
    for path in Path(qualify.web.__file__).parent.rglob("*.py"):
        for call in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if (
                isinstance(call, ast.Call)
                and getattr(call.func, "id", "") in {"audit", "write_down", "note"}
                and len(call.args) > 1
            ):
                verb = call.args[1]
                if isinstance(verb, ast.Constant) and isinstance(verb.value, str) and verb.value not in known:
                    missing.add(verb.value)
    assert not missing


def test_a_filter_is_kept_apart_from_the_text_of_sql(store: Path):
    assert lines(Asked(who="' OR 1=1 --")) == ([], None)
