"""The playbook on pages: read, drafted, compared, agreed on, rolled back."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from qualify.clock import now
from qualify.moments import DAY
from qualify.playbook.starters import text as starter
from qualify.web.database import rows, run
from qualify.web.looking import playbook as looking
from qualify.web.verbs.actor import Actor, the_owner
from qualify.web.verbs.drafting import begin, save
from qualify.web.verbs.publish import publish
from tests.web.screens.members import Members

TEXT = """\
playbook: Small
scores:
  fit:
    rules:
      - {points: 40, name: fits, when: {trait: employees, at_least: 50}}  # who is large enough
  engagement:
    half_life: 30 days
    rules:
      # Webinars are cheap to attend.
      - {points: 10, name: came to a webinar, when: {did: webinar_attended}}
      - {points: 25, name: asked for a demo, when: {did: demo_requested}}
thresholds:
  mql: 40
"""
LESS = TEXT.replace("points: 10, name: came", "points: 5, name: came").replace("mql: 40", "mql: 45")
MIA = Actor("mia@qualify.example", frozenset({"draft:playbook", "agree:marketing"}))


@pytest.fixture
def small(store: Path) -> int:
    """A small playbook in force, published by the command; its number."""
    return publish(the_owner(), TEXT, now(), rescore=lambda version, at: 0).version_id


def drafted(text: str = LESS) -> looking.Draft:
    """A draft of Mia's."""
    number = begin(MIA, now(), title="Webinars count less")
    save(MIA, number, text, draft(number).digest, now())
    return draft(number)


def draft(number: int) -> looking.Draft:
    """The draft as it is kept."""
    found = looking.draft(number)
    assert found is not None
    return found[0]


def said(answer: Any) -> str:
    """The page, with its characters as they are read."""
    text: str = answer.content.decode()
    return text.replace("&#x27;", "'").replace("&quot;", '"')


def agree(browser: Client, of: looking.Draft, side: str, digest: str = "") -> Any:
    return browser.post(
        f"/playbook/drafts/{of.id}/agree", {"side": side, "digest": digest or of.digest}, follow=True
    )


def test_it_is_read_as_sentences_with_who_published_it(members: Members, small: int) -> None:
    page = said(members.rosa.get("/playbook"))
    assert "employees is at least 50" in page
    assert "<strong>came to a webinar</strong>: did webinar_attended" in page
    assert "halves every 30 days" in page
    assert "command line" in page and "published without agreement" in page
    assert "begin a draft" not in page, "a rep reads, and does not write"


def test_without_a_playbook_the_page_offers_starters(members: Members) -> None:
    page = said(members.mia.get("/playbook"))
    assert "No playbook is in force yet" in page and 'value="b2b-saas"' in page
    answer = members.mia.post("/playbook/drafts", {"starter": "b2b-saas"}, follow=True)
    assert "all of it is new" in said(answer)


def test_both_sides_put_a_draft_in_force_and_the_version_says_who(members: Members, small: int) -> None:
    of = drafted()
    first = said(agree(members.mia, of, "marketing"))
    assert "It is published when the other side agrees" in first
    assert rows("SELECT count(*) FROM playbook_version") == [(1,)]
    assert "Agree for Sales and publish" in said(members.max.get(f"/playbook/drafts/{of.id}"))
    second = said(agree(members.max, of, "sales"))
    assert "Both sides agreed: version 2 is in force" in second
    assert "mia@qualify.example (marketing), max@qualify.example (sales)" in second
    [(detail,)] = rows("SELECT detail FROM audit WHERE verb = 'publish' ORDER BY id DESC LIMIT 1")
    assert "mia@qualify.example (marketing)" in detail and "without_agreement" not in detail


def test_what_is_published_otherwise_says_so_in_the_audit(members: Members, small: int) -> None:
    [(detail,)] = rows("SELECT detail FROM audit WHERE verb = 'publish'")
    assert '"without_agreement":true' in detail
    assert "without agreement" in said(members.vic.get("/playbook/versions"))


def test_nobody_agrees_for_both_sides(members: Members, small: int) -> None:
    of = drafted()
    agree(members.ada, of, "marketing")
    assert "you agreed for the other side already" in said(agree(members.ada, of, "sales"))
    assert rows("SELECT count(*) FROM playbook_version") == [(1,)]


def test_each_speaks_for_their_own_side(members: Members, small: int) -> None:
    of = drafted()
    assert agree(members.mia, of, "sales").status_code == 403
    assert agree(members.max, of, "marketing").status_code == 403
    assert agree(members.rosa, of, "sales").status_code == 403


