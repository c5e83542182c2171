"""What came of judging people, written: standings, moves, what is told to others, what is shown of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import msgspec

from qualify.scoring.single import Judgement
from qualify.stages.living import Folded
from qualify.web.database import Row, insert, run_many, those
from qualify.web.handing.line import mark_judged
from qualify.web.living.loading import Loaded

_encode = msgspec.json.Encoder().encode

STANDING = (
    "person_id, version_id, as_of, total, grade, information, scores, lines, unknown, stage, since, cycle, "
    "cycle_since, next_at"
)
REPLACED = ", ".join(f"{name} = excluded.{name}" for name in STANDING.split(", ")[1:])
_MOVED = "person_id, moved_at, place, version_id, stage_from, stage_to, cycle"
_OF_MOVE = len(_MOVED.split(", "))
MOVE = f"{_MOVED}, total, grade, rules"
MESSAGE = "type, person_id, payload, created_at"
# Mostly it is shown already, and whoever writes a row writes its indexes anew.
SHOWN = (
    "UPDATE person SET email = %s, name = %s, company = %s, traits = %s, channel = %s WHERE id = %s "
    "AND NOT (email = %s AND name = %s AND company = %s AND traits = %s AND channel = %s)"
)


class Judged(NamedTuple):
    """A person, what came of judging them, and the moment from which on it is new."""

    person: Loaded
    folded: Folded
    since: int


def write(judged: Sequence[Judged], now: int) -> None:
    """Write all of it; to be called in a transaction."""
    before = _before([each.person.person_id for each in judged])
    told = _moves(judged, now)
    standings = []
    for each in judged:
        row = standing_row(each, now)
        if row is not None:
            standings.append(row)
            told += _scored(each, before.get(each.person.person_id), now)
    insert("standing", STANDING, standings, f"ON CONFLICT (person_id) DO UPDATE SET {REPLACED}")
    shown = [(each.person.person_id, person_row(each.person)) for each in judged]
    run_many(SHOWN, [(*row, who, *row) for who, row in shown])
    insert("message", MESSAGE, told)
    mark_judged((each.person.person_id for each in judged), now)


def standing_row(each: Judged, now: int) -> Row | None:
    """The row of a standing as of now; None while there is no playbook, or the person is not a lead yet."""
    folded, judgement = each.folded, each.folded.judgement
    if judgement is None:
        return None
    state = folded.state
    return (
        each.person.person_id, folded.version, now, judgement.total, judgement.grade or "",
        judgement.information, text(judgement.scores), lines(judgement), text(judgement.unknown),
        state.stage, state.since, state.cycle, state.cycle_since, folded.next_at,
    )  # fmt: skip


def lines(judgement: Judgement) -> str:
    """The ledger as JSON: each line a list, in the order of rule and kind of line."""
    return text(sorted(judgement.lines, key=lambda line: (line.rule, line.line)))


def text(value: object) -> str:
    """JSON as text."""
    return _encode(value).decode()


def person_row(person: Loaded) -> Row:
    """What is shown of a person everywhere: the newest e-mail, name and company, every trait, how they first came."""
    traits = {name: value for name, value in person.traits.items() if not name.startswith("$")}
    name = traits.get("name") or " ".join(
        str(traits[part]) for part in ("first_name", "last_name") if traits.get(part)
    )
    email = next(reversed(person.emails), "")
    company = traits.get("company") or ""
    channel = "" if person.first_touch is None else person.first_touch[1]
    return email[:512], str(name)[:512], str(company)[:512], text(traits), channel[:200]


def _before(people: Sequence[int]) -> Mapping[int, Row]:
    found = those("SELECT person_id, total, grade, stage FROM standing WHERE person_id IN ({})", people)
    return {row[0]: row[1:] for row in found}


def _moves(judged: Sequence[Judged], now: int) -> list[Row]:
    """Replace the moves from the moment of the news on; what is new or withdrawn is told.

    A move that is there with another score is mended, and told to nobody: the lead did not move.
    """
    since = {each.person.person_id: each.since for each in judged}
    old: dict[Row, tuple[int, Row]] = {}
    statement = f"SELECT id, {MOVE} FROM move WHERE person_id IN ({{}}) ORDER BY id"
    for number, *row in those(statement, sorted(since)):
        if row[1] >= since[row[0]]:
            old[tuple(row[:_OF_MOVE])] = number, tuple(row[_OF_MOVE:])
    new = {row[:_OF_MOVE]: row[_OF_MOVE:] for each in judged for row in move_rows(each)}
    withdrawn = [row for row in old if row not in new]
    run_many("DELETE FROM move WHERE id = %s", [(old[row][0],) for row in withdrawn])
    other = [(*scored, old[row][0]) for row, scored in new.items() if row in old and old[row][1] != scored]
    run_many("UPDATE move SET total = %s, grade = %s, rules = %s WHERE id = %s", other)
    fresh = [(*row, *scored) for row, scored in new.items() if row not in old]
    insert("move", MOVE, fresh)
    return [move_told("lead.moved", row, now) for row in fresh] + [
        move_told("lead.move_withdrawn", row, now) for row in withdrawn
    ]


def move_rows(each: Judged) -> list[Row]:
    """The moves as rows, numbered where several happen at one moment."""
    found: list[Row] = []
    places: dict[int, int] = defaultdict(int)
    for move in each.folded.moves:
        place = places[move.at]
        places[move.at] += 1
        made = (
            each.person.person_id,
            move.at,
            place,
            move.version,
            move.stage_from,
            move.stage_to,
            move.cycle,
        )
        found.append((*made, *_judged_so(move.judged)))
    return found


def _judged_so(judged: Judgement | None) -> Row:
    """The columns of a move that say how the lead was judged then."""
    return (0, "", "[]") if judged is None else (judged.total, judged.grade or "", speaking(judged.lines))


def speaking(ledger: Iterable[Sequence[Any]]) -> str:
    """The rules that speak for a lead, by number, as JSON: those that give points, whatever a cap takes of them."""
    given: dict[int, int] = defaultdict(int)
    for rule, line, *_, points in ledger:
        if line in ("rule", "cap"):
            given[rule] += points
    return text(sorted(rule for rule, points in given.items() if points > 0))


def move_told(what: str, row: Row, now: int) -> Row:
    """The message of a move that was made or withdrawn."""
    who, moved_at, _, version, stage_from, stage_to, cycle = row[:_OF_MOVE]
    payload: dict[str, Any] = {
        "lead_id": who, "moved_at": moved_at, "from": stage_from, "to": stage_to, "cycle": cycle,
        "playbook_version": version,
    }  # fmt: skip
    return what, who, text(payload), now


def _scored(each: Judged, before: Row | None, now: int) -> list[Row]:
    """A message where the total or the grade is another than before."""
    judgement = each.folded.judgement
    assert judgement is not None
    if before is not None and before[:2] == (judgement.total, judgement.grade or ""):
        return []
    payload: dict[str, Any] = {
        "lead_id": each.person.person_id, "as_of": now, "total": judgement.total / 100,
        "scores": {name: points / 100 for name, points in judgement.scores.items()},
        "grade": judgement.grade or "", "stage": each.folded.state.stage,
        "playbook_version": each.folded.version, "before": None if before is None else before[0] / 100,
    }  # fmt: skip
    return [("lead.scored", each.person.person_id, text(payload), now)]
