"""Imports: other tools' files become leads and events, each row once, what cannot be used with its reason."""

from __future__ import annotations

import csv
import datetime as dt
import zipfile
from pathlib import Path
from xml.sax.saxutils import escape
from zoneinfo import ZoneInfo

import pytest

from qualify.clock import now
from qualify.engines.duck import connect
from qualify.errors import InputError
from qualify.files import Sources, gather
from qualify.moments import moment
from qualify.playbook import parse
from qualify.playbook.starters import text as starter
from qualify.scoring.layout import Layout
from qualify.web.database import rows
from qualify.web.importing.moments import Moments
from qualify.web.importing.running import Options, import_file, preview
from qualify.web.sources import create_source

HUBSPOT = ["Record ID", "Email", "First Name", "Job Title", "Number of Employees", "Country/Region", "Create Date",
           "Lead Status", "Lifecycle Stage", "Favourite Colour"]  # fmt: skip
ADA = [
    "101",
    "Ada@Example-Firm.com",
    "Ada",
    "CTO",
    "120",
    "Germany",
    "2026-03-01 09:30",
    "new",
    "lead",
    "green",
]
BEN = ["102", "ben@example-firm.com", "Ben", "CFO", "120", "Germany", "2026-03-02 09:30", "new", "lead", ""]


@pytest.fixture
def source(store):
    return create_source("hubspot", "import", now())


def written(tmp_path: Path, *lines: list[str], name: str = "leads.csv", delimiter: str = ",") -> Path:
    path = tmp_path / name
    with path.open("w", newline="") as file:
        csv.writer(file, delimiter=delimiter).writerows(lines)
    return path


def people() -> list[str]:
    return [email for (email,) in rows("SELECT value FROM identifier WHERE kind = 'email' ORDER BY value")]


def traits(email: str) -> dict:
    import json

    found = rows(
        "SELECT l.traits FROM learnt l JOIN identifier i ON i.owner_id = l.owner_id "
        "WHERE i.key = %s ORDER BY l.id",
        [f"email:{email}"],
    )
    return {name: value for (text,) in found for name, value in json.loads(text).items()}


def test_an_export_is_recognised_by_its_headers_before_anything_is_kept(source, tmp_path):
    seen = preview(written(tmp_path, HUBSPOT, ADA, BEN))
    assert seen.preset == "HubSpot contacts" and seen.table == "leads"
    assert ("Number of Employees", "employees", "120") in seen.columns
    assert ("Favourite Colour", "favourite_colour", "green") in seen.columns
    assert seen.rows[0][1] == "Ada@Example-Firm.com"
    assert not people()


def test_rows_become_people_with_their_ids_their_addresses_and_their_traits(source, tmp_path):
    done = import_file(written(tmp_path, HUBSPOT, ADA, BEN), source, now())
    assert (done.rows, done.kept, done.refused) == (2, 2, 0)
    assert people() == ["ada@example-firm.com", "ben@example-firm.com"]
    assert rows("SELECT count(*) FROM person") == [(2,)]
    assert traits("ada@example-firm.com")["job_title"] == "CTO"
    assert rows("SELECT kind, value FROM identifier WHERE kind LIKE 'external:%%' ORDER BY value") == [
        ("external:hubspot", "101"), ("external:hubspot", "102"),
    ]  # fmt: skip
    assert {evidence for (evidence,) in rows("SELECT evidence FROM link")} == {"imported"}


def test_the_same_file_again_changes_nothing(source, tmp_path):
    path = written(tmp_path, HUBSPOT, ADA, BEN)
    import_file(path, source, now())
    before = rows("SELECT * FROM learnt ORDER BY id")
    again = import_file(path, source, now())
    assert (again.kept, again.there_before) == (0, 2)
    assert rows("SELECT * FROM learnt ORDER BY id") == before


