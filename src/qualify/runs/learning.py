"""From files to training rows: gathered, labelled, seen as of each decision time, and taken into memory."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from qualify.engines.compiling import as_of, text_of
from qualify.engines.duck import connect
from qualify.engines.quoting import literal, named
from qualify.errors import InputError, QualifyError
from qualify.files import Gathered, Sources, gather
from qualify.files.gathering import Gathering
from qualify.files.headers import Headers
from qualify.files.sources import open_source
from qualify.files.sql import Database
from qualify.files.told import told
from qualify.moments import DAY
from qualify.playbook import Playbook
from qualify.runs.amounts import worths
from qualify.runs.arrays import codes, plain, read
from qualify.runs.interruption import interruptible
from qualify.scoring.layout import Layout

if TYPE_CHECKING:
    from qualify.learning.columns import Column
    from qualify.learning.evidence import Evidence
    from qualify.learning.labels import Horizon
    from qualify.learning.observing import Observation, Watched

MONTHS_BEFORE: Final = 4
"""How many months the last one is held against, to see kinds of event that stopped."""
_OWN: Final = ("lead_id", "account_id", "created_at", "properties", "email_domain")
Progress = Callable[[str], None]


@dataclass(frozen=True)
class Observed:
    """What was gathered to learn from: rows with labels, counts of what is undecided, and warnings."""

    evidence: Evidence
    horizon: Horizon
    counts: Mapping[str, int]
    gathered: Gathered
    arrivals: Sequence[int]
    """When each lead came, in epoch milliseconds, in order."""
    arriving: Evidence
    """Every lead at its beginning, decided or not; ``won`` says nothing there."""
    kinds: tuple[Mapping[str, int], Mapping[str, int]] = ({}, {})
    """How many events of each kind came in the months before the last one (:data:`MONTHS_BEFORE`), and in it."""
    worked: frozenset[Any] = frozenset()
    """The ids of the leads that sales took up, or of which it is known what came."""


def observed(
    sources: Sources,
    book: Playbook | None = None,
    *,
    horizon_days: int | None = None,
    until: int | None = None,
    silence_is_lost: bool = False,
    weekly: bool = True,
    one_each: bool = False,
    mapping: Mapping[str, str] | None = None,
    memory_limit: str | None = None,
    threads: int | None = None,
    progress: Progress = lambda step: None,
) -> Observed:
    """Training rows from people's files. Without ``until`` the newest fact says what day it is.

    ``one_each``: of each lead only the row that is learnt from (:meth:`~qualify.learning.evidence.Evidence.one_each`),
    drawn before anything is looked at.
    Raises ``InputError`` when there are no outcomes, or no lead with a date.
    """
    import numpy as np

    from qualify.learning.labels import Horizon

    if sources.outcomes is None and sources.decisions is None:
        raise InputError(
            "there are no outcomes to learn from; give a table that says which leads were won and lost"
        )
    work = _Work(Database(connect(memory_limit, threads)), sources, book, dict(mapping or {}), progress)
    with interruptible(work.database.connection):
        observation, gathered = work.gather()
        newest = gathered.newest if until is None else until
        if newest is None:
            raise QualifyError("nothing in the data has a date: say until when it was collected with --as-of")
        days = work.usual_days() if horizon_days is None else horizon_days
        horizon = Horizon(days, newest, silence_is_lost, weekly)
        counts = work.label(observation, gathered, horizon)
        if one_each:
            work.draw()
        rows = work.evidence(observation, gathered)
        labelled = work.labelled()
        everybody = np.arange(len(rows)) >= labelled
        evidence = rows.rows(~everybody)
        kinds = work.kinds_lately(newest) if "events" in gathered.present else ({}, {})
        arriving = rows.rows(everybody)
        return Observed(evidence, horizon, counts, gathered, work.arrivals(), arriving, kinds, work.worked())


@dataclass
class _Work:
    database: Database
    sources: Sources
    book: Playbook | None
    mapping: dict[str, str]
    progress: Progress

    @property
    def _names(self) -> dict[str, str]:
        return {**(self.book.columns if self.book else {}), **self.mapping}

    @property
    def _zone(self) -> str:
        return self.book.time_zone if self.book else "UTC"

    def gather(self) -> tuple[Observation, Gathered]:
        """Find out what there is to watch, and gather it."""
        from qualify.learning.observing import observation

        self.progress("reading the files")
        probe = observation((), (), None)
        # Which traits there are is told by the headers alone; events are read once.
        headed = Sources(self.sources.leads, accounts=self.sources.accounts)
        learnt = self._learnt(probe.layout)
        traits = [*_trait_columns(self._gathered(_seeing_every_event(), headed)), *learnt]
        looked = list(dict.fromkeys(traits))
        every_kind = observation(looked, (), self.book, frozenset(learnt)).layout
        every_kind.event_kinds = None
        gathered = self._gathered(every_kind, self.sources)
        kinds = self._kinds() if "events" in gathered.present else []
        numbers = self._numbers(gathered)
        return observation(looked, kinds, self.book, frozenset(learnt), numbers), gathered

    def _numbers(self, gathered: Gathered) -> set[str]:
        """The columns of traits that are read as numbers and hold any."""
        found = set()
        for table in ("leads", "accounts"):
            names = [name for name in self._columns(table) if name.endswith(_NUMBER)]
            if names:
                counted = self.database.rows(
                    f"SELECT {', '.join(f'count({named(name)}) > 0' for name in names)} FROM {table}"
                )
                found |= {name for name, there in zip(names, counted[0], strict=True) if there}
        if "traits" in gathered.present:
            found |= {
                name
                for (name,) in self.database.rows(
                    "SELECT DISTINCT trait FROM traits WHERE number IS NOT NULL"
                )
            }
        return found

    def _columns(self, table: str) -> list[str]:
        query = f"SELECT column_name FROM duckdb_columns() WHERE table_name = {literal(table)}"
        return [str(name) for (name,) in self.database.rows(query)]

    def _gathered(self, layout: Layout, sources: Sources) -> Gathered:
        return gather(self.database.connection, layout, sources, mapping=self._names, time_zone=self._zone)

    def _kinds(self) -> list[str]:
        query = "SELECT kind FROM events GROUP BY kind ORDER BY count(DISTINCT lead_id) DESC, kind"
        return [str(kind) for (kind,) in self.database.rows(query)]

    def _learnt(self, layout: Layout) -> list[str]:
        """The names of the traits that were learnt with a date."""
        if self.sources.traits is None:
            return []
        gathering = Gathering(self.database, layout, self._zone, self._names)
        opened = open_source(gathering, "traits", self.sources.traits)
        found = told(opened, Headers("traits", list(opened.columns), self._names))
        given = opened.load([found.subject], ())
        subject = given.column(found.subject).sql
        rows = self.database.rows(
            f"SELECT DISTINCT {subject} FROM {given.relation} g WHERE {subject} IS NOT NULL"
        )
        return sorted(str(name) for (name,) in rows)

    def usual_days(self) -> int:
        """The horizon that most of the won are won within."""
        import numpy as np

        from qualify.learning.labels import usual_horizon

        rows = self.database.rows(_DAYS_TO_WON)
        return usual_horizon(np.array([float(days) for (days,) in rows]))

    def label(self, observation: Observation, gathered: Gathered, horizon: Horizon) -> dict[str, int]:
        """Fill the table ``training``; how many leads are decided, and why the others are not."""
        from qualify.learning.labels import beginnings, decision_times, numbered, undecided
        from qualify.scoring.expression import unbound

        self.progress("labelling leads")
        tables = unbound(observation.layout, gathered.present, gathered.key)
        self._make("training", numbered(decision_times(tables, horizon), beginnings(tables)))
        row = self.database.connection.execute(text_of(undecided(tables, horizon), "duckdb"))
        names = [column[0] for column in row.description or []]
        return {name: int(value or 0) for name, value in zip(names, row.fetchone() or (), strict=False)}

    def draw(self) -> None:
        """Leave of each lead one row in ``training``, and its beginning."""
        import numpy as np
        import pyarrow as pa

        from qualify.learning.evidence import one_of_each

        query = "SELECT t.row, t.lead_id, t.at, t.won IS NULL AS begun FROM training t ORDER BY t.row"
        table = self.database.connection.sql(query).to_arrow_table()
        _, lead = codes(table.column("lead_id"))
        rows, at, begun = plain(table, "row"), plain(table, "at"), plain(table, "begun", False)
        decided = np.flatnonzero(~begun)
        drawn = decided[one_of_each(lead[decided], at[decided])]
        kept = pa.table({"row": rows[np.sort(np.concatenate([drawn, np.flatnonzero(begun)]))]})
        self.database.connection.register("kept", kept)
        self.database.run("CREATE TEMP TABLE drawn AS SELECT t.* FROM training t SEMI JOIN kept USING (row)")
        self.database.drop("training")
        self.database.run("ALTER TABLE drawn RENAME TO training")
        self.database.connection.unregister("kept")

    def _make(self, name: str, expression: Any) -> None:
        self.database.drop(name)
        self.database.run(f"CREATE TEMP TABLE {name} AS {as_of(text_of(expression, 'duckdb'), _MOMENT)}")

    def evidence(self, observation: Observation, gathered: Gathered) -> Evidence:
        """The training rows as they were seen."""
        import ibis

        from qualify.learning.snapshots import facts, moved, seen, tallied, without_colleagues
        from qualify.scoring.canonical import tallied_columns
        from qualify.scoring.expression import unbound

        self.progress("looking at each lead as it was known then")
        tables = unbound(observation.layout, gathered.present, gathered.key)
        rows = ibis.table(
            {"row": "int64", "lead_id": gathered.key, "at": "int64", "won": "boolean", "ended_at": "int64"},
            name="training",
        )
        staged = {}
        for name, table in moved(observation.layout, tables, rows).items():
            self._make(f"moved_{name}", table)
            staged[name] = ibis.table(table.schema(), name=f"moved_{name}")
        counted = None
        if "events" in staged and observation.layout.tallies:
            self._make("tallied", tallied(observation.layout, staged))
            counted = ibis.table(tallied_columns("int64"), name="tallied")
        staged = without_colleagues(staged)
        known = facts(observation.layout, staged, counted)
        self._make("facts", known)
        self._make("seen", seen(observation.layout, staged, ibis.table(known.schema(), name="facts")))
        self.database.drop("facts", *(f"moved_{name}" for name in staged))
        return self._taken(observation)

    def _taken(self, observation: Observation) -> Evidence:
        from qualify.learning.columns import Columns
        from qualify.learning.evidence import Evidence

        table = self.database.connection.sql(_TRAINING).to_arrow_table()
        there = set(table.column_names)
        columns = read(table, [each for each in observation.watched if each.column in there])
        counts = [each for each in observation.watched if each.origin in ("count", "recency")]
        if counts:
            columns += self._counted(counts, table.num_rows)
        ids, lead = codes(table.column("lead_id"))
        return Evidence(
            Columns(columns, table.num_rows),
            won=plain(table, "won", False).astype(bool),
            at=plain(table, "at"),
            lead=lead,
            lead_ids=ids,
            today=plain(table, "total") / 100 if observation.book else None,
            amount=self._amounts(ids, lead),
            ended_at=plain(table, "ended_at", -1),
        )

    def _counted(self, counts: Sequence[Watched], rows: int) -> list[Column]:
        """The watched counts, each row's at its place: 0, or unknown how long ago, where nothing was counted."""
        import numpy as np

        from qualify.learning.columns import Column

        found = self.database.connection.execute(_COUNTED).fetchnumpy()
        first = np.searchsorted(found["tally"], np.arange(int(max(found["tally"], default=0)) + 2))
        columns = []
        for each in counts:
            number, what = each.column.split()
            part = (
                slice(*first[int(number) : int(number) + 2]) if int(number) + 1 < len(first) else slice(0, 0)
            )
            values = np.full(rows, 0.0 if what == "n" else np.nan)
            values[found["place"][part]] = found[what][part]
            if what == "last_at":
                values = -np.floor((_MOMENT - values) / DAY)
            columns.append(Column(each.name, values, origin=each.origin, asked=each.asked))
        return columns

    def _amounts(self, ids: Sequence[Any], lead: Any) -> Any:
        """What each row's lead was worth, by the table of outcomes; None when it does not say."""
        import numpy as np

        told_ = worths(self.database.connection, _seeing_every_event(), self.sources, self._names)
        if not told_:
            return None
        amounts = [told_[key].amount if (key := str(each)) in told_ else np.nan for each in ids]
        return np.array(amounts, dtype=np.float64)[lead]

    def labelled(self) -> int:
        """How many of the rows have a label; the rest are the leads' beginnings."""
        return int(self.database.value("SELECT count(*) FROM training WHERE won IS NOT NULL"))

    def kinds_lately(self, until: int) -> tuple[dict[str, int], dict[str, int]]:
        """How many events of each kind came in the months before the last one, and in it."""
        month = 30 * DAY
        spans = ((until - (MONTHS_BEFORE + 1) * month, until - month), (until - month, until))
        counts = ", ".join(
            f"count(*) FILTER (happened_at > {low} AND happened_at <= {high})" for low, high in spans
        )
        rows = self.database.rows(f"SELECT kind, {counts} FROM events GROUP BY kind")
        return {kind: before for kind, before, _ in rows}, {kind: lately for kind, _, lately in rows}

    def worked(self) -> frozenset[Any]:
        """Who was decided on."""
        return frozenset(lead for (lead,) in self.database.rows("SELECT DISTINCT lead_id FROM decisions"))

    def arrivals(self) -> list[int]:
        """When the leads came."""
        rows = self.database.rows("SELECT created_at FROM leads WHERE created_at > 0 ORDER BY 1")
        return [int(moment) for (moment,) in rows]


