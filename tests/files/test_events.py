"""What leads did: kinds, properties, when it was known, and whose it was."""

from __future__ import annotations

import json

import pytest

from tests.files.world import HOUR, MARCH, World, layout_of

DAY = 24 * HOUR


def test_an_event_is_known_when_it_was_received_but_not_before_it_happened(world: World):
    rows = (
        "1,demo_requested,2026-03-02,2026-03-05\n"
        "2,demo_requested,2026-03-02,2026-03-01\n"
        "3,demo_requested,2026-03-02,\n"
    )
    world.gather(events="lead_id,kind,happened_at,received_at\n" + rows)
    found = world.rows("events", "lead_id", "happened_at", "known_at")
    assert found == [
        ("1", MARCH + DAY, MARCH + 4 * DAY),
        ("2", MARCH + DAY, MARCH + DAY),
        ("3", MARCH + DAY, MARCH + DAY),
    ]


EVENTS = (
    "lead_id,kind,happened_at,received_at,anonymous_id\n"
    "1,page_viewed,2026-03-01,,a1\n"
    ",page_viewed,2026-03-02,,a1\n"
    ",page_viewed,2026-03-03,2026-03-20,a1\n"
    ",page_viewed,2026-03-04,,nobody\n"
    ",page_viewed,2026-03-05,,a2\n"
)
LINKS = "anonymous_id,lead_id,learned_at\na1,1,2026-03-10\na2,2,\n"


