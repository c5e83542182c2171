"""Records that may be one person although no identifier says so: suggestions for somebody to look at.

The model is Fellegi and Sunter's (1969, *A theory for record linkage*), as Splink fits it: how much more often two
fields agree in records of one person than in records of any two, learnt by expectation maximisation without
anybody's labels, with rare names counting more than common ones. Nothing is merged here.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from qualify.errors import QualifyError
from qualify.identity.records import Comparable, Record, comparable

if TYPE_CHECKING:
    from splink import Linker, SettingsCreator
    from splink.comparison_library import CustomComparison

THRESHOLD: Final = 0.9
"""Pairs that are one person with at least this probability are suggested."""

_LEAST_RECORDS: Final = 2
_FOUND_BY_RULES: Final = 0.5
_MOST_PAIRS: Final = 2e6

_LEARNT_FROM: Final = ("full_name", "workplace", "phone")
_ENOUGH_PAIRS: Final = 100
_HALF: Final = "(full_name_l is null or full_name_r is null)"

_FOR: Final = {
    "address": {1: "addresses differ by one letter"},
    "name": {
        4: "same name",
        3: "names differ by one letter",
        2: "same initial and last name",
        1: "initial and last name differ by one letter",
    },
    "phone": {1: "same phone"},
    "workplace": {2: "same company", 1: "company names differ by one letter"},
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
    if len(given) < _LEAST_RECORDS:
        return []
    rows = _predicted(compared, threshold, seed)
    found = [_suggestion(given, row) for row in rows]
    return sorted(found, key=lambda each: (-each.probability, each.one, each.other))


def _suggestion(records: Sequence[Record], row: dict[str, Any]) -> Suggestion:
    ids = sorted((records[row["unique_id_l"]].id, records[row["unique_id_r"]].id))
    levels = {name: row[f"gamma_{name}"] for name in _FOR}
    evidence = tuple(words[levels[name]] for name, words in _FOR.items() if levels[name] > 0)
    against = tuple(words for name, words in _AGAINST.items() if levels[name] == 0)
    return Suggestion(ids[0], ids[1], round(row["match_probability"], 4), evidence, against)


def _predicted(compared: Sequence[Comparable], threshold: float, seed: int) -> list[dict[str, Any]]:
    """The rows of the likely pairs as Splink gives them, from a database in memory that ends with the call."""
    linker = _linker(compared)
    training = linker.training
    training.estimate_u_using_random_sampling(max_pairs=_MOST_PAIRS, seed=seed)
    for rule in _training_rules(compared):
        training.estimate_parameters_using_expectation_maximisation(rule)
    found = linker.inference.predict(threshold_match_probability=threshold)
    return found.as_record_list()


def _linker(compared: Sequence[Comparable]) -> Linker:
    try:
        from splink import DuckDBAPI, Linker
    except ImportError as error:
        raise QualifyError("finding duplicates needs Splink: pip install 'qualify[duplicates]'") from error
    columns: dict[str, list[Any]] = {
        name: [getattr(one, name) for one in compared] for name in Comparable._fields
    }
    columns["unique_id"] = list(range(len(compared)))
    engine = DuckDBAPI(":memory:")
    engine.duckdb_con.sql("SET threads = 1")  # sums of doubles in one order
    texts = ", ".join(f"cast({name} as varchar) as {name}" for name in Comparable._fields)
    typed = engine.register(columns).query_sql(f"select unique_id, {texts} from {{this}}")
    return Linker(typed, _settings(compared), log_level=None)


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
        retain_intermediate_calculation_columns=True,
    )


def _comparisons() -> list[CustomComparison]:
    """What is compared and in which steps of likeness, the surest first."""
    return [
        _comparison(
            "name",
            "short_name_l is null or short_name_r is null",
            [
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
                ("length(workplace_l) >= 8 and levenshtein(workplace_l, workplace_r) = 1", None),
            ],
        ),
        _comparison(
            "address",
            "address_l is null or address_r is null",
            [("domain_l = domain_r and levenshtein(address_l, address_r) = 1", None)],
        ),
        *(
            _comparison(name, f"{name}_l is null or {name}_r is null", [(f"{name}_l = {name}_r", name)])
            for name in ("phone", "job_title", "country")
        ),
    ]


def _comparison(name: str, unknown: str, steps: Sequence[tuple[str, str | None]]) -> CustomComparison:
    """A comparison of these steps; one with a column beside it counts a rare value of it for more."""
    from splink.comparison_level_library import CustomLevel, ElseLevel
    from splink.comparison_library import CustomComparison

    levels = [CustomLevel(unknown).configure(is_null_level=True)]
    for condition, rare in steps:
        level = CustomLevel(condition)
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
