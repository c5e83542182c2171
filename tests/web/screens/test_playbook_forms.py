"""A draft edited as a form, without scripts: what a browser would send, and what becomes of the text."""

from __future__ import annotations

from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from qualify.clock import now
from qualify.playbook import parse
from qualify.playbook.rewriting import Rewriting
from qualify.playbook.starters import names, text
from qualify.web.looking import playbook as looking
from qualify.web.screens.playbook.fields import Filled, full, inputs, typed
from qualify.web.screens.playbook.places import place
from qualify.web.screens.playbook.shapes import part_shape
from qualify.web.verbs.actor import Actor
from qualify.web.verbs.drafting import begin, save
from tests.web.screens.members import Members
from tests.web.screens.test_playbook import TEXT

MIA = Actor("mia@qualify.example", frozenset({"draft:playbook"}))


class Fields(HTMLParser):
    """The fields of the form for a part, as a browser would send them."""

    def __init__(self) -> None:
        super().__init__()
        self.found: dict[str, list[str]] = {}
        self.inside, self.area, self.choice = False, "", ""
        self.options: list[tuple[str, bool]] = []

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        told = dict(attrs)
        if tag == "form":
            self.inside = "data-careful" in told
        if not self.inside:
            return
        if tag == "input" and not (told.get("type") == "checkbox" and "checked" not in told):
            self.found.setdefault(told["name"], []).append(told.get("value") or "")
        elif tag == "select":
            self.choice, self.options = told["name"], []
        elif tag == "option" and self.choice:
            self.options.append((told.get("value") or "", "selected" in told))
        elif tag == "textarea":
            self.area = told["name"]
            self.found[self.area] = [""]

    def handle_data(self, data: str) -> None:
        if self.area:
            self.found[self.area][0] += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea" and self.area:
            self.found[self.area][0] = self.found[self.area][0].removeprefix("\n")
            self.area = ""
        elif tag == "select" and self.choice:
            self.found[self.choice] = [
                next((word for word, taken in self.options if taken), self.options[0][0])
            ]
            self.choice = ""


def fields(answer: Any) -> dict[str, list[str]]:
    reader = Fields()
    reader.feed(answer.content.decode())
    return reader.found


class Draft:
    """A draft that Mia edits in her browser."""

    def __init__(self, browser: Client, told: str) -> None:
        self.browser = browser
        self.number = begin(MIA, now(), text=told)

    @property
    def text(self) -> str:
        found = looking.draft(self.number)
        assert found is not None
        return found[1]

    def where(self, at: str) -> str:
        return f"/playbook/drafts/{self.number}/part?at={at}"

    def form(self, at: str) -> dict[str, list[str]]:
        return fields(self.browser.get(self.where(at)))

    def send(self, at: str, sent: dict[str, list[str]], do: str = "save", **changed: Any) -> Any:
        more = {name.replace("__", "."): [value] for name, value in changed.items()}
        return self.browser.post(self.where(at), {**sent, **more, "do": [do]})


@pytest.fixture
def edited(members: Members) -> Draft:
    return Draft(members.mia, TEXT)


@pytest.mark.slow
def test_a_form_that_is_sent_as_it_came_changes_nothing(members: Members) -> None:
    draft = Draft(members.mia, text("b2b-saas"))
    for at in (
        "scores.engagement.rules.8",
        "stages.mql",
        "icp.0",
        "grades",
        "about",
        "product",
        "scores.fit",
    ):
        assert draft.send(at, draft.form(at)).status_code == 302, at
        assert draft.text == text("b2b-saas"), at


@pytest.mark.slow
@pytest.mark.parametrize("name", names())
def test_every_part_of_every_starter_has_a_form_that_keeps_it(name: str, store: Path) -> None:
    tree, book = Rewriting(text(name)), parse(text(name))
    rules = [
        f"scores.{each}.rules.{at}" for each, score in book.scores.items() for at in range(len(score.rules))
    ]
    profiles = [f"icp.{at}" for at in range(len(book.icp))] + [
        f"personas.{at}" for at in range(len(book.personas))
    ]
    stages = [f"stages.{each}" for each in book.stages] + [f"thresholds.{each}" for each in book.thresholds]
    for at in [*rules, *profiles, *stages]:
        where = place(at)
        shape = part_shape(where.part)
        filled = inputs(shape, full(where.part, where.read(text(name)), shape), Filled(where.use))
        tree.put(where.path, typed(shape, sent(filled)))
    assert tree.text() == text(name)


