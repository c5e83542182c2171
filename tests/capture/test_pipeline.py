"""The pipeline as a whole: named steps, counted and timed, that nothing a stranger sends can stop."""

from __future__ import annotations

import itertools
import json

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from qualify.capture.doors import posthog, segment
from qualify.capture.known import Known
from qualify.capture.model import Call, Refusal, Request, Source
from qualify.capture.pipeline import STEPS, Facts, run
from tests.capture.arriving import ANYTHING
from tests.capture.drafting import BROWSER, NOW, SOURCE, passed, track

SOURCES = st.sampled_from(
    [SOURCE, Source(id=2, name="s", trusted=True, addresses="keep", region="DE"), Source(id=3, name="s", consent_required=True),
     Source(id=4, name="s", blocked=("acme.com", "10.0.0.0/8", "bots", "nonsense/99")), Source(id=5, name="s", addresses="drop")]
)  # fmt: skip


def test_every_step_has_a_name_of_its_own_and_says_what_it_does():
    assert len({step.name for step in STEPS}) == len(STEPS)
    assert all(step.work.__doc__ for step in STEPS)


def test_steps_are_counted_and_timed_in_their_order():
    ticks = itertools.count(step=7)
    calls = [track(), track("!?"), Call(type="track", event="x")]
    result = run(calls, SOURCE, BROWSER, NOW, Known(timer=lambda: next(ticks)))
    assert list(result.counts) == [step.name for step in STEPS]
    assert [(count.seen, count.dropped) for name, count in result.counts.items() if count.dropped] == [
        (3, 1),
        (2, 1),
    ]
    assert [(lost.dropped.step, lost.dropped.reason) for lost in result.dropped] == [
        ("kind", "malformed"),
        ("identifiers", "no identifier"),
    ]
    assert {count.nanoseconds for count in result.counts.values()} == {7}
    assert result.counts["touch"].seen == len(result.drafts) == 1


def test_a_dropped_call_keeps_its_draft_so_that_it_can_be_shown_and_replayed():
    [lost] = run([Call(type="track", event="x")], SOURCE, BROWSER, NOW, Known()).dropped
    assert lost.draft.call.event == "x"
    assert lost.draft.message_id


def test_a_step_that_fails_harms_no_other_call():
    def fails(user_agent: str, headless_is_bot: bool) -> str | None:
        if user_agent == "poison":
            raise RuntimeError("what is this")
        return None

    calls = [track(), track(context={"userAgent": "poison"}), track()]
    result = run(calls, SOURCE, BROWSER, NOW, Known(is_bot=fails))
    assert len(result.drafts) == 2
    assert [tuple(lost.dropped) for lost in result.dropped] == [
        ("agent", "failed", "RuntimeError: what is this")
    ]


def test_a_whole_call_comes_out_as_playbooks_look_at_it():
    page = {
        "url": "https://www.acme.com/pricing?utm_source=google&utm_medium=cpc",
        "path": "/pricing",
        "referrer": "https://www.google.com/",
        "title": "Prices",
    }
    call = track(
        timestamp="2026-11-22T00:59:00Z", sent_at="2026-11-22T00:59:30Z", message_id="m1", anonymous_id="b1", properties={"plan": "team"},
        context={"page": page, "traits": {"email": "Ann@Acme.com", "title": "VP Sales", "company": {"name": "Acme"}}, "locale": "en"},
    )  # fmt: skip
    draft = passed(call)
    assert (draft.message_id, draft.kind, draft.happened_at) == ("m1", "demo_requested", NOW - 30_000)
    assert [one.kind for one in draft.identifiers] == ["user_id", "email", "anonymous_id"]
    assert draft.traits == {"email": "Ann@Acme.com", "job_title": "VP Sales", "company": "Acme"}
    assert draft.properties["page"]["path"] == "/pricing"
    assert (draft.properties["plan"], draft.properties["channel"], draft.properties["utm_medium"]) == (
        "team",
        "paid_search",
        "cpc",
    )
    assert (draft.address, draft.context) == ("203.0.113.0", {"locale": "en"})


