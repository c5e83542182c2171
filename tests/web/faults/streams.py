"""Streams of calls as Hypothesis draws them: a few people, browsers and companies, muddled as in life."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import msgspec
from hypothesis import strategies as st

from qualify.capture.known import Known
from qualify.capture.model import Call, Draft, Source
from qualify.capture.pipeline import Facts, run
from qualify.web.database import is_sqlite, rows
from qualify.web.database import run as execute
from qualify.web.keeping.keep import keep
from qualify.web.living.working import Worker
from tests.web.lives import CONCLUSIONS, conclusions

START = 1_700_000_000_000
MINUTE, HOUR, DAY = 60_000, 3_600_000, 86_400_000

SOURCE = Source(id=1, name="site", trusted=True)

# Small numbers of everything, so that a short stream reaches every rule, the colleagues' ones too.
PLAYBOOK = """
playbook: streams
scores:
  fit:
    rules:
      - {points: 20, name: size, when: {trait: employees, at_least: 50}}
      - {points: 10, name: business, when: {email: business}}
  engagement:
    half_life: 7 days
    rules:
      - {points: 30, name: demo, counts: once, when: {did: demo_requested, within: 30 days}}
      - {points: 8, cap: 24, name: prices, when: {did: page_viewed, within: 10 days}}
      - {points: 7, name: colleagues, when: {did: page_viewed, by: account, at_least: 2, within: 5 days}}
      - {points: -5, name: quiet, when: {quiet_for: 3 days}}
stages:
  iql:
    enter: {score: engagement, at_least: 8}
    leave: {score: engagement, below: 5}
  mql:
    enter: [{score: fit, at_least: 10}, {score: engagement, at_least: 16}]
    leave: {score: engagement, below: 8}
    stay_at_least: 2 days
