"""``make bench-learning``: how good the likelihood and the point card are on real sets, as a Markdown table.

Fixed settings, no tuning: the mean of 5 stratified folds (seed 0), columns that are honest only; and the same models
learnt on the first 70 % and tested on the rest, in order of time. The data are not part of the project.

``python -m bench.learning --speed [LEADS [ROUNDS]]`` runs ``qualify learn`` instead, the whole command from its start to its
exit, on a simulated market of 10,000 leads, three times.

``python -m bench.learning --rows [LEADS]`` builds training rows alone, from the files of a market of 100,000 leads to arrays.
"""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from bench.backtest import BOOK, Watch, market
from bench.backtest import HEAD as STEPS_HEAD
from bench.measure import cpu
from qualify.learning.card import cards
from qualify.learning.challenger import challenging
from qualify.learning.columns import Columns, level, number
from qualify.learning.figures import auc, calibration_error
from qualify.learning.items import itemised
from qualify.learning.likelihood import trained
from qualify.learning.ridge import ranked_by
from qualify.learning.splitting import in_order

DATA = Path(__file__).resolve().parents[2] / "shared" / "data"
FOLDS = 5
CODES = ("OperatingSystems", "Browser", "Region", "TrafficType")
"""Numbers that are names."""

WRITTEN_BY_SALES = ["Tags", "Lead Quality", "Lead Profile", "Last Activity", "Last Notable Activity"]
ASKED_IN_THE_CALL = ["What is your current occupation", "What matters most to you in choosing a course"]


class Set(NamedTuple):
    """Rows in order of time (or, where there is none, of the file) and what came of them."""

    columns: Columns
    won: Any


def columns_of(frame: Any) -> Columns:
    """Numbers as numbers, the rest as levels."""
    import pandas as pd

    found = []
    for name in frame.columns:
        series = frame[name]
        plain = pd.api.types.is_numeric_dtype(series) and not pd.api.types.is_bool_dtype(series)
        texts = [None if pd.isna(each) else str(each) for each in series] if not plain else []
        found.append(number(name, series.to_numpy(float)) if plain else level(name, texts))
    return Columns(found, len(frame))


def x_education(left_out: list[str]) -> Set:
    """Leads of a seller of courses; the lead's number stands for time."""
    import pandas as pd

    frame = (
        pd.read_csv(DATA / "xeducation" / "Leads.csv.gz").replace("Select", np.nan).sort_values("Lead Number")
    )
    vendors = [name for name in frame.columns if name.startswith("Asymmetrique")]
    drop = ["Prospect ID", "Lead Number", "Converted", *WRITTEN_BY_SALES, *vendors, *left_out]
    return Set(columns_of(frame.drop(columns=drop)), frame["Converted"].to_numpy() == 1)


def shoppers() -> Set:
    """Sessions of a shop; only the month is known, so the order is the file's."""
    import pandas as pd

    frame = pd.read_csv(DATA / "online_shoppers" / "online_shoppers_intention.csv.gz")
    frame = frame.astype(dict.fromkeys(CODES, str))
    return Set(columns_of(frame.drop(columns=["Revenue", "PageValues"])), frame["Revenue"].to_numpy(bool))


def olist() -> Set:
    """Marketing-qualified leads, won within 30 days of the first contact."""
    import pandas as pd

    folder = DATA / "olist_funnel"
    leads = pd.read_csv(folder / "olist_marketing_qualified_leads_dataset.csv.gz")
    deals = pd.read_csv(folder / "olist_closed_deals_dataset.csv.gz")[["mql_id", "won_date"]]
    frame = leads.merge(deals, how="left")
    came, won = pd.to_datetime(frame["first_contact_date"]), pd.to_datetime(frame["won_date"])
    known = pd.DataFrame(
        {"origin": frame["origin"], "landing page": frame["landing_page_id"], "weekday": came.dt.day_name()}
    )
    order = np.argsort(came.to_numpy(), kind="stable")
    return Set(columns_of(known.iloc[order]), ((won - came).dt.days <= 30).to_numpy()[order])


