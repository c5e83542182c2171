"""The worked examples that the field's textbooks use, lead by lead and on DuckDB."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from qualify import moments
from qualify.criteria.logic import Field
from qualify.playbook import Playbook
from qualify.reading.text import fold
from qualify.scoring.layout import Layout
from qualify.scoring.record import Event, Learnt, Record
from qualify.scoring.single import Judge
from qualify.stages.ladder import Ladder, State
from tests.scoring.engines import Duck, asked, filled, scores_of
from tests.scoring.world import World

DOG_FOOD = (Path(__file__).parent / "dog_food.yaml").read_text(encoding="utf-8")
WIDER = DOG_FOOD.replace("{trait: pet, is: dog}", "{trait: pet, is_one_of: [dog, cat]}").replace(
    "{country: US}\n      - {trait: income", "{country: [US, GB]}\n      - {trait: income"
)

PET, INCOME, COUNTRY = Field("pet"), Field("income", "number"), Field("country", "country")


def day(text: str) -> int:
    """The end of that day."""
    return moments.moment(text)


def hamish() -> Record:
    """A cat owner in Scotland, who reads every mail, moves to Boston in June and gets a dog in August."""
    return Record(
        "hamish",
        created_at=day("2025-01-01"),
        traits={PET: "cat", INCOME: 120_000.0, COUNTRY: "GB"},
        learnt=[
            Learnt(COUNTRY, day("2025-06-15"), "us", "US"),
            Learnt(PET, day("2025-08-20"), "dog", "dog"),
        ],
        events=[
            Event("email_read", day(f"2025-0{month}-10"), day(f"2025-0{month}-10")) for month in (2, 3, 4)
        ],
    )


def points(book: str, record: Record, when: str) -> tuple[int, int, str]:
    """Fit, total and stage by both paths, which agree."""
    layout = Layout(Playbook.parse(book))
    judged = Judge(layout)(record, day(when))
    stage = Ladder(layout).step(State.at_first(record.created_at), judged, None).stage
    engine = filled(Duck(), _world(layout, record))
    scores = scores_of(engine, layout, day(when))[record.lead_id]
    assert scores[:3] == (*judged.scores.values(), judged.total)
    states = asked(engine, layout, "states", day(when))
    assert [row["stage"] for row in states] == [stage]
    return judged.scores["fit"] // 100, judged.total // 100, stage


def _world(layout: Layout, record: Record) -> World:
    lead: dict[str, Any] = {"lead_id": record.lead_id, "account_id": None, "created_at": record.created_at}
    lead |= {field.column: record.traits.get(field) for field in layout.trait_fields}
    events = [
        {
            "lead_id": record.lead_id,
            "kind": each.kind,
            "happened_at": each.happened_at,
            "known_at": each.known_at,
        }
        for each in record.events
    ]
    empty: dict[str, list[dict[str, Any]]] = {name: [] for name in ("accounts", "answers", "decisions")}
    learnt = [_learnt(record, fact) for fact in record.learnt]
    return World(layout.book, layout, {"leads": [lead], "events": events, "traits": learnt, **empty})


def _learnt(record: Record, fact: Learnt) -> dict[str, Any]:
    number = fact.value if fact.field.is_number else None
    return {
        "lead_id": record.lead_id, "trait": fact.field.column, "told": fact.told, "learned_at": fact.learned_at,
        "text": None if fact.field.is_number else fact.value, "number": number,
    }  # fmt: skip


@pytest.mark.slow
def test_a_cat_owner_in_scotland_is_a_bad_fit_today() -> None:
    assert points(DOG_FOOD, hamish(), "2025-05-01") == (-10, 5, "lead")


@pytest.mark.slow
def test_he_keeps_his_history_when_he_moves() -> None:
    assert points(DOG_FOOD, hamish(), "2025-07-01") == (0, 15, "lead")


def test_he_becomes_a_good_fit_the_day_he_is_known_to_have_a_dog_and_live_in_the_us() -> None:
    assert points(DOG_FOOD, hamish(), "2025-08-19") == (0, 15, "lead")
    assert points(DOG_FOOD, hamish(), "2025-08-20") == (60, 75, "mql")


@pytest.mark.slow
def test_or_the_day_the_companys_own_icp_widens() -> None:
    assert points(WIDER, hamish(), "2025-05-01") == (50, 65, "mql")


def test_whose_income_is_not_known_is_no_fit_and_the_score_says_so() -> None:
    unknown = replace(hamish(), traits={PET: "dog", COUNTRY: "US"}, learnt=[])
    layout = Layout(Playbook.parse(DOG_FOOD))
    judged = Judge(layout)(unknown, day("2025-05-01"))
    assert judged.scores["fit"] == 0
    assert judged.unknown == [0]
    assert judged.information == pytest.approx(2 / 3)


FIVE_FIVE_TEN = """
playbook: Five, five, ten
scores:
  points:
    rules:
      - {points: 5, name: right industry, when: {trait: industry, is: Manufacturing}}
      - {points: 5, name: read a mail, when: {did: email_read}}
      - {points: 10, name: came to a webinar, when: {did: webinar_attended}}
thresholds: {mql: 30}
"""


def reader(mails: int, webinars: int, industry: str | None = "manufacturing") -> Record:
    """Somebody in an industry who read so many mails and came to so many webinars."""
    events = [Event("email_read", day("2025-01-01"), 0)] * mails
    events += [Event("webinar_attended", day("2025-01-02"), 0)] * webinars
    return Record("reader", traits={Field("industry"): fold(industry)}, events=events)


@pytest.mark.parametrize(
    ("mails", "webinars", "industry", "total", "stage"),
    [
        (0, 0, "Manufacturing", 5, "lead"),
        (3, 1, "MANUFACTURING ", 30, "mql"),
        (3, 1, None, 25, "lead"),
        (2, 2, "Retail", 30, "mql"),
        (4, 0, "Manufacturing", 25, "lead"),
    ],
)
def test_five_for_the_industry_five_for_each_mail_ten_for_a_webinar(
    mails: int, webinars: int, industry: str | None, total: int, stage: str
) -> None:
    layout = Layout(Playbook.parse(FIVE_FIVE_TEN))
    judged = Judge(layout)(reader(mails, webinars, industry), day("2025-02-01"))
    assert judged.total == total * 100
    assert Ladder(layout).step(State(), judged, None).stage == stage
