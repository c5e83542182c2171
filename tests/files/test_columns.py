"""What columns are called in people's exports, and what they are read as."""

from __future__ import annotations

import pytest

from qualify.errors import InputError
from qualify.files.headers import Headers
from qualify.files.presets import PRESETS
from qualify.reading.text import bare
from tests.files.world import HOUR, MARCH, World, as_csv, layout_of

HUBSPOT = {
    "Record ID": "101", "First Name": "Ann", "Last Name": "Lee", "Email": "ann@acme.com", "Job Title": "VP Sales",
    "Industry": "Software", "Number of Employees": "250", "Country/Region": "Germany", "Lifecycle Stage": "lead",
    "Create Date": "2026-03-01 09:00", "Contact owner": "Bob", "Associated Company IDs": "77",
}  # fmt: skip
SALESFORCE_REPORT = {
    "Lead ID": "00Q1", "First Name": "Ann", "Last Name": "Lee", "Email": "ann@acme.com", "Title": "VP Sales",
    "Company / Account": "Acme", "Industry": "Software", "No. of Employees": "250", "Country": "Germany",
    "Lead Source": "Web", "Lead Status": "Open", "Create Date": "3/1/2026 9:00 AM", "Lead Owner": "Bob",
}  # fmt: skip
SALESFORCE_OBJECT = {
    "Id": "00Q1", "FirstName": "Ann", "Email": "ann@acme.com", "Title": "VP Sales", "Company": "Acme",
    "Industry": "Software", "NumberOfEmployees": "250", "Country": "Germany", "IsConverted": "false",
    "CreatedDate": "2026-03-01T09:00:00.000Z", "OwnerId": "005", "LeadSource": "Web",
}  # fmt: skip
APOLLO = {
    "First Name": "Ann", "Title": "VP Sales", "Company Name": "Acme", "Email": "ann@acme.com", "Email Status": "Verified",
    "# Employees": "250", "Industry": "Software", "Person Linkedin Url": "http://x", "Country": "Germany",
    "Company Country": "France", "Apollo Contact Id": "5f", "Apollo Account Id": "6a",
}  # fmt: skip
EVABOOT = {
    "First Name": "Ann", "Email": "ann@acme.com", "Current Job": "VP Sales", "Company Name": "Acme",
    "Company Industry": "Software", "Company Employee Range": "201-500", "Company Country": "Germany",
    "Linkedin URL Public": "http://x", "Linkedin URL Unique ID": "ACw", "Matching Filters": "YES",
}  # fmt: skip
PHANTOMBUSTER = {
    "vmid": "ACw", "fullName": "Ann Lee", "companyName": "Acme", "companyId": "9", "title": "VP Sales",
    "industry": "Software", "linkedInProfileUrl": "http://x", "connectionDegree": "2nd", "sharedConnectionsCount": "3",
}  # fmt: skip
CRUNCHBASE = {
    "Organization Name": "Acme", "Organization Name URL": "http://cb/acme", "Industries": "Software",
    "Headquarters Location": "Berlin", "Number of Employees": "101-250", "CB Rank (Company)": "1,234",
    "Estimated Revenue Range": "$1M to $10M", "Operating Status": "Active",
}  # fmt: skip


@pytest.mark.parametrize(
    ("export", "name", "lead"),
    [
        (HUBSPOT, "HubSpot contacts", "101"),
        (SALESFORCE_REPORT, "Salesforce leads", "00Q1"),
        (SALESFORCE_OBJECT, "Salesforce leads", "00Q1"),
        (APOLLO, "Apollo", "5f"),
        (EVABOOT, "LinkedIn Sales Navigator (Evaboot)", "ACw"),
    ],
)
def test_an_export_is_recognised_and_its_columns_are_read(world: World, export, name, lead):
    gathered = world.gather(as_csv(export))
    assert gathered.recognised["leads"].preset == name
    assert gathered.recognised["leads"].columns[_column_of(export, lead)] == "lead_id"
    traits = ("country__country", "email__email_kind", "industry__text", "job_title__seniority")
    assert world.rows("leads", "lead_id", *traits) == [(lead, "DE", "business", "software", "vp")]
    assert world.rows("leads", "employees__number")[0] >= 201


