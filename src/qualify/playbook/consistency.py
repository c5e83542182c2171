"""What a playbook that is well formed can still get wrong: names that lead nowhere, stages that flap."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from qualify.criteria import Criterion
from qualify.criteria.behaviour import Used
from qualify.criteria.combined import AllOf, AnyOf, NoneOf
from qualify.criteria.judgement import Grade
from qualify.criteria.judgement import Score as ScoreCriterion
from qualify.criteria.traits import Country, Icp, Persona, codes_of
from qualify.errors import instead, shown
from qualify.playbook.book import Playbook
from qualify.playbook.document import Mistake, Path
from qualify.playbook.routes import criteria_after_the_handoff, handoff_mistakes
from qualify.playbook.sections import Bounds, Cuts, Profile, Rule
from qualify.playbook.spelling import spelled_twice
from qualify.points import written
from qualify.speech import sentence
from qualify.tables import SCORES
from qualify.vocabulary import TOTAL

_TAKEN = frozenset(column.name for column in SCORES.columns) | {
    "stage_since",
    "cycle",
    "cycle_since",
}

_LONGEST_NAME = 40
"""Bytes; a score's name becomes part of column names, which PostgreSQL cuts at 63."""


def inconsistencies(book: Playbook) -> list[Mistake]:
    """Everything about the playbook as a whole that is wrong (errors) or odd (warnings)."""
    found = [
        *_profiles(book),
        *_score_names(book),
        *_total(book),
        *_grades(book),
        *_criteria(book),
        *_rules(book),
        *_thresholds(book),
        *_flapping(book),
        *_unreachable(book),
        *_unreachable_marks(book),
        *handoff_mistakes(book),
    ]
    if any(each.severity == "error" for each in found):
        return found  # conditions can be made of a playbook that holds together
    return [*found, *spelled_twice(book, ((path, each) for path, each, _ in every_criterion(book)))]


def _profiles(book: Playbook) -> Iterator[Mistake]:
    for section, profiles in (("icp", book.icp), ("personas", book.personas)):
        seen: set[str] = set()
        for place, profile in enumerate(profiles):
            path = (section, place, "name")
            if profile.name == "any":
                said = sentence("'any' stands for every profile; give this one another name")
                yield Mistake(path, said)
            elif profile.name in seen:
                name = shown(profile.name)
                said = sentence("%(found)s is already taken; every name is used once", found=name)
                yield Mistake(path, said)
            seen.add(profile.name)


def _score_names(book: Playbook) -> Iterator[Mistake]:
    seen: dict[str, str] = {}
    for name in book.scores:
        flaw = _flaw_of_name(name, seen)
        if flaw is not None:
            yield Mistake(("scores", name), flaw, at_key=True)
        seen[name.casefold()] = name


def _flaw_of_name(name: str, seen: dict[str, str]) -> str | None:
    if name.casefold() in _TAKEN:
        return sentence(
            "%(name)s is the name of a column of the results; call this score something else",
            name=shown(name),
        )
    if not name.isidentifier() or len(name.encode()) > _LONGEST_NAME:
        return sentence(
            "%(name)s: a score's name is one word of at most %(most)s letters, digits and _",
            name=shown(name), most=_LONGEST_NAME,
        )  # fmt: skip
    if name.casefold() in seen:
        return sentence(
            "%(one)s and %(other)s differ in capitals only; engines take them for one",
            one=shown(name), other=shown(seen[name.casefold()]),
        )  # fmt: skip
    return None


def _total(book: Playbook) -> Iterator[Mistake]:
    parts = book.total.of or []
    for place, name in enumerate(parts):
        if name not in book.scores:
            yield Mistake(("total", "of", place), _no_score(name, book.scores))
        elif name in parts[:place]:
            said = sentence("%(score)s is added already; name every score once", score=name)
            yield Mistake(("total", "of", place), said)


def _grades(book: Playbook) -> Iterator[Mistake]:
    for part, cuts in _cuts(book):
        if cuts.score not in _scores(book):
            yield Mistake(("grades", part, "score"), _no_score(cuts.score, _scores(book)))


def _cuts(book: Playbook) -> list[tuple[str, Cuts]]:
    return [] if book.grades is None else [("letters", book.grades.letters), ("numbers", book.grades.numbers)]