def test_a_dry_run_counts_and_keeps_nothing(source, tmp_path):
    done = import_file(written(tmp_path, HUBSPOT, ADA, BEN, ["1"]), source, now(), dry=True)
    assert (done.rows, done.kept, done.refused) == (3, 2, 1)
    assert not people()
    assert [bool(dry) for (dry,) in rows('SELECT dry FROM "import"')] == [True]
    assert import_file(tmp_path / "leads.csv", None, now()).kept == 2


def test_rows_that_cannot_be_used_are_kept_aside_with_line_and_reason(source, tmp_path):
    nobody = ["", "", "Nobody", "", "", "", "", "", "", ""]
    undated = ["103", "cy@example.com", "Cy", "", "", "", "soon", "", "", ""]
    done = import_file(written(tmp_path, HUBSPOT, ADA, nobody, ["1", "2"], undated, BEN), source, now())
    assert [(each.line, each.reason) for each in done.rejects] == [
        (3, "no id, e-mail address or telephone number"),
        (4, "too few columns: 2 instead of 10"),
        (5, "created_at is no moment between 1970 and 2100"),
    ]
    assert done.rejects[2].found == "soon"
    assert done.kept == 2 and people() == ["ada@example-firm.com", "ben@example-firm.com"]
    [(refused, kept, rejects)] = rows('SELECT refused, kept, rejects FROM "import"')
    assert (refused, kept) == (3, 2) and "too few columns" in rejects


def test_without_history_it_is_known_from_now_on_with_history_from_then(store, tmp_path):
    at, path = now(), written(tmp_path, HUBSPOT, ADA)
    import_file(path, create_source("now", "import", at), at)
    import_file(path, create_source("then", "import", at), at, Options(history=True))
    created = moment("2026-03-01T09:30")
    assert rows("SELECT learned_at, received_at FROM learnt ORDER BY id") == [(at, at), (created, created)]


def test_a_mapping_names_columns_and_leaves_some_out(source, tmp_path):
    options = Options(mapping={"Favourite Colour": "colour", "First Name": "skip"})
    import_file(written(tmp_path, HUBSPOT, ADA), source, now(), options)
    found = traits("ada@example-firm.com")
    assert found["colour"] == "green" and "first_name" not in found and "skip" not in found


def test_a_mapping_of_a_column_that_is_not_there_says_which_is_meant(source, tmp_path):
    with pytest.raises(InputError, match="did you mean 'Job Title'"):
        preview(written(tmp_path, HUBSPOT, ADA), Options(mapping={"Job Titel": "job_title"}))


def test_a_file_that_says_nobody_is_refused_with_what_to_do(store, tmp_path):
    with pytest.raises(InputError, match="--map 'ITS HEADER=email'"):
        preview(written(tmp_path, ["Colour", "Shape"], ["red", "round"]))


def test_people_are_put_into_the_account_that_the_row_names(source, tmp_path):
    path = written(
        tmp_path,
        ["Id", "Email", "Company ID", "Website"],
        ["1", "ada@gmail.com", "77", "https://www.firm.de/x"],
    )
    import_file(path, source, now())
    assert rows("SELECT kind, value FROM identifier WHERE kind IN ('external_account:hubspot', 'domain') ORDER BY kind") == [
        ("domain", "firm.de"), ("external_account:hubspot", "77"),
    ]  # fmt: skip


def test_semicolons_windows_text_and_german_dates_are_read(source, tmp_path):
    path = tmp_path / "leads.csv"
    path.write_bytes(
        "E-Mail;Vorname;Created at\r\nbjörn@example.com;Björn;31.12.2025 08:00\r\n".encode("cp1252")
    )
    import_file(path, source, now(), Options(history=True, time_zone="Europe/Berlin"))
    assert rows("SELECT received_at FROM learnt") == [(moment("2025-12-31T08:00", "Europe/Berlin"),)]


