"""Expressions on Django's connection: in its transactions, and as the other way to every standing."""

from __future__ import annotations

from pathlib import Path

import ibis
import pytest
from django.db import transaction

from qualify.web.database import insert, rows, run
from qualify.web.seam import fetched
from qualify.web.verifying import verify
from tests.web.lives import live

PEOPLE = ibis.table({"id": "int64", "created_at": "int64", "email": "string"}, name="person")


def put_in(*emails: str) -> None:
    values = [(number, 7, email, "", "", "{}") for number, email in enumerate(emails, 1)]
    insert("person", "id, created_at, email, name, company, traits", values)


def test_an_expression_sees_what_its_transaction_wrote_and_vanishes_with_it(store: Path) -> None:
    counted = PEOPLE.filter(PEOPLE.email.startswith("a")).aggregate(n=PEOPLE.id.count())
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        put_in("ann@acme.com", "ben@acme.com")
        assert fetched(counted) == [{"n": 1}]
        raise ZeroDivisionError
    assert fetched(counted) == [{"n": 0}]
    assert rows("SELECT count(*) FROM person") == [(0,)], "nothing was committed on the way"


@pytest.mark.slow
def test_every_standing_is_what_the_store_s_own_database_says(lived: int) -> None:
    verified = verify(lived, most=1_000)
    assert verified.people > 50
    assert verified.differences == []
    with pytest.raises(Exception, match="leads"):
        run("SELECT * FROM leads")


def test_a_standing_that_was_tampered_with_is_found(lived: int) -> None:
    [(who, total)] = rows("SELECT person_id, total FROM standing ORDER BY total DESC LIMIT 1")
    run("UPDATE standing SET total = total + 1 WHERE person_id = %s", [who])
    found = verify(lived, people=[who])
    assert [(each.what, each.stored, each.judged) for each in found.differences] == [
        ("total", total + 1, total)
    ]


@pytest.mark.slow
def test_on_postgresql_too(postgres_store: str) -> None:
    last = live(leads=40, days=20, seed=2)
    verified = verify(last)
    assert verified.people > 20
    assert verified.differences == []
