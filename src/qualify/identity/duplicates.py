"""Records that may be one person although no identifier says so: suggestions for somebody to look at.

The model is Fellegi and Sunter's (1969, *A theory for record linkage*), as Splink fits it: how much more often two
fields agree in records of one person than in records of any two, learnt by expectation maximisation without
anybody's labels, with rare names counting more than common ones. Nothing is merged here.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from qualify.errors import QualifyError
from qualify.identity.records import Comparable, Record, comparable

if TYPE_CHECKING:
    from splink import SettingsCreator
    from splink.internals.comparison_creator import ComparisonCreator

THRESHOLD: Final = 0.5
"""Pairs that are more likely one person than two are suggested."""

_LEAST_RECORDS: Final = 2
_FOUND_BY_RULES: Final = 0.5
_MOST_PAIRS: Final = 2e6
_FINE_ENOUGH: Final = 0.005
_LEAST_M: Final = 0.02
_LEAST_U: Final = 1e-6

_LEARNT_FROM: Final = ("full_name", "workplace", "phone")
_ENOUGH_PAIRS: Final = 100
_HALF: Final = "(full_name_l is null or full_name_r is null)"
_NEAR: Final = (
    "length(short_name_l) >= 5 and left(short_name_l, 1) = left(short_name_r, 1)"
    " and levenshtein(short_name_l, short_name_r) = 1"
)
_ALIKE: Final = (
    "least(length(workplace_l), length(workplace_r)) >= 6 and (levenshtein(workplace_l, workplace_r) = 1"
    " or starts_with(workplace_l, workplace_r) or starts_with(workplace_r, workplace_l))"
)
_SLIP: Final = (
    "domain_l = domain_r and levenshtein(address_l, address_r) = 1 and left(address_l, 1) = left(address_r, 1)"
    " and coalesce(first_name_l, first_name_r, '') = coalesce(first_name_r, first_name_l, '')"
)

_FOR: Final = {
    "name": {
        5: "names agree and addresses differ by one letter",
        4: "same name",
        3: "names differ by one letter",
        2: "same initial and last name",
        1: "same initial, last names differ by one letter",
    },
    "phone": {1: "same phone"},
    "workplace": {2: "same company", 1: "company names are alike"},
    "job_title": {1: "same job title"},
    "country": {1: "same country"},
}
_AGAINST: Final = {
    "name": "different names",
    "phone": "different phones",
    "workplace": "different companies",
    "job_title": "different job titles",
    "country": "different countries",
}


class Suggestion(NamedTuple):
    """Two records that may be one person, by their ids, the smaller first.

    ``probability`` is the model's; ``evidence`` and ``against`` say in words what agrees and what does not.
    """

    one: str
    other: str
    probability: float
    evidence: tuple[str, ...]
    against: tuple[str, ...]


def duplicates(records: Iterable[Record], threshold: float = THRESHOLD, seed: int = 1) -> list[Suggestion]:
    """The pairs of records that are likely one person, the likeliest first.

    Only pairs that share a name, an initial and last name, a telephone line, or a company and the beginning of a name
    are looked at. The same records and seed give the same pairs, in whatever order the records come.
    Raises :class:`~qualify.errors.QualifyError` when Splink is not installed, and :class:`ValueError` when
    two records have the same id.
    """
    given = sorted(records, key=lambda record: record.id)
    if len({record.id for record in given}) < len(given):
        raise ValueError("two records have the same id")
    compared = [comparable(record) for record in given]
    _require_splink()
    if len(given) < _LEAST_RECORDS:
        return []
    with _quiet():
        rows = _predicted(compared, threshold, seed)
    found = [_suggestion(given, row) for row in rows]
    return sorted(found, key=lambda each: (-each.probability, each.one, each.other))


def _require_splink() -> None:
    if find_spec("splink") is None:
        raise QualifyError("finding duplicates needs Splink: pip install 'qualify[duplicates]'")


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep Splink from telling which of its parameters few pairs could teach: :func:`_tempered` sees to them."""
    logger = logging.getLogger("splink")
    before = logger.level
    logger.setLevel(logging.ERROR)
    try:
        yield
    finally:
        logger.setLevel(before)


def _suggestion(records: Sequence[Record], row: dict[str, Any]) -> Suggestion:
    ids = sorted((records[row["unique_id_l"]].id, records[row["unique_id_r"]].id))
    levels = {name: row[f"gamma_{name}"] for name in _FOR if name != "country"}
    levels["country"] = _likeness(*(comparable(records[row[f"unique_id_{side}"]]).country for side in "lr"))
    evidence = tuple(words[levels[name]] for name, words in _FOR.items() if levels[name] > 0)
    against = tuple(words for name, words in _AGAINST.items() if levels[name] == 0)
    return Suggestion(ids[0], ids[1], round(row["match_probability"], 4), evidence, against)


def _likeness(one: str | None, other: str | None) -> int:
    """1 for the same, 0 for another, -1 where one is not known, as Splink says it."""
    return -1 if one is None or other is None else int(one == other)