@pytest.mark.parametrize(
    ("days", "first"),
    [(["03/04/2026", "25/04/2026"], "2026-04-03"), (["03/04/2026", "04/25/2026"], "2026-03-04")],
)
def test_which_of_day_and_month_comes_first_is_told_by_the_column(source, tmp_path, days, first):
    path = written(tmp_path, ["Email", "Created at"], *([f"p{n}@x.com", day] for n, day in enumerate(days)))
    import_file(path, source, now(), Options(history=True))
    assert rows("SELECT received_at FROM learnt ORDER BY id")[0] == (moment(f"{first}T00:00"),)
    assert not preview(path).warnings


def test_dates_that_could_be_either_are_said(store, tmp_path):
    seen = preview(written(tmp_path, ["Email", "Created at"], ["a@x.com", "03/04/2026"]))
    assert "month first" in seen.warnings[0]


EVENTS = ["Contact ID", "Event", "Timestamp", "Plan", "Properties"]


def test_events_are_kept_under_the_people_of_the_same_source(source, tmp_path):
    import_file(written(tmp_path, HUBSPOT, ADA), source, now())
    path = written(
        tmp_path, EVENTS, ["101", "Demo Requested", "2026-03-02T10:00:00Z", "pro", '{"page": {"path": "/pricing"}}'],
        name="events.csv",
    )  # fmt: skip
    done = import_file(path, source, now(), Options(history=True))
    assert done.kept == 1 and not done.rejects
    [(owner, kind, happened, received, properties)] = rows(
        "SELECT owner_id, kind, happened_at, received_at, properties FROM event"
    )
    assert owner == rows("SELECT id FROM person")[0][0]
    assert (kind, happened, received) == (
        "demo_requested",
        moment("2026-03-02T10:00Z"),
        moment("2026-03-02T10:00Z"),
    )
    assert '"plan":"pro"' in properties.lower() and "/pricing" in properties


def test_two_exports_that_overlap_hold_no_event_twice(source, tmp_path):
    row = ["101", "login", "2026-03-02T10:00:00Z", "", ""]
    later = ["101", "login", "2026-03-03T10:00:00Z", "", ""]
    import_file(written(tmp_path, EVENTS, row, row, name="one.csv"), source, now())
    done = import_file(written(tmp_path, EVENTS, row, row, later, name="two.csv"), source, now())
    assert (done.kept, done.there_before) == (1, 2)
    assert rows("SELECT count(*) FROM event") == [(3,)]


def test_events_that_say_too_little_are_refused_each_for_its_reason(source, tmp_path):
    at = "2026-03-02T10:00:00Z"
    lines = [["", "login", at, "", ""], ["1", "", at, "", ""], ["1", "login", "", "", ""], ["1", "login", at, "", "[1]"],
             ["1", "login", "2099-01-01", "", ""]]  # fmt: skip
    done = import_file(written(tmp_path, EVENTS, *lines), source, now())
    assert [each.reason for each in done.rejects] == [
        "nothing says who did it", "nothing says what happened", "nothing says when it happened",
        "properties is no JSON object", "in the future",
    ]  # fmt: skip
    assert [each.line for each in done.rejects] == [2, 3, 4, 5, 6]


