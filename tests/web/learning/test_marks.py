"""The marks of the hand-off: found wherever a playbook writes them, and moved without touching anything else."""

from __future__ import annotations

from typing import Any

from qualify.playbook import parse
from qualify.playbook.starters import text as starter
from qualify.web.learning.marks import lowered, marks, moved, stages_of

SHORT = """
playbook: small
scores: {fit: {rules: [{points: 10, when: {trait: country, is: DE}}]}}
thresholds: {mql: 60}  # agreed in May
"""


def points(text: str, stages: tuple[str, ...]) -> list[tuple[Any, ...]]:
    return [(each.stage, each.score, each.word, each.points) for each in marks(text, stages)]


def test_marks_are_found_inside_conditions_of_stages() -> None:
    text = starter("services")
    assert points(text, stages_of(parse(text))) == [
        ("mql", "fit", "at_least", 40), ("mql", "engagement", "at_least", 20), ("mql", "engagement", "below", 10),
    ]  # fmt: skip


def test_a_threshold_in_its_short_form_is_a_mark_of_the_total() -> None:
    assert points(SHORT, ("mql",)) == [("mql", "total", "at_least", 60)]
    assert "thresholds: {mql: 70}  # agreed in May" in moved(SHORT, ("mql",), 10)


def test_moving_moves_every_mark_and_nothing_else() -> None:
    by, text = 5, starter("services")
    stages = stages_of(parse(text))
    changed = moved(text, stages, by)
    assert [each[3] - by for each in points(changed, stages)] == [each[3] for each in points(text, stages)]
    old, new = parse(text), parse(changed)
    assert (old.scores, old.handoff, old.stages["sql"]) == (new.scores, new.handoff, new.stages["sql"])


def test_a_fast_lane_stays_where_it_is() -> None:
    text = starter("services")
    lane = parse(text).stages["mql"].fast_lane
    assert lane is not None and parse(moved(text, ("mql",), 10)).stages["mql"].fast_lane == lane


def test_single_marks_can_be_set() -> None:
    text = starter("ecommerce")
    path = marks(text, ("mql",))[1].path
    assert points(lowered(text, {path: 12}), ("mql",))[1][3] == 12
