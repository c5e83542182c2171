"""What administrators ask for: keys, webhooks, playbooks, and calls that get a second chance."""

from __future__ import annotations

import json
from typing import Any

import pytest

from qualify.capture.known import Known
from qualify.capture.model import Call, Source
from qualify.capture.pipeline import Facts, run
from qualify.errors import PlaybookError, QualifyError
from qualify.moments import DAY
from qualify.playbook.starters import text as starter
from qualify.web.ciphers import deciphered
from qualify.web.database import rows
from qualify.web.database import run as change
from qualify.web.keeping.aside import dropped
from qualify.web.keeping.keep import keep
from qualify.web.living.working import Worker
from qualify.web.sources import Keys
from qualify.web.verbs.actor import Actor, Conflict, Forbidden, NotThere
from qualify.web.verbs.hooking import close_webhook, create_webhook
from qualify.web.verbs.opening import create_key, create_source, revoke_key, rotate_key
from qualify.web.verbs.publish import publish
from qualify.web.verbs.replay import replay
from tests.web.cast import OWNER, START, Cast

MARKETER = Actor("Mia", frozenset({"write:leads", "publish:playbook", "read:playbook"}))


BROWSER = Facts("", "Mozilla/5.0")


def set_aside(source: Source, at: int, facts: Facts = BROWSER, **call: object) -> int:
    """A call that the pipeline dropped; its number."""
    passed = run([Call(**{"type": "track", **call})], source, facts, at, Known())  # type: ignore[arg-type]
    assert passed.dropped
    keep([], at, dropped(passed.dropped, "segment"))
    [(number,)] = rows("SELECT max(id) FROM aside")
    return int(number)


@pytest.fixture
def strict(source: Source) -> Source:
    """A source that wants nothing of Jane."""
    change("UPDATE source SET settings = %s", [json.dumps({"blocked": ["jane@acme-corp.io"]})])
    return Source(id=source.id, name="site", blocked=("jane@acme-corp.io",))


def test_a_call_that_was_blocked_is_kept_once_the_block_is_gone(strict: Source) -> None:
    aside = set_aside(
        strict, START, event="Demo Requested", email="jane@acme-corp.io", timestamp=START - 5_000
    )
    assert replay(OWNER, [aside], START + DAY).refused[0].reason == "blocked"
    change("UPDATE source SET settings = '{}'")
    assert replay(OWNER, [aside], START + 2 * DAY).kept == (aside,)
    assert rows("SELECT happened_at, received_at FROM event") == [(START - 5_000, START + 2 * DAY)]


def test_a_call_without_a_time_happened_when_it_came_first(strict: Source) -> None:
    aside = set_aside(strict, START, event="Demo Requested", email="jane@acme-corp.io")
    change("UPDATE source SET settings = '{}'")
    replay(OWNER, [aside], START + 2 * DAY)
    assert rows("SELECT happened_at FROM event") == [(START,)]


def test_a_call_is_replayed_once(strict: Source) -> None:
    call: dict[str, Any] = {"event": "Demo Requested", "email": "jane@acme-corp.io", "message_id": "m"}
    one, same = set_aside(strict, START, **call), set_aside(strict, START + 1, **call)
    change("UPDATE source SET settings = '{}'")
    done = replay(OWNER, [one, same], START + 2)
    assert (done.kept, done.duplicates) == ((one,), (same,))
    again = replay(OWNER, [one, same], START + 3)
    assert not (again.kept or again.duplicates or again.refused)
    assert rows("SELECT count(*) FROM event") == [(1,)]


def test_who_refused_to_be_tracked_is_not_tracked_by_a_replay(source: Source) -> None:
    strict = Source(id=source.id, name="site", consent_required=True)
    aside = set_aside(strict, START, event="Demo Requested", email="jane@acme-corp.io")
    [refused] = replay(OWNER, [aside], START + 1).refused
    assert "theirs to say" in refused.detail
    assert not rows("SELECT 1 FROM event")


@pytest.mark.parametrize("trusted", [True, False])
def test_a_replay_trusts_a_call_as_far_as_the_key_that_it_came_with(strict: Source, trusted: bool) -> None:
    source = Source(id=strict.id, name="site", trusted=trusted, blocked=strict.blocked)
    facts = Facts("203.0.113.7", "Mozilla/5.0 (X11; Linux x86_64) Chrome/140.0 Safari/537.36")
    told = {"event": "Demo Requested", "email": "jane@acme-corp.io", "timestamp": START - 500 * DAY}
    number = set_aside(source, START, facts, **told)
    change("UPDATE source SET settings = '{}'")
    change(
        "UPDATE aside SET reason = 'blocked'"
    )  # one that is too old would be vouched for by whoever replays it
    done = replay(OWNER, [number], START + DAY)
    if trusted:
        assert done.kept == (number,)
        assert rows("SELECT happened_at, context FROM event") == [(START - 500 * DAY, "{}")], (
            "no visitor's own"
        )
    else:
        assert [(each.step, each.reason) for each in done.refused] == [("time", "too old")]