def _predicted(compared: Sequence[Comparable], threshold: float, seed: int) -> list[dict[str, Any]]:
    """The rows of the likely pairs as Splink gives them, from a database in memory that ends with the call."""
    from splink import DuckDBAPI, Linker

    columns: dict[str, list[Any]] = {
        name: [getattr(one, name) for one in compared] for name in Comparable._fields
    }
    columns["unique_id"] = list(range(len(compared)))
    engine = DuckDBAPI(":memory:")
    engine.duckdb_con.sql("SET threads = 1")  # sums of doubles in one order
    texts = ", ".join(f"cast({name} as varchar) as {name}" for name in Comparable._fields)
    typed = engine.register(columns).query_sql(f"select unique_id, {texts} from {{this}}")
    trained = Linker(typed, _settings(compared), log_level=None)
    trained.training.estimate_u_using_random_sampling(max_pairs=_MOST_PAIRS, seed=seed)
    for rule in _training_rules(compared):
        # Splink 5.0 refuses shares under 1e-300, which a level that no likely pair shows can reach.
        # What was learnt from the other pairs has to do then.
        with suppress(ValueError):
            trained.training.estimate_parameters_using_expectation_maximisation(
                rule, fix_probability_two_random_records_match=True
            )
    ready = Linker(typed, _tempered(trained.misc.save_model_to_json()), log_level=None)
    found = ready.inference.predict(threshold_match_probability=threshold, warning_mode="never")
    return found.as_record_list()


def _tempered(model: dict[str, Any]) -> dict[str, Any]:
    """The model with nothing held for impossible or for sure that a few pairs happened not to show."""
    for comparison in model["comparisons"]:
        steps = [level for level in comparison["comparison_levels"] if not level.get("is_null_level")]
        for sort, least in (("m_probability", _LEAST_M), ("u_probability", _LEAST_U)):
            shares = [max(level.get(sort, least), least) for level in steps]
            for level, share in zip(steps, shares, strict=True):
                level[sort] = share / sum(shares)
    return model


def _settings(compared: Sequence[Comparable]) -> SettingsCreator:
    from splink import SettingsCreator, block_on

    return SettingsCreator(
        link_type="dedupe_only",
        comparisons=_comparisons(),
        blocking_rules_to_generate_predictions=[
            block_on("full_name"),
            block_on("short_name"),
            block_on("phone"),
            block_on("workplace", "beginning"),
            block_on("workplace", "last_name"),
        ],
        probability_two_random_records_match=_prior(compared),
        em_convergence=_FINE_ENOUGH,
        retain_intermediate_calculation_columns=True,
    )


def _comparisons() -> list[ComparisonCreator | dict[str, Any]]:
    """What is compared and in which steps of likeness, the surest first."""
    return [
        _comparison(
            "name",
            "short_name_l is null or short_name_r is null",
            [
                (_SLIP, None),
                ("full_name_l = full_name_r", "full_name"),
                ("levenshtein(full_name_l, full_name_r) = 1", None),
                (
                    "(full_name_l is null or full_name_r is null) and short_name_l = short_name_r",
                    "short_name",
                ),
                (
                    f"{_HALF} and length(short_name_l) >= 5 and levenshtein(short_name_l, short_name_r) = 1",
                    None,
                ),
            ],
        ),
        _comparison(
            "workplace",
            "workplace_l is null or workplace_r is null",
            [
                ("workplace_l = workplace_r", "workplace"),
                (_ALIKE, None),
            ],
        ),
        *(
            _comparison(name, f"{name}_l is null or {name}_r is null", [(f"{name}_l = {name}_r", name)])
            for name in ("phone", "job_title")
        ),
    ]


def _comparison(name: str, unknown: str, steps: Sequence[tuple[str, str | None]]) -> ComparisonCreator:
    """A comparison of these steps; one with a column beside it counts a rare value of it for more."""
    from splink.comparison_level_library import CustomLevel, ElseLevel
    from splink.comparison_library import CustomComparison

    levels: list[Any] = [CustomLevel(unknown).configure(is_null_level=True)]
    for condition, rare in steps:
        level: Any = CustomLevel(condition)
        if rare:
            level = level.configure(tf_adjustment_column=rare, disable_tf_exact_match_detection=True)
        levels.append(level)
    return CustomComparison([*levels, ElseLevel()], output_column_name=name)


def _training_rules(compared: Sequence[Comparable]) -> list[Any]:
    """The pairs from which the model learns: of one name, of one company, of one telephone; but of those that are
    few only when there are no others, because each set counts alike.
    """
    from splink import block_on

    pairs = {name: _pairs(compared, name) for name in _LEARNT_FROM}
    many = [name for name, count in pairs.items() if count >= _ENOUGH_PAIRS]
    return [block_on(name) for name in many or [name for name, count in pairs.items() if count]]


def _prior(compared: Sequence[Comparable]) -> float:
    """How likely two records taken at random are one person: by pairs that agree in rules that are hardly ever wrong,
    taken to find half of what there is.
    """
    sure = _pairs(compared, "phone", "short_name") + _pairs(compared, "full_name", "workplace")
    count = len(compared)
    return min(0.5, max(1, sure) / _FOUND_BY_RULES / (count * (count - 1) / 2))


def _pairs(compared: Sequence[Comparable], *columns: str) -> int:
    """How many pairs agree in these columns."""
    values = (tuple(getattr(one, column) for column in columns) for one in compared)
    counts = Counter(value for value in values if None not in value)
    return sum(count * (count - 1) // 2 for count in counts.values())
