"""What was known of every lead by a moment: traits, answers, decisions; one wide row for each lead."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import ibis

from qualify.criteria.logic import Field
from qualify.scoring.canonical import answer_column
from qualify.scoring.layout import Layout


def existing(leads: Any, as_of: Any) -> Any:
    """The leads that were known by then."""
    return leads.filter(leads.created_at <= as_of)


def known(layout: Layout, tables: Mapping[str, Any], as_of: Any) -> Any:
    """One row for each lead that exists: ids, the traits as known by then, answers, the newest decision."""
    leads = existing(tables["leads"], as_of)
    facts = _with_traits(layout, leads, tables, as_of)
    if layout.questions and "answers" in tables:
        facts = _joined(facts, _answers(layout, tables["answers"], as_of))
    if "decisions" in tables and layout.stages:
        facts = _joined(facts, _decisions(tables["decisions"], as_of))
    return facts


def _joined(facts: Any, more: Any, key: str = "lead_id") -> Any:
    """The facts with the other table's columns; leads without a row there keep nulls."""
    added = [name for name in more.columns if name != key]
    joined = facts.left_join(more, key)
    return joined.select(*(facts[name] for name in facts.columns), *(more[name] for name in added))


def _with_traits(layout: Layout, leads: Any, tables: Mapping[str, Any], as_of: Any) -> Any:
    fields = layout.trait_fields
    facts = leads.select("lead_id", "account_id", "created_at", *(field.column for field in fields))
    if not fields:
        return facts
    if "traits" in tables and (learnt := layout.learnt_fields):
        facts = _updated(facts, _newest_traits(learnt, tables["traits"], as_of), fields, learnt)
    if "accounts" in tables:
        facts = _completed(facts, tables["accounts"], fields, as_of)
    return facts


def _newest_traits(fields: list[Field], traits: Any, as_of: Any) -> Any:
    """For each lead and trait the newest fact by then: its value, and when it was learnt."""
    wanted = [field.column for field in fields]
    seen = traits.filter((traits.learned_at <= as_of) & traits.trait.isin(wanted))
    newest = _newest(seen, ["lead_id", "trait"], "learned_at")
    measures = {}
    for place, field in enumerate(fields):
        here = newest.trait == field.column
        value = newest.number if field.is_number else newest.text
        measures[f"learnt_{place}"] = _when(here, newest.learned_at, "int64")
        measures[f"value_{place}"] = _when(here, value, "float64" if field.is_number else "string")
    return newest.group_by("lead_id").agg(**measures)


def _newest(table: Any, keys: list[str], moment: str) -> Any:
    """The newest row of each group; of several of the same moment, the one whose text comes last."""
    order = [ibis.desc(moment), ibis.desc(table.told, nulls_first=False)]
    ranked = table.mutate(newest=ibis.row_number().over(group_by=keys, order_by=order))
    return ranked.filter(ranked.newest == 0)


def _when(here: Any, value: Any, kind: str) -> Any:
    return here.ifelse(value, ibis.null(kind)).max()


def _updated(facts: Any, newest: Any, fields: list[Field], learnt: list[Field]) -> Any:
    """A fact that was learnt after the row was written replaces it; an older one fills its gap."""
    joined = facts.left_join(newest, "lead_id")
    columns = {field.column: facts[field.column] for field in fields}
    for place, field in enumerate(learnt):
        written, when = facts[field.column], newest[f"learnt_{place}"]
        newer = when.notnull() & ((when >= facts.created_at) | written.isnull())
        columns[field.column] = newer.ifelse(newest[f"value_{place}"], written).name(field.column)
    return joined.select(facts.lead_id, facts.account_id, facts.created_at, *columns.values())


def _completed(facts: Any, accounts: Any, fields: list[Field], as_of: Any) -> Any:
    """Traits that the person has not, taken from the account."""
    seen = accounts.filter(accounts.created_at <= as_of)
    joined = facts.left_join(seen, "account_id")
    columns = [ibis.coalesce(facts[field.column], seen[field.column]).name(field.column) for field in fields]
    return joined.select(facts.lead_id, facts.account_id, facts.created_at, *columns)


def _answers(layout: Layout, answers: Any, as_of: Any) -> Any:
    seen = answers.filter((answers.answered_at <= as_of) & answers.question.isin(layout.questions))
    newest = _newest(seen, ["lead_id", "question"], "answered_at")
    measures = {}
    for question in layout.questions:
        here = newest.question == question
        for what in ("answered_at", "expires_at"):
            measures[answer_column(layout, question, what)] = _when(here, newest[what], "int64")
        for field in layout.answer_fields:
            kind = "float64" if field.is_number else "string"
            measures[answer_column(layout, question, field.column)] = _when(here, newest[field.column], kind)
    return newest.group_by("lead_id").agg(**measures)


def _decisions(decisions: Any, as_of: Any) -> Any:
    """The newest decision of each lead; of several of the same moment, the one whose word comes last."""
    seen = decisions.filter(decisions.decided_at <= as_of).mutate(told=decisions.decision)
    newest = _newest(seen, ["lead_id"], "decided_at")
    return newest.select("lead_id", "decision", "decided_at")