def linked(world: World) -> list[tuple[str, int, int]]:
    rows = world.rows("events", "lead_id", "happened_at", "known_at")
    return [(lead, 1 + (at - MARCH) // DAY, 1 + (known - MARCH) // DAY) for lead, at, known in rows]


def test_an_anonymous_event_gets_its_lead_by_a_link_and_is_known_when_all_of_it_is(world: World):
    gathered = world.gather("lead_id\n1\n2\n", events=EVENTS, links=LINKS)
    assert linked(world) == [("1", 1, 1), ("1", 2, 10), ("1", 3, 20), ("2", 5, 5)]
    assert gathered.anonymous == 1
    assert gathered.rows["events"] == 4
    assert not world.rejects()


def test_it_is_the_same_from_parquet(world: World):
    texts = world.write("events_source.csv", EVENTS)
    columns = "CAST(lead_id AS VARCHAR) AS lead_id, kind, happened_at, received_at, anonymous_id"
    path = world.parquet("events.parquet", f"SELECT {columns} FROM read_csv('{texts}')")
    gathered = world.gather("lead_id\n1\n2\n", events=path, links=LINKS)
    assert linked(world) == [("1", 1, 1), ("1", 2, 10), ("1", 3, 20), ("2", 5, 5)]
    assert (gathered.anonymous, gathered.rows["events"]) == (1, 4)
    assert gathered.newest == MARCH + 19 * DAY


def test_without_links_anonymous_events_are_counted_apart_and_not_rejected(world: World):
    gathered = world.gather("lead_id\n1\n", events=EVENTS)
    assert linked(world) == [("1", 1, 1)]
    assert gathered.anonymous == 4
    assert not world.rejects()


def test_a_table_of_nothing_but_anonymous_events_will_do(world: World):
    gathered = world.gather(events="visitor_id,event,time\na1,page_viewed,2026-03-02\n", links=LINKS)
    assert linked(world) == [("1", 2, 10)]
    assert gathered.anonymous == 0


def test_of_two_links_of_one_device_the_first_learnt_holds(world: World):
    links = "anonymous_id,lead_id,learned_at\na1,2,2026-03-12\na1,1,2026-03-10\na1,1,2026-03-11\n"
    gathered = world.gather("lead_id\n1\n2\n", events=EVENTS, links=links)
    assert linked(world)[1] == ("1", 2, 10)
    assert any("links 1 anonymous ids to more than one lead" in warning for warning in gathered.warnings)


def test_a_link_without_ids_is_rejected(world: World):
    world.gather(events=EVENTS, links=LINKS + ",1,2026-03-01\na3,,2026-03-01\na3,1,soon\n")
    assert world.rejects() == [("links", 3, "no id"), ("links", 4, "no id"), ("links", 5, "unreadable date")]


def test_kinds_spelled_in_another_way_are_read_as_the_playbook_spells_them(world: World):
    gathered = world.gather(
        events="lead_id,kind,time\n1,Demo Requested,2026-03-01\n1,page_viewed,2026-03-01\n1,Other,2026-03-01\n"
    )
    assert world.rows("events", "kind") == ["Other", "demo_requested", "page_viewed"]
    assert any("'Demo Requested' are read as 'demo_requested'" in warning for warning in gathered.warnings)


def test_a_kind_that_nobody_ever_did_is_warned_of_with_the_nearest(world: World):
    gathered = world.gather(events="lead_id,kind,time\n1,demo_request,2026-03-01\n1,page_viewed,2026-03-01\n")
    warnings = [warning for warning in gathered.warnings if "event of the kind" in warning]
    assert warnings == [
        "no event of the kind 'demo_requested' in the data; the nearest that it has is 'demo_request'"
    ]


def test_kinds_that_nobody_ever_did_are_warned_of_in_one_line(world: World):
    world.layout = layout_of("{did: demo_requested}", "{did: webinar_attended}", "{did: calculator_used}")
    gathered = world.gather(events="lead_id,kind,time\n1,demo_request,2026-03-01\n")
    assert [warning for warning in gathered.warnings if "kind" in warning] == [
        "no event of the kind 'calculator_used', 'demo_requested' (nearest: 'demo_request') or 'webinar_attended' in the data"
    ]


def test_no_kind_is_missed_when_any_event_counts(world: World):
    world.layout = layout_of("{did: any event}")
    gathered = world.gather(events="lead_id,kind,time\n1,whatever,2026-03-01\n")
    assert not gathered.warnings


@pytest.mark.parametrize(
    "properties",
    [
        {"page": {"path": "/Pricing"}, "seconds": 12},
        {"page.path": "/Pricing", "seconds": "12"},
        {"page.path": "/Pricing", "page": {"path": "/other"}, "seconds": 12.0},
    ],
)
def test_properties_come_from_json(world: World, properties):
    text = json.dumps(properties).replace('"', '""')
    world.gather(events=f'lead_id,kind,time,context\n1,page_viewed,2026-03-01,"{text}"\n')
    assert world.rows("events", "page.path__text", "seconds__quantity") == [("/pricing", 12.0)]


@pytest.mark.parametrize("top", ['{"path": "/Pricing"}', '"text"'])
def test_a_property_at_the_top_of_one_event_hides_those_of_no_other(world: World, top):
    rows = [f'"properties": {{"page": {{"path": "/{n}"}}}}' for n in (1, 2)]
    events = [
        f'{{"lead_id": "{n}", "kind": "page_viewed", "time": "2026-03-01", {row}}}'
        for n, row in enumerate(rows, 1)
    ]
    events.append(f'{{"lead_id": "3", "kind": "page_viewed", "time": "2026-03-01", "page": {top}}}')
    world.gather(events=world.write("e.jsonl", "\n".join(events)))
    assert {"/1", "/2"} <= set(world.rows("events", "page.path__text"))


def test_properties_come_from_columns_of_their_own(world: World):
    world.gather(events="lead_id,kind,time,page.path,Seconds\n1,page_viewed,2026-03-01,/Pricing,12\n")
    assert world.rows("events", "page.path__text", "seconds__quantity") == [("/pricing", 12.0)]


@pytest.mark.parametrize(
    "columns",
    [
        "{'path': '/Pricing'} AS page, 12 AS seconds",
        "{'page': {'path': '/Pricing'}, 'seconds': 12} AS properties",
        "MAP {'page.path': '/Pricing', 'seconds': '12'} AS properties",
        '\'{"page": {"path": "/Pricing"}, "seconds": 12}\' AS properties',
        '\'{"page": {"path": "/Pricing"}, "seconds": 12}\'::JSON AS properties',
        "'/Pricing' AS \"page.path\", 12::TINYINT AS seconds",
    ],
)
def test_properties_come_from_whatever_parquet_holds(world: World, columns):
    query = f"SELECT 1 AS lead_id, 'page_viewed' AS kind, TIMESTAMP '2026-03-01' AS ts, {columns}"
    gathered = world.gather(events=world.parquet("e.parquet", query))
    assert world.rows("events", "page.path__text", "seconds__quantity") == [("/pricing", 12.0)]
    assert not any("property" in warning for warning in gathered.warnings)


def test_a_property_that_no_event_has_is_warned_of_with_the_nearest(world: World):
    bag = '"{""page"": {""pth"": ""/a""}, ""secs"": 3}"'
    gathered = world.gather(events=f"lead_id,kind,time,properties\n1,page_viewed,2026-03-01,{bag}\n")
    warnings = [warning for warning in gathered.warnings if "property" in warning]
    assert len(warnings) == 1
    assert "'page.path' (nearest: 'page.pth') or 'seconds' (nearest: 'secs')" in warnings[0]


def test_folded_properties_may_hold_any_characters(world: World):
    query = "SELECT 1 AS lead_id, 'page_viewed' AS kind, TIMESTAMP '2026-03-01' AS ts, unnest(['/PREISE/Ü', '/ﬁ', '/a  b']) AS \"page.path\""
    world.gather(events=world.parquet("e.parquet", query))
    assert world.rows("events", "page.path__text") == ["/a b", "/fi", "/preise/ü"]


def test_the_newest_fact_is_told(world: World):
    gathered = world.gather(
        "lead_id,created_at\n1,2026-03-01\n",
        events="lead_id,kind,happened_at\n1,demo_requested,2026-03-03\n",
        outcomes="lead_id,outcome,closed_at\n1,won,2026-03-07\n",
        traits="lead_id,name,value,learned_at\n1,industry,food,2026-03-05\n",
    )
    assert gathered.newest == MARCH + 6 * DAY


KEPT = '{"page": {"path": "/Pricing"}, "seconds": 12}'


@pytest.mark.parametrize("form", ["csv", "parquet"])
@pytest.mark.parametrize(
    ("beside", "refused"),
    [
        (KEPT, 0),
        ('{"page.path": "/Preis/\u00dcbersicht"}', 0),
        ('{"page": {"path": "/Ä"}}', 0),
        ("n/a", 0),
        ("", 0),
        ('{"page": ', 1),
    ],
    ids=["alike", "escaped", "beyond ASCII", "a word for not known", "empty", "no JSON"],
)
def test_what_one_event_holds_changes_nothing_for_another(world: World, form: str, beside: str, refused: int):
    rows = "".join(
        f"('{number}', 'page_viewed', TIMESTAMPTZ '2026-03-01 00:00:00+00', '{properties}'), "
        for number, properties in enumerate([KEPT, beside, KEPT], 1)
    )
    query = f"SELECT * FROM (VALUES {rows[:-2]}) AS t(lead_id, kind, happened_at, properties)"
    path = world.parquet("events.parquet", query)
    if form == "csv":
        path = world.folder / "events.csv"
        world.connection.execute(f"COPY ({query}) TO '{path}' (FORMAT csv, HEADER)")
    world.gather("lead_id\n1\n2\n3\n", events=path)
    found = {
        lead: (page, seconds)
        for lead, page, seconds in world.rows("events", "lead_id", "page.path__text", "seconds__quantity")
    }
    assert (found["1"], found["3"]) == (("/pricing", 12.0), ("/pricing", 12.0))
    assert len(world.rejects()) == refused
    if beside.startswith('{"page"') and not refused:
        assert found["2"][0] in ("/pricing", "/ä")
    if "page.path" in beside:
        assert found["2"] == ("/preis/übersicht", None)


def test_a_property_that_only_a_late_event_has_is_no_surprise(world: World):
    rows = "SELECT '1' AS lead_id, 'page_viewed' AS kind, TIMESTAMPTZ '2026-03-01' + INTERVAL (i) SECOND AS happened_at, "
    rows += """CASE WHEN i < 700 THEN '{"seconds": 1}' ELSE '{"seconds": 1, "page.path": "/"}' END AS properties """
    gathered = world.gather(events=world.parquet("events.parquet", rows + "FROM range(701) r(i)"))
    assert not [each for each in gathered.warnings if "page.path" in each]


def test_a_column_may_be_called_as_we_call_what_we_read(world: World):
    text = "lead_id,kind,happened_at,happened_at in milliseconds,rowid\n1,Demo Requested,2026-03-02,soon,x\n"
    world.gather(events=text)
    assert world.rows("events", "lead_id", "kind", "happened_at") == [("1", "demo_requested", MARCH + DAY)]


def test_a_date_written_otherwise_than_the_first_hundreds_is_read_all_the_same(world: World):
    rows = "".join(f"1,demo_requested,2026-03-01T00:00:{second % 60:02d}Z\n" for second in range(600))
    world.gather(
        events=f"lead_id,kind,happened_at\n{rows}1,demo_requested,2 Mar 2026\n1,demo_requested,soon\n"
    )
    found = world.rows("events", "happened_at")
    assert (len(found), max(found)) == (601, MARCH + DAY)
    assert [reason for _, _, reason, *_ in world.rejects()] == ["unreadable date"]


def test_a_property_may_stand_in_a_column_of_its_own_or_among_the_others(world: World):
    rows = """1,page_viewed,2026-03-01,"{""path"": ""/Ä""}",{}
2,page_viewed,2026-03-01,,"{""page"": {""path"": ""/Plain""}}"
"""
    world.gather("lead_id\n1\n2\n", events=f"lead_id,kind,happened_at,page,properties\n{rows}")
    assert world.rows("events", "lead_id", "page.path__text") == [("1", "/ä"), ("2", "/plain")]
