"""What a child process reads of the store means what it means to the worker: texts as texts, moments in no zone."""

from __future__ import annotations

import pytest
from django.db import connection

from qualify.files import Sources
from qualify.playbook import parse
from qualify.playbook.starters import text as starter
from qualify.runs.run import score
from qualify.scoring.layout import Layout
from qualify.web.bulk.attaching import Place, attached
from qualify.web.bulk.reading import read_store
from qualify.web.database import rows
from tests.web.cast import Cast, people, source

__all__ = ["people", "source"]


@pytest.mark.slow
def test_scored_from_what_was_read_everybody_has_the_total_that_the_worker_gave(people: Cast) -> None:
    book = parse(starter("b2b-saas"))
    live = {who: (total, stage) for who, total, stage in rows("SELECT person_id, total, stage FROM standing")}
    path = str(connection.settings_dict["NAME"])
    connection.close()  # whoever reads the file besides may not be in the process that writes it
    read = read_store(attached(Place("sqlite", path)), [Layout(book)], people.now)
    tables = Sources(**{name: relation.to_arrow_table() for name, relation in read.given()})
    found = score(book, tables, as_of=people.now).scores.to_pylist()
    assert {int(row["lead_id"]): (round(float(row["total"]) * 100), row["stage"]) for row in found} == live
    assert live[people.jane][0] > live[people.joe][0] > 0