"""

_PEOPLE, _BROWSERS = ["u1", "u2", "u3"], ["b1", "b2", "b3"]
_ADDRESSES = ["jane@acme-corp.io", "joe@acme-corp.io", "ann@blue-yard.com", "kim@gmail.com"]
_GROUPS, _SITES = ["g1", "g2"], ["acme-corp.io", "blue-yard.com"]
_PHONES = ["+4930901820", "+4930901821"]

_who = st.fixed_dictionaries(
    {}, optional={"user_id": st.sampled_from(_PEOPLE), "anonymous_id": st.sampled_from(_BROWSERS)}
).filter(bool)
_about = st.fixed_dictionaries(
    {},
    optional={
        "email": st.sampled_from(_ADDRESSES), "phone": st.sampled_from(_PHONES),
        "employees": st.sampled_from([10, 60]), "name": st.sampled_from(["Jane", "Joe"]),
    },
)  # fmt: skip
_of_company = st.fixed_dictionaries(
    {}, optional={"domain": st.sampled_from(_SITES), "employees": st.sampled_from([10, 60])}
)


def _call(kind: str, who: dict[str, str], **more: Any) -> dict[str, Any]:
    return {"type": kind, **who, **more}


_CALLS = st.one_of(
    st.builds(lambda who: _call("page", who, properties={"path": "/pricing"}), _who),
    st.builds(lambda who: _call("track", who, event="Demo Requested"), _who),
    st.builds(
        lambda who, ip: _call("track", who, event="email_clicked", properties={"ip": ip}),
        _who, st.sampled_from(["198.51.100.7", "203.0.113.9"]),
    ),
    st.builds(lambda who, traits: _call("identify", who, traits=traits), _who, _about),
    st.builds(lambda who, traits: _call("identify", who, traits=traits), _who, _about),
    st.builds(lambda who, old: _call("alias", who, previous_id=old), _who, st.sampled_from(_PEOPLE + _BROWSERS)),
    st.builds(
        lambda who, group, traits: _call("group", who, group_id=group, traits=traits),
        _who, st.sampled_from(_GROUPS), _of_company,
    ),
    st.builds(
        lambda who, yes: _call("identify", who, consent={"email": yes}), _who, st.booleans()
    ),
)  # fmt: skip


class Heard(NamedTuple):
    """A call, how long after the one before it came, how late it was, and what it is called."""

    call: dict[str, Any]
    after: int
    late: int
    message: int


@st.composite
def streams(draw: st.DrawFn, most: int = 25) -> list[Draft]:
    """Drafts in the order of their arrival: some late, some twice, some of shared browsers."""
    heard = draw(
        st.lists(
            st.builds(
                Heard, _CALLS,
                st.sampled_from([1, 40, MINUTE, HOUR, 7 * HOUR, DAY, 4 * DAY]),
                st.sampled_from([0, 0, 0, 1, 30 * MINUTE, 2 * HOUR, 3 * DAY]),
                st.integers(0, 60),
            ),
            min_size=2, max_size=most,
        )
    )  # fmt: skip
    found, at = [], START
    for each in heard:
        at += each.after
        found += drafts(at, {**each.call, "message_id": f"m{each.message}", "timestamp": at - each.late})
    return found


def drafts(at: int, *calls: dict[str, Any]) -> list[Draft]:
    """Calls as the pipeline makes drafts of them, received at a moment."""
    passed = run([msgspec.convert(each, Call) for each in calls], SOURCE, Facts(), at, Known())
    return passed.drafts


def emptied(playbook: str = PLAYBOOK) -> None:
    """Leave nothing in the store but one playbook, and let its numbers begin at one again."""
    tables = [
        "identifier", "link", "event", "learnt", "account_learnt", "consent", "answer", "decision", "outcome",
        "person", "standing", "move", "dirty", "sighting", "form_text", "message", "aside", "playbook_version",
        "step_count", "audit",
    ]  # fmt: skip
    if is_sqlite():
        for table in tables:
            execute(f"DELETE FROM {table}")
        execute("DELETE FROM sqlite_sequence")
    else:
        execute(f"TRUNCATE {', '.join(tables)} RESTART IDENTITY CASCADE")
    published(playbook, START - DAY)


def published(text: str, at: int) -> None:
    """Publish a playbook."""
    execute(
        "INSERT INTO playbook_version (text, digest, author, note, published_at) VALUES (%s, %s, %s, %s, %s)",
        [text, "x", "test", "", at],
    )


def lived(batches: Sequence[Sequence[Draft]], looks: Sequence[bool], worker: Worker | None = None) -> int:
    """Keep batches, and let the worker work after those that are looked after; the moment of the last."""
    worker = worker or Worker()
    last = START
    for number, batch in enumerate(batches):
        if batch:
            last = max(last, batch[-1].received_at)
            keep(batch, last)
        if looks[number % len(looks)] if looks else False:
            worker.work_off(last)
    return last


def cut(drafts: Sequence[Draft], sizes: Sequence[int]) -> list[Sequence[Draft]]:
    """The drafts in batches of these sizes, again and again."""
    found, start, turn = [], 0, 0
    while start < len(drafts):
        size = sizes[turn % len(sizes)]
        found.append(drafts[start : start + size])
        start, turn = start + size, turn + 1
    return found


FACTS = {
    "link": "SELECT one_id, other_id, evidence, linked_at, known_at, severed_at FROM link ORDER BY 1, 2, 4",
    "consent": "SELECT subject_id, owner_id, known_at, purpose, given, given_at FROM consent ORDER BY id",
    "account_learnt": "SELECT owner_id, known_at FROM account_learnt ORDER BY id",
}


def everything() -> dict[str, list[tuple[object, ...]]]:
    """All that the store concluded, with what it concluded about facts of the rarer kinds."""
    return conclusions() | {name: rows(statement) for name, statement in FACTS.items()}


_BY_NAME = {
    "identifier": ("SELECT key, owner_id, joined_at, contested FROM identifier WHERE kind <> 'domain'", (1,)),
    "event": ("SELECT message_key, owner_id, known_at, machine FROM event", (1,)),
    "learnt": ("SELECT message_key, owner_id, known_at, traits FROM learnt", (1,)),
    "account_learnt": ("SELECT message_key, owner_id, known_at FROM account_learnt", (1,)),
    "person": ("SELECT id, created_at, account_id, email, name, company, traits FROM person", (0, 2)),
    "standing": (CONCLUSIONS["standing"], (0,)),
    "move": (CONCLUSIONS["move"], (0,)),
}


def by_name() -> dict[str, list[tuple[object, ...]]]:
    """All that was concluded, with people and accounts by what they go by: an account that the worker finds in an
    address gets its number when the worker looks.
    """
    members: dict[int | None, tuple[str, ...]] = {None: ()}
    for key, owner in rows("SELECT key, owner_id FROM identifier ORDER BY key"):
        members[owner] = (*members.get(owner, ()), key)
    found = {}
    for name, (statement, places) in _BY_NAME.items():
        told = [
            tuple(members[value] if place in places else value for place, value in enumerate(row))
            for row in rows(statement)
        ]
        found[name] = sorted(told, key=repr)
    return found


def differences(one: dict[str, Any], other: dict[str, Any]) -> dict[str, Any]:
    """What differs, by table: rows here, rows there."""
    return {
        name: ([row for row in one[name] if row not in other[name]], [row for row in other[name] if row not in one[name]])
        for name in one
        if one[name] != other[name]
    }  # fmt: skip
