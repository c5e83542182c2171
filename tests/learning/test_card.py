"""The point card: few items, steps of 5, a playbook; and what history says of the rules in force."""

from __future__ import annotations

import numpy as np
import pytest

from qualify import score
from qualify.learning.card import cards
from qualify.learning.columns import Columns, truth
from qualify.learning.figures import auc
from qualify.learning.items import itemised
from qualify.learning.likelihood import trained
from qualify.learning.proposing import card_text, draft, new_rules, proposals, supports
from qualify.learning.ridge import fitted
from qualify.moments import DAY
from qualify.playbook import parse
from tests.learning.rows import told

ROWS, _ = told(2000)
ITEMS, ANSWERS = itemised(ROWS.columns, ROWS.won)
CARDS = cards(
    ITEMS,
    ANSWERS,
    fitted(ANSWERS, ROWS.won).log_odds(ANSWERS),
    ROWS.won,
    ROWS.columns,
    (4, 8, 12),
    sayable=True,
)

BOOK = """\
playbook: Ours
scores:
  fit:
    rules:
      - {points: 10, name: software, when: {trait: industry, is: software}}  # the ones we love
      - {points: 20, name: big feet, when: {trait: shoe size, at_least: 1}}
      - {points: 10, name: mining, when: {trait: industry, is: mining}}
"""


@pytest.mark.parametrize("size", [4, 8, 12])
def test_a_card_has_few_items_in_steps_of_five(size):
    points = [points for _, points in CARDS[size].lines]
    assert 0 < len(points) <= size
    assert all(each % 5 == 0 and 0 < abs(each) <= 20 for each in points)


def test_behaviour_only_adds():
    behaviour = [
        p for card in CARDS.values() for item, p in card.lines if ROWS.columns[item.column].is_behaviour
    ]
    assert behaviour and min(behaviour) > 0


def test_a_card_ranks_almost_as_well_as_the_likelihood():
    others, _ = told(4000, seed=8)
    whole = auc(trained(ROWS.columns, ROWS.won).ranking(others.columns), others.won)
    assert auc(CARDS[8].totals(others.columns), others.won) > whole - 0.02


@pytest.mark.slow
def test_the_card_is_a_playbook_that_gives_the_same_totals(tmp_path):
    import pyarrow as pa

    card, few = CARDS[8], ROWS.rows(np.arange(60))
    book = parse(card_text(card, ROWS.columns))
    now = 900 * DAY
    industry = few.columns["industry"]
    leads = pa.table(
        {
            "lead_id": [f"L{each}" for each in range(60)],
            "industry": [(industry.levels or ())[code] for code in industry.values],
            "shoe size": few.columns["shoe size"].values,
        }
    )
    events = [
        *((lead, "visited", now - DAY) for lead, times in enumerate(few.columns["times visited"].values) for _ in range(int(times))),
        *((lead, "demo", int(now + days * DAY)) for lead, days in enumerate(few.columns["days since demo"].values) if not np.isnan(days)),
    ]  # fmt: skip
    done = pa.table(
        {
            "lead_id": [f"L{e[0]}" for e in events],
            "kind": [e[1] for e in events],
            "happened_at": [e[2] for e in events],
        }
    )
    run = score(book, leads, done, as_of=now)
    totals = {row["lead_id"]: float(row["total"]) for row in run.scores.to_pylist()}
    assert [totals[f"L{each}"] for each in range(60)] == card.totals(few.columns).tolist()


def rules_of(rows):
    industry = rows.columns["industry"]
    held = {name: industry.values == industry.levels.index(name) for name in ("software", "mining")}
    big = rows.columns["shoe size"].values >= 1
    return Columns(
        [
            truth("software", held["software"], origin="rule"),
            truth("big feet", big, origin="rule"),
            truth("mining", held["mining"], origin="rule"),
        ]
    )


def test_each_rule_is_told_what_history_supports():
    software, feet, mining = proposals(parse(BOOK), rules_of(ROWS), ROWS.won)
    assert software.verdict == "keep" and software.support.low > 0
    assert feet.verdict == "drop" and feet.sentence.endswith("it makes no difference")
    assert mining.verdict == "against"
    assert software.sentence.startswith("Your rule gives +10 for software; history supports +")
    assert f"n = {software.support.leads:,}" in software.sentence


def test_accepted_proposals_become_a_draft_and_the_rest_stays_as_it_was():
    found = proposals(parse(BOOK), rules_of(ROWS), ROWS.won)
    text = draft(BOOK, [found[1], found[2]])
    book = parse(text)
    assert [rule.label for _, _, rule in book.rules()] == ["software", "mining"]
    assert (
        next(rule.points for _, _, rule in book.rules() if rule.label == "mining")
        == 100 * found[2].points
        < 0
    )
    assert "# the ones we love" in text


def test_new_rules_can_be_accepted_too():
    new = new_rules(CARDS[8], ROWS.columns, ROWS.won)
    book = parse(draft(BOOK, new))
    assert sum(1 for _ in book.rules()) == 3 + len(new)


@pytest.mark.slow
def test_learned_points_have_the_right_sign_and_cover_the_truth_at_their_rate():
    true, covered, signs = np.array([1.0, -0.8, 0.5, 0.0, 0.0]), 0, 0
    for seed in range(50):
        chance = np.random.default_rng(seed)
        held = (chance.random((1500, 5)) < 0.3).astype(float)
        won = chance.random(1500) < 1 / (1 + np.exp(1.0 - held @ true))
        found = supports(held, won)
        covered += sum(each.low <= 10 * effect <= each.high for each, effect in zip(found, true, strict=True))
        signs += sum(
            np.sign(each.points) == np.sign(effect)
            for each, effect in zip(found, true, strict=True)
            if effect
        )
    assert signs >= 148
    assert 0.85 <= covered / 250 <= 0.95
