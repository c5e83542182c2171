"""What is kept when something happens is read in the language of whoever looks; programs and files stay English."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from django.conf import settings
from django.utils.translation import override

from qualify.capture.pipeline import STEPS
from qualify.errors import PlaybookError, QualifyError
from qualify.handoff.reasons import EFFECTS
from qualify.learning.trial import verdict
from qualify.playbook import parse
from qualify.speech import kept, sentence
from qualify.web.database import rows, run
from qualify.web.handing import facts
from qualify.web.learning import keeping
from qualify.web.looking import learned
from qualify.web.looking.phrases import PHRASES, kept_words
from qualify.web.looking.playbook import examined
from qualify.web.looking.tongue import in_the_readers_words, said_to_the_reader
from qualify.web.store.models import User
from qualify.web.verbs.leads import BOUNDED
from tests.web.handing.conftest import MONDAY, RAVI, ROSA, Company
from tests.web.handing.conftest import company as company
from tests.web.learning.lessons import told
from tests.web.screens.conftest import members as members
from tests.web.screens.members import Members
from tests.web.words.gathering import CODE

NOTHING_TESTED = verdict(None, None, "").why


@pytest.mark.slow
def test_why_somebody_got_a_lead_is_read_in_german_and_told_to_programs_in_english(
    company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settings, "MAIL", settings.MAIL._replace(host="mail.example"))
    for rep in (ROSA, RAVI):
        User(email=rep, name="", role="sales_rep", password="!", language="de", created_at=MONDAY).save()
    jane = company.hand("jane", MONDAY)
    english = "asked for a demo: their turn among 2 of team sales (weight 1 of 2)"
    assert facts.assignments([jane])[-1].why == (english,)
    with override("de"), in_the_readers_words():
        [why] = facts.assignments([jane])[-1].why
    assert why == "asked for a demo: an der Reihe unter 2 aus dem Team sales (Gewicht 1 von 2)"
    [(mail,)] = rows("SELECT body FROM mail WHERE kind = 'rep'")
    assert why in mail and english not in mail
    [(message,)] = rows("SELECT payload FROM message WHERE type = 'lead.assigned'")
    assert msgspec.json.decode(message)["why"] == [english]


@pytest.mark.slow
def test_an_assignment_of_old_is_read_as_it_was_written(company: Company) -> None:
    jane = company.hand("jane", MONDAY)
    run("UPDATE assignment SET why = %s", ['["their turn among 2 of team sales"]'])
    with override("de"), in_the_readers_words():
        assert facts.assignments([jane])[-1].why == ("their turn among 2 of team sales",)


@pytest.mark.slow
def test_what_a_lesson_found_is_read_in_german(store: Path, members: Members) -> None:
    keeping.keep(told(active=False, why="nothing was said"), None, "ada", MONDAY)
    keeping.keep(told(active=False, why=kept(NOTHING_TESTED)), None, "ada", MONDAY + 1)
    assert [each.why for each in learned.lessons()] == [NOTHING_TESTED, "nothing was said"]
    User.objects.filter(email__startswith="mia").update(language="de")
    page = members.mia.get("/learning/models").content.decode()
    assert "Eine Prüfung in der Zeit war nicht möglich: Nötig sind je 20 gewonnene" in page
    assert "no test by time" not in page and "Nothing was said" in page


def test_who_may_not_do_something_is_told_in_words_and_who_can_help(store: Path, members: Members) -> None:
    said = members.rosa.get("/people").content.decode()
    assert "Your role, Sales rep, does not include this: everything, sources, keys and webhooks" in said
    assert "These roles do: Admin" in said and "ada" in said.lower() and "scope" not in said
    User.objects.filter(email__startswith="rosa").update(language="de")
    assert "Ihre Rolle, Vertrieb, umfasst das nicht" in members.rosa.get("/people").content.decode()


def test_mistakes_in_a_playbook_are_read_in_german_after_they_were_read_in_english() -> None:
    text = "playbook: P\nscores:\n  fit:\n    rules:\n      - points: ten\n        when: {trait: industry, is: software}\n"
    with override("en"):
        [english] = examined(text).errors
    with override("de"):
        [german] = examined(text).errors
    assert english.message == "'ten' is not a number of points; write one such as 10, -5 or 2.5"
    assert german.message == "'ten' ist keine Punktzahl; schreiben Sie eine wie 10, -5 oder 2.5"
    with override("en"):
        assert (examined(text).errors, english.line) == ([english], german.line)
    with pytest.raises(PlaybookError) as refused:
        parse(text)
    with override("de"):
        assert said_to_the_reader(refused.value).startswith("playbook: 1 Mangel\nplaybook:5:17: Fehler:")
    assert str(refused.value).startswith("playbook: 1 problem\nplaybook:5:17: error:")


def test_a_refusal_of_the_core_is_said_in_the_readers_words_whatever_was_made_of_it() -> None:
    error = QualifyError(sentence("a lead is not its own duplicate; name the other one"))
    with override("de"):
        assert said_to_the_reader(error) == "ein Lead ist nicht seine eigene Dublette; nennen Sie den anderen"
        assert said_to_the_reader(QualifyError("by hand")) == "by hand"
    assert str(error) == "a lead is not its own duplicate; name the other one"


def test_codes_are_said_in_the_readers_words_and_others_texts_stay() -> None:
    with override("de"):
        assert kept_words("no identifier") == "keine Kennung"
        assert kept_words("no identity") == "no identity"
    assert kept_words(None) == ""


def test_every_reason_for_which_a_row_or_a_call_is_refused_can_be_said() -> None:
    reasons = set(_reasons("web/importing", "Refused", 0)) | set(
        _reasons("capture/steps", "Dropped", 0, 1, 2)
    )
    assert len(reasons) > 20 and len(EFFECTS) == 8
    assert (reasons | {step.name for step in STEPS}) - PHRASES == set()


def test_every_text_that_may_be_too_long_has_a_name_that_can_be_said() -> None:
    assert set(_reasons("web", "bounded", 2)) == set(BOUNDED)


def _reasons(room: str, call: str, *places: int) -> Iterator[str]:
    """Texts that stand as they are in calls of that name."""
    for path in (CODE / room).rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == call:
                given = [node.args[place] for place in places if place < len(node.args)]
                yield from (str(each.value) for each in given if isinstance(each, ast.Constant))