TEXTS = st.text() | st.sampled_from(
    [
        "null",
        "ann@acme.com",
        "2026-01-01",
        "9" * 400,
        "\0",
        "+49 30 901820",
        "10.1.2.3",
        "::1%x",
        "https://[",
        "?utm_source=x",
    ]
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)
CONTEXT = st.fixed_dictionaries(
    {},
    optional={
        name: JSON | st.fixed_dictionaries({}, optional=dict.fromkeys(inside, JSON))
        for name, inside in {
            "page": ("url", "path", "referrer", "search"), "campaign": ("source", "name", "utm_medium"), "traits": ("email", "phone", "company", "address"),
            "consent": ("categoryPreferences",), "library": ("name",), "userAgent": (), "ip": (), "groupId": (), "locale": (),
        }.items()
    },
)  # fmt: skip
OBJECTS = st.dictionaries(
    st.sampled_from(
        [
            "email",
            "phone",
            "company",
            "title",
            "page",
            "channel",
            "utm_source",
            "gclid",
            "name",
            "website",
            "$x",
            "",
        ]
    ),
    JSON,
)
CALLS = st.builds(
    Call, type=st.sampled_from(["identify", "track", "page", "screen", "group", "alias"]),
    message_id=st.none() | TEXTS, event=st.none() | TEXTS, user_id=st.none() | TEXTS, anonymous_id=st.none() | TEXTS, previous_id=st.none() | TEXTS,
    group_id=st.none() | TEXTS, email=st.none() | TEXTS, external_id=st.none() | TEXTS, traits=OBJECTS, properties=OBJECTS, context=CONTEXT,
    timestamp=st.none() | TEXTS | st.integers() | st.floats(), sent_at=st.none() | TEXTS | st.integers() | st.floats(),
    consent=st.none() | st.dictionaries(st.sampled_from(["process", "email", "x"]), st.booleans()),
)  # fmt: skip


@pytest.mark.slow
@given(CALLS, SOURCES, st.booleans())
def test_no_call_makes_a_step_fail(call, source, refused):
    result = run([call], source, Facts("10.0.0.9", "curl/8", refused), NOW, Known())
    assert not [lost.dropped for lost in result.dropped if lost.dropped.reason == "failed"]
    for draft in result.drafts:
        assert draft.message_id and draft.kind and draft.subject
        assert abs(draft.happened_at) < 2**53
        msgspec.json.encode([draft.properties, draft.traits, draft.account_traits, draft.context])


@given(
    st.dictionaries(
        st.sampled_from(
            [
                "type",
                "event",
                "userId",
                "anonymousId",
                "traits",
                "properties",
                "context",
                "timestamp",
                "messageId",
            ]
        ),
        ANYTHING,
    )
)
def test_any_json_goes_through_door_and_pipeline(message):
    for type_ in ("track", "identify", "page", "group", "alias"):
        body = json.dumps({"batch": [{**message, "type": type_}]}).encode()
        _goes_through(segment.DOOR, body)
    _goes_through(
        posthog.DOOR, json.dumps({"batch": [{"event": "$identify", "distinct_id": "u", **message}]}).encode()
    )


def _goes_through(door, body: bytes) -> None:
    try:
        delivery = door.read(Request("POST", "", {}, {}, body), {"call": "batch"}, {})
    except Refusal:
        return
    result = run(delivery.calls, SOURCE, BROWSER, NOW, Known())
    assert not [lost.dropped for lost in result.dropped if lost.dropped.reason == "failed"]
    for draft in result.drafts:
        kept = [
            draft.message_id,
            draft.kind,
            *draft.identifiers,
            draft.properties,
            draft.traits,
            draft.context,
        ]
        assert b"\\u0000" not in msgspec.json.encode(kept)