def sent(filled: Any) -> Any:
    """What a browser sends of these inputs."""
    from django.http import QueryDict

    found = QueryDict(mutable=True)
    for each in filled:
        if each.kind == "criterion":
            if each.there:
                found.appendlist(f"{each.name}.@was", each.value)
        elif each.kind in ("criteria", "steps", "tests"):
            found.appendlist(f"{each.name}.@n", str(len(each.inputs)))
        elif each.kind == "test":
            found.appendlist(f"{each.name}.@key", each.value)
        for word, _said, taken in each.options if each.kind != "criterion" else ():
            if taken:
                found.appendlist(each.name, word)
        if not each.options and not each.inputs:
            found.appendlist(each.name, each.value)
        found.update(sent(each.inputs))
    return found


def test_fewer_points_are_fewer_points_in_the_text_and_comments_stay(edited: Draft) -> None:
    at = "scores.engagement.rules.0"
    edited.send(at, edited.form(at), points="5")
    assert edited.text == TEXT.replace("points: 10", "points: 5")


def test_fields_have_the_help_of_the_classes_they_come_from(edited: Draft) -> None:
    page = edited.browser.get(edited.where("scores.fit.rules.0")).content.decode()
    assert "How many points; negative ones take away; at most two decimals" in page
    assert "A trait of the person or, where the person has none, of the account" in page


def test_a_mistake_is_told_at_its_field_and_nothing_is_saved(edited: Draft) -> None:
    at = "scores.engagement.rules.0"
    answer = edited.send(at, edited.form(at), points="many")
    page = answer.content.decode()
    assert answer.status_code == 422 and "is not a number of points" in page
    assert 'name="points" value="many"' in page, "what was typed is still there"
    assert edited.text == TEXT


@pytest.mark.slow
def test_a_rule_is_made_step_by_step_without_scripts(edited: Draft) -> None:
    at = "scores.fit.rules.new"
    form = edited.form(at)
    form = fields(edited.send(at, form, **{"when.@kind": "any_of", "name": "near or large"}))
    form = fields(edited.send(at, form, "add when.any_of"))
    form = fields(edited.send(at, form, **{"when.any_of.0.@kind": "country"}))
    form = fields(edited.send(at, form, **{"when.any_of.1.@kind": "trait"}))
    assert edited.text == TEXT, "until it is saved, nothing is"
    more = {
        "when.any_of.0.country": "de\nat",
        "when.any_of.1.trait": "employees",
        "when.any_of.1.at_least": "500",
    }
    assert edited.send(at, form, **more).status_code == 302
    rule = parse(edited.text).scores["fit"].rules[-1]
    assert (rule.name, rule.points) == ("near or large", 1000)
    assert rule.when.sentence() == "is in de or at or employees is at least 500"


@pytest.mark.slow
def test_criteria_are_moved_and_taken_out(edited: Draft) -> None:
    at = "stages.sal"
    form = fields(edited.send(at, edited.form(at), **{"enter.@kind": "all_of"}))
    form = fields(edited.send(at, form, "add enter.all_of"))
    form = fields(
        edited.send(at, form, **{"enter.all_of.1.@kind": "decision", "enter.all_of.0.score": "fit"})
    )
    form = fields(edited.send(at, form, "up enter.all_of 1"))
    assert form["enter.all_of.0.@was"] == ["decision"]
    form = fields(edited.send(at, form, "remove enter.all_of 1"))
    assert form["enter.all_of.@n"] == ["1"]
    form["enter.all_of.0.decision"] = ["accepted"]
    assert edited.send(at, form).status_code == 302
    assert parse(edited.text).ladder["sal"].enter is not None


