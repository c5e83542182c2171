"""Signing in, guessing, and what is one's own."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from django.core import mail
from django.test import Client, override_settings

from qualify.clock import now
from qualify.web.database import rows, run
from qualify.web.people import guessing
from qualify.web.people.noting import note
from qualify.web.verbs.actor import the_owner
from qualify.web.verbs.inviting import make_admin, new_user
from qualify.web.verbs.membering import deactivate

PASSWORD = "correct horse battery"


@pytest.fixture(autouse=True)
def quick() -> Iterator[None]:
    """Passwords are hashed slowly for good reasons, which no test has; mail is kept to be read."""
    from django.core.cache import cache

    cache.clear()
    mail.outbox = []
    with override_settings(
        PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"],
        EMAIL_BACKEND="django.core.mail.backends.locmem.EmailBackend",
    ):
        yield


@pytest.fixture
def vic(store: Any) -> Any:
    """Vic, who has a password; there is an admin, too."""
    make_admin(the_owner(), "ada@qualify.example", PASSWORD, now())
    return new_user("vic@qualify.example", "Vic", "viewer", PASSWORD, now())


def sign_in(
    browser: Client, password: str = PASSWORD, email: str = "vic@qualify.example", **more: Any
) -> Any:
    return browser.post("/sign-in", {"login": email, "password": password}, **more)


def said(answer: Any) -> str:
    return str(answer.content.decode())


def audited() -> list[tuple[str, str]]:
    return [(who, verb) for who, verb in rows("SELECT who, verb FROM audit ORDER BY id")]


def test_a_stranger_is_led_to_the_door_and_back_to_where_they_wanted_to_go(vic):
    browser = Client()
    door = browser.get("/account?x=1").headers["Location"]
    assert door == "/sign-in?next=/account%3Fx%3D1"
    assert 'name="next" value="/account?x=1"' in said(browser.get(door))
    answer = browser.post(
        "/sign-in", {"login": "VIC@qualify.example", "password": PASSWORD, "next": "/account?x=1"}
    )
    assert answer.headers["Location"] == "/account?x=1"
    assert browser.get("/account").status_code == 200
    assert ("vic@qualify.example", "sign in") in audited()


def test_nobody_is_led_to_another_site(vic):
    answer = Client().post(
        "/sign-in?next=https://evil.example/",
        {"login": "vic@qualify.example", "password": PASSWORD, "next": "https://evil.example/"},
    )
    assert answer.headers["Location"] == "/"


def test_signing_out_needs_a_click_and_is_written_down(vic):
    browser = Client()
    sign_in(browser)
    assert "Sign out?" in said(browser.get("/sign-out"))
    assert browser.get("/account").status_code == 200
    browser.post("/sign-out")
    assert browser.get("/account").status_code == 302
    assert ("vic@qualify.example", "sign out") in audited()


def test_nobody_can_sign_up_by_themselves(vic):
    told = {"email": "sam@evil.example", "password1": PASSWORD, "password2": PASSWORD}
    assert "invited" in said(Client().get("/sign-up"))
    Client().post("/sign-up", told)
    assert rows("SELECT count(*) FROM member") == [(2,)]


def test_an_address_that_there_is_not_is_answered_as_one_that_there_is(vic):
    there = said(sign_in(Client(), "wrong wrong wrong"))
    not_there = said(sign_in(Client(), "wrong wrong wrong", "nobody@qualify.example"))
    assert "The e-mail address or the password is not right." in there
    assert without_what_was_typed(there) == without_what_was_typed(not_there)
    for email in ("vic@qualify.example", "nobody@qualify.example"):
        answer = Client().post("/password", {"email": email})
        assert answer.headers["Location"] == "/password/sent"
    assert [message.to for message in mail.outbox] == [["vic@qualify.example"]]


def without_what_was_typed(text: str) -> str:
    import re

    text = re.sub(r'(csrfmiddlewaretoken" value|X-CSRFToken": )"?[^">]*', "", text)
    return re.sub(r"(vic|nobody)@qualify.example|&quot;[A-Za-z0-9]+&quot;|\"[A-Za-z0-9]{64}\"", "", text)


def test_who_guesses_waits_longer_each_time_even_with_the_right_password_and_after_a_restart(vic):
    for _ in range(4):
        assert "is not right" in said(sign_in(Client(), "guess guess guess"))
    assert "please wait half a minute" in said(sign_in(Client(), "guess guess guess"))
    from django.core.cache import cache

    cache.clear()  # whatever a process remembered: it is in the store
    assert "please wait half a minute" in said(sign_in(Client()))
    run("UPDATE guess SET wait_until = 0")
    assert "please wait a minute" in said(sign_in(Client(), "guess guess guess"))
    assert [verb for _, verb in audited()].count("lock out") == 2
    assert ("somebody", "sign-in failed") in audited()
    run("UPDATE guess SET wait_until = 0")
    assert sign_in(Client()).status_code == 302


def test_who_guesses_from_elsewhere_does_not_lock_the_owner_out(vic):
    for _ in range(6):
        sign_in(Client(), "guess guess guess", REMOTE_ADDR="203.0.113.7")
    assert "please wait" in said(sign_in(Client(), REMOTE_ADDR="203.0.113.7"))
    assert sign_in(Client(), REMOTE_ADDR="198.51.100.2").status_code == 302


def test_a_network_that_tries_many_addresses_waits(store):
    at = now()
    for number in range(50):
        left = guessing.missed(guessing.tried(f"{number}@x.example", "203.0.113.7"), at)
    assert left == guessing.FIRST_WAIT
    assert guessing.wait(guessing.tried("another@x.example", "203.0.113.7"), at) == guessing.FIRST_WAIT
    assert guessing.wait(guessing.tried("another@x.example", "203.0.113.8"), at) == 0
    guessing.right(guessing.tried("49@x.example", "203.0.113.7"))
    assert guessing.wait(guessing.tried("49@x.example", "203.0.113.7"), at) == guessing.FIRST_WAIT


def test_waits_grow_to_an_hour_and_are_forgotten_after_a_day(store):
    what = guessing.tried("vic@qualify.example", "203.0.113.7")
    waits = [guessing.missed(what, now()) for _ in range(20)]
    assert waits[:7] == [0, 0, 0, 0, 30_000, 60_000, 120_000] and max(waits) == 3_600_000
    tomorrow = now() + guessing.FORGOTTEN + 1_000
    assert guessing.missed(what, tomorrow) == 0


def test_a_household_counts_as_one_network_and_no_address_is_kept_as_it_is(store):
    assert guessing.network_of("2001:db8:1:2::17") == guessing.network_of("2001:db8:1:2:ffff::1") != ""
    assert guessing.network_of("2001:db8:1:3::17") != guessing.network_of("2001:db8:1:2::17")
    guessing.missed(guessing.tried("vic@qualify.example", "203.0.113.7"), now())
    assert not [key for (key,) in rows("SELECT key FROM guess") if "vic" in key or "203.0" in key]


def test_a_forgotten_password_is_chosen_anew_by_a_link_that_works_once(vic):
    browser = Client()
    sign_in(browser)
    Client().post("/password", {"email": "vic@qualify.example"})
    [message] = mail.outbox
    link = next(line for line in message.body.split() if "/password/" in line)
    assert link.startswith("http://testserver/password/")
    path = link.removeprefix("http://testserver")
    reader = Client()
    form = reader.get(path).headers["Location"]
    assert "10 characters" in said(reader.get(form))
    assert "too short" in said(reader.post(form, {"password1": "short", "password2": "short"}))
    assert reader.post(
        form, {"password1": "another horse altogether", "password2": "another horse altogether"}
    )
    assert (
        sign_in(Client()).status_code == 200
        and sign_in(Client(), "another horse altogether").status_code == 302
    )
    assert "This link is over" in said(Client().get(path))
    assert browser.get("/account").status_code == 302, "sessions of before end"
    assert ("vic@qualify.example", "reset password") in audited()


@override_settings(ALLOWED_HOSTS=["*"])
def test_nobody_can_put_their_own_host_into_a_mail(vic, monkeypatch):
    monkeypatch.setenv("QUALIFY_BASE_URL", "https://leads.fabrik.example")
    with override_settings(BASE_URL="https://leads.fabrik.example"):
        Client().post("/password", {"email": "vic@qualify.example"}, headers={"host": "evil.example"})
    assert (
        "https://leads.fabrik.example/password/" in mail.outbox[0].body and "evil" not in mail.outbox[0].body
    )


def test_common_and_short_passwords_and_ones_like_the_address_are_refused(vic):
    browser = Client()
    sign_in(browser)
    for password in ("short", "password1234", "vic@qualify.example"):
        told = {"oldpassword": PASSWORD, "password1": password, "password2": password}
        assert browser.post("/account/password", told).status_code == 200
    told = {
        "oldpassword": PASSWORD,
        "password1": "a new horse every day",
        "password2": "a new horse every day",
    }
    assert browser.post("/account/password", told).headers["Location"] == "/account"
    assert browser.get("/account").status_code == 200, "one stays signed in where one changed it"


def test_name_time_zone_and_language_are_ones_own(vic):
    browser = Client()
    sign_in(browser)
    told = {"name": "Victoria", "time_zone": "Asia/Tokyo", "language": "en-gb"}
    browser.post("/account", told)
    assert rows("SELECT name, time_zone, language FROM member WHERE id = %s", [vic.pk]) == [
        tuple(told.values())
    ]
    assert 'lang="en-gb"' in said(browser.get("/account"))
    assert "Select a valid choice" in said(browser.post("/account", {**told, "time_zone": "Mars/Olympus"}))


def test_moments_are_told_by_ones_own_clock_the_browsers_or_else_by_utc(vic):
    browser = Client()
    sign_in(browser)
    run("UPDATE audit SET happened_at = %s", [1_772_442_000_000])  # 2 March 2026, 09:00 UTC
    run("UPDATE member SET role = 'admin' WHERE id = %s", [vic.pk])
    assert "9:00" in said(browser.get("/audit"))
    browser.cookies["qualify-zone"] = "Asia/Tokyo"
    assert "6:00" in said(browser.get("/audit")), "18:00 in Tokyo"
    browser.cookies["qualify-zone"] = "Mars/../../etc/passwd"
    assert "9:00" in said(browser.get("/audit"))
    browser.cookies["qualify-zone"] = "Asia/Tokyo"
    run("UPDATE member SET time_zone = 'Europe/Berlin' WHERE id = %s", [vic.pk])
    assert "10:00" in said(browser.get("/audit"))


def test_sessions_are_listed_and_can_be_ended_elsewhere(vic):
    here, there, third = Client(), Client(), Client()
    firefox = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
    for browser in (here, there, third):
        sign_in(browser, headers={"user-agent": firefox})
    page = said(here.get("/account"))
    assert page.count("Firefox, Linux") == 3 and page.count(">here<") == 1
    newest = rows("SELECT max(id) FROM usersessions_usersession")[0][0]
    here.post("/account/sessions", {"session": str(newest)})
    assert third.get("/account").status_code == 302 and there.get("/account").status_code == 200
    here.post("/account/sessions")
    assert there.get("/account").status_code == 302 and here.get("/account").status_code == 200
    assert ("vic@qualify.example", "end sessions") in audited()


@pytest.mark.slow
def test_nobody_ends_the_sessions_of_others(vic):
    ada, browser = Client(), Client()
    sign_in(ada, email="ada@qualify.example")
    hers = rows("SELECT max(id) FROM usersessions_usersession")[0][0]
    sign_in(browser)
    browser.post("/account/sessions", {"session": str(hers)})
    assert ada.get("/account").status_code == 200


def test_whoever_is_kept_out_is_out_at_the_next_click_and_is_told_so_at_the_door(vic):
    browser = Client()
    sign_in(browser)
    deactivate(the_owner(), vic.pk, now())
    assert browser.get("/account").headers["Location"].startswith("/sign-in")
    assert sign_in(Client()).headers["Location"] == "/sign-in/closed"
    assert "cannot come in" in said(Client().get("/sign-in/closed"))


def codes_of(secret: str) -> str:
    import time

    from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value

    return str(format_hotp_value(hotp_value(secret, int(time.time()) // 30)))


@pytest.fixture
def with_an_app(vic: Any) -> tuple[Client, str]:
    """Vic's browser, after an app with codes was added, and the app's secret."""
    browser = Client()
    sign_in(browser)
    asked = browser.get("/account/app").headers["Location"]
    assert asked == "/account/confirm?next=%2Faccount%2Fapp"
    assert browser.post(asked, {"password": PASSWORD}).headers["Location"] == "/account/app"
    browser.get("/account/app")
    secret = browser.session["mfa.totp.secret"]
    assert browser.post("/account/app", {"code": codes_of(secret)}).headers["Location"] == "/account/codes"
    return browser, secret


@pytest.mark.slow
def test_an_app_with_codes_is_a_second_step_and_recovery_codes_stand_in_for_it(with_an_app):
    browser, secret = with_an_app
    assert "App with codes" in said(browser.get("/account")) and "10 are left" in said(
        browser.get("/account")
    )
    [(data,)] = rows("SELECT data FROM mfa_authenticator WHERE type = 'totp'")
    assert secret not in data, "it is kept enciphered"
    again = Client()
    assert sign_in(again).headers["Location"] == "/sign-in/code"
    assert again.get("/account").status_code == 302, "the password alone opens nothing"
    code = browser.get("/account/codes/file").content.decode().split()[0]
    assert again.post("/sign-in/code", {"code": code}).status_code == 302
    assert again.get("/account").status_code == 200
    another = Client()
    sign_in(another)
    assert "code is not right" in said(another.post("/sign-in/code", {"code": code})), "each opens once"
    assert ("vic@qualify.example", "add second step") in audited()


@pytest.mark.slow
def test_guessing_codes_is_counted_too(with_an_app):
    for _ in range(5):
        other = Client()
        sign_in(other)
        answer = said(other.post("/sign-in/code", {"code": "000000"}))
    assert "please wait half a minute" in answer
    right = Client()
    sign_in(right)
    assert "please wait" in said(right.post("/sign-in/code", {"code": codes_of(with_an_app[1])}))
    assert ("somebody", "lock out") in audited()


def test_what_changes_how_one_signs_in_asks_once_more_who_one_is(with_an_app):
    other = with_an_app[0]
    run("DELETE FROM django_session")
    sign_in(other)
    assert other.get("/account/codes/new").status_code == 302
    assert other.get("/account/passkeys/new").status_code == 302


def test_pages_with_passkeys_run_no_script_of_their_own_text(with_an_app):
    browser, _ = with_an_app
    page = said(browser.get("/account/passkeys/new"))
    options = json.loads(page.split('id="js_data" type="application/json">')[1].split("</script>")[0])
    assert options["creation_options"]["publicKey"]["rp"]["id"] == "testserver"
    for script in page.split("<script")[1:]:
        head = script.split(">")[0]
        assert "src=" in head or 'type="application/json"' in head
    assert "style=" not in page and "onclick" not in page


def test_a_new_address_counts_when_its_link_was_opened(vic):
    browser = Client()
    sign_in(browser)
    asked = browser.post("/account/e-mail", {"email": "victoria@qualify.example", "action_add": "1"})
    browser.post(asked.headers["Location"], {"password": PASSWORD})
    browser.post("/account/e-mail", {"email": "victoria@qualify.example", "action_add": "1"})
    assert rows("SELECT email FROM member WHERE id = %s", [vic.pk]) == [("vic@qualify.example",)]
    assert "victoria@qualify.example waits to be confirmed" in said(browser.get("/account"))
    message = next(each for each in mail.outbox if each.to == ["victoria@qualify.example"])
    path = next(word for word in message.body.split() if "/mail/" in word).removeprefix("http://testserver")
    assert "Is this your address?" in said(browser.get(path))
    browser.post(path)
    assert rows("SELECT email FROM member WHERE id = %s", [vic.pk]) == [("victoria@qualify.example",)]
    assert ("victoria@qualify.example", "change e-mail") in audited()


def test_what_is_noted_of_oneself_names_whoever_did_it(vic):
    note(vic, "sign out")
    assert audited()[-1] == ("vic@qualify.example", "sign out")
