"""A text changed at one place stays as it was everywhere else."""

from __future__ import annotations

import difflib
from typing import Any

import pytest

from qualify.errors import QualifyError
from qualify.playbook import parse
from qualify.playbook.rewriting import Rewriting
from qualify.playbook.starters import names, text

WEBINAR = ("scores", "engagement", "rules", 4)


def changed(old: str, new: str) -> list[str]:
    """The lines that went and came."""
    found = difflib.unified_diff(old.splitlines(), new.splitlines(), lineterm="", n=0)
    return [line for line in found if not line.startswith(("---", "+++", "@@"))]


def after(old: str, path: tuple[str | int, ...], value: Any) -> str:
    tree = Rewriting(old)
    tree.put(path, value)
    return tree.text()


@pytest.mark.parametrize("name", names())
def test_a_text_that_is_not_changed_stays_letter_by_letter(name: str) -> None:
    assert Rewriting(text(name)).text() == text(name)


def test_one_number_changes_one_line() -> None:
    old = text("b2b-saas")
    assert changed(old, after(old, (*WEBINAR, "points"), 5)) == ["-        points: 10", "+        points: 5"]


@pytest.mark.slow
def test_of_what_is_written_again_only_the_difference_is_touched() -> None:
    old = text("b2b-saas")
    tree = Rewriting(old)
    rule = tree.at(WEBINAR)
    assert after(old, WEBINAR, rule) == old
    assert len(changed(old, after(old, WEBINAR, {**rule, "cap": 30}))) == 2


def test_the_short_forms_that_somebody_wrote_stay() -> None:
    old = "when: {did: a}\nenter: [{score: x}]\nmql: 40\n"
    assert after(old, ("when",), {"did": ["a"]}) == old
    assert after(old, ("enter",), {"all_of": [{"score": "x"}]}) == old
    assert after(old, ("mql",), {"enter": 45}) == old.replace("40", "45")


@pytest.mark.slow
def test_a_rule_is_added_moved_and_taken_out_with_its_comments_left_behind() -> None:
    old = text("b2b-saas")
    tree = Rewriting(old)
    rules = ("scores", "fit", "rules")
    place = tree.add(rules, {"points": 5, "name": "new", "when": {"email": "free"}})
    tree.shift((*rules, place), -1)
    assert tree.at((*rules, place - 1))["name"] == "new"
    assert tree.at((*rules, place))["name"] == "unsubscribed"
    assert [rule.label for rule in parse(tree.text()).scores["fit"].rules][-2:] == ["new", "unsubscribed"]
    tree.remove((*rules, place - 1))
    assert parse(tree.text()).fingerprint == parse(old).fingerprint
    assert "# Opens earn nothing" in tree.text()


def test_at_the_end_of_a_list_a_move_does_nothing() -> None:
    old = text("b2b-saas")
    tree = Rewriting(old)
    tree.shift(("icp", 0), -1)
    tree.shift(("icp", 1), 1)
    assert tree.text() == old


def test_what_is_the_last_of_its_kind_takes_its_heading_with_it() -> None:
    tree = Rewriting("playbook: x\nicp:\n  - name: only\nscores: {}\n")
    tree.remove(("icp", 0))
    assert "icp" not in tree.text()


def test_words_that_look_like_numbers_are_put_in_quotes() -> None:
    assert "'5'" in after("playbook: x\n", ("playbook",), "5")


@pytest.mark.parametrize("path", [("scores", "none", "rules", 0), ("icp", 9), ("playbook", "x")])
def test_a_path_that_leads_nowhere_is_refused(path: tuple[str | int, ...]) -> None:
    with pytest.raises(QualifyError, match="there is nothing at"):
        Rewriting(text("b2b-saas")).remove(path)


@pytest.mark.parametrize("flaw", ["a: [", "- a\n- b\n", "", "a: 1\na: 2\n"])
def test_what_is_no_playbook_is_refused(flaw: str) -> None:
    with pytest.raises(QualifyError, match="mend it as text first"):
        Rewriting(flaw)
