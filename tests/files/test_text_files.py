"""CSV as people have it: any delimiter, any encoding, any end of line."""

from __future__ import annotations

import codecs
import csv
import gzip
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qualify.files import Sources, gather
from qualify.files.texts import look, rewritten
from tests.files.test_values import FEWER
from tests.files.world import World, layout_of

PEOPLE = "lead_id,industry,country\n1,Küche,Österreich\n2,software,DE\n"


def industries(world: World) -> list[tuple[str, str | None]]:
    return world.rows("leads", "lead_id", "industry__text")


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_found(world: World, delimiter):
    world.gather(world.write("leads.txt", PEOPLE.replace(",", delimiter)))
    assert industries(world) == [("1", "küche"), ("2", "software")]


def test_a_delimiter_inside_quotes_or_values_does_not_confuse(world: World):
    world.gather('lead_id;industry;country\n1;"a;b, c, d";DE\n2;x,y,z;DE\n')
    assert industries(world) == [("1", "a;b, c, d"), ("2", "x,y,z")]


def test_the_line_that_tells_excel_the_delimiter_is_obeyed(world: World):
    world.gather("sep=;\nlead_id;industry\n1;a,b\n")
    assert industries(world) == [("1", "a,b")]
    world.gather("\n\nlead_id,industry\n,x\n2,b\n")
    assert industries(world) == [("2", "b")]
    assert world.rejects() == [("leads", 1, "no id")]


def test_a_single_column_is_enough(world: World):
    world.gather("lead_id\n1\n2\n")
    assert world.rows("leads", "lead_id") == ["1", "2"]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_any_end_of_line_will_do(world: World, end):
    world.gather(world.write("leads.csv", PEOPLE.replace("\n", end)))
    assert industries(world) == [("1", "küche"), ("2", "software")]


def test_ends_of_lines_may_be_mixed_and_nothing_is_lost(world: World):
    world.gather(world.write("leads.csv", "lead_id,industry\r\n1,a\n2,b\r\n3,c,extra\n4,d"))
    assert industries(world) == [("1", "a"), ("2", "b"), ("4", "d")]
    assert world.rejects() == [("leads", 3, "too many columns")]


def test_quoted_line_ends_and_quotes_are_part_of_the_value(world: World):
    world.gather('lead_id,industry\n1,"two\nlines"\n2,"say ""hi"""\n3,5" pipe\n')
    assert industries(world) == [("1", "two lines"), ("2", 'say "hi"'), ("3", '5" pipe')]


@pytest.mark.parametrize(
    "encoded",
    [
        PEOPLE.encode("utf-8"),
        codecs.BOM_UTF8 + PEOPLE.encode("utf-8"),
        PEOPLE.encode("utf-16"),
        codecs.BOM_UTF16_BE + PEOPLE.encode("utf-16-be"),
        PEOPLE.encode("utf-16-le"),
        PEOPLE.encode("utf-16-be"),
        gzip.compress(PEOPLE.encode("utf-8"), mtime=0),
        gzip.compress(PEOPLE.encode("utf-16"), mtime=0),
    ],
    ids=[
        "UTF-8",
        "with a mark",
        "UTF-16",
        "big endian",
        "unmarked",
        "unmarked big endian",
        "gzip",
        "gzipped UTF-16",
    ],
)
def test_unicode_in_any_form_is_read_without_a_word(world: World, encoded):
    world.layout = layout_of("{trait: industry, is: software}")
    gathered = world.gather(world.write("leads.csv", encoded))
    assert industries(world) == [("1", "küche"), ("2", "software")]
    assert not gathered.warnings


@pytest.mark.parametrize("zipped", [False, True])
def test_windows_1252_is_read_and_said(world: World, zipped):
    text = "lead_id,industry\n1,Küche – „gut“ €\n"
    encoded = text.encode("cp1252")
    gathered = world.gather(world.write("leads.csv", gzip.compress(encoded, mtime=0) if zipped else encoded))
    assert industries(world) == [("1", "küche – „gut“ €")]
    assert any("Windows-1252" in warning for warning in gathered.warnings)


