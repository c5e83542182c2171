"""Outcomes from a file: what came of leads that are here, as a CRM knows it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal
from typing import Any, Final, NamedTuple

from qualify.capture.model import Identifier, Source
from qualify.capture.steps.who import identifier, named
from qualify.files.told import decision_word
from qualify.moments import DAY
from qualify.reading.figures import number
from qualify.web.database import insert, rows, those
from qualify.web.importing.calls import Calls, Refused
from qualify.web.importing.sheets import Row
from qualify.web.importing.taking import ERASED, Part, Reject, Running
from qualify.web.keeping import erased
from qualify.web.keeping.marking import mark
from qualify.web.keeping.nodes import Known, there

OUTCOMES: Final = {"won": "won", "lost": "lost", "closedwon": "won", "closedlost": "lost"}
LARGEST: Final = 10**15
LONGEST_REASON: Final = 2_000


class Closed(NamedTuple):
    """What a row says: by what somebody goes, strongest first, what came of them, and when (epoch ms)."""

    who: tuple[Identifier, ...]
    outcome: str
    closed_at: int
    reason: str
    amount: Decimal | None
    currency: str


_Same = tuple[int, str, dt.date, Decimal | None]
"""By what two rows are one: whose, what, on which day, and what it was worth."""


class Outcomes(Running):
    """An import of outcomes. Nobody becomes a lead by it: a row about somebody who is not here is refused.

    The same outcome of somebody on the same day, worth the same, is there once, however often it is imported; also
    when one of us has taken it back since.
    """

    def __init__(self, calls: Calls, source: Source, now: int, dry: bool) -> None:
        super().__init__(calls, source, now, dry)
        self.zone = calls.moments["closed_at"].zone
        self.currency = _currency()

    def read(self, part: Sequence[Row]) -> Part:
        """Some rows as outcomes."""
        found: list[tuple[int, Any]] = []
        rejects: list[Reject] = []
        for row in part:
            try:
                found.append((row.line, self._closed(self.calls.told(row))))
            except Refused as refused:
                rejects.append(Reject(row.line, refused.reason, refused.found))
        return Part(len(part), found, rejects)

    def _closed(self, told: dict[str, str]) -> Closed:
        outcome = OUTCOMES.get(decision_word(told.get("outcome", "")).replace(" ", ""), "")
        if not outcome:
            raise Refused("it is neither won nor lost", told.get("outcome", ""))
        who = self._who(told)
        if not who:
            raise Refused("nothing says whom it is about: an id, an e-mail address or a telephone number")
        amount = _amount(told.get("amount", ""))
        currency = told.get("currency", "").upper() or self.currency
        if amount is not None and not (len(currency) == 3 and currency.isascii() and currency.isalpha()):
            raise Refused("it says no currency of three letters, as EUR", currency)
        closed_at = self._closed_at(told)
        reason = " ".join(told.get("reason", "").split())[:LONGEST_REASON]
        return Closed(who, outcome, closed_at, reason, amount, currency if amount is not None else "")

    def _who(self, told: dict[str, str]) -> tuple[Identifier, ...]:
        said = self.calls.named(told.get("lead_id", ""))
        found = [
            named(said["user_id"]) if "user_id" in said else None,
            identifier(f"external:{self.source.name}", said["external_id"])
            if "external_id" in said
            else None,
            identifier("email", told["email"]) if "email" in told else None,
            identifier("phone", told["phone"], self.source.region) if "phone" in told else None,
        ]
        return tuple(dict.fromkeys(each for each in found if each is not None))

    def _closed_at(self, told: dict[str, str]) -> int:
        """When it ended; a day alone means its end, as what happened on it came before."""
        text = told.get("closed_at", "")
        at = self.calls.moment(told, "closed_at")
        if at is None:
            raise Refused("nothing says when it was won or lost")
        if at > self.now:
            raise Refused("it is still to come: a deal is won or lost when it has ended", text)
        is_day = ":" not in text and not text.replace(".", "").isdigit()
        return min(at + DAY - 1, self.now) if is_day else at

    def kept(self, read: Sequence[tuple[int, Any]]) -> tuple[int, int, list[Reject]]:
        """Keep the outcomes of those who are here."""
        everybody = {each for _, closed in read for each in closed.who}
        gone = erased.refused(everybody, self.now, count=not self.dry)
        known, rejects = there(everybody, held=not self.dry), list[Reject]()
        found: list[tuple[Known, Closed]] = []
        for line, closed in read:
            whose = [known[each] for each in closed.who if each in known and known[each].names_a_person]
            if not gone.isdisjoint(closed.who):
                rejects.append(Reject(line, ERASED))
            elif not whose:
                rejects.append(Reject(line, "nobody here goes by this", closed.who[0].value))
            elif len({each.owner_id for each in whose}) > 1:
                rejects.append(
                    Reject(line, "it names two people", " and ".join(each.value for each in whose))
                )
            else:
                found.append((whose[0], closed))
        new = self._new(found)
        if not self.dry:
            self._keep(new)
        return len(new), len(found) - len(new), rejects

    def _new(self, found: Sequence[tuple[Known, Closed]]) -> list[tuple[Known, Closed]]:
        """Those that are not here yet."""
        statement = "SELECT owner_id, outcome, closed_at, amount FROM outcome WHERE owner_id IN ({})"
        here = {self._same(*row) for row in those(statement, sorted({whose.owner_id for whose, _ in found}))}
        new = []
        for whose, closed in found:
            same = self._same(whose.owner_id, closed.outcome, closed.closed_at, closed.amount)
            if same not in here:
                here.add(same)
                new.append((whose, closed))
        return new

    def _same(self, owner: int, outcome: str, closed_at: int, amount: Any) -> _Same:
        day = dt.datetime.fromtimestamp(closed_at / 1000, self.zone).date()
        return owner, outcome, day, None if amount is None else Decimal(str(amount)).quantize(Decimal("0.01"))

    def _keep(self, new: Sequence[tuple[Known, Closed]]) -> None:
        values, news = [], dict[int, int]()
        for whose, closed in new:
            received_at = closed.closed_at if self.calls.history else self.now
            known_at = max(received_at, whose.joined_at)
            values.append((
                whose.id, whose.owner_id, received_at, known_at, self.source.name[:255], closed.outcome,
                closed.closed_at, closed.reason, closed.amount, closed.currency,
            ))  # fmt: skip
            news[whose.owner_id] = min(known_at, news.get(whose.owner_id, known_at))
        columns = "subject_id, owner_id, received_at, known_at, source, outcome, closed_at, reason, amount, currency"
        insert("outcome", columns, values)
        mark(news, self.now)


def _amount(text: str) -> Decimal | None:
    if not text:
        return None
    found = number(text)
    if found is None or not 0 <= found < LARGEST:
        raise Refused("the amount is no number from 0 to 10¹⁵", text)
    return Decimal(str(found)).quantize(Decimal("0.01"))


def _currency() -> str:
    """That of the playbook in force, for amounts that say none; empty without a playbook."""
    from qualify.playbook import parse

    found = rows("SELECT text FROM playbook_version ORDER BY published_at DESC LIMIT 1")
    return str(parse(found[0][0]).currency) if found else ""