def _criteria(book: Playbook) -> Iterator[Mistake]:
    for path, criterion, use in every_criterion(book):
        if use not in criterion.USED_IN and not (use == "profile" and "rule" in criterion.USED_IN):
            said = _in_stages_only(criterion.KEYWORD, use)
            yield Mistake((*path, criterion.KEYWORD), said, at_key=True)
        elif use == "profile" and isinstance(criterion, Icp | Persona):
            said = sentence("a profile cannot be made of profiles; write the conditions out")
            yield Mistake((*path, criterion.KEYWORD), said, at_key=True)
        else:
            yield from (Mistake((*path, *where), said) for where, said in _leads_nowhere(criterion, book))


def _in_stages_only(word: str, use: str) -> str:
    if use == "profile":
        return sentence("%(word)s can be asked in stages only, not in a profile", word=word)
    return sentence("%(word)s can be asked in stages only, not in a rule", word=word)


def _leads_nowhere(criterion: Criterion, book: Playbook) -> Iterator[tuple[Path, str]]:
    if isinstance(criterion, Icp):
        yield from _no_profile(("icp",), criterion.icp, book.icp)
    elif isinstance(criterion, Persona):
        yield from _no_profile(("persona",), criterion.persona, book.personas)
    elif isinstance(criterion, ScoreCriterion) and criterion.score not in _scores(book):
        yield ("score",), _no_score(criterion.score, _scores(book))
    elif isinstance(criterion, Grade) and book.grades is None:
        yield ("grade",), sentence("there are no grades; add a `grades` section")
    elif isinstance(criterion, Used):
        wanted = "limits" if criterion.used == "limits" else "events"
        if not getattr(book.product, wanted):
            yield (
                ("used",),
                sentence(
                    "which events that are is not written down; add `product: {%(wanted)s: [...]}`",
                    wanted=wanted,
                ),
            )
    elif isinstance(criterion, Country):
        for place, word in enumerate(criterion.country):
            try:
                codes_of(word, book.country_sets())
            except ValueError as error:
                yield ("country", place), error.args[0]


def _no_profile(path: Path, name: str, profiles: list[Profile]) -> Iterator[tuple[Path, str]]:
    allowed = [each.name for each in profiles]
    hint = instead(name, dict.fromkeys(["any", *allowed]))
    if not allowed and path == ("icp",):
        yield path, sentence("there is no ICP profile in this playbook; add a `icp` section")
    elif not allowed:
        yield path, sentence("there is no persona in this playbook; add a `personas` section")
    elif name not in ("any", *allowed) and path == ("icp",):
        yield path, sentence("%(found)s is no ICP profile%(hint)s", found=shown(name), hint=hint)
    elif name not in ("any", *allowed):
        yield path, sentence("%(found)s is no persona%(hint)s", found=shown(name), hint=hint)


def _scores(book: Playbook) -> list[str]:
    return [*book.scores, TOTAL]


def _no_score(name: str, allowed: Collection[str]) -> str:
    return sentence("%(found)s is no score%(hint)s", found=shown(name), hint=instead(name, allowed))


def _rules(book: Playbook) -> Iterator[Mistake]:
    for score_name, score in book.scores.items():
        labels: dict[str, int] = {}
        for place, rule in enumerate(score.rules):
            path: Path = ("scores", score_name, "rules", place)
            if rule.label in labels:
                said = sentence(
                    "two rules of %(score)s are called %(rule)s (the other is rules[%(place)s]); "
                    "give one a name of its own",
                    score=score_name, rule=shown(rule.label), place=labels[rule.label],
                )  # fmt: skip
                yield Mistake((*path, "name") if rule.name else path, said)
            labels.setdefault(rule.label, place)
            if rule.points == 0:
                said = sentence("0 points: the rule changes nothing")
                yield Mistake((*path, "points"), said, "warning")
            if rule.cap is not None and rule.cap < abs(rule.points):
                said = sentence(
                    "the cap of %(cap)s is less than the %(points)s of one occurrence; no occurrence counts in full",
                    cap=written(rule.cap), points=written(abs(rule.points)),
                )  # fmt: skip
                yield Mistake((*path, "cap"), said, "warning")