def test_a_change_ends_what_was_agreed_and_history_stays(members: Members, small: int) -> None:
    of = drafted()
    agree(members.mia, of, "marketing")
    save(MIA, of.id, LESS.replace("points: 25", "points: 30"), of.digest, now())
    agree(members.max, draft(of.id), "sales")
    assert rows("SELECT count(*) FROM playbook_version") == [(1,)], "marketing agreed to another text"
    page = said(members.mia.get(f"/playbook/drafts/{of.id}"))
    assert "ended, the text was changed" in page


def test_a_page_that_is_a_week_old_agrees_to_nothing_else(members: Members, small: int) -> None:
    of = drafted()
    save(MIA, of.id, LESS.replace("points: 25", "points: 30"), of.digest, now())
    answer = agree(members.max, of, "sales", digest=of.digest)
    assert answer.status_code == 409 and "the text was changed since you read it" in said(answer)


def test_an_agreement_can_be_taken_back_by_who_gave_it(members: Members, small: int) -> None:
    of = drafted()
    agree(members.mia, of, "marketing")
    [(number,)] = rows("SELECT id FROM approval")
    where = f"/playbook/drafts/{of.id}/agree"
    assert members.ada.post(where, {"withdraw": number}).status_code == 403
    members.mia.post(where, {"withdraw": number})
    agree(members.max, of, "sales")
    assert rows("SELECT count(*) FROM playbook_version") == [(1,)]
    assert "taken back" in said(members.mia.get(f"/playbook/drafts/{of.id}"))


def test_a_draft_with_mistakes_is_kept_and_cannot_be_agreed_to(members: Members, small: int) -> None:
    of = drafted(TEXT.replace("scores:", "scors:"))
    page = said(members.mia.get(f"/playbook/drafts/{of.id}/text"))
    assert "did you mean 'scores'?" in page and "line 2, column 1" in page and 'data-line="2"' in page
    assert agree(members.mia, of, "marketing").status_code == 400
    assert rows("SELECT count(*) FROM approval") == [(0,)]


def test_a_draft_from_before_another_version_goes_on_from_that(members: Members, small: int) -> None:
    of = drafted()
    agree(members.mia, of, "marketing")
    publish(the_owner(), TEXT.replace("points: 40", "points: 50"), now(), rescore=lambda version, at: 0)
    assert agree(members.max, of, "sales").status_code == 409
    page = said(members.mia.get(f"/playbook/drafts/{of.id}"))
    assert "Another version came into force since" in page
    members.mia.post(f"/playbook/drafts/{of.id}/turn", {"do": "renew"})
    assert rows("SELECT ended_by FROM approval") == [("renewed",)], (
        "what they agreed to is another change now"
    )
    agree(members.mia, of, "marketing")
    assert "version 3 is in force" in said(agree(members.max, of, "sales"))


def test_a_form_that_is_sent_twice_works_once(members: Members, small: int) -> None:
    sent = {"title": "Once", "once": "a-token-of-a-form"}
    first = members.mia.post("/playbook/drafts", sent)
    again = members.mia.post("/playbook/drafts", sent)
    assert first.headers["Location"] == again.headers["Location"]
    assert rows("SELECT count(*) FROM draft") == [(1,)]


def test_differences_are_said_in_words(members: Members, small: int) -> None:
    of = drafted()
    page = said(members.rosa.get(f"/playbook/drafts/{of.id}"))
    assert "engagement: came to a webinar" in page and "<del>+10</del>" in page and "<ins>+5</ins>" in page
    assert "stages: threshold of mql" in page and "<del>40</del>" in page and "<ins>45</ins>" in page
    newer = publish(the_owner(), LESS, now(), rescore=lambda version, at: 0).version_id
    page = said(members.vic.get(f"/playbook/compare?from={small}&to={newer}"))
    assert "came to a webinar" in page and "<ins>+5</ins>" in page
    assert "same version" in said(members.vic.get(f"/playbook/compare?from={small}&to={small}"))
    assert members.vic.get("/playbook/compare?from=77&to=x").status_code == 200


def test_back_to_an_old_version_is_a_draft_or_at_once_for_an_admin(members: Members, small: int) -> None:
    newer = publish(the_owner(), LESS, now(), rescore=lambda version, at: 0).version_id
    answer = members.mia.post(f"/playbook/versions/{small}/back", follow=True)
    assert "threshold of mql" in said(answer) and "<ins>40</ins>" in said(answer)
    at_once = {"at_once": "1", "instead_of": newer}
    assert "Publish it now" in said(members.ada.get(f"/playbook/versions/{small}"))
    assert "Publish it now" not in said(members.mia.get(f"/playbook/versions/{small}"))
    assert members.mia.post(f"/playbook/versions/{small}/back", at_once).status_code == 403
    assert members.rosa.post(f"/playbook/versions/{small}/back").status_code == 403
    members.ada.post(f"/playbook/versions/{small}/back", at_once)
    [(text,)] = rows("SELECT text FROM playbook_version ORDER BY published_at DESC LIMIT 1")
    assert text == TEXT


