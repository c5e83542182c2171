"""What a playbook that is well formed can still get wrong: names that lead nowhere, stages that flap."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, TypeAlias

from qualify.criteria import Criterion
from qualify.criteria.combined import AllOf, AnyOf, NoneOf
from qualify.criteria.judgement import Grade
from qualify.criteria.judgement import Score as ScoreCriterion
from qualify.criteria.traits import Country, Icp, Persona, codes_of
from qualify.criteria.behaviour import Used
from qualify.errors import did_you_mean, one_of
from qualify.playbook.book import Playbook
from qualify.playbook.document import Path
from qualify.playbook.sections import Rule, Score
from qualify.points import written
from qualify.tables import LEDGER, SCORES
from qualify.vocabulary import TOTAL

Finding: TypeAlias = tuple[Path, str, str]
"""Where, what, and whether it is an error or a warning."""


_TAKEN = frozenset(column.name for table in (SCORES, LEDGER) for column in table.columns) | {"stage_since", "cycle"}


def inconsistencies(book: Playbook) -> list[Finding]:
    """Everything about the playbook as a whole that is wrong (errors) or odd (warnings)."""
    return [
        *_names(book),
        *_total(book),
        *_grades(book),
        *_criteria(book),
        *_rules(book),
        *_both_forms(book),
        *_flapping(book),
        *_unreachable(book),
    ]


def _names(book: Playbook) -> Iterator[Finding]:
    for section, profiles in (("icp", book.icp), ("personas", book.personas)):
        seen: set[str] = {"any"}
        for place, profile in enumerate(profiles):
            if profile.name in seen:
                yield (section, place, "name"), f"{profile.name!r} is already taken; every name is used once", "error"
            seen.add(profile.name)
    for name in book.scores:
        if name in _TAKEN:
            yield ("scores", name), f"{name!r} is the name of a column of the results; call this score something else", "error"
        elif not name.isidentifier():
            yield ("scores", name), f"{name!r}: a score's name is one word of letters, digits and _", "error"


def _total(book: Playbook) -> Iterator[Finding]:
    for place, name in enumerate(book.total.of or []):
        if name not in book.scores:
            yield ("total", "of", place), _no_score(name, book.scores), "error"


def _grades(book: Playbook) -> Iterator[Finding]:
    if book.grades is None:
        return
    for part, cuts in (("letters", book.grades.letters), ("numbers", book.grades.numbers)):
        if cuts.score not in _score_names(book):
            yield ("grades", part, "score"), _no_score(cuts.score, _score_names(book)), "error"


def _criteria(book: Playbook) -> Iterator[Finding]:
    for path, criterion, use in every_criterion(book):
        if use not in criterion.USED_IN and not (use == "profile" and "rule" in criterion.USED_IN):
            yield path, f"{criterion.KEYWORD} can be asked in stages only, not in a {use}", "error"
        elif use == "profile" and isinstance(criterion, Icp | Persona):
            yield path, "a profile cannot be made of profiles; write the conditions out", "error"
        else:
            yield from ((path, message, "error") for message in _leads_nowhere(criterion, book))


def _leads_nowhere(criterion: Criterion, book: Playbook) -> Iterator[str]:
    if isinstance(criterion, Icp):
        yield from _no_profile(criterion.icp, [each.name for each in book.icp], "ICP profile", "icp")
    elif isinstance(criterion, Persona):
        yield from _no_profile(criterion.persona, [each.name for each in book.personas], "persona", "personas")
    elif isinstance(criterion, ScoreCriterion) and criterion.score not in _score_names(book):
        yield _no_score(criterion.score, _score_names(book))
    elif isinstance(criterion, Grade) and book.grades is None:
        yield "there are no grades; add a `grades` section"
    elif isinstance(criterion, Used):
        wanted = "limits" if criterion.used == "limits" else "events"
        if not getattr(book.product, wanted):
            yield f"which events that are is not written down; add `product: {{{wanted}: [...]}}`"
    elif isinstance(criterion, Country):
        for word in criterion.country:
            try:
                codes_of(word, book.country_sets())
            except ValueError as error:
                yield str(error)


def _no_profile(name: str, allowed: list[str], what: str, section: str) -> Iterator[str]:
    if not allowed:
        yield f"there is no {what} in this playbook; add a `{section}` section"
    elif name not in ("any", *allowed):
        yield f"{name!r} is no {what}{did_you_mean(name, allowed)} Allowed: {one_of(['any', *allowed])}"


def _score_names(book: Playbook) -> list[str]:
    return [*book.scores, TOTAL]


def _no_score(name: str, allowed: Any) -> str:
    return f"{name!r} is no score{did_you_mean(name, allowed)} Allowed: {one_of(allowed)}"


def _rules(book: Playbook) -> Iterator[Finding]:
    for score_name, score in book.scores.items():
        labels: dict[str, int] = {}
        for place, rule in enumerate(score.rules):
            path: Path = ("scores", score_name, "rules", place)
            if rule.label in labels:
                first = labels[rule.label]
                message = f"two rules of {score_name} are called {rule.label!r} (the other is rules[{first}])"
                yield path, f"{message}; give one a name of its own", "error"
            labels[rule.label] = place
            if rule.points == 0:
                yield (*path, "points"), "0 points: the rule changes nothing", "warning"
            if rule.cap is not None and rule.cap < abs(rule.points):
                message = f"the cap of {written(rule.cap)} is less than one occurrence gives"
                yield (*path, "cap"), message, "warning"


def _both_forms(book: Playbook) -> Iterator[Finding]:
    for name in book.thresholds:
        if name in book.stages:
            yield ("thresholds", name), f"{name} is under `stages` too; write it in one place", "error"
        if book.thresholds[name].score not in _score_names(book):
            path: Path = ("thresholds", name, "score")
            yield path, _no_score(book.thresholds[name].score, _score_names(book)), "error"


def _flapping(book: Playbook) -> Iterator[Finding]:
    """A stage that is left at a score at which it was entered would flap."""
    for name, stage in book.stages.items():
        entered = {each.score: each.at_least for each in _asked_scores(stage.enter) if each.at_least is not None}
        for each in _asked_scores(stage.leave):
            least = entered.get(each.score)
            if least is not None and each.below is not None and each.below > least:
                message = (
                    f"{name} is entered at {each.score} ≥ {written(least)} but left below {written(each.below)}: "
                    f"leads between would never leave (entering wins); leave at {written(least)} or lower"
                )
                yield ("stages", name, "leave"), message, "error"


def _unreachable(book: Playbook) -> Iterator[Finding]:
    for name, stage in book.ladder.items():
        section = "thresholds" if name in book.thresholds else "stages"
        for each in _asked_scores(stage.enter):
            most = _most(book, each.score)
            if most is not None and each.at_least is not None and each.at_least > most:
                message = f"{each.score} can reach {written(most)} at most, so {written(each.at_least)} never comes"
                yield (section, name), message, "warning"


def _asked_scores(criterion: Criterion | None) -> list[ScoreCriterion]:
    """Score conditions that must all hold (those inside any_of or none_of are left out)."""
    if isinstance(criterion, ScoreCriterion):
        return [criterion]
    if isinstance(criterion, AllOf):
        return [found for each in criterion.all_of for found in _asked_scores(each)]
    return []


def _most(book: Playbook, name: str) -> int | None:
    """The highest that a score can be; None when nothing bounds it."""
    if name == TOTAL:
        each = [_most(book, part) for part in book.total_of if part in book.scores]
        sum_ = None if None in each else sum(part for part in each if part is not None)
        bound = book.total.at_most
    elif name in book.scores:
        score = book.scores[name]
        best = [_best(rule, score) for rule in score.rules]
        sum_ = None if None in best else sum(part for part in best if part is not None)
        bound = score.bounds.at_most
    else:
        return None
    return bound if sum_ is None else sum_ if bound is None else min(sum_, bound)


def _best(rule: Rule, score: Score) -> int | None:
    if rule.points <= 0:
        return 0
    many = rule.is_behaviour and (rule.counts or "every time") == "every time"
    return rule.cap if rule.cap is not None and (many or rule.cap < rule.points) else None if many else rule.points


def every_criterion(book: Playbook) -> Iterator[tuple[Path, Criterion, str]]:
    """Every criterion of the playbook with its place and what it is used in (rule, stage or profile)."""
    for section, profiles in (("icp", book.icp), ("personas", book.personas)):
        for place, profile in enumerate(profiles):
            for part in ("conditions", "exclude"):
                for number, each in enumerate(getattr(profile, part)):
                    yield from _inside((section, place, part, number), each, "profile")
    for name, score in book.scores.items():
        for place, rule in enumerate(score.rules):
            yield from _inside(("scores", name, "rules", place, "when"), rule.when, "rule")
    for name, stage in book.stages.items():
        for part in ("enter", "leave", "fast_lane"):
            if (criterion := getattr(stage, part)) is not None:
                yield from _inside(("stages", name, part), criterion, "stage")


def _inside(path: Path, criterion: Criterion, use: str) -> Iterator[tuple[Path, Criterion, str]]:
    yield path, criterion, use
    if isinstance(criterion, AllOf | AnyOf | NoneOf):
        for number, each in enumerate(getattr(criterion, criterion.KEYWORD)):
            yield from _inside((*path, criterion.KEYWORD, number), each, use)