def workbook(path: Path, *lines: list[object]) -> Path:
    """A small workbook, written by hand: numbers as numbers, dates as dates."""

    def cell(value: object) -> str:
        if isinstance(value, dt.datetime):
            days = (value - dt.datetime(1899, 12, 30)) / dt.timedelta(days=1)
            return f'<c s="1"><v>{days!r}</v></c>'
        if isinstance(value, int | float):
            return f"<c><v>{value}</v></c>"
        return f'<c t="inlineStr"><is><t>{escape(str(value))}</t></is></c>'

    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    packaged = "http://schemas.openxmlformats.org/package/2006"
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml"
    data = "".join(f"<row>{''.join(map(cell, line))}</row>" for line in lines)
    files = {
        "[Content_Types].xml": f'<Types xmlns="{packaged}/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Override PartName="/xl/workbook.xml" ContentType="{kind}.sheet.main+xml"/><Override PartName="/xl/styles.xml" ContentType="{kind}.styles+xml"/><Override PartName="/xl/worksheets/sheet1.xml" ContentType="{kind}.worksheet+xml"/></Types>',
        "_rels/.rels": f'<Relationships xmlns="{packaged}/relationships"><Relationship Id="r1" Type="{office}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{packaged}/relationships"><Relationship Id="r1" Type="{office}/worksheet" Target="worksheets/sheet1.xml"/><Relationship Id="r2" Type="{office}/styles" Target="styles.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{main}" xmlns:r="{office}"><sheets><sheet name="People" sheetId="1" r:id="r1"/></sheets></workbook>',
        "xl/styles.xml": f'<styleSheet xmlns="{main}"><cellXfs count="2"><xf numFmtId="0"/><xf numFmtId="22"/></cellXfs></styleSheet>',
        "xl/worksheets/sheet1.xml": f'<worksheet xmlns="{main}"><sheetData>{data}</sheetData></worksheet>',
    }
    with zipfile.ZipFile(path, "w") as packed:
        for name, text in files.items():
            packed.writestr(name, f'<?xml version="1.0" encoding="UTF-8"?>{text}')
    return path


def test_a_workbook_is_read_with_its_numbers_and_dates(source, tmp_path):
    path = workbook(
        tmp_path / "people.xlsx", ["Email", "Employees", "Created at"],
        ["ada@example.com", 120, dt.datetime(2026, 3, 1, 9, 30)], ["", "", ""], ["ben@example.com", 7.5, "soon"],
    )  # fmt: skip
    done = import_file(path, source, now(), Options(history=True))
    assert traits("ada@example.com")["employees"] == "120"
    assert rows("SELECT received_at FROM learnt") == [(moment("2026-03-01T09:30"),)]
    assert [(each.line, each.found) for each in done.rejects] == [(4, "soon")]


def test_a_sheet_that_is_not_there_and_a_broken_workbook_are_said(store, tmp_path):
    path = workbook(tmp_path / "people.xlsx", ["Email"], ["ada@example.com"])
    with pytest.raises(InputError, match="did you mean 'People'"):
        preview(path, Options(sheet="Peopel"))
    broken = tmp_path / "broken.xlsx"
    broken.write_bytes(b"PK\x03\x04 and so on")
    with pytest.raises(InputError, match="cannot be read as an Excel workbook"):
        preview(broken)


def test_a_file_that_is_not_there_is_said(store, tmp_path):
    with pytest.raises(InputError, match="No such file"):
        preview(tmp_path / "nothing.csv")


WRITTEN = (
    "2026-03-01T09:30:00Z", "2026-03-01 09:30:00.123456789", "2026-03-01T09:30:00+02:00", "2026-03-01T09:30:00+02",
    "2026-03-01 09:30:00 -0330", "2026-03-01 9:30", "1.3.26 09:30", "20260301", "1772357400", "1772357400000",
    "1772357400.5", "March 1, 2026 at 9:30 AM", "Sun, 1 Mar 2026", "1-Mar-26", "2026/03/01", "2026-02-30", "46082",
    "0000-00-00", "soon",
)  # fmt: skip


def test_moments_are_read_as_the_commands_on_files_read_them(tmp_path):
    path = written(tmp_path, ["lead_id", "created_at"], *([str(n), text] for n, text in enumerate(WRITTEN)))
    duck = connect()
    gather(duck, Layout(parse(starter("b2b-saas"))), Sources(leads=path))
    found = dict(duck.execute("SELECT CAST(lead_id AS INTEGER), created_at FROM leads").fetchall())
    reading = Moments(WRITTEN, ZoneInfo("UTC"))
    assert [reading.read(text) for text in WRITTEN] == [found.get(n) for n in range(len(WRITTEN))]


def test_a_moment_that_is_not_known_is_none_and_no_mistake(source, tmp_path):
    ada = [cell if place != 6 else "N/A" for place, cell in enumerate(ADA)]
    assert import_file(written(tmp_path, HUBSPOT, ada), source, now()).refused == 0