def test_comments_hold_on_to_what_they_are_about(members: Members, small: int) -> None:
    of = drafted()
    anchor = "engagement: came to a webinar"
    members.max.post("/playbook/comment", {"draft": of.id, "anchor": anchor, "text": "Why <so> few?"})
    page = said(members.rosa.get(f"/playbook/drafts/{of.id}"))
    assert "Why &lt;so&gt; few?" in page and "1 comment is not settled" in page
    [(number,)] = rows("SELECT id FROM comment")
    assert members.rosa.post(f"/playbook/comments/{number}").status_code == 403
    members.mia.post(f"/playbook/comments/{number}")
    assert "settled by mia@qualify.example" in said(members.max.get(f"/playbook/drafts/{of.id}"))
    # A comment on something that is taken out is still there, among those on all of it.
    gone = "\n".join(line for line in LESS.split("\n") if "webinar" not in line.lower())
    save(MIA, of.id, gone, of.digest, now())
    assert f"about “{anchor}”" in said(members.max.get(f"/playbook/drafts/{of.id}"))


def test_a_draft_is_given_up_and_taken_up_again(members: Members, small: int) -> None:
    of = drafted()
    turn = f"/playbook/drafts/{of.id}/turn"
    members.mia.post(turn, {"do": "discard"})
    assert draft(of.id).state == "discarded"
    assert agree(members.mia, of, "marketing").status_code == 409
    members.mia.post(turn, {"do": "reopen"})
    members.mia.post(turn, {"do": "rename", "title": "Another title"})
    assert (draft(of.id).state, draft(of.id).title) == ("open", "Another title")
    assert members.rosa.post(turn, {"do": "discard"}).status_code == 403


def test_an_old_agreement_asks_to_be_looked_at_with_what_sales_rejected(
    members: Members, people: Any
) -> None:
    run("UPDATE playbook_version SET published_at = %s", [people.now - 91 * DAY])
    columns = "subject_id, owner_id, received_at, known_at, source, decision, decided_at, reason, decided_by"
    values = [
        people.jane,
        people.jane,
        people.now,
        people.now,
        "",
        "rejected",
        people.now,
        "no budget",
        "rosa",
    ]
    run(f"INSERT INTO decision ({columns}) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s)", values)
    page = said(members.max.get("/playbook"))
    assert "This agreement was to be looked at again by" in page
    assert "Sales has rejected 1 lead since" in page and "no budget: 1" in page
    assert "asked for a demo: 1" in page, "the rules that gave the rejected their points"


def test_a_date_of_review_in_the_playbook_goes_before_ninety_days(members: Members, store: Path) -> None:
    publish(the_owner(), f"review_by: 2020-01-31\n{TEXT}", now(), rescore=lambda version, at: 0)
    page = said(members.mia.get("/playbook"))
    assert "looked at again by <time" in page and "Jan 31, 2020" in page
    assert "Sales has rejected nobody since" in page


@pytest.mark.slow
def test_every_page_of_a_starter_is_small(members: Members, store: Path) -> None:
    publish(the_owner(), starter("b2b-saas"), now(), rescore=lambda version, at: 0)
    of = drafted(starter("b2b-saas").replace("points: 40", "points: 41"))
    here = f"/playbook/drafts/{of.id}"
    parts = ["", "/form", "/text", "/plan", "/part?at=stages.mql", "/part?at=icp.0"]
    for where in ["/playbook", "/playbook/versions/1", "/playbook/icp", *(here + part for part in parts)]:
        answer = members.mia.get(where)
        assert answer.status_code == 200 and len(answer.content) < 60_000, where


def test_a_lone_admin_is_told_that_somebody_of_the_other_side_has_to_be_invited(
    members: Members, small: int
) -> None:
    of = drafted()
    page = f"/playbook/drafts/{of.id}"
    assert "invited" not in said(members.ada.get(page))
    run("UPDATE member SET is_active = %s WHERE email <> %s", [False, "ada@qualify.example"])
    assert "somebody of the other side has to be invited" in said(members.ada.get(page))
    agree(members.ada, of, "marketing")
    assert "Nobody else here may agree for sales" in said(members.ada.get(page))
