"""Small made-up worlds: playbooks, canonical facts and moments that Hypothesis draws, full of edges.

Moments cluster around whole days before ``NOW``, give or take a millisecond, because that is where windows
close and points decay.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from hypothesis import strategies as st

from qualify.criteria.logic import Field
from qualify.moments import DAY
from qualify.playbook import Playbook
from qualify.scoring.canonical import columns
from qualify.scoring.layout import Layout
from qualify.scoring.record import AnswerGiven, Decided, Event, Learnt, Record

NOW = 1_793_491_200_000 + 12_345
KINDS = ["visited", "asked", "used", "opened"]
LEADS = [f"l{number}" for number in range(6)]
ACCOUNTS = ["a0", "a1"]
TEXTS = ["software", "soft drinks", "gambling", "ü%_'\"", None]
NUMBERS = [-1.0, 0.0, 9.5, 50.0, 1e12, None]
POINTS = [0.01, 0.05, 1, 3, 5, 12.5, 33.33, 100, -0.5, -7, -20]
PAGES = ["/pricing", "/pricing/x", "/PRICING", "/", None]

Row = dict[str, Any]
Tables = dict[str, list[Row]]


@dataclass
class World:
    """A playbook, and canonical tables that fit it."""

    book: Playbook
    layout: Layout
    tables: Tables

    def records(self) -> list[Record]:
        """The same facts, lead by lead, for the one-lead path."""
        return [self._record(lead) for lead in self.tables["leads"]]

    def _record(self, lead: Row) -> Record:
        account = next(
            (each for each in self.tables["accounts"] if each["account_id"] == lead["account_id"]), None
        )
        return Record(
            lead_id=lead["lead_id"],
            account_id=lead["account_id"],
            created_at=lead["created_at"],
            traits=_values(self.layout.trait_fields, lead),
            learnt=[self._learnt(fact) for fact in self._of("traits", lead)],
            account_traits=_values(self.layout.trait_fields, account) if account else {},
            account_created_at=account["created_at"] if account else 0,
            events=[self._event(event) for event in self._of("events", lead)],
            account_events=self._account_events(lead),
            answers=[self._answer(answer) for answer in self._of("answers", lead)],
            decisions=[Decided(each["decision"], each["decided_at"]) for each in self._of("decisions", lead)],
        )

    def _of(self, table: str, lead: Row) -> list[Row]:
        return [row for row in self.tables[table] if row["lead_id"] == lead["lead_id"]]

    def _learnt(self, fact: Row) -> Learnt:
        field = next(field for field in self.layout.trait_fields if field.column == fact["trait"])
        return Learnt(field, fact["learned_at"], fact["told"], fact["number" if field.is_number else "text"])

    def _event(self, event: Row, known_at: int = 0) -> Event:
        values = _values(self.layout.event_fields, event)
        known = max(event["known_at"], known_at)
        return Event(event["kind"], event["happened_at"], known, values, event["lead_id"])

    def _account_events(self, lead: Row) -> list[Event]:
        if lead["account_id"] is None:
            return []
        members = {
            row["lead_id"]: row for row in self.tables["leads"] if row["account_id"] == lead["account_id"]
        }
        return [
            self._event(event, members[event["lead_id"]]["created_at"])
            for event in self.tables["events"]
            if event["lead_id"] in members
        ]

    def _answer(self, row: Row) -> AnswerGiven:
        values = _values(self.layout.answer_fields, row)
        return AnswerGiven(row["question"], row["answered_at"], row["expires_at"], row["told"], values)


def _values(fields: list[Field], row: Row) -> dict[Field, Any]:
    return {field: row[field.column] for field in fields}


# ── moments ─────────────────────────────────────────────────────────────────────────────────────────

moments = st.builds(
    lambda days, off: NOW - days * DAY + off,
    st.sampled_from([0, 0, 1, 2, 6, 7, 8, 13, 29, 30, 31, 60, 200, 4000, -1, -40]),
    st.sampled_from([0, -1, 1, -3_600_000]),
)

# ── playbooks ───────────────────────────────────────────────────────────────────────────────────────

durations = st.sampled_from([1, 2, 7, 30, 365])

tests: st.SearchStrategy[dict[str, Any]] = st.sampled_from(
    [
        {"is": "Software"},
        {"is_not": "software"},
        {"is_one_of": ["gambling", "soft  drinks"]},
        {"is_none_of": ["gambling"]},
        {"contains": "soft"},
        {"contains": ["%", "_"]},
        {"starts_with": "soft d"},
        {"starts_with": "ü%_'"},
        {"is_known": True},
        {"is_known": False},
    ]
)
ranges: st.SearchStrategy[dict[str, Any]] = st.sampled_from(
    [
        {"at_least": 9.5},
        {"above": 9.5},
        {"below": 50},
        {"at_most": 0},
        {"at_least": 0, "below": 50},
        {"is": 50},
        {"is_not": 0},
    ]
)
traits = st.one_of(
    tests.map(lambda test: {"trait": "industry", **test}),
    ranges.map(lambda test: {"trait": "employees", **test}),
)
pages = st.sampled_from(
    [
        {},
        {"page": {"starts_with": "/pricing"}},
        {"page": "/"},
        {"page": {"is_not": "/"}},
        {"page": {"is_known": False}},
        {"seconds": {"at_least": 9.5}},
        {"page": {"contains": "pric"}, "seconds": {"below": 50}},
    ]
)
kinds = st.one_of(
    st.sampled_from(KINDS),
    st.lists(st.sampled_from(KINDS), min_size=1, max_size=2, unique=True),
    st.just("any event"),
)


@st.composite
def behaviours(draw: st.DrawFn) -> dict[str, Any]:
    """A did, or a sequence of two."""
    more: dict[str, Any] = {"by": draw(st.sampled_from(["person", "person", "account"]))}
    if draw(st.booleans()):
        more["within"] = draw(durations)
    if draw(st.booleans()):
        more["at_least"] = draw(st.integers(1, 3))
    if draw(st.integers(0, 3)):
        return {"did": draw(kinds), "where": draw(pages), **more}
    steps = [{"did": draw(kinds), "where": draw(pages)} for _ in range(2)]
    return {"sequence": steps, "apart_at_most": draw(durations), **more}


usage = st.builds(
    lambda used, least, within, by: {
        "used": used,
        "at_least": least,
        "by": by,
        **({"within": within} if within else {}),
    },
    st.sampled_from(["active_days", "features", "seats", "limits"]),
    st.integers(1, 3),
    st.one_of(st.none(), durations),
    st.sampled_from(["person", "account"]),
)
quiet = st.builds(
    lambda days, by: {"quiet_for": days, "by": by}, durations, st.sampled_from(["person", "account"])
)
answers = st.sampled_from(
    [
        {"answer": "budget"},
        {"answer": "budget", "at_least": 9.5},
        {"answer": "budget", "is_known": False},
        {"answer": "need", "satisfied": True, "valid_for": 30},
        {"answer": "need", "satisfied": False, "is_not": "software"},
        {"answer": "need", "is": "software"},
    ]
)
simple = st.one_of(traits, traits, behaviours(), usage, quiet, answers)
criteria = st.recursive(
    simple,
    lambda inner: st.builds(
        lambda word, terms: {word: terms},
        st.sampled_from(["all_of", "any_of", "none_of"]),
        st.lists(inner, min_size=1, max_size=3),
    ),
    max_leaves=4,
)


@st.composite
def rules(draw: st.DrawFn) -> dict[str, Any]:
    """A rule: points for a behaviour (with decay, cap, counts) or for any criterion."""
    rule: dict[str, Any] = {"points": draw(st.sampled_from(POINTS))}
    if draw(st.booleans()):
        rule["when"] = draw(behaviours())
        rule["counts"] = draw(st.sampled_from(["every time", "every time", "once", "first time"]))
        rule["half_life"] = draw(st.sampled_from(["none", 1, 3, 7, 30, 365]))
    else:
        rule["when"] = draw(criteria)
    if draw(st.booleans()):
        rule["cap"] = draw(st.sampled_from([0.02, 4, 10, 50]))
    return rule


bounds = st.sampled_from([{}, {"at_least": 0}, {"at_most": 20}, {"at_least": -5, "at_most": 5}])

stages = st.fixed_dictionaries(
    {
        "iql": st.just(
            {"enter": {"score": "second", "at_least": 1}, "leave": {"score": "second", "below": 0.5}}
        ),
        "mql": st.builds(
            lambda fast, stay: {
                "enter": [{"score": "first", "at_least": 5}, {"score": "total", "at_least": 10}],
                "leave": {"score": "total", "below": 5},
                "fast_lane": fast,
                "stay_at_least": stay,
            },
            simple,
            durations,
        ),
        "pql": st.just({"enter": {"grade": ["A", "B1"]}, "leave": {"none_of": [{"grade": ["A", "B"]}]}}),
        "sal": st.just({"enter": {"decision": ["accepted", "confirmed"]}}),
        "sql": st.builds(lambda asked: {"enter": [{"decision": "confirmed"}, asked]}, answers),
        "customer": st.just({"enter": {"decision": "won"}, "leave": {"decision": "lost"}}),
    },
    optional={
        "recycled": st.builds(
            lambda stay, kind: {
                "enter": {"decision": ["rejected", "recycled"]},
                "leave": {"came_back": {"did": kind}},
                "stay_at_least": stay,
            },
            durations,
            kinds,
        ),
        "disqualified": st.just({"enter": {"decision": "disqualified"}}),
    },
)


def playbooks(*, staged: bool = False) -> st.SearchStrategy[Playbook]:
    """A playbook with two scores, grades, and with stages when asked."""
    return written_playbooks(staged=staged).map(Playbook.model_validate)


@st.composite
def written_playbooks(draw: st.DrawFn, *, staged: bool = False) -> dict[str, Any]:
    """The same, as it is written down."""
    written: dict[str, Any] = {
        "playbook": "drawn",
        "product": {"events": ["used"], "feature": "page", "limits": ["asked"]},
        "total": draw(bounds),
        "grades": {
            "letters": {"score": "first", "A": 10, "B": 5, "C": 0},
            "numbers": {"score": "total", "1": 20, "2": 4, "3": 0.01},
        },
    }
    written["scores"] = {
        name: {"bounds": draw(bounds), "rules": _named(draw(st.lists(rules(), min_size=1, max_size=4)))}
        for name in ("first", "second")
    }
    if staged:
        written["stages"] = draw(stages)
    return written


def _named(rules_: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{**rule, "name": f"rule {number}"} for number, rule in enumerate(rules_)]


# ── facts ───────────────────────────────────────────────────────────────────────────────────────────


def _field_values(fields: list[Field]) -> st.SearchStrategy[Row]:
    def values(field: Field) -> st.SearchStrategy[Any]:
        if field.is_number:
            return st.sampled_from(NUMBERS)
        return st.sampled_from({"page": PAGES, "satisfied": ["yes", "no", None]}.get(field.name, TEXTS))

    return st.fixed_dictionaries({field.column: values(field) for field in fields})


@st.composite
def facts(draw: st.DrawFn, layout: Layout) -> Tables:
    """Canonical tables for the playbook."""
    ids, accounts = st.sampled_from(LEADS), st.sampled_from(ACCOUNTS)
    # Made once: to make a strategy for every row takes longer than to draw the row.
    traits, known = _field_values(layout.trait_fields), st.one_of(accounts, st.none())
    created = st.one_of(st.just(0), moments)
    leads = [
        {"lead_id": lead, "account_id": draw(known), "created_at": draw(created), **draw(traits)}
        for lead in draw(st.permutations(LEADS))
    ]
    return {
        "leads": leads,
        "accounts": [{"account_id": name, "created_at": draw(moments), **draw(traits)} for name in ACCOUNTS],
        "traits": draw(st.lists(_learnt(_each_field(layout.trait_fields), ids), max_size=8))
        if layout.trait_fields
        else [],
        "events": draw(st.lists(_events(_field_values(layout.event_fields), ids), max_size=40)),
        "answers": draw(st.lists(_answers(_field_values(layout.answer_fields), ids), max_size=8)),
        "decisions": draw(st.lists(_decisions(ids), max_size=10)),
    }


done = st.sampled_from(KINDS)
delays = st.sampled_from([0, 0, 0, 1, DAY, 40 * DAY])


@st.composite
def _events(draw: st.DrawFn, fields: st.SearchStrategy[Row], ids: st.SearchStrategy[str]) -> Row:
    happened_at = max(draw(moments), 0)
    known_at = happened_at + draw(delays)
    values = draw(fields)
    return {
        "lead_id": draw(ids),
        "kind": draw(done),
        "happened_at": happened_at,
        "known_at": known_at,
        **values,
    }


def _each_field(fields: list[Field]) -> st.SearchStrategy[tuple[Field, Row]]:
    """One of the fields, with a value."""
    return st.one_of([st.tuples(st.just(field), _field_values([field])) for field in fields])


@st.composite
def _learnt(
    draw: st.DrawFn, fields: st.SearchStrategy[tuple[Field, Row]], ids: st.SearchStrategy[str]
) -> Row:
    field, values = draw(fields)
    value = values[field.column]
    return {
        "lead_id": draw(ids),
        "trait": field.column,
        "told": None if value is None else str(value),
        "text": None if field.is_number else value,
        "number": value if field.is_number else None,
        "learned_at": draw(moments),
    }


questions = st.sampled_from(["budget", "need"])
expiries = st.one_of(st.none(), moments)


@st.composite
def _answers(draw: st.DrawFn, fields: st.SearchStrategy[Row], ids: st.SearchStrategy[str]) -> Row:
    values = draw(fields)
    return {
        "lead_id": draw(ids),
        "question": draw(questions),
        "told": str(sorted(values.items(), key=str)),
        "answered_at": draw(moments),
        "expires_at": draw(expiries),
        **values,
    }


decisions = st.sampled_from(
    ["accepted", "rejected", "confirmed", "recycled", "disqualified", "reopened", "won", "lost"]
)


@st.composite
def _decisions(draw: st.DrawFn, ids: st.SearchStrategy[str]) -> Row:
    return {"lead_id": draw(ids), "decision": draw(decisions), "decided_at": draw(moments)}


@st.composite
def worlds(draw: st.DrawFn, *, staged: bool = False) -> World:
    """A playbook and facts to judge by it."""
    book = draw(playbooks(staged=staged))
    layout = Layout(book)
    return World(book, layout, draw(facts(layout)))


def canonical_columns(world: World) -> dict[str, Any]:
    """The columns of the world's tables."""
    return columns(world.layout)
