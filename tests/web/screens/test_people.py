"""Invitations, roles, and who is kept out."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Any

import pytest
from django.core.mail.backends.smtp import EmailBackend
from django.db import connection
from django.test import Client, override_settings
from django.test.utils import CaptureQueriesContext

from qualify.clock import now
from qualify.moments import DAY
from qualify.web.database import rows, run
from qualify.web.people.asked import mail_settings, oidc_settings
from qualify.web.store.models import User
from qualify.web.verbs.actor import Conflict, the_owner
from qualify.web.verbs.inviting import invite, invite_again
from qualify.web.verbs.membering import change_role, deactivate
from tests.web.screens.members import Members

PASSWORD = "correct horse battery"


@pytest.fixture(autouse=True)
def quick() -> Iterator[None]:
    with override_settings(PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"]):
        yield


def said(answer: Any) -> str:
    return str(answer.content.decode())


def member(name: str) -> User:
    return User.objects.get(email=f"{name}@qualify.example")


def link_in(page: str) -> str:
    return page.split('id="link">')[1].split("<")[0].removeprefix("http://testserver")


def join(path: str, browser: Client | None = None) -> Any:
    return (browser or Client()).post(path, {"name": "Nora", "password": PASSWORD, "again": PASSWORD})


def test_without_mail_the_link_is_shown_once_and_whoever_has_it_joins_in_the_role(members: Members):
    answer = members.ada.post("/people/invite", {"email": "Nora@Fabrik.example", "role": "sales_rep"})
    assert "Pass this link on to nora@fabrik.example" in said(answer) and "QUALIFY_MAIL_URL" in said(answer)
    path = link_in(said(answer))
    assert path.split("/")[-1] not in said(members.ada.get("/people"))
    assert not [1 for (kept,) in rows("SELECT digest FROM invitation") if kept in path]
    nora = Client()
    page = nora.get(path)
    assert "has invited nora@fabrik.example" in said(page) and "works leads" in said(page)
    assert page.headers["Referrer-Policy"] == "same-origin"  # with less, browsers send forms from nowhere
    assert join(path, nora).status_code == 302
    assert nora.get("/people").status_code == 403 and nora.get("/account").status_code == 200
    assert rows("SELECT role FROM member WHERE email = 'nora@fabrik.example'") == [("sales_rep",)]
    assert Client().get(path).status_code == 404
    verbs = [verb for (verb,) in rows("SELECT verb FROM audit ORDER BY id")]
    assert verbs == ["invite", "join", "sign in"]


def test_an_invitation_is_good_for_a_week_and_until_it_is_taken_back_or_sent_again(members: Members):
    first = invite(the_owner(), "nora@fabrik.example", "viewer", now() - 7 * DAY - 1)
    assert join(f"/join/{first.token}").status_code == 404
    again = invite_again(the_owner(), first.invitation_id, now())
    assert join(f"/join/{first.token}").status_code == 404
    members.ada.post(f"/people/invitations/{first.invitation_id}", {"what": "revoke"})
    assert join(f"/join/{again.token}").status_code == 404
    assert "taken back" in said(members.ada.get("/people"))
    assert (
        members.ada.post(f"/people/invitations/{first.invitation_id}", {"what": "again"}).status_code == 404
    )


def test_a_second_invitation_ends_the_first(members: Members):
    first = invite(the_owner(), "nora@fabrik.example", "admin", now())
    second = invite(the_owner(), "nora@fabrik.example", "viewer", now())
    assert join(f"/join/{first.token}").status_code == 404
    join(f"/join/{second.token}")
    assert rows("SELECT role FROM member WHERE email = 'nora@fabrik.example'") == [("viewer",)]


def test_a_password_that_will_not_do_does_not_use_the_invitation_up(members: Members):
    made = invite(the_owner(), "nora@fabrik.example", "viewer", now())
    told = {"name": "Nora", "password": "password", "again": "password"}
    assert "too common" in said(Client().post(f"/join/{made.token}", told))
    assert "not the same" in said(Client().post(f"/join/{made.token}", {**told, "again": "x"}))
    assert join(f"/join/{made.token}").status_code == 302


def test_members_cannot_be_invited_nor_what_is_no_address_and_a_form_sent_twice_invites_once(
    members: Members,
):
    assert "is a member already" in said(
        members.ada.post("/people/invite", {"email": "vic@qualify.example", "role": "admin"})
    )
    assert "valid email" in said(members.ada.post("/people/invite", {"email": "nobody", "role": "viewer"}))
    told = {"email": "nora@fabrik.example", "role": "viewer", "once": "the-very-same-form"}
    members.ada.post("/people/invite", told)
    members.ada.post("/people/invite", told)
    assert rows("SELECT count(*) FROM invitation") == [(1,)]


def test_with_mail_the_link_is_sent_and_where_that_fails_it_is_shown(members: Members, monkeypatch):
    sent = []
    monkeypatch.setattr(EmailBackend, "open", lambda self: True)
    monkeypatch.setattr(EmailBackend, "send_messages", lambda self, messages: sent.extend(messages))
    with override_settings(MAIL=mail_settings({"QUALIFY_MAIL_URL": "smtp://mail.fabrik.example"})):
        answer = members.ada.post("/people/invite", {"email": "nora@fabrik.example", "role": "viewer"})
        assert answer.status_code == 302
        [message] = sent
        assert message.to == ["nora@fabrik.example"] and "Ada invites you to Qualify" in message.subject
        path = next(word for word in message.body.split() if "/join/" in word).removeprefix(
            "http://testserver"
        )
        assert Client().get(path).status_code == 200

        def refuse(self: Any) -> None:
            raise ConnectionRefusedError("connection refused")

        monkeypatch.setattr(EmailBackend, "open", refuse)
        answer = members.ada.post("/people/invite", {"email": "olga@fabrik.example", "role": "viewer"})
        assert "connection refused" in said(answer) and link_in(said(answer)).startswith("/join/")


def test_another_role_counts_from_the_next_click_on(members: Members):
    assert members.vic.get("/people").status_code == 403
    members.ada.post(f"/people/{member('vic').pk}/role", {"role": "admin"})
    assert members.vic.get("/people").status_code == 200
    members.ada.post(f"/people/{member('vic').pk}/role", {"role": "viewer"})
    assert members.vic.get("/people").status_code == 403
    assert rows("SELECT detail FROM audit WHERE verb = 'change role'")[0] == (
        '{"from":"viewer","to":"admin"}',
    )


def test_whoever_is_kept_out_is_out_and_may_be_let_in_again(members: Members):
    page = said(members.ada.get(f"/people/{member('rosa').pk}"))
    assert "is signed out everywhere at once" in page
    members.ada.post(f"/people/{member('rosa').pk}/keep-out")
    assert members.rosa.get("/account").status_code == 302
    assert "kept out" in said(members.ada.get("/people"))
    members.ada.post(f"/people/{member('rosa').pk}/let-in")
    assert member("rosa").is_active


def test_an_admin_gives_a_link_for_a_new_password_and_takes_a_lost_second_step_off(members: Members):
    from allauth.mfa.models import Authenticator

    rosa, before = member("rosa"), members.rosa
    Authenticator.objects.create(user=rosa, type="totp", data={"secret": "x"})
    page = said(members.ada.post(f"/people/{rosa.pk}/password"))
    path = link_in(page)
    new = {"password": PASSWORD, "again": PASSWORD}
    assert Client().post(path, new).headers["Location"] == "/sign-in/code", (
        "the second step is still asked for"
    )
    assert before.get("/account").status_code == 302, "her sessions of before end"
    assert Client().get(path).status_code == 404
    members.ada.post(f"/people/{rosa.pk}/second-step")
    answer = Client().post("/sign-in", {"login": rosa.email, "password": PASSWORD})
    assert answer.headers["Location"] == "/"


def test_the_last_admin_can_neither_be_kept_out_nor_be_given_another_role(members: Members):
    ada = member("ada")
    for what, told in (("keep-out", {}), ("role", {"role": "viewer"})):
        members.ada.post(f"/people/{ada.pk}/{what}", told)
        assert "Ada@qualify.example is the only admin" in said(members.ada.get("/people"))
    change_role(the_owner(), member("mia").pk, "admin", now())
    deactivate(the_owner(), member("mia").pk, now())
    with pytest.raises(Conflict, match="the only admin"):
        deactivate(the_owner(), ada.pk, now())


def test_of_two_admins_who_demote_each_other_at_once_one_stays(members: Members):
    change_role(the_owner(), member("mia").pk, "admin", now())
    numbers, refused = [member("ada").pk, member("mia").pk], []

    def demote(number: int) -> None:
        try:
            change_role(the_owner(), number, "viewer", now())
        except Conflict as error:
            refused.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=demote, args=(number,)) for number in numbers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(refused) == 1 and rows("SELECT count(*) FROM member WHERE role = 'admin'") == [(1,)]


def test_the_matrix_says_of_each_role_what_it_may(members: Members):
    page = said(members.ada.get("/people/roles"))
    assert page.count('<th scope="col">') == 6 and "agree to a draft for sales" in page
    assert page.count(">yes<") + page.count(">no<") == 5 * page.count('<th scope="row">')


def test_the_list_asks_the_same_number_of_questions_however_many_there_are(members: Members):
    ada = members.ada

    def asked() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert ada.get("/people").status_code == 200
        return len(captured)

    few = asked()
    for number in range(40):
        User(email=f"{number}@qualify.example", role="viewer", password="!").save()
        invite(the_owner(), f"{number}@fabrik.example", "viewer", now())
    assert asked() == few <= 6


@pytest.mark.parametrize("what", ["nothing", "role"])
def test_nothing_happens_to_whom_there_is_not(members: Members, what: str):
    assert members.ada.post(f"/people/999/{what}").status_code == 404
    assert members.ada.post(f"/people/{member('vic').pk}/nothing").status_code == 404


def test_mail_settings_say_host_port_and_encryption_and_refuse_what_is_none():
    by_default = mail_settings({"QUALIFY_MAIL_URL": "smtp://me%40x.example:p%2Fw@mail.example"})
    assert by_default[:6] == ("mail.example", 587, "me@x.example", "p/w", True, False)
    assert mail_settings({"QUALIFY_MAIL_URL": "smtps://mail.example"})[1:6] == (465, "", "", False, True)
    assert not mail_settings({"QUALIFY_MAIL_URL": "smtp://localhost:25?tls=no"}).starttls
    assert mail_settings({}).host == ""
    for wrong in ("mail.example:25", "http://mail.example"):
        with pytest.raises(ValueError, match="QUALIFY_MAIL_URL"):
            mail_settings({"QUALIFY_MAIL_URL": wrong})


def test_the_companys_sign_in_is_said_whole_or_not_at_all_and_is_its_own():
    assert oidc_settings({}) == ({}, [], frozenset())
    whole = {
        "QUALIFY_OIDC_ISSUER": "https://id.fabrik.example/realms/x/", "QUALIFY_OIDC_CLIENT_ID": "q",
        "QUALIFY_OIDC_CLIENT_SECRET": "s", "QUALIFY_OIDC_DOMAIN": "fabrik.example, @fabrik.de",
    }  # fmt: skip
    providers, origins, domains = oidc_settings(whole)
    assert origins == ["https://id.fabrik.example"] and domains == {"fabrik.example", "fabrik.de"}
    assert (
        providers["openid_connect"]["APPS"][0]["settings"]["server_url"]
        == "https://id.fabrik.example/realms/x"
    )
    with pytest.raises(ValueError, match="QUALIFY_OIDC_CLIENT_SECRET"):
        oidc_settings({**whole, "QUALIFY_OIDC_CLIENT_SECRET": ""})
    shared = "https://login.microsoftonline.com/common/v2.0"
    with pytest.raises(ValueError, match="your own company"):
        oidc_settings({**whole, "QUALIFY_OIDC_ISSUER": shared})


def test_a_role_that_is_no_more_is_shown_and_may_do_nothing(members: Members):
    run("UPDATE member SET role = 'owner' WHERE email = 'vic@qualify.example'")
    assert "owner" in said(members.ada.get("/people"))
    assert members.vic.get("/inbox").status_code == 403 and members.vic.get("/account").status_code == 200
