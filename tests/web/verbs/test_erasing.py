"""Erasing somebody: nothing names them any more, and for everybody else it is as if they had never been."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from qualify.capture.model import Identifier, Source
from qualify.web.database import insert, rows, run
from qualify.web.importing.running import import_file
from qualify.web.importing.taking import ERASED
from qualify.web.keeping.traces import Traces
from qualify.web.living.working import Worker
from qualify.web.recomputing import recompute
from qualify.web.verbs.actor import Conflict, Forbidden, NotThere
from qualify.web.verbs.answer import answer
from qualify.web.verbs.consent import consent
from qualify.web.verbs.decide import decide
from qualify.web.verbs.erase import erase, gone, preview_erase
from qualify.web.verbs.learn import learn
from qualify.web.verbs.merge import merge
from qualify.web.verbs.undo import undo
from qualify.web.verifying import verify
from tests.web.cast import MINUTE, OWNER, START, STRANGER, Cast, lead_of, of, people, send, source
from tests.web.snapshot import everything

__all__ = ["people", "source"]

TABLES = (
    "event", "learnt", "answer", "decision", "outcome", "consent", "identifier", "link", "person", "standing", "move",
    "message", "attempt", "aside", "audit", "reply", "suggestion", "import", "sighting", "form_text", "dirty", "erased",
    "saved_view",
)  # fmt: skip


def whole_store() -> str:
    """Everything that the store holds, as text."""
    return "\n".join(repr(row) for name in TABLES for row in rows(f'SELECT * FROM "{name}"'))


def talked_about(cast: Cast) -> None:
    """What our own people wrote about Jane, and what was put aside of hers."""
    decide(OWNER, cast.jane, "accepted", cast.now, reason="Jane knows us")
    answer(OWNER, cast.jane, "need", cast.now, value="Jane needs it", satisfied=True)
    consent(OWNER, cast.jane, "email", True, cast.now, proof="Jane said yes")
    learn(OWNER, cast.jane, {"phone": "+49 30 901820"}, cast.now)
    raw = b'{"call":{"type":"track","email":"JANE@Acme-Corp.io","event":"x"}}'
    insert(
        "aside", "door, step, reason, detail, raw, received_at", [("segment", "read", "bot", "", raw, START)]
    )
    insert(
        "reply",
        "key, token, digest, status, body, created_at",
        [("k", "t", "d", 200, b'{"e":"jane@acme-corp.io"}', START)],
    )
    Worker().work_off(cast.now + 1)


def test_nothing_names_them_afterwards(people: Cast) -> None:
    talked_about(people)
    assert "jane" in whole_store().lower()
    erase(OWNER, people.jane, people.now + 2)
    assert "jane" not in whole_store().lower()
    assert "joe" in whole_store().lower()


def test_the_audit_still_says_who_did_what_and_when_with_numbers_alone(people: Cast) -> None:
    talked_about(people)
    done = erase(OWNER, people.jane, people.now + 2)
    lines = rows("SELECT verb, subject, detail FROM audit WHERE subject = %s ORDER BY id", [str(people.jane)])
    assert [verb for verb, _, _ in lines] == ["decide", "answer", "consent", "learn", "erase"]
    assert json.loads(lines[0][2])["decision"] == "accepted" and "reason" not in lines[0][2]
    assert json.loads(lines[-1][2]) == {"leads": list(done.leads), "rows": sum(done.counts.values())}


def test_other_systems_are_told_to_forget_them_too(people: Cast) -> None:
    erase(OWNER, people.jane, people.now)
    [(told,)] = rows("SELECT payload FROM message WHERE type = 'lead.erased'")
    assert json.loads(told)["lead_id"] == people.jane


def test_the_preview_says_what_will_go_and_takes_nothing(people: Cast) -> None:
    talked_about(people)
    before = whole_store()
    seen = preview_erase(OWNER, people.jane, people.now + 2)
    assert whole_store() == before
    assert (seen.counts["event"], seen.counts["decision"], seen.counts["answer"]) == (2, 1, 1)
    assert erase(OWNER, people.jane, people.now + 2).counts == seen.counts


def test_what_a_broken_store_keeps_as_somebody_elses_goes_too(people: Cast) -> None:
    theirs = [number for (number,) in rows("SELECT id FROM event WHERE owner_id = %s", [people.jane])]
    run("UPDATE event SET owner_id = %s WHERE owner_id = %s", [people.joe, people.jane])
    assert erase(OWNER, people.jane, people.now).counts["event"] == len(theirs) > 0
    assert not {number for (number,) in rows("SELECT id FROM event")} & set(theirs)


def test_whoever_was_merged_into_them_goes_too_and_the_merge_cannot_be_undone(people: Cast) -> None:
    merged = merge(OWNER, people.jane, people.joe, people.now)
    done = erase(OWNER, people.joe, people.now + 1)
    assert set(done.leads) >= {people.jane, people.joe}
    assert rows("SELECT count(*) FROM person") == [(0,)]
    with pytest.raises(NotThere):
        undo(OWNER, merged.audit_id, people.now + 2)


def test_who_is_left_is_as_if_they_had_never_been(people: Cast, source) -> None:
    send(source, people.now, *of("ann", {"email": "ann@acme-corp.io", "title": "CEO"}, ["Webinar Attended"]))
    Worker().work_off(people.now)
    alone = {name: told for name, told in everything().items() if name in ("person", "standing")}
    visits = [
        {"type": "page", "message_id": f"v{place}", "user_id": "jane", "properties": {"path": "/pricing"}}
        for place in range(12)
    ]
    send(source, people.now + MINUTE, *visits)
    Worker().work_off(people.now + MINUTE)
    ann = lead_of("ann@acme-corp.io")
    assert "colleagues" in _rules_of(ann, people)
    erase(OWNER, people.jane, people.now + 2 * MINUTE)
    Worker().work_off(people.now + 2 * MINUTE)
    assert "colleagues" not in _rules_of(ann, people)
    assert {row[0] for row in alone["person"]} - {row[0] for row in everything()["person"]} == {people.jane}


def _rules_of(who: int, cast: Cast) -> str:
    from qualify.web.looking.lead import today

    detail = today(who, cast.now)
    assert detail is not None
    return " ".join(line.rule for line in detail.lines)


@pytest.mark.slow
def test_everything_is_still_as_the_facts_say(people: Cast) -> None:
    talked_about(people)
    erase(OWNER, people.jane, people.now + 2)
    now = people.now + 3
    Worker().work_off(now)
    assert verify(now).differences == []
    before = everything()
    done = recompute(now)
    assert (done.identifiers_mended, done.facts_mended, done.people_mended, done.standings_mended) == (
        0,
        0,
        0,
        0,
    )
    assert everything() == before


def test_a_browser_that_somebody_else_uses_stays_with_what_they_did_on_it(people: Cast, source) -> None:
    shared = {"anonymous_id": "browser-jane"}
    send(
        source, people.now + 60 * MINUTE,
        {"type": "identify", "message_id": "s1", "user_id": "ann", "traits": {"email": "ann@other.io"}, **shared},
        {"type": "track", "message_id": "s2", "event": "Demo Requested", "user_id": "ann", **shared},
        {"type": "page", "message_id": "s3", "properties": {"path": "/pricing"}, **shared},
    )  # fmt: skip
    now = people.now + 61 * MINUTE
    Worker().work_off(now)
    ann = lead_of("ann@other.io")
    before = rows("SELECT count(*) FROM event WHERE owner_id = %s", [ann])
    assert erase(OWNER, people.jane, now).shared == 1
    Worker().work_off(now + 1)
    assert rows("SELECT count(*) FROM event WHERE owner_id = %s", [ann]) == before
    assert rows("SELECT owner_id FROM identifier WHERE key = 'anonymous_id:browser-jane'") == [(ann,)]
    assert verify(now + 1).differences == []
    assert recompute(now + 1).facts_mended == 0


def test_a_list_that_still_has_them_does_not_bring_them_back(people: Cast, source, tmp_path: Path) -> None:
    erase(OWNER, people.jane, people.now)
    file = tmp_path / "old.csv"
    file.write_text("email,first_name\njane@acme-corp.io,Jane\nnew@acme-corp.io,Nina\n")
    done = import_file(file, source.id, people.now + MINUTE)
    assert (done.kept, done.refused) == (1, 1)
    assert [(each.reason, each.found) for each in done.rejects] == [(ERASED, "")]
    assert rows("SELECT sum(refused) FROM erased") == [(1,)]
    assert "jane" not in whole_store().lower()


def test_who_comes_back_by_themselves_is_somebody_new(people: Cast, source) -> None:
    erase(OWNER, people.jane, people.now)
    comes_back = {
        "type": "identify",
        "message_id": "again",
        "user_id": "jane",
        "traits": {"email": "jane@acme-corp.io"},
    }
    send(source, people.now + MINUTE, comes_back)
    assert lead_of("jane@acme-corp.io") > people.joe


def test_not_everybody_may_and_only_who_is_there_can_be_erased(people: Cast) -> None:
    with pytest.raises(Forbidden):
        erase(STRANGER, people.jane, people.now)
    erase(OWNER, people.jane, people.now)
    with pytest.raises(NotThere):
        erase(OWNER, people.jane, people.now)
    assert str(gone(people.jane)) == f"lead {people.jane} was erased"
    assert str(gone(10**9)) == f"there is no lead {10**9}"
    with pytest.raises((NotThere, Conflict)):
        decide(OWNER, people.jane, "accepted", people.now)


@pytest.mark.parametrize(
    "text",
    [
        'write to JANE@Acme-Corp.io today',
        '{"user_id":"u1"}',
        '{"anonymous_id":"browser-jane","x":1}',
        "call +49 (0)30 / 90 18 20 11",
    ],
)  # fmt: skip
def test_texts_that_name_somebody_are_found_however_it_is_spelled(text: str) -> None:
    assert _jane()(text)


@pytest.mark.parametrize(
    "text", ['{"size":"u1"}', "jane@other.io", '{"anonymous_id":"browser-janet"}', "+49 30 1234567"]
)
def test_texts_that_name_others_are_left_alone(text: str) -> None:
    assert not _jane()(text)


def _jane() -> Traces:
    return Traces([
        Identifier("email", "jane@acme-corp.io"), Identifier("user_id", "u1"),
        Identifier("anonymous_id", "browser-jane"), Identifier("phone", "+493090182011"),
    ])  # fmt: skip


def test_an_upload_and_a_refused_row_keep_no_address(people: Cast) -> None:
    row = (
        "old.csv",
        1,
        "{}",
        2,
        1,
        1,
        False,
        '[[2,"malformed","jane@acme-corp.io"],[3,"empty",""]]',
        "mia",
        START,
    )
    insert(
        '"import"', "name, source_id, mapping, rows, kept, refused, dry, rejects, author, created_at", [row]
    )
    erase(OWNER, people.jane, people.now)
    assert rows('SELECT rejects FROM "import"') == [('[[2,"malformed",""],[3,"empty",""]]',)]


def test_the_file_itself_holds_no_trace(people: Cast, store: Path) -> None:
    erase(OWNER, people.jane, people.now)
    run("PRAGMA wal_checkpoint(TRUNCATE)")
    assert b"jane@acme-corp" not in store.read_bytes().lower()


NAMED_BY_NUMBER = {"person_id", "owner_id", "subject_id", "lead_id", "one_id", "other_id"}
ALLOWED = {("erased", "lead_id")}
"""Whom a digest named, by number."""


def test_no_table_refers_to_them_any_more_whatever_tables_there_will_be(people: Cast) -> None:
    from django.apps import apps

    talked_about(people)
    done = erase(OWNER, people.jane, people.now + 2)
    left = []
    for model in apps.get_app_config("store").get_models():
        for field in model._meta.local_concrete_fields:
            table, column = model._meta.db_table, field.column
            if column in NAMED_BY_NUMBER and (table, column) not in ALLOWED:
                for number in done.leads:
                    left += rows(f'SELECT %s, %s FROM "{table}" WHERE {column} = %s', [table, column, number])
    assert left == []
    assert rows("SELECT id FROM identifier WHERE id IN (SELECT id FROM person)") == rows(
        "SELECT id FROM person"
    )


@pytest.mark.slow
def test_on_postgresql_it_is_the_same(postgres_store: str) -> None:
    from qualify.playbook.starters import text as starter
    from qualify.web.sources import create_source
    from qualify.web.verbs.publish import publish

    publish(OWNER, starter("b2b-saas"), START)
    site = Source(id=create_source("site", "segment", START), name="site", trusted=True)
    send(
        site, START + MINUTE, *of("jane", {"email": "jane@acme-corp.io", "title": "CEO"}, ["Demo Requested"])
    )
    send(site, START + MINUTE, *of("joe", {"email": "joe@acme-corp.io"}, ["Webinar Attended"]))
    now = START + 3 * MINUTE
    Worker().work_off(now)
    cast = Cast(lead_of("jane@acme-corp.io"), lead_of("joe@acme-corp.io"), now)
    talked_about(cast)
    seen = preview_erase(OWNER, cast.jane, now + 2)
    assert erase(OWNER, cast.jane, now + 2).counts == seen.counts
    assert "jane" not in whole_store().lower()
    Worker().work_off(now + 3)
    assert verify(now + 3).differences == []
    assert recompute(now + 3).standings_mended == 0
