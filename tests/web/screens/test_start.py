"""From nothing to a scored lead, and the simulated market in and out."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.test import Client, override_settings

from qualify.capture.model import Source
from qualify.clock import now
from qualify.moments import DAY
from qualify.web.commands.demonstrating import first_links
from qualify.web.database import rows, run
from qualify.web.demonstration import removing
from qualify.web.demonstration.loading import load
from qualify.web.demonstration.names import ADMIN
from qualify.web.doctoring import store as doctor
from qualify.web.living.working import Worker
from qualify.web.people.reaching import keep_served, served
from qualify.web.people.tickets import issue
from qualify.web.recomputing import recompute
from qualify.web.sources import create_source
from qualify.web.verbs.actor import Conflict, NotThere, the_owner
from qualify.web.verbs.beginning import domain_of, first_admin, load_market, remove_market
from qualify.web.verbs.decide import decide
from tests.web.cast import of, send
from tests.web.screens.members import Members
from tests.web.snapshot import everything

PASSWORD = "correct horse battery"
CLAIM = {"name": "Ada", "email": "Ada@Fabrik.example", "password": PASSWORD, "again": PASSWORD}


@pytest.fixture(autouse=True)
def quick() -> Iterator[None]:
    with override_settings(
        PASSWORD_HASHERS=[f"django.contrib.auth.hashers.{name}PasswordHasher" for name in ("MD5", "PBKDF2")]
    ):
        yield


def said(answer: Any) -> str:
    return str(answer.content.decode())


@pytest.mark.parametrize(
    "where", ["/", "/inbox", "/leads", "/people", "/sign-in", "/account", "/start/company"]
)
def test_where_nobody_is_a_member_every_page_leads_to_the_beginning(store: Path, where: str):
    assert Client().get(where).headers["Location"] == "/start"


def test_whoever_reaches_a_new_server_first_cannot_make_it_theirs_without_the_link_of_its_console(
    store: Path,
):
    page = said(Client().get("/start"))
    assert "qualify serve" in page and "qualify createadmin" in page and "<form" not in page
    assert Client().post("/start/with/qt_guessed", CLAIM).status_code == 404
    old = issue("start", now() - 8 * DAY)
    assert Client().post(f"/start/with/{old}", CLAIM).status_code == 404
    other = issue("password", now(), 1)
    assert Client().post(f"/start/with/{other}", CLAIM).status_code == 404
    assert rows("SELECT count(*) FROM member") == [(0,)]


def test_the_first_admin_is_made_by_the_link_once_and_is_signed_in(store: Path):
    link, second = issue("start", now()), issue("start", now())
    browser = Client()
    assert "too common" in said(
        browser.post(f"/start/with/{link}", {**CLAIM, "password": "password12", "again": "password12"})
    )
    assert browser.post(f"/start/with/{link}", CLAIM).headers["Location"] == "/start/company"
    assert browser.get("/people").status_code == 200
    assert rows("SELECT email, role FROM member") == [("ada@fabrik.example", "admin")]
    assert Client().post(f"/start/with/{second}", {**CLAIM, "email": "eve@evil.example"}).status_code == 404
    with pytest.raises(Conflict):
        first_admin(second, "eve@evil.example", "Eve", PASSWORD, now())
    assert Client().get("/start").headers["Location"].startswith("/sign-in")


def test_company_playbook_and_site_are_set_up_in_three_clicks(members: Members):
    ada = members.ada
    told = {"name": "Fabrik", "domain": "https://www.Fabrik.example/shop"}
    assert ada.post("/start/company", told).headers["Location"] == "/start/playbook"
    page = said(ada.get("/start/playbook"))
    assert page.index("Software for businesses") < page.index("Services") < page.index("Shop")
    assert ada.post("/start/playbook", {"starter": "services"}).headers["Location"] == "/start/leads"
    [(text, published_at, note)] = rows("SELECT text, published_at, note FROM playbook_version")
    assert "playbook: Services" in text and now() - published_at > 27 * DAY and note == "the starter services"
    [(audited,)] = rows("SELECT happened_at FROM audit WHERE verb = 'publish'")
    assert now() - audited < DAY
    snippet = said(ada.post("/start/snippet", {"once": "one form"}))
    key = snippet.split("?key=")[1].split("&quot;")[0].split('"')[0]
    assert key.startswith("qw_") and "http://testserver/q.js" in snippet
    assert ada.post("/start/snippet", {"once": "one form"}).status_code == 302
    [(settings,)] = rows("SELECT settings FROM source WHERE name = 'website'")
    assert settings == '{"origins": ["fabrik.example", "*.fabrik.example"]}'
    assert rows("SELECT count(*) FROM access_key") == [(1,)]


def test_a_first_playbook_is_not_put_over_another_and_judges_no_past_of_real_leads(
    members: Members, source: Source
):
    send(source, now() - DAY, *of("jane", {"email": "jane@acme-corp.io"}, []))
    members.ada.post("/start/playbook", {"starter": "b2b-saas"})
    assert now() - rows("SELECT published_at FROM playbook_version")[0][0] < DAY
    assert members.ada.post("/start/playbook", {"starter": "services"}).status_code == 409


@pytest.mark.parametrize(
    ("told", "kept"),
    [("Fabrik.Example", "fabrik.example"), ("https://www.a-b.co.uk/x?y", "a-b.co.uk"), ("", "")],
)
def test_a_domain_is_taken_as_people_paste_it(told: str, kept: str):
    assert domain_of(told) == kept


def test_what_is_no_domain_is_said(members: Members):
    assert "is no domain" in said(members.ada.post("/start/company", {"name": "F", "domain": "not a domain"}))
    assert rows("SELECT count(*) FROM company") == [(0,)]


def test_the_overview_says_what_is_done(members: Members, people: Any):
    page = said(members.ada.get("/start"))
    assert "A playbook is published" in page and "2 leads" in page and "They are judged" in page
    assert members.rosa.get("/start").status_code == 403


@pytest.fixture
def with_market(members: Members) -> Members:
    """A store with a small simulated market in it, loaded as the worker does."""
    load(now(), 20)
    return members


def test_the_market_is_wanted_once_and_only_where_no_lead_is(members: Members):
    ada = members.ada
    assert ada.post("/start/market").headers["Location"] == "/start/market"
    page = said(ada.get("/start/market"))
    assert "waits for the worker" in page and 'hx-trigger="every 2s"' in page
    assert ada.post("/start/market").status_code == 409
    assert rows("SELECT kind, state FROM work") == [("load demonstration", "waiting")]


def test_beside_real_leads_it_is_not_loaded(members: Members, people: Any):
    assert members.ada.post("/start/market").status_code == 409
    with pytest.raises(NotThere):
        remove_market(the_owner(), now())


@pytest.mark.slow
def test_the_worker_loads_it_and_takes_it_out_again(members: Members, monkeypatch):
    import threading

    from qualify.web.living.errands import Errands

    monkeypatch.setattr("qualify.web.demonstration.loading.LEADS", 300)  # how many does not matter here
    load_market(the_owner(), now())
    errands = Errands(now, threading.Event())
    assert errands.step(now()) == 1
    assert rows("SELECT state FROM work") == [("done",)]
    [(people,)] = rows("SELECT count(*) FROM person")
    assert people > 150
    assert f"{people:,} leads" in said(members.ada.get("/start/market"))
    remove_market(the_owner(), now())
    assert errands.step(now()) == 1
    assert rows("SELECT count(*) FROM person") == [(0,)]


@pytest.mark.slow
def test_the_preview_counts_what_taking_it_out_then_takes_and_everything_real_stays(with_market: Members):
    ada, at = with_market.ada, now()
    real = Source(id=create_source("site", "segment", at), name="site", trusted=True)
    # Real people: Jane, and somebody who turns out to be one of the simulated leads.
    [(email, owner)] = rows("SELECT email, id FROM person WHERE email <> '' ORDER BY id LIMIT 1")
    send(
        real,
        at - 5_000,
        *of("jane", {"email": "jane@acme-corp.io", "title": "VP Marketing"}, ["Demo Requested"]),
    )
    send(real, at - 4_000, *of("one", {"email": email}, ["Webinar Attended"]))
    [(simulated,)] = rows(
        "SELECT id FROM person WHERE email <> '' AND id <> %s ORDER BY id LIMIT 1 OFFSET 3", [owner]
    )
    Worker().work_off(at)
    decide(the_owner("Rosa"), simulated, "accepted", at)
    page, counts = said(ada.get("/start/market/remove")), removing.counts()
    assert f"<dd>{counts.leads}</dd>" in page and counts.events > 100 and counts.costs > 0 and counts.told > 0
    removing.remove({}, lambda *_: None)
    left = rows("SELECT email FROM person ORDER BY email")
    assert left == sorted([("jane@acme-corp.io",), (email,)])
    for table, where in (
        ("event", f"source_id <> {real.id}"), ("link", f"source_id <> {real.id}"), ("cost", "1 = 1"),
        ("outcome", "1 = 1"), ("decision", "1 = 1"), ("answer", "1 = 1"),
        ("source", "name = 'simulated market'"),
    ):  # fmt: skip
        assert rows(f"SELECT count(*) FROM {table} WHERE {where}") == [(0,)], table
    assert rows("SELECT count(*) FROM event") == [(4,)]
    [(first, created)] = rows(
        "SELECT i.first_seen, p.created_at FROM person p JOIN identifier i ON i.id = p.id WHERE p.email = %s",
        [email],
    )
    assert first == created == at - 4_000, "of what the market said nothing is left, not even since when"
    before = everything()
    recompute(at)
    assert everything() == before, "what is left follows from the facts that are left"
    assert rows("SELECT count(*) FROM standing") == [(2,)]
    assert removing.counts().all() == 0


@pytest.mark.slow
def test_taking_it_out_of_a_store_that_holds_nothing_else_leaves_nothing(with_market: Members):
    answer = with_market.ada.post("/start/market/remove")
    assert answer.headers["Location"] == "/start/market"
    assert with_market.ada.post("/start/market/remove").status_code == 409, "it is under way"
    removing.remove({}, lambda *_: None)
    removing.remove({}, lambda *_: None)
    tables = (
        "person", "standing", "move", "identifier", "link", "event", "learnt", "account_learnt", "sighting",
        "form_text", "dirty", "message WHERE person_id IS NOT NULL",
    )  # fmt: skip
    assert [rows(f"SELECT count(*) FROM {table}")[0][0] for table in tables] == [0] * len(tables)
    assert rows("SELECT count(*) FROM playbook_version") == [(1,)]
    assert load(now(), 20).fresh, "it can be loaded again"


def test_the_demonstrations_admin_comes_in_once_and_only_on_this_machine(store: Path):
    start, link = first_links(here=True)
    assert start is None and link
    assert Client().get(f"/enter/{link}", REMOTE_ADDR="203.0.113.7").status_code == 404
    assert Client().get(f"/enter/{link}", headers={"x-forwarded-for": "127.0.0.1"}).status_code == 404
    browser = Client()
    assert browser.get(f"/enter/{link}").headers["Location"] == "/"
    assert browser.get("/people").status_code == 200
    assert Client().get(f"/enter/{link}").status_code == 404
    again = first_links(here=True)[1]
    assert again and again != link
    assert rows("SELECT email, role FROM member") == [(ADMIN, "admin")]


def test_where_somebody_is_a_member_the_demonstration_opens_no_door(members: Members):
    assert first_links(here=True) == (None, None)


def test_where_there_is_no_market_and_nobody_it_shows_how_to_begin(store: Path):
    start, link = first_links(here=False)
    assert start and link is None and Client().get(f"/start/with/{start}").status_code == 200


def admin(store: Path, *words: str, typed: str = "") -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "QUALIFY_DATABASE_URL": f"sqlite:///{store}"}
    return subprocess.run(
        [sys.executable, "-P", "-m", "qualify", "createadmin", *words],
        input=typed, capture_output=True, text=True, env=environment, check=False,
    )  # fmt: skip


@pytest.mark.slow
def test_createadmin_makes_an_admin_by_a_password_or_a_link_and_lets_a_locked_out_one_in(store: Path):
    made = admin(store, "Ada@fabrik.example", "--name", "Ada", "--password-stdin", typed=PASSWORD + "\n")
    assert made.returncode == 0 and made.stdout == "" and "ada@fabrik.example is an admin" in made.stderr
    assert Client().post("/sign-in", {"login": "ada@fabrik.example", "password": PASSWORD}).status_code == 302
    run("UPDATE member SET is_active = %s, role = 'viewer'", [False])
    link = admin(store, "ada@fabrik.example", "--link").stdout.strip()
    assert rows("SELECT role FROM member WHERE is_active = %s", [True]) == [("admin",)]
    path = "/enter/" + link.rpartition("/enter/")[2]
    browser = Client()
    new = {"password": "another horse altogether", "again": "another horse altogether"}
    assert "Choose a password" in said(browser.get(path))
    assert browser.post(path, new).headers["Location"] == "/"
    assert browser.get("/people").status_code == 200
    assert Client().post(path, new).status_code == 404


def test_a_link_that_a_command_prints_leads_where_it_is_served(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.delenv("QUALIFY_BASE_URL", raising=False)
    monkeypatch.setattr(settings, "DATA", tmp_path)
    assert served() == settings.BASE_URL
    keep_served("http://127.0.0.1:8123")
    assert served() == "http://127.0.0.1:8123"
    monkeypatch.setenv("QUALIFY_BASE_URL", settings.BASE_URL)
    assert served() == settings.BASE_URL


@pytest.mark.slow
def test_createadmin_says_what_is_wrong(store: Path):
    assert "no e-mail address" in admin(store, "ada", "--link").stderr
    assert "too short" in admin(store, "ada@fabrik.example", "--password-stdin", typed="short\n").stderr
    assert "--password-stdin, or --link" in admin(store, "ada@fabrik.example").stderr
    assert "one of them" in admin(store, "ada@fabrik.example", "--link", "--password-stdin").stderr
    assert rows("SELECT count(*) FROM member") == [(0,)]


def test_the_doctor_says_when_there_is_no_admin(members: Members):
    assert [each.level for each in doctor.people()] == ["ok"]
    run("UPDATE member SET is_active = %s WHERE role = 'admin'", [False])
    [finding] = doctor.people()
    assert finding.level == "warning" and "qualify createadmin" in finding.todo
