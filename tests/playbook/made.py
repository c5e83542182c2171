"""Playbooks that are right, in every form that may be written: for tests of the loader and of the schema."""

from __future__ import annotations

_RULE = "playbook: A\nscores: {fit: {rules: [{points: 10, when: %s}]}}\n"
_REST = "playbook: A\n%s\nscores: {fit: {rules: [{points: 10, when: {did: a}}]}}\n"

CRITERIA = (
    "{trait: industry, is: software}",
    "{trait: industry, is: 5}",
    "{trait: industry, is: true}",
    "{trait: industry, is_not: software}",
    "{trait: industry, is_one_of: software}",
    "{trait: industry, is_one_of: [software, 5, true]}",
    "{trait: industry, is_none_of: [a, b]}",
    "{trait: employees, at_least: 50, below: 1000}",
    "{trait: employees, above: 0.5, at_most: 1e6}",
    "{trait: industry, contains: soft, starts_with: [s, t]}",
    "{trait: industry, is_known: true}",
    "{trait: industry, is_known: no}",
    "{seniority: vp}",
    "{seniority: [vp, c_level], title: position}",
    "{department: [marketing], title: position}",
    "{email: free}",
    "{email: [free, disposable], address: work_email}",
    "{country: DE}",
    "{country: [dach, France, NO], from: billing_country}",
    "{did: a}",
    "{did: [a, b], at_least: 3, within: 30 days, by: account}",
    "{did: any event, within: 4 weeks}",
    "{did: a, within: 30d}",
    "{did: a, within: 2 Weeks}",
    "{did: a, where: {form: demo}}",
    "{did: a, where: {form: [demo, offer], seconds: {at_least: 10}, done: true, page.path: {starts_with: /x}}}",
    "{sequence: [a, b], apart_at_most: 7}",
    "{sequence: [[a, b], {did: c, where: {d: 5}}], apart_at_most: 7 days, at_least: 2, within: 60, by: person}",
    "{quiet_for: 30 days}",
    "{quiet_for: 30 days, doing: a, by: account}",
    "{quiet_for: 30 days, doing: {did: [a, b]}}",
    "{answer: budget}",
    "{answer: budget, valid_for: 180 days}",
    "{answer: budget, satisfied: yes, at_least: 5000}",
    "{all_of: [{did: a}, {did: b}]}",
    "{any_of: [{did: a}, [{did: b}, {did: c}]]}",
    "{none_of: [{any_of: [{did: a}]}]}",
    "[{did: a}, {did: b}]",
)
"""Criteria that a rule may ask for."""

SECTIONS = (
    "description: Who is worth a call.",
    "currency: USD",
    "time_zone: America/New_York",
    "review_by: 2026-12-31",
    "columns: {Total Time Spent on Website: time_on_site}",
    "country_groups: {home: [DE, Austria], far: [NZ]}",
    "product: {events: used, feature: screen, limits: [seats_full]}",
    "product: {events: [], limits: []}",
    "icp: [{name: a, description: b, conditions: {did: c}, exclude: []}]",
    "icp: []\npersonas: [{name: a, conditions: [{seniority: vp}], exclude: {email: free}}]",
    "total: {of: [fit], at_least: 0, at_most: 5.5}",
    "grades: {letters: {score: fit, A: 9, B: 5, C: 1}, numbers: {score: total, 1: 9, 2: 5, 3: 1}}",
    "thresholds: {iql: 2, mql: {enter: 5.5}, sql: {score: fit, enter: 8, leave: 6}}",
    "stages: {mql: {enter: {score: fit, at_least: 5}, leave: {score: fit, below: 3}, stay_at_least: 7 days}}",
    "stages: {mql: {enter: [{score: total, above: 1, at_most: 9}, {did: a}], fast_lane: {did: b}, leave: null}}",
    "stages: {sal: {enter: {decision: [accepted, confirmed]}}, recycled: {enter: {decision: lost}, leave: {came_back: b}}}",
    "stages: {recycled: {enter: {decision: lost}, leave: {came_back: {did: [b]}}, stay_at_least: 1 week}}",
    "stages: {mql: {enter: {grade: [A1, B]}}}\n"
    "grades: {letters: {score: fit, A: 9, B: 5, C: 1}, numbers: {score: total, 1: 9, 2: 5, 3: 1}}",
)
"""Sections beside the scores."""

RULES = (
    "playbook: A\nscores: {fit: {kind: bant, half_life: 30, bounds: {at_least: -5, at_most: 5}, rules: [{points: 0.01, when: {did: a}}]}}",
    "playbook: A\nscores: {fit: {half_life: none, rules: [{points: -2.5, name: b, when: {did: a}, counts: once, cap: 5, half_life: 3 weeks}]}}",
    "playbook: A\nscores: {fit: {rules: [{points: 1, when: {did: a}, counts: first time, half_life: none}]}, more: {rules: [{points: 1, when: {did: a}}]}}",
)  # fmt: skip

RIGHT = (*(_RULE % each for each in CRITERIA), *(_REST % each for each in SECTIONS), *RULES)
"""Whole playbooks."""
