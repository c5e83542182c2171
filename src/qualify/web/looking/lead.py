"""One lead: who they are, where they stand, and the lines behind it; today or as of any moment."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any, NamedTuple

from qualify.capture.channels import Touches
from qualify.identity.graph import is_naming
from qualify.stages.living import Folded
from qualify.web.database import Row, rows, those
from qualify.web.keeping.people import around
from qualify.web.living.standings import person_row
from qualify.web.living.values import decoded
from qualify.web.looking import words
from qualify.web.looking.consents import Statement, consents_of
from qualify.web.looking.leads import COLUMNS, Listed, of_row
from qualify.web.looking.recorded import recorded
from qualify.web.looking.touches import touches_of


class Detail(NamedTuple):
    """A lead with the lines behind the score, traits, what holds of consent, and what brought it here.

    ``as_of`` is the moment for which it holds; ``next_at`` the next at which time alone changes something.
    """

    lead: Listed
    as_of: int
    next_at: int | None
    lines: list[words.Told]
    unknown: list[str]
    traits: dict[str, Any]
    consents: dict[str, Statement]
    touches: Touches


class Tied(NamedTuple):
    """A link between two identifiers, with what told us."""

    id: int
    one_id: int
    other_id: int
    evidence: str
    linked_at: int
    known_at: int
    severed_at: int | None


class Known(NamedTuple):
    """What somebody goes by."""

    id: int
    kind: str
    value: str
    first_seen: int
    owner_id: int
    joined_at: int
    contested: bool


def survivor_of(lead_id: int) -> int | None:
    """Who the lead of that id is now: itself, or who it was merged into; None when there never was one."""
    found = rows("SELECT kind, owner_id FROM identifier WHERE id = %s", [lead_id])
    return int(found[0][1]) if found and is_naming(found[0][0]) else None


def today(person_id: int, now: int) -> Detail | None:
    """The lead as it stands; None when there is none."""
    found = rows(
        f"SELECT {COLUMNS}, s.next_at, s.lines, s.unknown, p.traits FROM person p "
        "LEFT JOIN standing s ON s.person_id = p.id WHERE p.id = %s",
        [person_id],
    )
    if not found:
        return None
    *row, next_at, lines, unknown, traits = found[0]
    lead = of_row(tuple(row))
    version, around_it = lead.playbook_version, (consents_of(person_id, now), touches_of(person_id, now))
    as_of = now if lead.updated_at is None else lead.updated_at
    if version is None:
        return Detail(lead, as_of, None, [], [], json.loads(traits), *around_it)
    said, untold = words.lines(lines, version), words.rules(unknown, version)
    return Detail(lead, as_of, next_at, said, untold, json.loads(traits), *around_it)


def then(person_id: int, moment: int) -> Detail | None:
    """The lead as it stood at a moment, by what was known by then; None when nothing was.

    Told anew from the facts, by the playbooks that were in force. Who is who, and what is a machine's doing, is
    as we know it today; what was joined later is left out.
    """
    known = recorded(person_id)
    if known is None or known.person.created_at > moment:
        return None
    traits = _traits_then(person_id, moment)
    shown = person_row(replace(known.person, traits=traits, emails=_emails_then(person_id, moment)))
    around_it = consents_of(person_id, moment), touches_of(person_id, moment)
    head = (person_id, *shown[:3], known.person.account_id, known.person.created_at)
    return _told(head, known.folded(moment), moment, json.loads(shown[3]), around_it)


def _told(
    head: Row,
    folded: Folded,
    moment: int,
    traits: dict[str, Any],
    around_it: tuple[dict[str, Statement], Touches],
) -> Detail:
    judged, state = folded.judgement, folded.state
    if judged is None:
        lead = Listed._make((*head, *[None] * 9))
        return Detail(lead, moment, folded.next_at, [], [], traits, *around_it)
    version = int(folded.version or 0)
    scores = {name: points / 100 for name, points in judged.scores.items()}
    lead = Listed._make((
        *head, state.stage, state.since, state.cycle, judged.total / 100, judged.grade, scores,
        judged.information, moment, version,
    ))  # fmt: skip
    ledger = sorted(judged.lines, key=lambda line: (line.rule, line.line))
    said, unknown = words.in_words(ledger, version), words.rules(judged.unknown, version)
    return Detail(lead, moment, folded.next_at, said, unknown, traits, *around_it)


def _traits_then(person_id: int, moment: int) -> dict[str, Any]:
    statement = "SELECT traits FROM learnt WHERE owner_id = %s AND known_at <= %s ORDER BY learned_at, id"
    found: dict[str, Any] = {}
    for (text,) in rows(statement, [person_id, moment]):
        found |= decoded(text)
    return found


def _emails_then(person_id: int, moment: int) -> dict[str, int]:
    statement = (
        "SELECT value, first_seen, joined_at FROM identifier WHERE owner_id = %s AND kind = 'email' "
        "AND joined_at <= %s AND first_seen <= %s ORDER BY id"
    )
    found = rows(statement, [person_id, moment, moment])
    return {email: max(first_seen, joined_at) for email, first_seen, joined_at in found}


def identity(person_id: int) -> tuple[list[Known], list[Tied]]:
    """What a lead goes by, and the links between, those that were severed among them."""
    columns = "id, kind, value, first_seen, owner_id, joined_at, contested"
    hood = around([person_id])
    ids = sorted({*hood.inside, *hood.carried})
    named = those(f"SELECT {columns} FROM identifier WHERE id IN ({{}})", ids)
    links: dict[int, Tied] = {}
    for end in ("one_id", "other_id"):
        found = those(
            f"SELECT id, one_id, other_id, evidence, linked_at, known_at, severed_at FROM link WHERE {end} IN ({{}})",
            ids,
        )
        links |= {row[0]: Tied(*row) for row in found}
    return [Known._make((*row[:6], bool(row[6]))) for row in sorted(named)], [
        links[one] for one in sorted(links)
    ]
