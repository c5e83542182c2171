"""The hand-written playbooks on real leads: a higher score converts better, and no leaky column is used."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest

from qualify.playbook import load
from qualify.scoring.layout import Layout

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"


def _convert() -> ModuleType:
    spec = importlib.util.spec_from_file_location("convert", EXAMPLES / "convert.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.slow
@pytest.mark.parametrize("name", ["X Education", "Olist", "Loan funnel"])
def test_the_best_band_converts_surely_better_than_the_worst(name: str, shared_data: Path) -> None:
    convert = _convert()
    pairs_of: Callable[[Path], list[tuple[float, bool]]] = convert.SETS[name]
    bands = convert.converted(pairs_of(shared_data))
    assert len(bands) >= 2
    best, worst = bands[0].interval, bands[-1].interval
    assert best[0] > worst[1], f"{name}: {best} is not above {worst}"


@pytest.mark.slow
def test_every_real_lead_is_scored_or_told_of(shared_data: Path) -> None:
    convert = _convert()
    assert len(convert.xeducation(shared_data)) == 9_240


LEAKY = {
    "xeducation": [
        "tags",
        "quality",
        "profile",
        "last",
        "notable",
        "asymmetrique",
        "occupation",
        "matters",
        "converted",
    ],
    "olist": [
        "segment",
        "lead_type",
        "behaviour",
        "has_",
        "stock",
        "business",
        "catalog",
        "revenue",
        "seller",
        "sdr",
    ],
    "loan-funnel": [],
}


@pytest.mark.parametrize("name", LEAKY)
def test_no_playbook_earns_points_from_a_leaky_column(name: str) -> None:
    looked_at = [field.name.casefold() for field in Layout(load(EXAMPLES / f"{name}.yaml")).trait_fields]
    assert not [field for field in looked_at for leak in LEAKY[name] if leak in field]


OUTCOME = {
    "A_APPROVED",
    "A_REGISTERED",
    "A_ACTIVATED",
    "O_ACCEPTED",
    "A_DECLINED",
    "A_CANCELLED",
    "O_DECLINED",
    "O_CANCELLED",
}


def test_no_loan_rule_earns_points_from_the_outcome() -> None:
    layout = Layout(load(EXAMPLES / "loan-funnel.yaml"))
    earning = {
        kind
        for rule in layout.rules
        if rule.tally is not None
        for kind in layout.tallies[rule.tally].occurrences.kinds or ()
    }
    assert earning
    assert not earning & OUTCOME
