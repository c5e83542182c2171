"""The import wizard: a file is brought, mapped, tried out and imported, whatever happens meanwhile."""

from __future__ import annotations

import csv
import io
import re
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile

from qualify.clock import now
from qualify.web import bounding
from qualify.web.database import rows, run
from qualify.web.importing import running, uploads, working
from qualify.web.living.errands import LEASE, Errands
from tests.web.screens.members import Members
from tests.web.screens.test_inbox import text_of

HEADER = ["Who", "Email", "Phone Number", "Shoe size"]
Line = list[str]


@pytest.fixture(autouse=True)
def _folder_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(settings, "DATA", tmp_path)
    yield


def table(*lines: Line, header: Line = HEADER) -> bytes:
    out = io.StringIO()
    csv.writer(out).writerows([header, *lines])
    return out.getvalue().encode()


def people_of(many: int, first: int = 0) -> list[Line]:
    return [
        [f"P{n}", f"p{n}@firm.example", f"+49 30 {90180000 + n}", "42"] for n in range(first, first + many)
    ]


def bring(browser: Any, content: bytes, name: str = "fair.csv", source: str = "") -> Any:
    return browser.post("/leads/import", {"file": SimpleUploadedFile(name, content), "source": source})


def work_off(at: int | None = None) -> int:
    """What a worker does; how many works were done."""
    errands, done = Errands(now, threading.Event()), 0
    while errands.step(at or now()):
        done += 1
    return done


def mapped(browser: Any, number: int, **more: Any) -> Any:
    """The second step as the page offers it, with some of it changed."""
    page = browser.get(f"/leads/import/{number}").content.decode()
    fields = dict(re.findall(r'name="(column-\d+|source|time_zone)" value="([^"]*)"', page))
    return browser.post(
        f"/leads/import/{number}", {**fields, "table": "leads", "table_seen": "leads", **more}
    )


def imported(browser: Any, number: int) -> None:
    """Every step after the first."""
    mapped(browser, number)
    work_off()
    assert browser.post(f"/leads/import/{number}/trial").status_code == 302
    work_off()


def number_of(answer: Any) -> int:
    return int(answer.headers["Location"].rstrip("/").rpartition("/")[2])


def addresses() -> list[str]:
    return [value for (value,) in rows("SELECT value FROM identifier WHERE kind = 'email' ORDER BY id")]


def files() -> list[str]:
    return sorted(path.name for path in uploads.folder().glob("*"))


@pytest.mark.slow
def test_a_list_comes_in_by_three_steps(members: Members) -> None:
    answer = bring(members.mia, table(*people_of(5), ["Nobody", "", "", ""]), source="fair 2026")
    assert answer.headers["Location"] == "/leads/import/1"
    page = members.mia.get("/leads/import/1").content.decode()
    assert (
        'value="email"' in page
        and 'value="shoe_size"' in page
        and "own name" in page
        and "p1@firm.example" in page
    )

    assert mapped(members.mia, 1).headers["Location"] == "/leads/import/1/trial"
    assert "Waiting for its turn" in text_of(members.mia.get("/leads/import/1/trial"))
    work_off()
    said = text_of(members.mia.get("/leads/import/1/trial"))
    assert "Would be kept 5" in said and "no id, e-mail address or telephone number" in said.lower()
    assert not addresses() and not rows("SELECT 1 FROM source")

    assert (
        members.mia.post("/leads/import/1/trial", {"once": "x"}).headers["Location"]
        == "/leads/import/1/result"
    )
    assert members.mia.post("/leads/import/1/trial", {"once": "x"}).status_code == 302
    assert "You can close this page" in text_of(members.mia.get("/leads/import/1/result"))
    assert work_off() == 1
    said = text_of(members.mia.get("/leads/import/1/result"))
    assert "Rows 6" in said and "Kept 5" in said and "Refused 1" in said
    assert len(addresses()) == 5 and rows("SELECT name, kind FROM source") == [("fair 2026", "import")]
    assert "fair.csv" in text_of(members.mia.get("/leads/import"))


def test_the_file_goes_when_it_is_imported_and_its_refused_rows_stay_a_while(members: Members) -> None:
    bring(members.mia, table(*people_of(2), ["=1+1", "", "", "9"], ["+49 30 1", "", "", ""]))
    mapped(members.mia, 1)
    work_off()
    before = b"".join(members.mia.get("/leads/import/1/refused")).decode()
    members.mia.post("/leads/import/1/trial")
    work_off()
    assert [name.endswith(".csv.refused.csv") for name in files()] == [True]
    found = list(csv.reader(io.StringIO(b"".join(members.mia.get("/leads/import/1/refused")).decode())))
    assert found == list(csv.reader(io.StringIO(before)))
    assert found[0] == [*HEADER, "line", "why", "found"]
    assert [row[0] for row in found[1:]] == ["'=1+1", "+49 30 1"] and found[1][4] == "4"
    uploads.sweep(now() + uploads.KEPT + 1_000)
    assert not files() and members.mia.get("/leads/import/1/refused").status_code == 404


