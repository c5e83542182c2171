"""Publishing a playbook judges everybody as of that moment, whoever looks first."""

from __future__ import annotations

import json

import pytest

from qualify.moments import DAY
from qualify.playbook.starters import text
from qualify.web.database import rows, run
from qualify.web.keeping.marking import mark
from qualify.web.living.kinds import rescore
from qualify.web.living.working import Worker
from qualify.web.recomputing import forget, recompute
from qualify.web.verbs import publish as publishing
from qualify.web.verbs.actor import Actor
from tests.web.lives import conclusions

pytestmark = pytest.mark.slow

ME = Actor("ann", frozenset({"publish:playbook"}))


def test_who_is_judged_before_everybody_is_still_went_through_the_publication(lived: int) -> None:
    published = publishing.publish(ME, text("ecommerce"), lived).published_at
    run("DELETE FROM dirty")  # as if the bulk had not come to them yet
    some = [who for (who,) in rows("SELECT id FROM person ORDER BY id LIMIT 20")]
    mark(dict.fromkeys(some, lived + DAY), lived + DAY)
    worker = Worker()
    worker.work_off(lived + DAY)
    rescore({"version": rows("SELECT max(id) FROM playbook_version")[0][0]}, lambda done, of, detail="": None)
    worker.work_off(lived + DAY)
    mark({who: lived + DAY for (who,) in rows("SELECT id FROM person")}, lived + DAY)
    worker.work_off(lived + DAY)

    alive = conclusions()
    assert any(int(str(row[1])) >= published for row in alive["move"]), (
        "the publication itself moved somebody"
    )
    forget()
    recompute(lived + DAY)
    assert conclusions()["move"] == alive["move"]
    assert conclusions()["standing"] == alive["standing"]


def test_many_people_are_left_to_the_bulk_path(lived: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(publishing, "FEW", 10)
    done = publishing.publish(ME, text("ecommerce"), lived)
    assert rows("SELECT kind, state FROM work WHERE id = %s", [done.work_id]) == [("rescore", "waiting")]
    said = json.loads(rescore({"version": done.version_id}, lambda done, of, detail="": None))
    assert said["written"] + said["left"] == rows("SELECT count(*) FROM standing")[0][0]
    assert rows("SELECT count(*) FROM standing WHERE version_id <> %s", [done.version_id]) == [
        (said["left"],)
    ]