def test_the_export_of_phantombuster_is_recognised(world: World):
    gathered = world.gather(as_csv(PHANTOMBUSTER))
    assert gathered.recognised["leads"].preset == "LinkedIn Sales Navigator (PhantomBuster)"
    found = world.rows("leads", "lead_id", "account_id", "industry__text", "job_title__department")
    assert found == [("ACw", "9", "software", "sales")]


def test_organizations_of_crunchbase_are_recognised_as_accounts(world: World):
    gathered = world.gather(accounts=as_csv(CRUNCHBASE))
    assert gathered.recognised["accounts"].preset == "Crunchbase organizations"
    found = world.rows("accounts", "account_id", "industry__text", "employees__number")
    assert found == [("http://cb/acme", "software", 101.0)]


def test_the_moment_and_the_account_of_an_export_are_read(world: World):
    world.gather(as_csv(HUBSPOT))
    assert world.rows("leads", "account_id", "created_at") == [("77", MARCH + 9 * HOUR)]


@pytest.mark.parametrize(
    "header", ["id", "Contact ID", "PROSPECT_ID", "Lead Number", "user_id", "userid", "person id", "UUID"]
)
def test_usual_names_of_ids_are_known(world: World, header):
    world.gather(f"{header},industry\n7,software\n")
    assert world.rows("leads", "lead_id") == ["7"]


@pytest.mark.parametrize(
    ("kind", "moment"),
    [
        ("event", "timestamp"),
        ("type", "time"),
        ("Event Type", "date"),
        ("activity", "ts"),
        ("action", "Occurred At"),
    ],
)
def test_usual_names_of_what_and_when_are_known(world: World, kind, moment):
    world.gather(events=f"user_id,{kind},{moment}\n1,demo_requested,2026-03-01\n")
    assert world.rows("events", "lead_id", "kind", "happened_at") == [("1", "demo_requested", MARCH)]


def test_without_an_id_the_email_address_tells_leads_apart_and_that_is_said(world: World):
    gathered = world.gather("E-Mail,industry\nAnn@Acme.com,software\nann@acme.com,food\n")
    assert world.rows("leads", "lead_id") == ["ann@acme.com"]
    assert world.rejects() == [("leads", 2, "duplicate id")]
    assert any("told apart by 'E-Mail'" in warning for warning in gathered.warnings)


def test_events_with_addresses_alone_find_the_lead_with_that_address(world: World):
    gathered = world.gather(
        "lead_id,email\nL1,Ann@Acme.com\nL2,bob@acme.com\n",
        events="email,event,time\nann@acme.com ,demo_requested,2026-03-01\nzoe@x.com,demo_requested,2026-03-01\n",
    )
    assert world.rows("events", "lead_id") == ["L1", "zoe@x.com"]
    assert gathered.strangers == {"events": 1}
    assert any("leads are found by 'email'" in warning for warning in gathered.warnings)


def test_a_table_in_which_nothing_looks_like_an_id_is_an_error_that_says_what_would_do(world: World):
    with pytest.raises(
        InputError, match=r"leads\.csv: no column says which of the leads.*found colour, size.*--map"
    ):
        world.gather("colour,size\nred,1\n")


def test_events_without_a_moment_are_an_error_that_says_what_would_do(world: World):
    with pytest.raises(InputError, match=r"no column says when it was done.*happened_at, timestamp"):
        world.gather(events="lead_id,kind\n1,demo_requested\n")


def test_the_users_mapping_wins_over_everything(world: World):
    world.layout = layout_of("{trait: time_on_site, at_least: 5}")
    mapping = {"Total Time Spent on Website": "time_on_site", "Key": "lead_id"}
    world.gather("id,Key,Total Time Spent on Website,time_on_site\n1,K1,674,5\n", mapping=mapping)
    assert world.rows("leads", "lead_id", "time_on_site__number") == [("K1", 674.0)]