def _thresholds(book: Playbook) -> Iterator[Mistake]:
    for name, threshold in book.thresholds.items():
        if name in book.stages:
            said = sentence("%(stage)s is under `stages` too; write it in one place", stage=name)
            yield Mistake(("thresholds", name), said, at_key=True)
        if threshold.score not in _scores(book):
            yield Mistake(("thresholds", name, "score"), _no_score(threshold.score, _scores(book)))


def _flapping(book: Playbook) -> Iterator[Mistake]:
    """A stage that is left at a score at which it was entered would flap."""
    for name, stage in book.stages.items():
        entered = {
            each.score: each.at_least for _, each in _asked_scores(stage.enter) if each.at_least is not None
        }
        for path, each in _asked_scores(stage.leave):
            least = entered.get(each.score)
            if least is not None and each.below is not None and each.below > least:
                said = sentence(
                    "%(stage)s is entered at %(score)s ≥ %(enter)s but left below %(leave)s; "
                    "leads between would never leave (entering wins), so leave at %(enter)s or lower",
                    stage=name, score=each.score, enter=written(least), leave=written(each.below),
                )  # fmt: skip
                yield Mistake(("stages", name, "leave", *path, "below"), said)


def _unreachable(book: Playbook) -> Iterator[Mistake]:
    for name, threshold in book.thresholds.items():
        yield from _never(book, threshold.score, threshold.enter, ("thresholds", name, "enter"))
    for name, stage in book.stages.items():
        for path, each in _asked_scores(stage.enter):
            yield from _never(book, each.score, each.at_least, ("stages", name, "enter", *path, "at_least"))


def _unreachable_marks(book: Playbook) -> Iterator[Mistake]:
    for part, cuts in _cuts(book):
        for mark, least in cuts.steps():
            yield from _never(book, cuts.score, least, ("grades", part, mark))


def _never(book: Playbook, score: str, least: int | None, path: Path) -> Iterator[Mistake]:
    most = _most(book, score)
    if most is not None and least is not None and least > most:
        said = sentence(
            "%(score)s can reach %(most)s at most, so %(least)s never comes",
            score=score, most=written(most), least=written(least),
        )  # fmt: skip
        yield Mistake(path, said, "warning")


def _asked_scores(criterion: Criterion | None, path: Path = ()) -> list[tuple[Path, ScoreCriterion]]:
    """Score conditions that must all hold (those inside any_of or none_of are left out), with their places."""
    if isinstance(criterion, ScoreCriterion):
        return [(path, criterion)]
    if isinstance(criterion, AllOf):
        inside = enumerate(criterion.all_of)
        return [found for place, each in inside for found in _asked_scores(each, (*path, "all_of", place))]
    return []


def _most(book: Playbook, name: str) -> int | None:
    """The highest that a score can be; None when nothing bounds it."""
    if name == TOTAL:
        return _bounded(
            [_most(book, part) for part in book.total_of if part in book.scores and part != TOTAL], book.total
        )
    if name in book.scores:
        return _bounded([_best(rule) for rule in book.scores[name].rules], book.scores[name].bounds)
    return None


def _bounded(parts: list[int | None], bounds: Bounds) -> int | None:
    """The most that parts which can be so much add up to, within the bounds."""
    if None in parts:
        return bounds.at_most
    most = max(sum(part for part in parts if part is not None), bounds.at_least or 0)
    return most if bounds.at_most is None else min(most, bounds.at_most)


def _best(rule: Rule) -> int | None:
    """The most that a rule can give; None when nothing bounds it."""
    if rule.points <= 0:
        return 0
    if rule.is_behaviour and rule.counts in (None, "every time"):
        return rule.cap
    return rule.points if rule.cap is None else min(rule.cap, rule.points)


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
    for path, criterion in criteria_after_the_handoff(book):
        yield from _inside(path, criterion, "stage")


def _inside(path: Path, criterion: Criterion, use: str) -> Iterator[tuple[Path, Criterion, str]]:
    yield path, criterion, use
    if isinstance(criterion, AllOf | AnyOf | NoneOf):
        for number, each in enumerate(getattr(criterion, criterion.KEYWORD)):
            yield from _inside((*path, criterion.KEYWORD, number), each, use)
