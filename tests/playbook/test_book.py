"""A playbook once it is read: what it is called, what it says of itself, and when it is the same one."""

from __future__ import annotations

import pytest

from qualify.playbook import Playbook, parse, starters

TEXT = """\
playbook: Acme
scores:
  fit: {rules: [{points: 20, name: software, when: {trait: industry, is: software}}]}
  engagement: {half_life: 30 days, rules: [{points: 5, when: {did: visited}}, {points: 5, half_life: none, when: {did: asked}}]}
thresholds: {mql: {enter: 20, leave: 10}, iql: 5}
stages: {recycled: {enter: {decision: lost}}, sal: {enter: {decision: accepted}}}
"""


@pytest.mark.parametrize("name", starters.names())
def test_a_starter_is_loaded_by_its_name_and_has_nothing_to_mend(name: str) -> None:
    from qualify.playbook import examine

    assert Playbook.load(name).scores
    assert examine(starters.text(name))[1] == []


def test_it_shows_itself_in_a_line() -> None:
    book = parse(TEXT)
    assert repr(book) == f"<Playbook 'Acme' {book.fingerprint}: 3 rules in fit, engagement>"
    assert str(book) == repr(book)


def test_a_notebook_shows_it_as_prose() -> None:
    assert parse(TEXT)._repr_markdown_().startswith("# Acme\n")


def test_comments_layout_and_short_forms_do_not_make_it_another_playbook() -> None:
    book = parse(TEXT)
    same = parse(
        "# a comment\n" + TEXT.replace("30 days", "30").replace("{mql: {enter: 20", "{mql:   {enter: 20.00")
    )
    assert same.fingerprint == book.fingerprint


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("points: 20", "points: 20.01"),
        ("software, when", "Software, when"),
        ("30 days", "31 days"),
        ("leave: 10", "leave: 11"),
        ("lost", "won"),
    ],
)
def test_whatever_else_it_says_makes_it_another(old: str, new: str) -> None:
    assert parse(TEXT.replace(old, new)).fingerprint != parse(TEXT).fingerprint


def test_its_stages_are_a_ladder_thresholds_among_them_endings_last() -> None:
    assert list(parse(TEXT).ladder) == ["iql", "mql", "sal", "recycled"]


def test_a_threshold_is_entered_at_and_left_below_its_points() -> None:
    ladder = parse(TEXT).ladder
    said = {
        name: (stage.enter.sentence(), stage.leave.sentence())
        for name, stage in ladder.items()
        if stage.enter and stage.leave
    }
    assert said == {
        "mql": ("total is at least 20", "total is below 10"),
        "iql": ("total is at least 5", "total is below 5"),
    }


def test_a_rule_takes_its_half_life_from_its_score_unless_it_has_its_own() -> None:
    book = parse(TEXT)
    halves = [score.half_life_of(rule) for _, score, rule in book.rules()]
    assert halves == [None, 30, None]


def test_it_cannot_be_changed() -> None:
    with pytest.raises(ValueError, match="frozen"):
        setattr(parse(TEXT), "playbook", "Bcme")  # noqa: B010