def test_a_file_that_mixes_encodings_keeps_both(world: World):
    gathered = world.gather(
        world.write("leads.csv", "lead_id,industry\n1,Küche\n2,".encode() + "Öl\n".encode("cp1252"))
    )
    assert industries(world) == [("1", "küche"), ("2", "öl")]
    assert any("Windows-1252" in warning for warning in gathered.warnings)


@pytest.mark.slow
def test_an_odd_byte_far_behind_the_beginning_is_found(world: World):
    lines = b"".join(b"%d,software\n" % i for i in range(120_000))
    world.gather(world.write("leads.csv", b"lead_id,industry\n" + lines + "999999,Öl\n".encode("cp1252")))
    assert world.connection.execute(
        "SELECT industry__text FROM leads WHERE lead_id = '999999'"
    ).fetchall() == [("öl",)]
    assert world.connection.execute("SELECT count(*) FROM leads").fetchall() == [(120_001,)]


def test_an_odd_byte_in_a_column_that_is_not_read_does_not_matter(world: World):
    gathered = world.gather(world.write("leads.csv", b"lead_id,notes\n1," + b"x" * 2_000_000 + b"\xff\n"))
    assert world.rows("leads", "lead_id") == ["1"]
    assert not any("Windows-1252" in warning for warning in gathered.warnings)


def test_leading_zeros_and_long_numbers_in_ids_are_kept(world: World):
    world.gather("lead_id\n007\n7\n12345678901234567890123\n1e5\n")
    assert world.rows("leads", "lead_id") == ["007", "12345678901234567890123", "1e5", "7"]


CELLS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=12)


@pytest.mark.slow
@FEWER
@given(st.lists(st.tuples(CELLS, CELLS), min_size=1, max_size=30), st.sampled_from([",", ";", "\t", "|"]))
def test_whatever_python_writes_as_csv_is_read_back(tmp_path_factory, rows, delimiter):
    import duckdb

    from qualify.reading.properties import TRAIT_READINGS

    text = io.StringIO()
    writer = csv.writer(text, delimiter=delimiter, quoting=csv.QUOTE_ALL, lineterminator="\n")
    writer.writerow(["lead_id", "one", "two"])
    writer.writerows([number, *row] for number, row in enumerate(rows))
    path = tmp_path_factory.mktemp("csv") / "leads.csv"
    path.write_text(text.getvalue(), encoding="utf-8", newline="")
    connection = duckdb.connect()
    gather(connection, layout_of("{trait: one, is: a}", "{trait: two, is: a}"), Sources(leads=path))
    query = "SELECT one__text, two__text FROM leads ORDER BY CAST(lead_id AS BIGINT)"
    assert connection.execute(query).fetchall() == [
        tuple(TRAIT_READINGS["text"](cell) for cell in row) for row in rows
    ]


@given(st.binary(min_size=1, max_size=200).filter(lambda data: data.count(0) == 0))
def test_any_bytes_become_text_and_no_byte_is_dropped(tmp_path_factory, data):
    folder = tmp_path_factory.mktemp("bytes")
    path = folder / "some.txt"
    path.write_bytes(b"id\n" + data)
    with rewritten(look(path), folder) as copy:
        text = copy.read_text(encoding="utf-8")
    ends = data.count(b"\r\n")
    assert len(text) >= len(data.decode("utf-8", "ignore")) + len(b"id\n") - ends


@pytest.mark.parametrize("name", ["leads [1].csv", "le*ds?.csv", "it's.csv"])
def test_the_name_of_a_file_is_no_pattern(world: World, name):
    world.write("leads 1.csv", "lead_id\nother\n")
    world.write("leeds1.csv", "lead_id\nother\n")
    world.gather(world.write(name, PEOPLE))
    assert industries(world) == [("1", "küche"), ("2", "software")]
