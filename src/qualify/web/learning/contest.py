"""Who is to be in force: the model that is, or the one that was just learnt. Told by leads that neither had seen."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from qualify.learning.trial import LEAST_WON, WINS_BY
from qualify.moments import DAY
from qualify.speech import Figure, Several, sentence

if TYPE_CHECKING:
    from qualify.learning.columns import Columns, Flags, Floats
    from qualify.learning.evidence import Evidence
    from qualify.learning.lesson import Lesson


class Contest(NamedTuple):
    """Whether the new model takes over, and why or why not, in words."""

    crowned: bool
    why: str


class Later(NamedTuple):
    """Leads that the model in force had not seen the end of when it was learnt: what it says of them, what came."""

    ranking: Floats
    chances: Floats
    won: Flags
    at: Any

    @property
    def enough(self) -> bool:
        """Whether they tell anything: 20 won and 20 lost."""
        return bool(min(self.won.sum(), (~self.won).sum()) >= LEAST_WON)


def contest(lesson: Lesson, champion: Mapping[str, Any] | None) -> Contest:
    """Whether the lesson's model comes into force, by the activation rule, where that model is in force.

    A model that holds takes the place of the written rules; that of an earlier model when it ranks the leads that
    were decided since by 0.01 better.
    """
    if not lesson.verdict.active:
        return Contest(False, lesson.verdict.why)
    auc = lesson.tested.figures[lesson.champion].auc
    if champion is None:
        first = sentence(
            "AUC %(auc)s on later leads; before it, the written rules stood alone", auc=Figure(auc, 3)
        )
        return Contest(True, first)
    if missing := unknown_columns(champion, lesson.evidence.columns):
        gone = Several(tuple(missing[:5]), ", ")
        return Contest(True, sentence("the model before looks at what is no more: %(columns)s", columns=gone))
    return _held(lesson, champion)


def _held(lesson: Lesson, champion: Mapping[str, Any]) -> Contest:
    """The two held against each other on the leads that neither had seen."""
    from qualify.learning.figures import auc
    from qualify.learning.splitting import by_time

    rows = lesson.evidence
    split = by_time(rows.at, rows.won, rows.lead, lesson.horizon_days)
    since = later(rows, champion)
    if split is None or since is None or lesson.tested.chances is None:
        return Contest(
            False, sentence("nothing was decided since by which to hold the two against each other")
        )
    fresh = _fresh(rows, champion)
    both = split.test & fresh
    won = rows.won[both]
    if min(won.sum(), (~won).sum()) < LEAST_WON:
        few = sentence(
            "the model in force stays: %(won)s won and %(lost)s lost leads are new since; it takes %(least)s of each "
            "to hold a new one against it",
            won=int(won.sum()), lost=int((~won).sum()), least=LEAST_WON,
        )  # fmt: skip
        return Contest(False, few)
    theirs = auc(since.ranking[split.test[fresh]], won)
    ours = auc(lesson.tested.chances[fresh[split.test]], won)
    said = sentence(
        "AUC %(ours)s against %(theirs)s on %(leads)s leads that neither had seen",
        ours=Figure(ours, 3), theirs=Figure(theirs, 3), leads=len(won),
    )  # fmt: skip
    if ours < theirs + WINS_BY:
        stays = sentence(
            "the model in force stays: %(said)s; a new one has to win by %(by)s",
            said=said, by=Figure(WINS_BY, None),
        )  # fmt: skip
        return Contest(False, stays)
    return Contest(True, said)


def _fresh(rows: Evidence, champion: Mapping[str, Any]) -> Flags:
    """The rows whose horizon had not passed when the model was learnt."""
    cut = int(champion["trained_as_of"]) - int(champion["horizon_days"]) * DAY
    return rows.at > cut


def unknown_columns(champion: Mapping[str, Any], columns: Columns) -> list[str]:
    """What a model looks at that these columns do not hold."""
    return [name for name in champion["columns"] if name not in columns]


def later(rows: Evidence, champion: Mapping[str, Any]) -> Later | None:
    """What the model in force says of leads that were decided since; None when it cannot, or there are none."""
    from qualify.learning.storing import restored

    if unknown_columns(champion, rows.columns):
        return None
    some = rows.rows(_fresh(rows, champion))
    if not len(some):
        return None
    model = restored(champion)
    return Later(model.ranking(some.columns), model.chances(some.columns), some.won, some.at)
