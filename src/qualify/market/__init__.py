"""A simulated market whose truth is known: the leads of a believable B2B software company.

`simulate(leads, days, seed)` makes, from a seed alone, what the books of such a company would hold after so
many days: leads and their accounts, the facts learnt about them later, what they did (two million events
for a hundred thousand leads), how anonymous visitors became known, what sales asked, decided and closed,
and what the channels cost. `write_market` writes it to a folder. Besides, and never in the data, stands the
truth: each lead's fit and intent, the human behind each record, the machine behind each event, and the
effect of each thing.

What it imitates, in plain words:

- People have a fit that shows in dated facts, and an intent that nobody sees. Intent rises in a buying
  window and drives what people do there (pricing pages, demo requests, trials); blog reading and e-mail
  opens are noise, careers pages speak against a purchase.
- Mail is polluted: privacy proxies open it seconds after delivery, security scanners follow all its links.
- Days have a rhythm (office hours, weekends, August, the last week of the year), by country.
- Some humans are in the books twice, some devices are never linked to anybody, some events arrive days late.
- Sales sees fit and intent through noise, refuses with reasons that are sometimes wrong, closes after a
  log-normal lag, and never looks at most leads. Deals not closed by the end are open, not lost.
- Half-way the market changes: paid social brings worse leads, and webinars stop telling buyers from others.

No company, person, address or telephone number in it is real.
"""

from __future__ import annotations

from qualify.market.simulation import Market, simulate
from qualify.market.truth import Truth
from qualify.market.writing import write_market

__all__ = ["Market", "Truth", "simulate", "write_market"]