_NUMBER: Final = "__number"
"""What the columns end with in which traits are read as numbers."""

_MOMENT: Final = 4_000_000_000_000
"""The one moment that all training rows are moved to: later than any fact."""

_TRAINING: Final = """
SELECT t.lead_id, t.at, t.won, t.ended_at, s.* EXCLUDE (row)
FROM training t JOIN seen s USING (row) ORDER BY t.row
"""

_COUNTED: Final = """
SELECT r.place, t.tally, t.n, t.last_at FROM tallied t JOIN (
    SELECT row, row_number() OVER (ORDER BY row) - 1 AS place FROM training
) r ON t.lead_id = r.row ORDER BY t.tally
"""

_DAYS_TO_WON: Final = f"""
SELECT (won.at - coalesce(nullif(l.created_at, 0), won.at)) / {float(DAY)} FROM leads l JOIN (
    SELECT lead_id, min(decided_at) AS at FROM decisions WHERE decision = 'won' GROUP BY lead_id
) won USING (lead_id) WHERE won.at >= l.created_at AND l.created_at > 0
"""


def _seeing_every_event() -> Layout:
    from qualify.criteria.behaviour import ANY_EVENT, Did
    from qualify.playbook.sections import Rule, Score

    rule = Rule(points=0, when=Did(did=ANY_EVENT))
    return Layout(Playbook.model_construct(playbook="any", scores={"any_event": Score(rules=[rule])}))


def _trait_columns(gathered: Gathered) -> list[str]:
    """The columns of leads and accounts that are traits, by the names that the data has."""
    found: list[str] = []
    for table in ("leads", "accounts"):
        roles = gathered.recognised[table].columns if table in gathered.recognised else {}
        found += [name for name in gathered.columns_seen.get(table, ()) if roles.get(name, name) not in _OWN]
    return found