def test_columns_are_what_somebody_says_they_are(members: Members) -> None:
    bring(members.mia, table(["1", "jo@x.example"], header=["Badge", "Contact"]))
    page = text_of(members.mia.get("/leads/import/1"))
    assert "No column says whom a row is about" in page
    refused = mapped(members.mia, 1)
    assert refused.status_code == 200 and "--map" not in text_of(refused) and not rows("SELECT 1 FROM work")
    mapped(members.mia, 1, **{"column-1": "email", "column-0": "skip"})
    work_off()
    members.mia.post("/leads/import/1/trial")
    work_off()
    assert addresses() == ["jo@x.example"]
    [(traits,)] = rows("SELECT traits FROM learnt")
    assert "badge" not in traits.lower()


def test_another_trial_is_asked_for_when_the_columns_change(members: Members) -> None:
    bring(members.mia, table(*people_of(1)))
    mapped(members.mia, 1)
    work_off()
    mapped(members.mia, 1, source="elsewhere")
    assert members.mia.post("/leads/import/1/trial").status_code == 409
    work_off()
    assert members.mia.post("/leads/import/1/trial").status_code == 302


class Killed(BaseException):
    """The worker is gone, at once."""


@pytest.mark.slow
def test_an_import_that_is_killed_half_way_goes_on_where_it_was(
    members: Members, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines = people_of(1_000)
    lines[10][1] = lines[10][2] = lines[900][1] = lines[900][2] = ""
    bring(members.mia, table(*lines))
    mapped(members.mia, 1)
    work_off()
    members.mia.post("/leads/import/1/trial")
    kept = running.import_file

    def dies(*words: Any, progress: Any, **more: Any) -> Any:
        def until(done: int) -> None:
            progress(done)
            if done >= 600:
                raise Killed

        return kept(*words, progress=until, **more)

    monkeypatch.setattr(working, "import_file", dies)
    with pytest.raises(Killed):
        work_off()
    said = text_of(members.mia.get("/leads/import/1/result"))
    assert "You can close this page" in said and "Rows 600" in said and "Kept 599" in said
    monkeypatch.setattr(working, "import_file", kept)
    assert work_off() == 0  # it is still another's
    assert work_off(now() + LEASE + 1) == 1
    assert rows('SELECT rows, kept, there_before, refused FROM "import"') == [(1_000, 998, 0, 2)]
    assert len(addresses()) == 998 and rows("SELECT count(*) FROM learnt") == [(998,)]
    assert not rows("SELECT 1 FROM upload WHERE ended_at IS NULL")


def test_an_import_that_fails_says_why_and_can_go_on(
    members: Members, monkeypatch: pytest.MonkeyPatch
) -> None:
    bring(members.mia, table(*people_of(3)))
    mapped(members.mia, 1)
    work_off()
    members.mia.post("/leads/import/1/trial")
    [file] = files()
    (uploads.folder() / file).rename(uploads.folder() / "away")
    work_off()
    said = text_of(members.mia.get("/leads/import/1/result"))
    assert "came to a halt" in said and "is not there any more" in said
    (uploads.folder() / "away").rename(uploads.folder() / file)
    members.mia.post("/leads/import/1/result")
    work_off()
    assert "is imported" in text_of(members.mia.get("/leads/import/1/result")) and len(addresses()) == 3


def test_the_same_list_again_adds_nobody(members: Members) -> None:
    for number in (1, 2):
        assert number_of(bring(members.mia, table(*people_of(3)))) == number
        imported(members.mia, number)
    assert "There before 3" in text_of(members.mia.get("/leads/import/2/result"))
    assert len(addresses()) == 3


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [("photo.png", b"\x89PNG", "is no table"), ("empty.csv", b"", "empty"), ("x.xlsx", b"PK\x03\x04 and so on", "x.xlsx cannot be read")],
)  # fmt: skip
def test_what_is_no_table_is_refused_and_not_kept(
    members: Members, name: str, content: bytes, said: str
) -> None:
    answer = bring(members.mia, content, name)
    assert answer.status_code == 200 and said in text_of(answer)
    assert str(uploads.folder()) not in text_of(answer)
    assert not files() and not rows("SELECT 1 FROM upload")


def test_a_file_that_is_too_large_is_refused_before_it_fills_the_disk(
    members: Members, monkeypatch: pytest.MonkeyPatch
) -> None:
    for where in (bounding, uploads):  # while it is read, and again when it is laid down
        monkeypatch.setattr(where, "LARGEST", 100)
        assert "use `qualify import`" in text_of(bring(members.mia, table(*people_of(50))))
        assert not files()
        monkeypatch.setattr(where, "LARGEST", 100 << 20)


def test_a_file_can_be_given_up_until_it_is_being_imported(members: Members) -> None:
    bring(members.mia, table(*people_of(1)))
    members.mia.post("/leads/import/1/give-up")
    assert not files() and members.mia.get("/leads/import/1").status_code == 404
    bring(members.mia, table(*people_of(1)))
    [(number,)] = rows("SELECT id FROM upload")
    imported(members.mia, number)
    assert members.mia.post(f"/leads/import/{number}/give-up").status_code == 409


def test_only_who_may_import_comes_in(members: Members) -> None:
    bring(members.mia, table(*people_of(1)))
    for browser in (members.rosa, members.vic):
        assert bring(browser, table()).status_code == 403
        for page in ("", "/trial", "/result", "/refused"):
            assert browser.get(f"/leads/import/1{page}").status_code == 403
    run("UPDATE member SET role = 'viewer' WHERE email = %s", ["mia@qualify.example"])
    assert mapped_status(members.mia) == 403


def mapped_status(browser: Any) -> int:
    return int(browser.post("/leads/import/1", {"table": "leads"}).status_code)
