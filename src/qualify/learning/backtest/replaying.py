"""Playbook + canonical tables + looks → every lead judged at every look: steps of one expression.

What is known of a lead changes at few looks, so each lead has a few *versions*. To judge a version, the facts that
were known by then are handed to scoring as if each version were a lead of its own (its number is the ``lead_id``),
so that what a fact means is said in one place. The versions are then spread over their looks, joined with
what the lead had done by then, and judged by the scoring engine's own expression, whose moment is a column here.

numbered   one row for each lead: its number, its account's number, its first look
versions   one row for each lead and look at which something was learnt of it
known      the versions with what was known
replayed   one row for each lead and look: what stages look at, scores, grade, ``ready``
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

import ibis

from qualify.learning.backtest import occurring
from qualify.learning.backtest.looks import Looks
from qualify.moments import LATEST
from qualify.scoring.canonical import Columns, judged_columns
from qualify.scoring.earning import points_of
from qualify.scoring.expression import Scoring, unbound
from qualify.scoring.facts import Facts
from qualify.scoring.knowing import known
from qualify.scoring.layout import Layout, StageRule
from qualify.scoring.lowering import lowered, surely
from qualify.stages.ladder import State

SPREAD: Final = 1_000
"""Row numbers are lead number × this + look number; more than the most looks there can be."""

WHICH: Final = 4_141_414_141_414
"""Stands for the number of the chunk in compiled SQL."""

_ID = "lead_id"


@dataclass(frozen=True)
class Replaying:
    """The steps of a replay over canonical tables with ids of type ``key``.

    ``handed`` are the stages at which a lead is handed over. With several ``chunks`` the steps after the
    first are of the chunk :data:`WHICH`, which holds whole accounts. The tables of earlier steps are asked for by name.
    """

    layout: Layout
    present: frozenset[str]
    key: Any
    looks: Looks
    handed: tuple[str, ...]
    chunks: int = 1

    @cached_property
    def tables(self) -> dict[str, Any]:
        """The canonical tables."""
        return unbound(self.layout, self.present, self.key)

    def steps(self) -> dict[str, Callable[[], Any]]:
        """The expressions in the order in which their tables are to be filled, once ``numbered`` is."""
        return {
            "versions": self.versions,
            "known": self.known,
            **self._doings(),
            "replayed": self.replayed,
            "stirred": self.stirred,
        }

    def _doings(self) -> dict[str, Callable[[], Any]]:
        """The steps that look at events, if any are asked for."""
        if not self.counts:
            return {}
        found: dict[str, Callable[[], Any]] = {"occurred": self.occurred}
        if self.passing:
            found["behaved"] = self.behaved
        if self.lasting:
            found["lasting"] = self.lasted
        return found

    @property
    def counts(self) -> bool:
        """Whether there is anything to count."""
        return "events" in self.present and bool(self.layout.tallies)

    @cached_property
    def lasting(self) -> frozenset[int]:
        """The tallies that only conditions ask for, of a lead's own events, and that never forget."""
        earning = {rule.tally for rule in self.layout.rules if rule.tally is not None}
        return frozenset(
            number
            for number, tally in enumerate(self.layout.tallies)
            if number not in earning
            and occurring.never_forgets(tally)
            and not tally.occurrences.whole_account
        )

    @cached_property
    def passing(self) -> frozenset[int]:
        """All other tallies."""
        return frozenset(range(len(self.layout.tallies))) - self.lasting

    # ── leads ───────────────────────────────────────────────────────────────────────────────────────

    def numbered(self) -> Any:
        """The leads that are known by the last look: ``no, lead_id, account_id, account_no, created_at, since``."""
        leads = self.tables["leads"]
        seen = leads.filter(leads.created_at <= self.looks[-1])
        counted = seen.mutate(no=ibis.row_number().over(order_by=_ID).cast("int64"))
        group = counted.no.min().over(ibis.window(group_by="account_id"))
        never = ibis.null("int64")
        grouped = counted.mutate(account_no=counted.account_id.isnull().ifelse(never, group))
        placed = self.looks.placed(grouped, "since", grouped.created_at)
        return placed.select("no", _ID, "account_id", "account_no", "created_at", "since")

    @property
    def _leads(self) -> Any:
        """The numbered leads of this chunk."""
        columns = {
            "no": "int64", _ID: self.key, "account_id": self.key, "account_no": "int64",
            "created_at": "int64", "since": "int64",
        }  # fmt: skip
        leads = ibis.table(columns, name="numbered")
        if self.chunks == 1:
            return leads
        account = ibis.coalesce(leads.account_no, leads.no)
        return leads.filter(account % self.chunks == ibis.literal(WHICH, "int64"))

    # ── versions ────────────────────────────────────────────────────────────────────────────────────

    def versions(self) -> Any:
        """When something was learnt: ``no, since, until`` (looks), ``version`` (its number) and ``moment``."""
        turns = ibis.union(*self._turns(), distinct=True)
        turns = self.looks.dated(turns.mutate(look=turns.since))
        ahead = ibis.window(group_by="no", order_by="since")
        end = ibis.literal(len(self.looks), "int64")
        return turns.select(
            "no",
            "since",
            until=ibis.coalesce(turns.since.lead(1).over(ahead), end),
            version=turns.no * SPREAD + turns.since,
            moment=turns.moment,
        )

    def _turns(self) -> list[Any]:
        """``no`` and look of everything that is learnt; before the lead is known, with the lead."""
        leads, found = self._leads, [self._leads.select("no", "since")]
        dated = {"traits": "learned_at", "answers": "answered_at", "decisions": "decided_at"}
        for name, moment in dated.items():
            if name in self.present and self._matters(name):
                found.append(self._turn(leads, self.tables[name], _ID, moment))
        if "accounts" in self.present and self.layout.trait_fields:
            found.append(self._turn(leads, self.tables["accounts"], "account_id", "created_at"))
        return found

    def _matters(self, name: str) -> bool:
        wanted = {
            "traits": self.layout.trait_fields,
            "answers": self.layout.questions,
            "decisions": self.layout.stages,
        }
        return bool(wanted[name])

    def _turn(self, leads: Any, facts: Any, on: str, moment: str) -> Any:
        learnt = facts.select(on, learnt=facts[moment])
        joined = leads.join(learnt, on).select(leads.no, leads.since, learnt.learnt)
        placed = self.looks.placed(joined, "look", joined.learnt)
        turn = placed.select("no", since=ibis.greatest(placed.since, placed.look))
        return turn.filter(turn.since < len(self.looks))

    @property
    def _versions(self) -> Any:
        columns = dict.fromkeys(("no", "since", "until", "version", "moment"), "int64")
        return ibis.table(columns, name="versions")

    def known(self) -> Any:
        """What was known of each version's lead: the columns of ``scoring.knowing.known``, by version."""
        return self._made_known

    @cached_property
    def _made_known(self) -> Any:
        # Made once: whoever asks for nothing but its columns would make all of it again.
        found = known(self.layout, self._as_leads(), ibis.literal(LATEST, "int64"))
        versions = self._versions
        joined = versions.join(found, versions.version == found.lead_id)
        return joined.select(versions.no, versions.since, versions.until, *_columns(found, _ID))

    def _as_leads(self) -> dict[str, Any]:
        """The facts by then of each version, as the facts of a lead whose id (and account's id) is the version's."""
        versions, leads, tables = self._versions, self._leads, self.tables
        whose = versions.join(leads.select("no", _ID, "account_id"), "no")
        row = whose.join(tables["leads"].drop("account_id"), _ID)
        account = row.account_id.notnull().ifelse(row.version, ibis.null("int64"))
        traits = [field.column for field in self.layout.trait_fields]
        found = {
            "leads": row.select(row.version.name(_ID), account.name("account_id"), "created_at", *traits)
        }
        if "accounts" in self.present:
            accounts = whose.join(tables["accounts"], "account_id")
            seen = accounts.filter(accounts.created_at <= accounts.moment)
            found["accounts"] = seen.select(seen.version.name("account_id"), "created_at", *traits)
        dated = {"traits": "learned_at", "answers": "answered_at", "decisions": "decided_at"}
        for name, moment in dated.items():
            if name in self.present:
                facts = whose.select(_ID, "version", "moment").join(tables[name], _ID)
                seen = facts.filter(facts[moment] <= facts.moment)
                found[name] = seen.select(seen.version.name(_ID), *_names(tables[name], _ID))
        return found

    # ── what they did ───────────────────────────────────────────────────────────────────────────────

    def occurred(self) -> Any:
        """Each event that counts for a tally, and at which looks."""
        return occurring.occurred(self.layout.tallies, self.tables["events"], self._leads, self.looks)

    def behaved(self) -> Any:
        """For each lead and look (``row``) its points by score, and the counts that conditions ask for."""
        return self._made_behaved

    @cached_property
    def _made_behaved(self) -> Any:
        tallies = occurring.tallied(self.layout.tallies, self._leads, self.looks, self.passing)
        table, measures = self.looks.dated(tallies), {}
        for name, rules in self.layout.behaviour_of_scores.items():
            measures[f"earned__{name}"] = points_of(rules, table, table.moment).sum().cast("int64")
        for number in self.layout.conditional_tallies:
            if number in self.passing:
                here = table.tally == number
                measures[f"tally_{number}_n"] = here.ifelse(table.n, ibis.null("int64")).max()
                measures[f"tally_{number}_last"] = here.ifelse(table.last_at, ibis.null("int64")).max()
        return table.group_by(row=table.no * SPREAD + table.look).agg(**measures)

    def lasted(self) -> Any:
        """For each lead and look (``row``) the counts of tallies that never forget."""
        return self._made_lasted

    @cached_property
    def _made_lasted(self) -> Any:
        found = occurring.lasting(self.layout.tallies, self.looks, self.lasting)
        row = (found.no * SPREAD + found.look).name("row")
        return found.select(row, *_columns(found, "no", "look"))

    # ── judging ─────────────────────────────────────────────────────────────────────────────────────

    def replayed(self) -> Any:
        """Every lead at every look: ``no, look``, :meth:`columns`, and ``ready``: whether it may be handed over."""
        judged = _Judging(self).judged
        kept = [name for name in self.columns() if name != _ID]
        placed = self.looks.dated(
            judged.select(
                (judged.lead_id // SPREAD).name("no"), (judged.lead_id % SPREAD).name("look"), *kept
            )
        )
        row = _AtFirst(placed, self.layout, self.tables, placed.moment)
        handed = [rule for rule in self.layout.climbable if rule.name in self.handed]
        return placed.select(
            "no", "look", *kept, ready=row.enters_any(handed), stirs=row.enters_any(self.layout.stages)
        )

    def stirred(self) -> Any:
        """The rows of ``replayed`` from the first on that moves its lead, in the order of looks, for the stages.

        Before it a lead is where it began: nothing of its state changes as long as no stage is entered.
        """
        rows = ibis.table({**self._row, "ready": "boolean", "stirs": "boolean"}, name="replayed")
        moved = rows.filter(rows.stirs)
        first = moved.group_by("no").agg(first=moved.look.min())
        joined = rows.join(first, "no")
        return joined.filter(joined.look >= joined["first"]).select(*self._row).order_by("look")

    @property
    def _row(self) -> Columns:
        kept = {name: kind for name, kind in self.columns().items() if name != _ID}
        return {"no": "int64", "look": "int64", **kept}

    def columns(self) -> Columns:
        """What is kept of a judged row: all but the rules and the sums that only the ledger needs."""
        every = judged_columns(self.layout, self.present, "int64")
        dropped = {f"rule_{rule.number}" for rule in self.layout.conditions}
        dropped |= {f"sum__{name}" for name in [*self.layout.score_names, "total"]}
        dropped |= {"account_id", "information"}
        return {name: kind for name, kind in every.items() if name not in dropped}


class _AtFirst(Facts):
    """A judged row of a lead that is where it began: any decision counts, and it is there since it came."""

    def decision(self) -> Any:
        """The newest decision."""
        if "decisions" not in self.tables:
            return ibis.null("string")
        fresh = surely(self.table.decided_at > State().cycle_since)
        return fresh.ifelse(self.table.decision, ibis.null("string"))

    def entered(self) -> Any:
        """When the lead came."""
        return self.table.created_at

    def enters_any(self, rules: Sequence[StageRule]) -> Any:
        """Whether the `enter` or `fast_lane` of any of the stages holds."""
        truths = [truth for rule in rules for truth in (rule.enter, rule.fast_lane) if truth is not None]
        found = ibis.literal(False)
        for truth in truths:
            found = found | surely(lowered(truth, self))
        return found


class _Judging(Scoring):
    """Scoring of rows that are a lead at a look each: ``lead_id`` is the row's number, the moment a column."""

    def __init__(self, replay: Replaying) -> None:
        super().__init__(replay.layout, replay.tables)
        self.replay = replay

    @cached_property
    def as_of(self) -> Any:
        """The moment of each row of facts."""
        return self.facts.moment

    @cached_property
    def facts(self) -> Any:
        """What was known of each lead at each look, and what it had done by then.

        What was known is wide and of few rows, so it is joined last: what there are many rows of stays narrow.
        """
        versions = self._known
        looks = versions.select("no", "since", look=ibis.range(versions.since, versions.until).unnest())
        seen = self.replay.looks.dated(looks)
        spine = seen.select((seen.no * SPREAD + seen.look).name(_ID), "no", "since", "moment")
        for name, step in self.replay._doings().items():
            if name != "occurred":
                spine = _joined(spine, ibis.table(step().schema(), name=name))
        joined = spine.join(versions, [spine.no == versions.no, spine.since == versions.since])
        return joined.select(
            *(spine[name] for name in _names(spine, "no", "since")),
            ibis.null("int64").name("account_id"),
            *(versions[name] for name in _names(versions, "no", "since", "until", "account_id")),
        )

    @property
    def _known(self) -> Any:
        return ibis.table(self.replay.known().schema(), name="known")


def _names(table: Any, *without: str) -> list[str]:
    return [name for name in table.columns if name not in without]


def _columns(table: Any, *without: str) -> list[Any]:
    return [table[name] for name in _names(table, *without)]


def _joined(spine: Any, more: Any) -> Any:
    joined = spine.left_join(more, spine.lead_id == more.row)
    return joined.select(*(spine[name] for name in spine.columns), *_columns(more, "row"))