def test_whose_browser_asked_not_to_be_tracked_is_still_asked_after(source: Source) -> None:
    number = set_aside(
        source, START, Facts("", "", tracking_refused=True), event="!?", anonymous_id="browser"
    )
    change("UPDATE source SET settings = %s", [json.dumps({"event_names": {"!?": "looked_around"}})])
    [refused] = replay(OWNER, [number], START + 1).refused
    assert (refused.step, refused.reason) == ("consent", "no consent")


def test_only_an_administrator_gives_keys(store: object) -> None:
    for verb in (
        lambda: create_source(MARKETER, "site", "segment", START),
        lambda: create_key(MARKETER, "api", START, scopes=["admin"]),
        lambda: rotate_key(MARKETER, 1, START),
        lambda: revoke_key(MARKETER, 1, START),
        lambda: create_webhook(MARKETER, "https://example.com", START),
        lambda: replay(MARKETER, [1], START),
    ):
        with pytest.raises(Forbidden):
            verb()
    assert not rows("SELECT 1 FROM audit")


def test_a_name_of_a_source_is_taken_once(source: Source) -> None:
    with pytest.raises(Conflict, match="already"):
        create_source(OWNER, "site", "segment", START)


@pytest.mark.parametrize(
    ("kind", "with_source", "scopes"),
    [
        ("api", False, []),
        ("api", True, ["admin"]),
        ("write", False, []),
        ("write", True, ["admin"]),
        ("odd", True, []),
    ],
)
def test_keys_that_make_no_sense_are_refused(
    source: Source, kind: str, with_source: bool, scopes: list[str]
) -> None:
    with pytest.raises(QualifyError):
        create_key(OWNER, kind, START, source_id=source.id if with_source else None, scopes=scopes)


def test_a_rotated_key_opens_and_the_former_does_not(source: Source) -> None:
    former = create_key(OWNER, "secret", START, source_id=source.id, label="server")
    new = rotate_key(OWNER, former.key_id, START + 1)
    assert Keys().opens(former.key, START + 2) is None
    opened = Keys().opens(new.key, START + 2)
    assert opened is not None and opened.source is not None and opened.source.id == source.id
    with pytest.raises(Conflict):
        revoke_key(OWNER, former.key_id, START + 2)
    with pytest.raises(NotThere):
        revoke_key(OWNER, 999, START + 2)


def test_the_secret_of_a_webhook_is_enciphered(store: object) -> None:
    made = create_webhook(OWNER, "https://example.com/hook", START, types=["lead.moved"])
    [(secret, types)] = rows("SELECT secret, types FROM webhook")
    assert made.secret not in secret
    assert deciphered(secret) == {"secret": made.secret}
    assert types == "lead.moved"
    close_webhook(OWNER, made.webhook_id, START + 1)
    assert rows("SELECT count(*) FROM webhook WHERE active") == [(0,)]


@pytest.mark.parametrize(
    "url",
    [
        "http://example.com",
        "ftp://example.com",
        "https://",
        "https://a:b@example.com",
        "https://ex ample.com",
        "x",
    ],
)
def test_addresses_that_would_tell_secrets_are_refused(store: object, url: str) -> None:
    with pytest.raises(QualifyError):
        create_webhook(OWNER, url, START)


def test_publishing_has_everybody_judged_by_the_new_playbook(people: Cast) -> None:
    done = publish(MARKETER, starter("services"), people.now)
    Worker().work_off(people.now)
    assert set(rows("SELECT version_id FROM standing")) == {(done.version_id,)}
    assert rows("SELECT state, done FROM work WHERE kind = 'rescore' ORDER BY id DESC LIMIT 1") == [
        ("done", 2)
    ]


def test_a_playbook_with_mistakes_is_not_published(people: Cast) -> None:
    with pytest.raises(PlaybookError) as caught:
        publish(MARKETER, "playbook: x\nscores:\n  fit:\n    rulez: []\n", people.now)
    assert any(problem.line == 4 for problem in caught.value.problems)
    assert rows("SELECT count(*) FROM playbook_version") == [(1,)]


def test_the_same_text_is_no_new_version(people: Cast) -> None:
    again = publish(MARKETER, starter("b2b-saas"), people.now)
    assert not again.new
    assert rows("SELECT count(*) FROM playbook_version") == [(1,)]


def test_versions_follow_one_another_even_when_the_clock_goes_back(people: Cast) -> None:
    later = publish(MARKETER, starter("services"), START - DAY)
    assert later.published_at == START + 1


def test_whoever_does_a_bulk_rescore_is_asked_in_the_same_breath(people: Cast) -> None:
    asked = []

    def rescore(version: int, at: int) -> int:
        asked.append((version, at))
        return 7

    done = publish(MARKETER, starter("services"), people.now, rescore=rescore)
    assert asked == [(done.version_id, done.published_at)]
    assert done.work_id == 7
