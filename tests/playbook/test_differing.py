"""What differs between two playbooks is said as people say it."""

from __future__ import annotations

import pytest

from qualify.playbook import parse
from qualify.playbook.differing import differences
from qualify.playbook.starters import names, text

SMALL = """\
playbook: Small
icp:
  - {name: large, conditions: {trait: employees, at_least: 50}}
scores:
  fit:
    bounds: {at_most: 100}
    rules:
      - {points: 40, name: fits, when: {icp: large}}
  engagement:
    half_life: 30 days
    rules:
      - {points: 10, name: came to a webinar, when: {did: webinar_attended}}
      - {points: 25, when: {did: demo_requested}}
grades:
  letters: {score: fit, A: 70, B: 45, C: 20}
  numbers: {score: engagement, 1: 50, 2: 25, 3: 10}
thresholds:
  mql: 40
stages:
  sal:
    enter: [{decision: accepted}, {score: fit, at_least: 45}]
"""


def told(old: str, new: str) -> list[str]:
    return [str(each) for each in differences(parse(old), parse(new))]


@pytest.mark.parametrize(
    ("before", "after", "words"),
    [
        ("points: 10", "points: 5", "engagement: came to a webinar: +10 → +5"),
        ("mql: 40", "mql: 45", "stages: threshold of mql: 40 → 45"),
        ("mql: 40", "mql: {enter: 40, leave: 30}", "stages: mql leaves below: 40 → 30"),
        ("did: demo_requested", "did: offer_requested", "engagement: did demo_requested: gone: +25, did "
         "demo_requested, every time, halves every 30 days"),
        ("name: came to a webinar", "name: webinar", "engagement: webinar (name): came to a webinar → webinar"),
        ("half_life: 30 days", "half_life: 60 days", "engagement: half-life: 30 days → 60 days"),
        ("name: fits, when", "name: fits, cap: 20, when", "fit: fits: no limits → 20 at most"),
        ("at_most: 100", "at_most: 80", "fit: bounds: no higher than 100 → no higher than 80"),
        ("A: 70", "A: 75", "grades: A from: 70 → 75"),
        ("at_least: 50}", "at_least: 80}", "icp: large: employees is at least 50 → employees is at least 80"),
        ("playbook: Small", "playbook: Small\nreview_by: 2027-01-31", "playbook: to be looked at again by: new: "
         "2027-01-31"),
        ("at_least: 45", "at_least: 55", "stages: sal enters when: fit is at least 45 → fit is at least 55"),
        ("grades:\n  letters: {score: fit, A: 70, B: 45, C: 20}\n  numbers: {score: engagement, 1: 50, 2: 25, 3: 10}\n",
         "", "grades: letters: gone: fit: A from 70, B from 45, C from 20"),
        ("playbook: Small", "playbook: Small\ncountry_groups: {home: [DE, AT]}", "country groups: home: new: DE, AT"),
    ],
)  # fmt: skip
def test_a_change_has_words(before: str, after: str, words: str) -> None:
    assert words in told(SMALL, SMALL.replace(before, after))


def test_a_change_of_one_thing_is_said_once() -> None:
    assert len(told(SMALL, SMALL.replace("half_life: 30 days", "half_life: 60 days"))) == 1
    assert len(told(SMALL, SMALL.replace("points: 10", "points: 5"))) == 1


def test_comments_layout_and_order_of_rules_are_no_difference() -> None:
    lines = SMALL.split("\n")
    first = next(place for place, line in enumerate(lines) if "came to a webinar" in line)
    lines[first], lines[first + 1] = lines[first + 1], lines[first] + "  # a comment"
    assert told(SMALL, "\n".join(lines)) == []


@pytest.mark.parametrize("old", names())
@pytest.mark.parametrize("new", names())
def test_starters_differ_from_each_other_and_not_from_themselves(old: str, new: str) -> None:
    assert bool(told(text(old), text(new))) == (old != new)
