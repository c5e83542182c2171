"""How the score bands of the three hand-written playbooks convert on real leads.

    python examples/convert.py ../shared/data

Each function gives the points that a lead had and whether it converted, one pair for each lead whose outcome is
decided; `main` prints the bands with their 95 % intervals.
"""

from __future__ import annotations

import sys
from pathlib import Path

import duckdb

import qualify
from qualify.moments import DAY, moment
from qualify.reports.bands import Band, bands

HERE = Path(__file__).parent
Pairs = list[tuple[float, bool]]

OLIST_HORIZON = 90
"""Days after the first contact within which a deal counts: 82 % of the deals close by then."""


def xeducation(data: Path) -> Pairs:
    """All 9,240 leads; the export says for each whether it converted."""
    leads = data / "xeducation" / "Leads.csv.gz"
    run = qualify.score(HERE / "xeducation.yaml", leads, as_of="2026-01-01")
    converted = {
        row[0]: row[1] == "1"
        for row in _rows(f"SELECT \"Prospect ID\", Converted FROM read_csv('{leads}', all_varchar = true)")
    }
    return [(float(row["total"]), converted[row["lead_id"]]) for row in run.scores.to_pylist()]


def olist(data: Path) -> Pairs:
    """The leads that had 90 days to close before the data end; each scored as of its first contact."""
    folder = data / "olist_funnel"
    leads = folder / "olist_marketing_qualified_leads_dataset.csv.gz"
    closed = folder / "olist_closed_deals_dataset.csv.gz"
    run = qualify.score(HERE / "olist.yaml", leads, as_of="2018-11-14")
    late = moment("2018-11-14") - OLIST_HORIZON * DAY
    decided = {
        lead: won is not None and (won - first) <= OLIST_HORIZON
        for lead, first, won, created in _rows(
            "SELECT m.mql_id, CAST(m.first_contact_date AS DATE) - DATE '1970-01-01', "
            "CAST(CAST(c.won_date AS TIMESTAMP) AS DATE) - DATE '1970-01-01', "
            "epoch_ms(CAST(m.first_contact_date AS TIMESTAMP)) "
            f"FROM read_csv('{leads}', all_varchar = true) m "
            f"LEFT JOIN read_csv('{closed}', all_varchar = true) c USING (mql_id)"
        )
        if created <= late
    }
    return [
        (float(row["total"]), decided[row["lead_id"]])
        for row in run.scores.to_pylist()
        if row["lead_id"] in decided
    ]


LOAN_DAY = "2011-12-31"
"""The day as of which open loan applications are judged; what became of them later is the outcome."""


def loans(data: Path) -> Pairs:
    """The applications open at the end of 2011 and decided by March 2012: activated, or declined or cancelled."""
    events = data / "bpic2012_loan_funnel" / "bpic2012_events.csv.gz"
    source = f"read_csv('{events}', all_varchar = true)"
    connection = duckdb.connect()
    leads = connection.sql(f"SELECT DISTINCT case_id, amount_req, reg_date FROM {source}").to_arrow_table()
    run = qualify.score(HERE / "loan-funnel.yaml", leads, events, as_of=LOAN_DAY)
    ended = dict(
        _rows(
            "SELECT case_id, max(activity = 'A_ACTIVATED') "
            f"FROM {source} WHERE activity IN ('A_ACTIVATED', 'A_DECLINED', 'A_CANCELLED') GROUP BY 1"
        )
    )
    return [
        (float(row["total"]), ended[row["lead_id"]])
        for row in run.scores.to_pylist()
        if row["stage"] not in ("customer", "disqualified") and row["lead_id"] in ended
    ]


def _rows(query: str) -> list[tuple]:
    return duckdb.sql(query).fetchall()


SETS = {"X Education": xeducation, "Olist": olist, "Loan funnel": loans}


def converted(pairs: Pairs, count: int = 5) -> list[Band]:
    """The bands of the pairs, highest scores first."""
    return bands([points for points, _ in pairs], [won for _, won in pairs], count)


def main(data: Path) -> None:
    """Print how each set's bands converted."""
    for name, pairs_of in SETS.items():
        pairs = pairs_of(data)
        print(f"\n{name}: {len(pairs):,} leads, {sum(won for _, won in pairs) / len(pairs):.1%} converted")
        for band in converted(pairs):
            low, high = band.interval
            points, rate = (
                f"{band.least:6.1f} … {band.most:6.1f}",
                f"{band.rate:6.1%}  [{low:.1%}, {high:.1%}]",
            )
            print(f"  {points}  {band.leads:6,} leads  {rate}")


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "../shared/data"))