def test_a_column_that_the_mapping_took_away_is_not_taken_for_something_else(world: World):
    world.layout = layout_of("{did: demo_requested, where: {time_on_site: {at_least: 5}}}")
    world.gather(
        events="lead_id,kind,time,date\n1,demo_requested,7,2026-03-01\n", mapping={"time": "time_on_site"}
    )
    assert world.rows("events", "happened_at", "time_on_site__quantity") == [(MARCH, 7.0)]


def test_a_mapping_of_a_column_that_is_not_there_names_the_nearest(world: World):
    with pytest.raises(InputError, match=r"'Total Tme'; did you mean 'Total Time'\?"):
        world.gather("lead_id,Total Time\n1,5\n", mapping={"Total Tme": "time_on_site"})


@pytest.mark.parametrize("asked", ["TotalVisits", "total_visits", "Total Visits"])
def test_a_trait_may_be_written_in_any_of_its_spellings(world: World, asked):
    world.layout = layout_of(f"{{trait: {asked}, at_least: 1}}")
    world.gather("lead_id,Total Visits\n1,5\n")
    assert world.rows("leads", f"{asked}__number") == [5.0]


def test_the_exact_spelling_goes_before_one_that_is_alike(world: World):
    world.layout = layout_of("{trait: total_visits, at_least: 1}")
    world.gather("lead_id,Total Visits,total_visits\n1,5,6\n")
    assert world.rows("leads", "total_visits__number") == [6.0]


def test_a_trait_that_the_data_does_not_have_is_unknown_and_the_nearest_is_named(world: World):
    gathered = world.gather("lead_id,industri\n1,software\n")
    assert world.rows("leads", "industry__text") == [None]
    assert any("no trait 'industry'" in warning and "'industri'" in warning for warning in gathered.warnings)


def test_a_trait_that_only_dated_facts_have_is_not_missing(world: World):
    gathered = world.gather(
        "lead_id\n1\n", traits="lead_id,name,value,learned_at\n1,Industry,software,2026-03-01\n"
    )
    assert not any("'industry'" in warning for warning in gathered.warnings)


def test_duplicate_headers_are_told_apart(world: World):
    world.layout = layout_of("{trait: industry, is: software}", "{trait: industry (2), is: food}")
    gathered = world.gather("lead_id,industry,Industry\n1,software,food\n")
    assert world.rows("leads", "industry__text", "industry (2)__text") == [("software", "food")]
    assert any("same name" in each and "'Industry (2)'" in each for each in gathered.warnings)


def test_spaces_around_headers_do_not_matter(world: World):
    world.gather(" lead_id , industry \n1,software\n")
    assert world.rows("leads", "lead_id", "industry__text") == [("1", "software")]


def test_a_nested_trait_is_found_in_a_structure(world: World):
    world.layout = layout_of("{trait: firm.size, at_least: 5}")
    path = world.parquet("leads.parquet", "SELECT 1 AS lead_id, {'size': 7} AS firm")
    world.gather(path)
    assert world.rows("leads", "firm.size__number") == [7.0]


def test_accounts_without_an_id_are_found_by_their_name(world: World):
    gathered = world.gather("lead_id,Company\n1,ACME\n", accounts="company,industry\nAcme,software\n")
    assert world.rows("leads", "account_id") == world.rows("accounts", "account_id") == ["acme"]
    assert any("told apart by 'company'" in warning for warning in gathered.warnings)


def test_rules_on_whole_accounts_without_accounts_are_warned_of(world: World):
    world.layout = layout_of("{did: demo_requested, by: account}")
    gathered = world.gather("lead_id\n1\n", events="lead_id,kind,time\n1,demo_requested,2026-03-01\n")
    assert any("account_id" in warning for warning in gathered.warnings)


@pytest.mark.parametrize("preset", PRESETS, ids=lambda preset: preset.name)
def test_each_preset_recognises_its_own_headers(preset):
    headers = list(dict.fromkeys([*preset.signs, *preset.columns]))
    assert Headers("leads", headers).preset is preset


def test_headers_are_compared_without_case_space_and_punctuation():
    assert bare("Company / Account") == bare("company_account") == bare("CompanyAccount")


def _column_of(export: dict[str, str], value: str) -> str:
    return next(name for name, each in export.items() if each == value)
