"""What was told of leads, with a date → canonical tables: learnt traits, answers, decisions and outcomes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from qualify.criteria.logic import Field
from qualify.errors import did_you_mean, nearest
from qualify.files.dates import Moment, moment
from qualify.files.gathering import Gathering
from qualify.files.given import Cell, Given, Opened, tidied
from qualify.files.headers import Headers
from qualify.files.presets import DECISION_WORDS
from qualify.files.readings import Readings, as_canonical, known, trait_text
from qualify.files.screening import Check, id_of, id_text, line_checks, moment_checks, screened
from qualify.files.sql import listed, literal, named
from qualify.reading.text import bare, fold
from qualify.vocabulary import DECISIONS

#: For each table: the column that says what was told of, in words for an error.
_SUBJECTS: Final = {
    "traits": ("name", "which trait was learnt"),
    "answers": ("question", "which question was answered"),
    "decisions": ("decision", "what was decided"),
    "outcomes": ("outcome", "what came of the lead"),
}
_MOMENTS: Final = {
    "traits": "learned_at",
    "answers": "answered_at",
    "decisions": "decided_at",
    "outcomes": "closed_at",
}
_OUTCOMES: Final = ("won", "lost")
_MOST_HINTS: Final = 1000


@dataclass
class Told:
    """A table of dated facts, opened, with the columns of its lead, its subject and its moment."""

    opened: Opened
    headers: Headers
    lead: str
    subject: str
    happened: str

    @property
    def id_columns(self) -> list[str]:
        """The columns that hold ids."""
        return [self.lead]


def told(opened: Opened, headers: Headers) -> Told:
    """Find the columns; raises ``InputError`` that says which is missing."""
    table = opened.table
    return Told(
        opened,
        headers,
        lead=headers.required("lead_id", "whose fact it is", opened.label),
        subject=headers.required(*_SUBJECTS[table], opened.label),
        happened=headers.required(_MOMENTS[table], "when", opened.label),
    )


@dataclass
class Rows:
    """The rows of such a table: expressions over ``g``."""

    given: Given
    lead: str
    subject: str
    moment: Moment

    def words(self, gathering: Gathering) -> list[str]:
        """The distinct subjects."""
        query = (
            f"SELECT DISTINCT {self.subject} FROM {self.given.relation} g WHERE {self.subject} IS NOT NULL"
        )
        return sorted(word for (word,) in gathering.database.rows(query))


def _rows(gathering: Gathering, found: Told, key: str, more: Sequence[str | None] = ()) -> Rows:
    wanted = [found.lead, found.subject, found.happened, *(each for each in more if each is not None)]
    given = found.opened.load(wanted, found.id_columns)
    when = moment(gathering, given, found.happened)
    return Rows(given, id_of(given, found.lead, key), subject_text(given, found.subject), when)


def _good(gathering: Gathering, found: Told, rows: Rows, checks: Sequence[Check] = ()) -> str:
    """The condition of the rows that can be used; the others are rejected."""
    subject = _SUBJECTS[found.opened.table][0]
    every = [
        *line_checks(rows.given),
        Check("no id", f"{rows.lead} IS NULL"),
        Check(f"no {subject}", f"{rows.subject} IS NULL"),
        *moment_checks(found.happened, rows.moment, required=True),
        *checks,
    ]
    return screened(gathering, rows.given, rows.lead, every) or "TRUE"


def subject_text(given: Given, name: str) -> str:
    """A short text such as a kind or a question; without space around it where the source has no types."""
    text = id_text(given.column(name))
    return tidied(text) if given.spelled else f"nullif({text}, '')"


def alike(asked: Sequence[str], there: Sequence[str]) -> dict[str, str]:
    """Which of the names that are there stand for which of those asked for: the same, else one spelled alike."""
    by_bare = {bare(name): name for name in reversed(asked)} | {"": None}
    found = {name: name if name in asked else by_bare.get(bare(name)) for name in there}
    return {name: ours for name, ours in found.items() if ours is not None}


def gather_traits(gathering: Gathering, found: Told, key: str) -> list[str]:
    """Make the canonical table of learnt traits; the names of the traits that are in it."""
    database = gathering.database
    value = found.headers.required("value", "what was learnt", found.opened.label)
    rows = _rows(gathering, found, key, [value])
    good = _good(gathering, found, rows)
    names = rows.words(gathering)
    id_type = "BIGINT" if key == "int64" else "VARCHAR"
    database.run(
        f"CREATE TEMP TABLE traits (lead_id {id_type}, trait VARCHAR, told VARCHAR, text VARCHAR, number DOUBLE, "
        "learned_at BIGINT)"
    )
    fields = gathering.layout.trait_fields
    ours = alike(list(dict.fromkeys(field.name for field in fields)), names)
    for field in fields:
        if spelled := [name for name, asked in ours.items() if asked == field.name]:
            _add_trait(gathering, rows, value, field, f"({good}) AND {rows.subject} IN {listed(spelled)}")
    _finish(gathering, found, rows, good)
    return names


def _add_trait(gathering: Gathering, rows: Rows, value: str, field: Field, where: str) -> None:
    readings = Readings(gathering.database, rows.given)
    cell = rows.given.column(value)
    told, read = readings.settled(
        lambda: [readings.folded(trait_text(cell)), readings.read(cell, field.reading)], where
    )
    text, number = ("CAST(NULL AS VARCHAR)", "read") if field.is_number else ("read", "CAST(NULL AS DOUBLE)")
    if field.reading == "text":
        text = known("read")
    gathering.database.run(
        f"INSERT INTO traits SELECT lead_id, {literal(field.column)}, told, {text}, {number}, learned_at FROM ("
        f"SELECT {rows.lead} AS lead_id, {told} AS told, {read} AS read, {rows.moment.sql} AS learned_at "
        f"FROM {readings.joined} WHERE {where})"
    )
    gathering.database.drop(*readings.tables)


def gather_answers(gathering: Gathering, found: Told, key: str) -> None:
    """Make the canonical table of answers; warn of questions that nobody answered."""
    database, layout = gathering.database, gathering.layout
    value, satisfied, expires = (found.headers.role(name) for name in ("value", "satisfied", "expires_at"))
    rows = _rows(gathering, found, key, [value, satisfied, expires])
    until = moment(gathering, rows.given, expires) if expires else None
    checks = moment_checks(expires, until, required=False) if expires and until else []
    # An answer may be good until the year 9999, which is for ever.
    good = _good(gathering, found, rows, [each for each in checks if each.reason != "unlikely date"])
    questions = rows.words(gathering)
    ours = alike(layout.questions, questions)
    warn_of_unknown(gathering, "answer to the question", layout.questions, list(ours.values()), questions)
    readings = Readings(database, rows.given)
    cells = {
        name: None if column is None else rows.given.column(column)
        for name, column in (("value", value), ("satisfied", satisfied))
    }
    told, *columns = readings.settled(lambda: _answer_columns(layout.answer_fields, cells, readings), good)
    database.run(
        f"CREATE TEMP TABLE answers AS SELECT * REPLACE ({_replacements(layout.answer_fields)}) FROM ("
        f"SELECT {rows.lead} AS lead_id, {renamed(rows.subject, ours)} AS question, {told} AS told, "
        f"{rows.moment.sql} AS answered_at, {until.sql if until else 'CAST(NULL AS BIGINT)'} AS expires_at"
        f"{''.join(', ' + column for column in columns)} FROM {readings.joined} WHERE {good})"
    )
    database.drop(*readings.tables)
    _finish(gathering, found, rows, good)


def _answer_columns(
    fields: Sequence[Field], cells: Mapping[str, Cell | None], readings: Readings
) -> list[str]:
    value = cells["value"]
    told = "CAST(NULL AS VARCHAR)" if value is None else readings.folded(trait_text(value))
    read = (
        f"{as_canonical(each, cells.get(each.name), readings)} AS {named(each.column)}" for each in fields
    )
    return [told, *read]


def _replacements(fields: Sequence[Field]) -> str:
    columns = [named(field.column) for field in fields if field.reading == "text"]
    return ", ".join([f"{known(column)} AS {column}" for column in columns] or ["lead_id AS lead_id"])


def renamed(sql: str, ours: Mapping[str, str]) -> str:
    """A text, with the names that people have put into the playbook's."""
    changes = [f"WHEN {literal(name)} THEN {literal(asked)}" for name, asked in ours.items() if name != asked]
    return f"CASE {sql} {' '.join(changes)} ELSE {sql} END" if changes else sql


