"""One lead as a model looks at it: the columns it learnt from, made of the store's facts by the one-lead path.

The same conditions, tallies and readings as in training, without DuckDB, and without scikit-learn.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from qualify.moments import DAY
from qualify.playbook import parse
from qualify.web.living.loading import looked_at
from qualify.web.living.recording import Recorder
from qualify.web.living.values import Fields

if TYPE_CHECKING:
    from qualify.learning.challenger import Challenger
    from qualify.learning.columns import Column, Columns
    from qualify.learning.likelihood import Likelihood
    from qualify.learning.observing import Watched
    from qualify.scoring.single import Judgement


class Foretelling:
    """A stored model made ready to look at single leads. ``written`` is what :func:`~.saying.model` gave.

    ``text`` is the playbook whose rules it was learnt with; empty: none.
    """

    def __init__(self, written: Mapping[str, Any], text: str) -> None:
        from qualify.learning.observing import observation
        from qualify.learning.storing import restored
        from qualify.scoring.single import Judge

        self.asked: Mapping[str, Any] = written["asked"]
        self.model: Likelihood | Challenger = restored(written)
        of = [each["asked"] for each in self.asked.values() if each["origin"] != "rule"]
        traits = list(dict.fromkeys(each["trait"] for each in of if "trait" in each))
        kinds = list(dict.fromkeys(each["did"] for each in of if "did" in each))
        watching = observation(traits, kinds, parse(text) if text else None)
        self.watched = self._wanted(watching.watched)
        self.layout = watching.layout
        self.judge = Judge(self.layout)
        self.fields = Fields([self.layout])
        self.by_column = {field.column: field for field in self.layout.asked.fields}

    def _wanted(self, watched: tuple[Watched, ...]) -> dict[str, Watched]:
        """By name what the model looks at; of a trait the reading that was learnt from."""
        found = {}
        for each in watched:
            told = self.asked.get(each.name)
            if told is None or (each.origin == "trait" and (each.reading == "number") is not told["number"]):
                continue
            found[each.name] = each
        return found

    def columns(self, person_id: int, now: int) -> Columns | None:
        """The lead as of now, as one row; None when there is no such lead."""
        from qualify.learning.columns import Columns

        person = looked_at([person_id], self.fields).get(person_id)
        if person is None:
            return None
        judged = self.judge(Recorder(person, self.fields)(now), now)
        held = {line.rule for line in judged.lines if line.line == "rule"}
        return Columns(
            (self._column(name, each, judged, held, now) for name, each in self.watched.items()), 1
        )

    def _column(self, name: str, each: Watched, judged: Judgement, held: set[int], now: int) -> Column:
        import numpy as np

        from qualify.learning.columns import Column

        more: dict[str, Any] = {"origin": each.origin, "asked": each.asked}
        if each.origin == "rule":
            number = int(each.column.removeprefix("rule_"))
            value = float("nan") if number in judged.unknown else float(number in held)
        elif each.origin == "trait":
            said = judged.view.properties.get(self.by_column[each.column])
            if not self.asked[name]["number"]:
                levels = () if said is None else (str(said),)
                return Column(name, np.array([len(levels) - 1], dtype=np.int64), levels, **more)
            value = float("nan") if said is None else float(said)
        else:
            value = self._counted(each, judged, now)
        return Column(name, np.array([value]), **more)

    def _counted(self, each: Watched, judged: Judgement, now: int) -> float:
        """How often, or how many days ago (as −5), as it was counted in training."""
        number, what = each.column.split()
        count = judged.view.counts.get(int(number))
        if what == "n":
            return float(count.n) if count else 0.0
        return float("nan") if count is None else -float((now - count.last_at) // DAY)

    def reasons(self, columns: Columns) -> tuple[float, list[tuple[str, float]]]:
        """The usual log-odds, and what is added to them for this lead, the largest first; ``""`` is the rest.

        They add up to the log-odds of the chance.
        """
        from qualify.learning.challenger import Challenger
        from qualify.learning.wording import spoken

        if not isinstance(self.model, Challenger):
            usual, told = self.model.reasons(columns, 0)
            return usual, [(each.said if each.column else "", each.log_odds) for each in told]
        usual, parts = self.model.reasons(columns, 0)
        said = [(spoken(columns[name], 0) if name else "", part) for name, part in parts.items()]
        return usual, sorted(said, key=lambda each: -abs(each[1]))