def bank() -> Set:
    """Calls of a bank, in order of date, without the length of the very call."""
    import pandas as pd

    frame = pd.read_csv(DATA / "bank_marketing" / "bank-additional-full.csv.gz", sep=";")
    return Set(columns_of(frame.drop(columns=["y", "duration"])), (frame["y"] == "yes").to_numpy())


WON = ["A_APPROVED", "A_REGISTERED", "A_ACTIVATED", "O_ACCEPTED"]
LOST = ["A_DECLINED", "A_CANCELLED"]


def loans() -> Set:
    """Loan applications by what was known 24 hours after they came; those still open then, won within 30 days."""
    import pandas as pd

    events = pd.read_csv(DATA / "bpic2012_loan_funnel" / "bpic2012_events.csv.gz")
    for name in ("reg_date", "timestamp"):
        events[name] = pd.to_datetime(events[name], utc=True, format="ISO8601")
    events["age"] = (events["timestamp"] - events["reg_date"]).dt.total_seconds() / 3600
    activated = events[events["activity"] == "A_ACTIVATED"].groupby("case_id")["age"].min()
    ended = events[events["activity"].isin([*WON, *LOST])].groupby("case_id")["age"].min()
    cases = events.groupby("case_id").agg(amount=("amount_req", "first"), came=("reg_date", "first"))
    still = cases[~(ended.reindex(cases.index) <= 24)]
    old_enough = still[still["came"] + pd.Timedelta(days=30) <= events["timestamp"].max()].sort_values("came")
    won = (activated.reindex(old_enough.index) <= 30 * 24).to_numpy()
    return Set(columns_of(_as_of_a_day(events, old_enough)), won)


def _as_of_a_day(events: Any, cases: Any) -> Any:
    """What was known after 24 hours: the amount, when it came, how often each thing was done, the last of them."""
    import pandas as pd

    then = events[(events["age"] <= 24) & events["case_id"].isin(cases.index)]
    what = then["activity"] + " " + then["lifecycle"].astype(str)
    counts = pd.crosstab(then["case_id"], what).reindex(cases.index).fillna(0).astype(float)
    last = then.sort_values("timestamp", kind="stable").groupby("case_id")
    known = pd.DataFrame(
        {
            "amount": cases["amount"].astype(float),
            "hour": cases["came"].dt.hour.astype(float),
            "weekday": cases["came"].dt.day_name(),
            "last activity": last["activity"].last().reindex(cases.index),
            "hours since": 24 - last["age"].max().reindex(cases.index),
            "people": last["resource"].nunique().reindex(cases.index).astype(float),
        },
        index=cases.index,
    )
    return known.join(counts)


SETS: dict[str, tuple[Callable[[], Set], float, float]] = {
    "X Education, strict": (lambda: x_education(ASKED_IN_THE_CALL), 0.838, 0.835),
    "X Education, capture": (lambda: x_education([]), 0.874, 0.871),
    "online shoppers": (shoppers, 0.762, 0.752),
    "Olist, won in 30 days": (olist, 0.683, 0.683),
    "loan funnel as of 24 h": (loans, 0.700, 0.692),
    "bank, without duration": (bank, 0.795, 0.786),
}
"""Each set with the figures to meet: of the ridge, of the card with at most 12 items."""

HEAD = (
    "| data | n | won | likelihood | card, ≤ 12 items | challenger | calibration error | likelihood, in time | card, in time "
    "| challenger, in time | CPU s |\n| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |"
)


def shuffled(data: Set) -> dict[str, float]:
    """The mean AUC of the folds, and the calibration error over all of them."""
    found: dict[str, list[float]] = {"likelihood": [], "card": [], "challenger": []}
    chances = np.zeros(len(data.won))
    for train, test in folds(data.won):
        for name, ranking, given in models(data, train, test):
            found[name].append(auc(ranking, data.won[test]))
            if name == "likelihood":
                chances[test] = given
    return {
        **{name: float(np.mean(each)) for name, each in found.items()},
        "error": calibration_error(chances, data.won),
    }


