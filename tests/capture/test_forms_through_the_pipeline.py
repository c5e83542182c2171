"""What doors for forms and ads read is kept by the pipeline: the right person, the usual traits, no machine."""

from __future__ import annotations

import msgspec
import pytest

from qualify.capture.doors import linkedin, meta
from qualify.capture.doors.hubspot import DOOR as HUBSPOT
from qualify.capture.doors.salesforce import DOOR as SALESFORCE
from qualify.capture.doors.script import DOOR as SCRIPT
from qualify.capture.known import Known
from qualify.capture.model import Call, Draft, Identifier, Request, Source
from qualify.capture.pipeline import Facts, run
from tests.capture import test_ads, test_hubspot, test_salesforce, test_script_door, test_signatures
from tests.capture.arriving import as_form, as_json, read

RECEIVED = 1_795_350_000_000
SOURCE = Source(id=1, name="forms")
# Every sender that is not a person calls itself something with "bot" or "webhook".
KNOWN = Known(is_bot=lambda agent, headless: "a bot" if "hook" in agent.lower() else None)


def kept(
    calls: list[Call], source: Source = SOURCE, agent: str = "SomeWebhooks/1.0", gpc: bool = False
) -> list[Draft]:
    passed = run(calls, source, Facts("203.0.113.9", agent, gpc), RECEIVED, KNOWN)
    assert [lost.dropped for lost in passed.dropped] == []
    return passed.drafts


@pytest.mark.parametrize("name", list(test_signatures.DOORS))
def test_a_webhooks_user_agent_makes_no_person_a_machine(name):
    calls = read(
        test_signatures.DOORS[name], test_signatures.signed(name), test_signatures.SECRETS[name]
    ).calls
    assert {draft.machine for draft in kept(calls)} == {None}


@pytest.mark.parametrize(
    ("calls", "trait", "value"),
    [
        (
            read(HUBSPOT, as_json(test_hubspot.PATH, test_hubspot.BODY)).calls,
            "job_title",
            "Head of Production",
        ),
        (read(SALESFORCE, as_form(test_salesforce.PATH, test_salesforce.ADA)).calls, "company", "Fabrik"),
        (meta.lead_from_graph(test_ads.LEAD), "company", "Fabrik"),
        (linkedin.lead_from_response(test_ads.ANSWERED), "first_name", "Ada"),
    ],
    ids=["hubspot", "salesforce", "meta", "linkedin"],
)
def test_who_fills_a_form_in_is_known_by_address_and_traits(calls, trait, value):
    who, did = kept(calls, agent="Firefox")
    assert (who.kind, did.kind) == ("identify", "form_submitted")
    assert who.traits[trait] == value
    assert all(Identifier("email", "ada@fabrik.example") in draft.identifiers for draft in (who, did))
    assert who.message_id != did.message_id


def test_an_announced_lead_and_the_fetched_one_are_the_same_person():
    [announced, _] = kept(
        read(meta.DOOR, as_json(test_ads.META, test_ads.LEADGEN), {"unsigned": "allow"}).calls
    )
    fetched = kept(meta.lead_from_graph(test_ads.LEAD))
    assert announced.subject == fetched[0].subject == fetched[1].subject


@pytest.mark.parametrize("source", [SOURCE, msgspec.structs.replace(SOURCE, consent_required=True)])
def test_a_form_with_consent_is_kept_where_consent_is_needed(source):
    calls = read(HUBSPOT, as_json(test_hubspot.PATH, test_hubspot.BODY)).calls
    assert {tuple(sorted(draft.consent or {})) for draft in kept(calls, source)} == {("email", "process")}


def test_a_page_view_after_consent_is_kept_even_where_the_browser_asks_for_none():
    batch = [message for message in test_script_door.BODY["batch"] if message["type"] in ("page", "form")]
    body = {**test_script_door.BODY, "batch": batch}
    request: Request = as_json(test_script_door.PATH, body, {"user-agent": "Firefox"})
    drafts = kept(read(SCRIPT, request).calls, gpc=True)
    assert [draft.kind for draft in drafts] == ["page_viewed", "identify", "form_submitted"]
    assert drafts[0].properties["utm_source"] == "ads"
