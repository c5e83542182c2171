"""`qualify source set` and `qualify key list`, and the same over HTTP: limits, secrets, and who still uses what."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from qualify.clock import now
from qualify.errors import InputError, QualifyError
from qualify.web.commands import key as key_commands
from qualify.web.commands import source as commands
from qualify.web.commands.saying import Format
from qualify.web.database import rows, run
from qualify.web.keeping.using import HOUR, USES, Uses
from qualify.web.sources import Access, access_of, create_key, create_source
from qualify.web.verbs.actor import SCOPES
from qualify.web.verbs.opening import change_source
from tests.web.api.conftest import Api, bearer_of
from tests.web.cast import OWNER

AT = 1_700_000_000_000


@pytest.fixture
def site(store: Path) -> int:
    """A source with a limit, a setting and a secret."""
    settings = {"origins": ["www.acme.example"], "addresses": "drop"}
    return create_source("site", "typeform", now(), settings, {"secret": "old", "token": "kept"})


@pytest.fixture
def fresh() -> Iterator[None]:
    """A process that has not used a key yet."""
    USES.written.clear()
    USES.waiting.clear()
    yield
    USES.written.clear()


def access(site: int) -> Access:
    found = access_of(site)
    assert found is not None
    assert found.source is not None
    return found


def told(monkeypatch: pytest.MonkeyPatch, *lines: str) -> None:
    """What comes from standard input."""
    monkeypatch.setattr("sys.stdin", io.StringIO("".join(f"{line}\n" for line in lines)))


def test_what_is_named_is_changed_and_the_rest_stays(site: int, monkeypatch: pytest.MonkeyPatch) -> None:
    told(monkeypatch, "s3cret", "tok")
    commands.set_("site", rate=50, setting=["region=DE"], secret=["secret", "access_token"])
    found = access(site)
    assert (found.rate, found.origins) == (50, ("www.acme.example",))
    assert found.source and (found.source.region, found.source.addresses) == ("DE", "drop")
    assert found.secrets == {"secret": "s3cret", "access_token": "tok", "token": "kept"}


def test_what_is_taken_away_is_as_if_never_given(site: int) -> None:
    commands.set_("site", any_origin=True, setting=["addresses="], without_secret=["token"])
    found = access(site)
    assert found.origins == ()
    assert found.source and found.source.addresses == "truncate"
    assert found.secrets == {"secret": "old"}


def test_origins_take_the_place_of_those_before(site: int) -> None:
    commands.set_("site", origin=["a.example", "*.b.example"])
    assert access(site).origins == ("a.example", "*.b.example")


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({}, "nothing to change"),
        ({"setting": ["ratte=5"]}, "did you mean 'rate'"),
        ({"setting": ["rate=fast"]}, "rate"),
        ({"setting": ["rate"]}, "NAME=VALUE"),
        ({"setting": ["addresses=hide"]}, "addresses"),
        ({"setting": ["trusted=true"]}, "no setting 'trusted'"),
        ({"origin": ["a.example"], "any_origin": True}, "contradict"),
        ({"secret": ["secret"]}, "no line"),
        ({"without_secret": ["Se cret"]}, "no name of a secret"),
    ],
)
def test_what_cannot_be_is_refused_and_nothing_is_changed(
    site: int, monkeypatch: pytest.MonkeyPatch, given: dict[str, Any], said: str
) -> None:
    told(monkeypatch)
    before = rows("SELECT settings, secrets FROM source")
    with pytest.raises(QualifyError, match=said):
        commands.set_("site", **given)
    assert rows("SELECT settings, secrets FROM source") == before


def test_a_source_that_there_is_not_is_named_with_the_nearest(site: int) -> None:
    with pytest.raises(InputError, match="did you mean 'site'"):
        commands.set_("sites", rate=5)


def test_the_audit_has_the_names_of_secrets_and_never_the_secrets(
    site: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    told(monkeypatch, "s3cret")
    commands.set_("site", secret=["secret"])
    [(verb, detail)] = rows("SELECT verb, detail FROM audit")
    assert (verb, json.loads(detail)) == ("change source", {"settings": {}, "secrets": ["secret"]})
    assert "s3cret" not in str(rows("SELECT * FROM source"))


def test_the_api_changes_the_same(site: int) -> None:
    api: Api = bearer_of(*SCOPES)
    change = {"settings": {"rate": 3, "addresses": None}, "secrets": {"secret": "new", "token": None}}
    assert api("POST", f"/sources/{site}", change).status_code == 204
    found = access(site)
    assert (found.rate, found.secrets) == (3, {"secret": "new"})
    assert found.source and found.source.addresses == "truncate"
    assert api("POST", "/sources/99", change).status_code == 404
    assert api("POST", f"/sources/{site}", {"settings": {"nosuch": 1}}).status_code == 422
    assert bearer_of("write:leads")("POST", f"/sources/{site}", change).status_code == 403


def test_a_token_says_when_it_was_used_last(
    store: Path, fresh: None, capsys: pytest.CaptureFixture[str]
) -> None:
    api: Api = bearer_of(*SCOPES)
    before = now()
    [seen] = api.get("/keys")
    assert before <= seen["last_used_at"] <= now()
    key_commands.list_(Format.JSON)
    [listed] = json.loads(capsys.readouterr().out)
    assert listed["last_used_at"] == seen["last_used_at"]
    key_commands.list_(Format.TABLE)
    assert "last used" in capsys.readouterr().out


def test_a_key_is_written_of_once_an_hour_with_what_is_written_anyway(store: Path, fresh: None) -> None:
    from qualify.web.keeping.counting import COUNTS
    from qualify.web.keeping.delivering import WRITER

    key = create_key(create_source("site", "segment", now()), "write", now())
    call = {"writeKey": key, "type": "track", "event": "x", "userId": "ada"}
    before = now()
    for _ in range(3):
        assert (
            Client().post("/v1/track", json.dumps(call), content_type="application/json").status_code == 200
        )
    WRITER.close()
    COUNTS.write()
    [(used,)] = rows("SELECT last_used_at FROM access_key")
    assert before <= used <= now()


def test_of_several_processes_the_first_in_an_hour_writes(store: Path) -> None:
    create_key(create_source("site", "segment", now()), "write", now())
    one, other = Uses(), Uses()
    for uses, at in ((one, AT), (other, AT + 5), (one, AT + HOUR), (other, AT + HOUR + 4)):
        if uses.note(1, at):
            uses.write()
    assert rows("SELECT last_used_at FROM access_key") == [(AT + HOUR,)]


def test_what_could_not_be_written_is_written_later(store: Path) -> None:
    create_key(create_source("site", "segment", now()), "write", now())
    uses = Uses()
    assert uses.note(1, AT)
    run("ALTER TABLE access_key RENAME TO elsewhere")
    with pytest.raises(Exception, match="access_key"):
        uses.write()
    run("ALTER TABLE elsewhere RENAME TO access_key")
    uses.write()
    assert rows("SELECT last_used_at FROM access_key") == [(AT,)]
    assert not uses.note(1, AT + HOUR - 1)


def test_a_use_in_the_future_is_put_right(store: Path) -> None:
    create_key(create_source("site", "segment", now()), "write", now())
    for at in (AT + 100 * HOUR, AT):
        uses = Uses()
        assert uses.note(1, at)
        uses.write()
    assert rows("SELECT last_used_at FROM access_key") == [(AT,)]


def test_on_postgresql_it_is_the_same(postgres_store: str) -> None:
    site = create_source("site", "segment", now())
    change_source(OWNER, site, now(), settings={"rate": 5.0}, secrets={"secret": "s"})
    assert (access(site).rate, access(site).secrets) == (5.0, {"secret": "s"})
    create_key(site, "write", now())
    uses = Uses()
    assert uses.note(1, AT)
    uses.write()
    assert rows("SELECT last_used_at FROM access_key") == [(AT,)]