def warn_of_unknown(
    gathering: Gathering, what: str, asked: Sequence[str], found: Sequence[str], there: Sequence[str]
) -> None:
    """Warn in one line of what the playbook asks for and the data does not have, with the nearest that it has."""
    near = {name: nearest(name, there) for name in asked if name not in found}
    if len(near) == 1:
        ((name, guess),) = near.items()
        hint = f"; the nearest that it has is {guess!r}" if guess else ""
        gathering.warn(f"no {what} {name!r} in the data{hint}")
    elif near:
        *most, last = (
            f"{name!r} (nearest: {guess!r})" if guess else repr(name) for name, guess in near.items()
        )
        gathering.warn(f"no {what} {', '.join(most)} or {last} in the data")


def gather_decisions(gathering: Gathering, tables: Sequence[Told], key: str) -> None:
    """Make the canonical table of decisions, the outcomes among them."""
    database = gathering.database
    id_type = "BIGINT" if key == "int64" else "VARCHAR"
    database.run(f"CREATE TEMP TABLE decisions (lead_id {id_type}, decision VARCHAR, decided_at BIGINT)")
    for found in tables:
        rows = _rows(gathering, found, key)
        allowed = _OUTCOMES if found.opened.table == "outcomes" else DECISIONS
        words = {word: decision_word(word) for word in rows.words(gathering)}
        ours = {word: meant for word, meant in words.items() if meant in allowed}
        good = _good(
            gathering, found, rows, [_unknown_word(found, rows, allowed, [w for w in words if w not in ours])]
        )
        database.run(
            f"INSERT INTO decisions SELECT {rows.lead}, {renamed(rows.subject, ours)}, {rows.moment.sql} "
            f"FROM {rows.given.relation} g WHERE {good}"
        )
        _finish(gathering, found, rows, good)


def decision_word(word: str) -> str:
    """The word of ours that is meant, or the word itself, folded."""
    text = (fold(word) or "").replace("_", " ").replace("-", " ")
    return DECISION_WORDS.get(text, text)


def _unknown_word(found: Told, rows: Rows, allowed: Sequence[str], unknown: Sequence[str]) -> Check:
    if not unknown:
        return Check("unknown word", "FALSE")
    hints = {word: word + did_you_mean(decision_word(word), allowed) for word in unknown[:_MOST_HINTS]}
    return Check(
        f"unknown {_SUBJECTS[found.opened.table][0]}",
        f"coalesce({rows.subject} IN {listed(unknown)}, FALSE)",
        renamed(rows.subject, hints),
    )


def _finish(gathering: Gathering, found: Told, rows: Rows, good: str) -> None:
    """Note how many rows were taken, and drop what is no longer needed."""
    count = gathering.database.value(f"SELECT count(*) FROM {rows.given.relation} g WHERE {good}")
    gathering.rows[found.opened.table] = count
    if rows.given.kept:
        gathering.database.drop(rows.given.relation)
