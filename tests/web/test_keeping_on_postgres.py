"""Keeping on PostgreSQL: many write at once, so who changes who is who does it alone, and is guessed beforehand."""

from __future__ import annotations

import pytest
from django.db import connection

from qualify.capture.model import Source
from qualify.web.database import rows, run
from qualify.web.keeping import keep
from tests.web.cast import send

pytestmark = pytest.mark.slow

SITE = Source(id=1, name="site", trusted=True)


def seen(person: int, at: int) -> dict[str, object]:
    """Somebody looks at a page, signed in, in a browser of their own."""
    call = {"type": "page", "user_id": f"u{person}", "anonymous_id": f"browser-{person}"}
    return {**call, "message_id": f"{person}-{at}"}


def kept() -> tuple[list[tuple[object, ...]], list[tuple[object, ...]]]:
    return (
        rows("SELECT key, first_seen, owner_id = id, joined_at, contested FROM identifier ORDER BY key"),
        rows("SELECT message_key, kind, received_at, known_at FROM event ORDER BY message_key"),
    )


@pytest.mark.parametrize("guess", [True, False])
def test_whatever_was_guessed_the_same_is_kept(
    postgres_store: str, guess: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = []
    for right in (None, guess):
        run("TRUNCATE identifier, link, event, person, dirty RESTART IDENTITY")
        for at, people in ((1_000, [1, 2]), (2_000, [1, 2]), (3_000, [2, 3]), (4_000, [3])):
            if right is not None:
                monkeypatch.setattr(keep._Guess, "changing", right)
            send(SITE, at, *(seen(person, at) for person in people))
        found.append(kept())
    assert found[0] == found[1]
    assert len(found[0][1]) == 7


def test_a_guess_follows_what_came_last(postgres_store: str) -> None:
    send(SITE, 1_000, seen(1, 1_000))
    assert keep._Guess.changing, "somebody was new"
    send(SITE, 2_000, seen(1, 2_000))
    assert not keep._Guess.changing, "nobody was"


def test_finding_rows_by_an_index_is_cheap_unless_somebody_has_said_how_dear(postgres_store: str) -> None:
    assert rows("SHOW random_page_cost") == [("1.1",)]
    [(name,)] = rows("SELECT quote_ident(current_database())")
    run(f"ALTER DATABASE {name} SET random_page_cost = 2")
    connection.close()
    assert rows("SHOW random_page_cost") == [("2",)]