def test_a_test_of_a_property_is_added(edited: Draft) -> None:
    at = "scores.engagement.rules.0"
    form = fields(edited.send(at, edited.form(at), "add when.where"))
    edited.send(at, form, **{"when.where.0.@key": "page.path", "when.where.0.starts_with": "/pricing"})
    assert parse(edited.text).scores["engagement"].rules[0].when.sentence().endswith("starts with /pricing")


def test_rules_are_moved_and_taken_out_of_the_draft(edited: Draft) -> None:
    arrange = f"/playbook/drafts/{edited.number}/arrange"

    def does(what: str, at: str) -> Any:
        found = looking.draft(edited.number)
        assert found is not None
        return edited.browser.post(arrange, {"at": at, "do": what, "seen": found[0].digest})

    does("down", "scores.engagement.rules.0")
    assert parse(edited.text).scores["engagement"].rules[0].label == "asked for a demo"
    does("remove", "scores.engagement.rules.0")
    assert len(parse(edited.text).scores["engagement"].rules) == 1
    refused = does("remove", "scores.engagement.rules.0")
    assert refused.status_code == 400, "a half-life without rules is no score"
    assert len(parse(edited.text).scores["engagement"].rules) == 1
    does("remove", "scores.fit.rules.0")
    assert list(parse(edited.text).scores) == ["engagement"], "and one without anything goes"
    assert does("remove", "scores.fit.rules.0").status_code == 404


def test_somebody_was_quicker_and_nothing_of_theirs_is_lost(edited: Draft) -> None:
    at = "scores.engagement.rules.0"
    form = edited.form(at)
    theirs = TEXT.replace("points: 40", "points: 44")
    save(MIA, edited.number, theirs, form["seen"][0], now())
    answer = edited.send(at, form, points="5")
    assert answer.status_code == 409 and "after you opened it" in answer.content.decode()
    assert edited.text == theirs
    edited.send(at, fields(answer))
    assert edited.text == theirs.replace("points: 10", "points: 5"), "what was typed goes into their text"


def test_a_form_whose_rule_was_moved_meanwhile_does_not_change_another(edited: Draft) -> None:
    at = "scores.engagement.rules.0"
    form = edited.form(at)
    lines = TEXT.split("\n")
    first = next(place_ for place_, line in enumerate(lines) if "came to a webinar" in line)
    lines[first], lines[first + 1] = lines[first + 1], lines[first]
    save(MIA, edited.number, "\n".join(lines), form["seen"][0], now())
    assert edited.send(at, form, points="5").status_code == 409
    assert "points: 10" in edited.text


def test_two_people_edit_the_text_and_see_what_the_other_did(edited: Draft) -> None:
    where = f"/playbook/drafts/{edited.number}/text"
    seen = fields(edited.browser.get(where))["seen"][0]
    save(MIA, edited.number, TEXT.replace("points: 40", "points: 44"), seen, now())
    mine = TEXT.replace("mql: 40", "mql: 45").replace("\n", "\r\n")
    answer = edited.browser.post(where, {"text": mine, "seen": seen})
    page = answer.content.decode()
    assert answer.status_code == 409 and "Nothing was saved" in page
    assert "<del>+44</del>" in page and "<ins>+40</ins>" in page, "what saving mine would do to theirs"
    edited.browser.post(where, {"text": fields(answer)["text"][0], "seen": fields(answer)["seen"][0]})
    assert edited.text == mine.replace("\r\n", "\n")


def test_a_text_is_checked_without_saving(edited: Draft) -> None:
    answer = edited.browser.post(
        f"/playbook/drafts/{edited.number}/text",
        {"text": "playbook: x\nscors: {}", "check": "1", "seen": "x"},
    )
    assert "did you mean &#x27;scores&#x27;?" in answer.content.decode()
    assert edited.text == TEXT


@pytest.mark.parametrize("at", ["", "x", "scores.fit.rules.x", "icp.99", "scores.none", "stages", "about.x"])
def test_an_address_of_nothing_says_so(edited: Draft, at: str) -> None:
    assert edited.browser.get(edited.where(at)).status_code == 404


def test_who_may_not_write_drafts_has_no_forms(members: Members, edited: Draft) -> None:
    for where in ("form", "text", "part?at=about"):
        assert members.rosa.get(f"/playbook/drafts/{edited.number}/{where}").status_code == 403
