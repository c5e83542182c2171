"""Every chart of the pages is a specification that Vega-Lite knows, and has its figures beside it."""

from __future__ import annotations

import re
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

import qualify.web.screens
from qualify.moments import DAY
from qualify.web.screens.chart import SCHEMA, Chart
from tests.web.cast import Cast
from tests.web.screens.test_playbook_plans import RESULT

HERE = Path(next(iter(qualify.web.screens.__path__)))
NOON = 1_700_000_000_000


def over_time() -> list[Chart]:
    """The score of a lead over time: with stages and playbooks, and of somebody who has neither."""
    from qualify.web.looking.history import Band, History, Point, Published
    from qualify.web.screens.lead.history import chart_of

    points = [Point(NOON, 12.5, {"fit": 12.5}, "B3"), Point(NOON + DAY, -3.0, {"fit": -3.0}, "D4")]
    bands = [Band("lead", NOON, NOON + DAY, 1), Band("mql", NOON + DAY, None, 1)]
    published = [Published(NOON + DAY, 2, "webinars count less")]
    whole, bare = History(points, bands, published), History(points[:1], [], [])
    return [chart_of(whole, NOON + 2 * DAY), chart_of(bare, NOON)]


def distributed() -> list[Chart]:
    """The totals before and after a draft."""
    from qualify.web.screens.playbook.planning import _distribution

    found = _distribution(RESULT)
    assert found is not None
    return [found]


def held_against_history() -> list[Chart]:
    """How a draft would have done beside the playbook in force: by weeks, stages and bands."""
    from qualify.web.screens.playbook.drawing import drawn
    from tests.web.screens.test_playbook_hindsight import PAST

    same = {**PAST, "capacity": None, "sides": [PAST["sides"][0]] * 2}
    return [*drawn(PAST, enough=True), *drawn(same, enough=True)]


def aligned() -> list[Chart]:
    """What became of the leads that were handed over: by bands of the score, and by weeks."""
    from qualify.reports.alignment import SAID
    from qualify.web.screens.alignment.telling import band_chart, week_chart

    band: Any = SimpleNamespace(
        label="45 and more", of=SimpleNamespace(band=SimpleNamespace(rate=0.25)), low=0.11, high=0.44
    )
    week: Any = SimpleNamespace(label="16 Nov", counts=SimpleNamespace(**dict.fromkeys(SAID, 3)))
    capacities = (None, 12)
    return [band_chart([band]), *(week_chart([week], each, by_week=True) for each in capacities)]


def learnt() -> list[Chart]:
    """Calibration, what rules cost, how it held, and where the marks should stand."""
    from qualify.web.screens.learning import charts
    from tests.web.learning.lessons import MARKS, told

    lesson, steps = told(), MARKS["steps"]
    found = [charts.calibration(lesson), charts.curve(lesson), charts.history(lesson)]
    return [
        *(each for each in found if each is not None),
        *(charts.volume(steps, capacity, 10) for capacity in (None, 40)),
    ]


CHARTS = {
    "lead/history.py": over_time, "playbook/planning.py": distributed, "playbook/drawing.py": held_against_history,
    "alignment/telling.py": aligned, "learning/charts.py": learnt,
}  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("where", CHARTS)
def test_it_is_what_vega_lite_understands_and_the_figures_say_the_same(where: str, people: Cast) -> None:
    import altair

    for chart in CHARTS[where]():
        assert chart.spec["$schema"] == SCHEMA == f"{altair.SCHEMA_URL.partition('/v6')[0]}/v6.json"
        altair.Chart.from_dict(dict(chart.spec), validate=True)
        assert chart.rows
        assert all(len(row) == len(chart.columns) for row in chart.rows)
        assert not any(
            layer.get("data", {"values": [1]})["values"] == [] for layer in chart.spec.get("layer", [])
        )


def test_a_specification_with_a_mistake_is_refused() -> None:
    import altair
    from jsonschema import ValidationError

    with pytest.raises(ValidationError):
        altair.Chart.from_dict(
            {"data": {"values": []}, "mark": "no such mark", "encoding": {}}, validate=True
        )


def test_no_chart_is_left_out() -> None:
    drawn = {
        str(path.relative_to(HERE))
        for path in HERE.rglob("*.py")
        if re.search(r"\bChart\($", path.read_text(), re.MULTILINE) or ' Chart("' in path.read_text()
    }
    assert drawn == set(CHARTS), "hold it against the schema here, too"