def folds(won: Any) -> list[tuple[Any, Any]]:
    """Stratified and shuffled, as scikit-learn does it."""
    from sklearn.model_selection import StratifiedKFold

    return list(StratifiedKFold(FOLDS, shuffle=True, random_state=0).split(np.zeros(len(won)), won))


def models(data: Set, train: Any, test: Any) -> list[tuple[str, Any, Any]]:
    """The rankings of the test rows by each model learnt on the others, and the likelihood's chances."""
    before, won, after = data.columns.at(train), data.won[train], data.columns.at(test)
    likelihood = trained(before, won)
    items, answers = itemised(before, won)
    card = cards(items, answers, ranked_by(answers, won, answers), won, before, (12,))[12]
    trees = challenging(before, won)
    return [
        ("likelihood", likelihood.ranking(after), likelihood.chances(after)),
        ("card", card.totals(after), None),
        ("challenger", trees.ranking(after), None),
    ]


def in_time(data: Set) -> dict[str, float]:
    """The AUC on the last 30 %, learnt on the first 70 %."""
    split = in_order(len(data.won))
    train, test = np.flatnonzero(split.train), np.flatnonzero(split.test)
    return {name: auc(ranking, data.won[test]) for name, ranking, _ in models(data, train, test)}


def row(name: str, data: Set) -> str:
    """One set's line of the table."""
    started = cpu()
    trained(data.columns, data.won)
    seconds = cpu() - started
    one, other = shuffled(data), in_time(data)
    figures = [one["likelihood"], one["card"], one["challenger"], one["error"]]
    figures += [other["likelihood"], other["card"], other["challenger"]]
    told = " | ".join(f"{each:.3f}" for each in figures)
    return f"| {name} | {len(data.won):,} | {data.won.mean():.1%} | {told} | {seconds:.1f} |"


def speed(leads: int = 10_000, rounds: int = 3) -> None:
    """What the whole command takes, from a cold start."""
    folder = market(leads)
    command = [sys.executable, "-m", "qualify", "learn", str(folder), "-p", BOOK, "--a-week", "40", "-q",
               "--contact-costs", "50", "--report", str(folder / "learned.html")]  # fmt: skip
    print(
        f"{leads:,} leads, load {os.getloadavg()[0]:.1f}\n\n| round | CPU s | wall s |\n| --- | ---: | ---: |"
    )
    for turn in range(rounds):
        before, started = _of_children(), time.perf_counter()
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, cwd=folder)
        took = time.perf_counter() - started
        print(f"| {turn + 1} | {_of_children() - before:.1f} | {took:.1f} |", flush=True)


def training_rows(leads: int = 100_000) -> None:
    """What it takes to see a market's leads at all their decision times, with everything that could be looked at."""
    from qualify.files import Sources
    from qualify.playbook import load
    from qualify.runs.learning import observed

    folder, watch = market(leads), Watch()
    print(f"{leads:,} leads, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}\n\n{STEPS_HEAD}")
    before, started = cpu(), time.perf_counter()
    found = observed(Sources.folder(folder), load(BOOK), silence_is_lost=True, progress=watch)
    watch("")
    print(f"| all | {cpu() - before:.1f} | {time.perf_counter() - started:.1f} |\n")
    labelled, begun = len(found.evidence), len(found.arriving)
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(
        f"{labelled:,} rows with a label and {begun:,} beginnings, of {len(found.evidence.columns):,} columns; {most:,} MB at most"
    )


def _of_children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def main() -> None:
    """Print the table; say so when the data are not there."""
    numbers = [int(each) for each in sys.argv[1:] if each.isdecimal()]
    if "--speed" in sys.argv:
        speed(*numbers)
        return
    if "--rows" in sys.argv:
        training_rows(*numbers)
        return
    import sklearn.ensemble  # noqa: F401  # before the limit: it holds for what is loaded
    from threadpoolctl import threadpool_limits

    if not DATA.is_dir():
        sys.exit(f"there are no data in {DATA.name}: the table needs them beside the repository")
    print(HEAD)
    with threadpool_limits(limits=1):
        for name, (made, _, _) in SETS.items():
            print(row(name, made()), flush=True)


if __name__ == "__main__":
    main()
