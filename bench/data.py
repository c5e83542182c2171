"""Canonical leads and events of any size, made by DuckDB: skewed over leads, a year long, sorted by time."""

from __future__ import annotations

import tempfile
from pathlib import Path

import duckdb

from qualify.moments import DAY

END = 1_793_491_200_000
MOMENT = END - 1
FOLDER = Path(tempfile.gettempdir()) / "qualify-bench"

_LEADS = """
COPY (SELECT printf('lead-%07d', i) AS lead_id, printf('acc-%d', i // 3) AS account_id,
    {end} - {year} - {day}::BIGINT * (hash(i) % 300)::BIGINT AS created_at,
    ['DE','FR','NL','US','GB','IN','BR',NULL][1 + (hash(i + 1) % 8)::INT] AS country__country,
    ['business','free','disposable',NULL][1 + (hash(i + 2) % 4)::INT] AS email__email_kind,
    CASE WHEN hash(i + 3) % 10 < 8 THEN floor(exp(((hash(i + 4) % 1000) / 1000.0) * 9)) END AS employees__number,
    ['software','finance','health','logistics','education','retail','government',NULL][1 + (hash(i + 5) % 8)::INT]
        AS industry__text,
    ['marketing','sales','operations','data','finance',NULL][1 + (hash(i + 6) % 6)::INT] AS job_title__department,
    ['intern','staff','manager','director','vp','c_level',NULL][1 + (hash(i + 7) % 7)::INT] AS job_title__seniority,
    CASE WHEN hash(i + 8) % 10 < 5 THEN floor(exp(((hash(i + 9) % 1000) / 1000.0) * 18)) END AS revenue__number
FROM range({leads}) r(i)) TO '{path}' (FORMAT parquet, COMPRESSION zstd)
"""

_EVENTS = """
COPY (
    WITH drawn AS (
        SELECT i, (hash(i) % 1000000) / 1e6 AS u, hash(i + 1000000007) % 1000 AS k, hash(i + 2000000011) % 100 AS p
        FROM range({events}) r(i)
    ), shaped AS (
        SELECT printf('lead-%07d', CAST(floor({leads} * u * u) AS BIGINT)) AS lead_id, p,
            CASE WHEN k < 380 THEN 'page_viewed' WHEN k < 560 THEN 'email_opened' WHEN k < 640 THEN 'email_clicked'
                WHEN k < 790 THEN 'product_used' WHEN k < 820 THEN 'content_downloaded'
                WHEN k < 840 THEN 'webinar_attended' WHEN k < 860 THEN 'form_submitted'
                WHEN k < 865 THEN 'demo_requested' WHEN k < 869 THEN 'meeting_booked'
                WHEN k < 872 THEN 'email_unsubscribed' WHEN k < 940 THEN 'email_sent'
                WHEN k < 985 THEN 'ad_clicked' ELSE 'chat_opened' END AS kind,
            {end} - {year} + CAST(i * ({year} / {events}.0) AS BIGINT) AS happened_at
        FROM drawn
    )
    SELECT lead_id, kind, happened_at, happened_at + CASE WHEN p = 7 THEN 3600000 ELSE 0 END AS known_at,
        CASE WHEN kind = 'page_viewed' THEN CASE WHEN p < 40 THEN '/blog/post-' || p WHEN p < 55 THEN '/pricing'
            WHEN p < 60 THEN '/pricing/enterprise' WHEN p < 64 THEN '/careers' WHEN p < 80 THEN '/'
            ELSE '/docs/page-' || p END END AS page__text
    FROM shaped
) TO '{path}' (FORMAT parquet, COMPRESSION zstd)
"""


def made(leads: int, events: int) -> dict[str, Path]:
    """The files of that size, made once and kept in the temporary folder."""
    FOLDER.mkdir(exist_ok=True)
    paths = {name: FOLDER / f"{leads}x{events}-{name}.parquet" for name in ("leads", "events")}
    for name, statement in (("leads", _LEADS), ("events", _EVENTS)):
        if not paths[name].exists():
            part = paths[name].with_suffix(".part")
            with duckdb.connect() as connection:
                connection.execute("SET memory_limit = '6GB'")
                connection.execute(
                    statement.format(leads=leads, events=events, end=END, day=DAY, year=365 * DAY, path=part)
                )
            part.rename(paths[name])
    return paths
