"""The company's own sign-in, by a provider of OpenID Connect that runs here."""

from __future__ import annotations

import base64
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, NamedTuple
from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client, override_settings

from qualify.clock import now
from qualify.web.database import rows, run
from qualify.web.people.asked import oidc_settings
from qualify.web.verbs.actor import the_owner
from qualify.web.verbs.inviting import invite
from tests.web.screens.members import Members


class Provider(NamedTuple):
    """Where it is, whom it says comes in, and what it was asked."""

    url: str
    person: dict[str, Any]
    asked: list[dict[str, list[str]]]


def _encoded(value: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


def _handler(person: dict[str, Any], asked: list[dict[str, list[str]]]) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def _say(self, value: Any) -> None:
            body = json.dumps(value).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def do_GET(self) -> None:
            url = f"http://{self.headers['Host']}"
            if "well-known" in self.path:
                self._say(
                    {
                        "issuer": url, "authorization_endpoint": f"{url}/authorize", "token_endpoint": f"{url}/token",
                        "userinfo_endpoint": f"{url}/me", "jwks_uri": f"{url}/keys",
                        "token_endpoint_auth_methods_supported": ["client_secret_post"],
                    }
                )  # fmt: skip
            else:
                self._say(person)

        def do_POST(self) -> None:
            asked.append(parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode()))
            self._say({"access_token": "token", "token_type": "bearer", "expires_in": 3600})

        def log_message(self, *_: Any) -> None:
            """Silent."""

    return Handler


@pytest.fixture
def provider(members: Members) -> Iterator[Provider]:
    """A company whose people of fabrik.example may come in uninvited."""
    person: dict[str, Any] = {
        "sub": "1",
        "email": "nora@fabrik.example",
        "email_verified": True,
        "name": "Nora N.",
    }
    asked: list[dict[str, list[str]]] = []
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(person, asked))
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    url = f"http://127.0.0.1:{server.server_port}"
    said = {
        "QUALIFY_OIDC_ISSUER": url, "QUALIFY_OIDC_CLIENT_ID": "qualify", "QUALIFY_OIDC_CLIENT_SECRET": "secret",
        "QUALIFY_OIDC_NAME": "Fabrik", "QUALIFY_OIDC_DOMAIN": "fabrik.example",
    }  # fmt: skip
    providers, origins, domains = oidc_settings(said)
    with override_settings(SOCIALACCOUNT_PROVIDERS=providers, SIGN_IN_ORIGINS=origins, OIDC_DOMAINS=domains):
        yield Provider(url, person, asked)
    server.shutdown()
    server.server_close()


def come_in(browser: Client, path: str = "/sign-in") -> Any:
    """Through the company's door: to the provider, and back."""
    page = browser.get(path)
    assert "Fabrik" in page.content.decode()
    away = browser.post("/sign-in/with/company?process=login").headers["Location"]
    query = parse_qs(urlsplit(away).query)
    assert query["redirect_uri"] == ["http://testserver/sign-in/with/company/back"]
    assert query["code_challenge_method"] == ["S256"]
    return browser.get("/sign-in/with/company/back", {"code": "x", "state": query["state"][0]})


def role_of(email: str) -> str | None:
    found = rows("SELECT role FROM member WHERE email = %s", [email])
    return found[0][0] if found else None


@pytest.mark.slow
def test_whoever_is_of_the_domain_comes_in_as_one_who_looks_on(provider: Provider):
    browser = Client()
    door = browser.get("/sign-in")
    assert f"form-action 'self' {provider.url};" in door.headers["Content-Security-Policy"]
    assert come_in(browser).headers["Location"] == "/"
    assert role_of("nora@fabrik.example") == "viewer"
    assert browser.get("/account").status_code == 200
    assert provider.asked[0]["code_verifier"] and provider.asked[0]["client_secret"] == ["secret"]
    assert ("join",) in rows("SELECT verb FROM audit WHERE who = 'nora@fabrik.example'")
    again = Client()
    assert come_in(again).headers["Location"] == "/"
    assert rows("SELECT count(*) FROM member WHERE email = 'nora@fabrik.example'") == [(1,)]


def test_whoever_is_invited_comes_in_by_it_in_their_role_and_uses_the_invitation_up(provider: Provider):
    provider.person["email"] = "Max@elsewhere.example"
    made = invite(the_owner(), "max@elsewhere.example", "sales_manager", now())
    come_in(Client(), f"/join/{made.token}")
    assert role_of("max@elsewhere.example") == "sales_manager"
    assert Client().get(f"/join/{made.token}").status_code == 404


@pytest.mark.parametrize(
    "person",
    [
        {"email": "sam@evil.example"},
        {"email": "sam@evil.example.fabrik.example.evil"},
        {"email": "nora@fabrik.example", "email_verified": False},
        {"email": ""},
    ],
)
def test_nobody_else_comes_in(provider: Provider, person: dict[str, Any]):
    provider.person.update(person)
    browser = Client()
    answer = come_in(browser)
    assert "invited" in answer.content.decode()
    assert browser.get("/account").status_code == 302
    assert rows("SELECT count(*) FROM member") == [(6,)]


def test_a_member_comes_in_as_themselves_with_the_role_they_have(provider: Provider):
    provider.person.update(email="mia@qualify.example")
    browser = Client()
    come_in(browser)
    assert browser.get("/playbook").status_code == 200 and browser.get("/people").status_code == 403
    assert "mia@qualify.example" in browser.get("/account").content.decode()


def test_a_member_whose_address_is_not_shown_to_be_theirs_does_not(provider: Provider):
    provider.person.update(email="ada@qualify.example", email_verified=False)
    browser = Client()
    come_in(browser)
    assert browser.get("/account").status_code == 302


def test_whoever_is_kept_out_is_kept_out_here_too(provider: Provider):
    run("UPDATE member SET is_active = %s WHERE email = 'mia@qualify.example'", [False])
    provider.person.update(email="mia@qualify.example")
    assert come_in(Client()).headers["Location"] == "/sign-in/closed"


def test_a_forged_answer_opens_nothing(provider: Provider):
    browser = Client()
    answer = browser.get("/sign-in/with/company/back", {"code": "x", "state": "forged"})
    assert "did not answer as it should" in answer.content.decode()
    assert browser.get("/account").status_code == 302


def test_without_settings_there_is_no_such_door(members: Members):
    assert "Sign in with" not in Client().get("/sign-in").content.decode()
    assert Client().post("/sign-in/with/company").status_code == 404
