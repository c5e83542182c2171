"""What a job title says: how senior its holder is, and in which department they work.

Two tables of words (`data/seniority_words.txt`, `data/department_words.txt`) in English, German, French,
Spanish, Italian, Dutch and Portuguese, and a few rules:

- A title is read in parts, set apart by commas, slashes, bars and brackets; in each the longest known
  phrase wins and uses up its words ("product owner" before "owner").
- Seniority is the highest level named ("CMO | Speaker" is c_level, "Founder & CEO" is owner). A beginner's
  word pulls levels up to manager down ("Junior Product Manager" is entry), and an assistant who is no
  deputy stays one ("Executive Assistant" is entry, "Assistant Director" is director).
- What was, is wished for, or is somebody else's does not count: "former CEO", "seeking a manager role",
  "Assistant to the VP", "Recruiter at Founders Inc".
- Department: general management at the very top wins, then roles that name their department ("Product
  Designer"), then the first function named, then general nouns ("engineer"), then ownership.
- "President" alone is taken for the owner of a small firm, with anything beside it for c_level; a general
  manager and a chief of staff are directors, other chiefs without "officer" are heads.

Measured on hand-labelled titles (`tests/reading/titles.csv`, labels frozen before the tables were tuned):

    part    titles   seniority   department
    tune       348       1.000        1.000
    test       200       1.000        0.995

The test part had 0.995 and 0.985 when it was first counted; later another test showed that "C.E.O." was not
read. One author wrote labels and tables, so the truth is nearer to a third figure: of 150 titles drawn
blindly from people's real profiles (the public list of rootstrap/ai-job-title-level-classification, not
shipped) and labelled before they were run, seniority was right for 0.940 and department for 0.827. Of the 26
department misses 10 were read as None, and many are titles on which people disagree ("Global Risk
Operations", "Teaching Fellow / Research Fellow").
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache, lru_cache
from operator import itemgetter

from qualify.reading.words import WordTable, plain, read_words

SENIORITIES = (
    "intern",
    "entry",
    "staff",
    "senior",
    "manager",
    "head",
    "director",
    "vp",
    "c_level",
    "owner",
)
DEPARTMENTS = (
    "engineering",
    "it",
    "product",
    "design",
    "data",
    "marketing",
    "sales",
    "customer_success",
    "finance",
    "hr",
    "legal",
    "operations",
    "procurement",
    "education",
    "research",
    "medical",
    "executive",
    "administration",
)

_LONGEST_READ = 200
_STRENGTHS = ("rules", "decides", "", "weak", "fallback")
_RANK = {level: rank for rank, level in enumerate(SENIORITIES)}
# Inside one part of a title "assistant" says more than "senior" or "analyst", but less than "manager".
_RANK_WITHIN = _RANK | {"entry": _RANK["senior"] + 0.5}

_GENDER = re.compile(
    r"\([mwfdhx](?:\s?[/|,]\s?[mwfdhx])+\)"
    r"|(?<=[a-z])(?:[*:_/]in(?:nen)?\b|\((?:e|a|in|ne)\)|[./·](?:e|a|ne|rice|trice)\b)"
)
_MARKS = frozenset("(*:_/.·&")
_DOTTED = re.compile(r"\b[a-z](?:\.[a-z])+\b\.?")
_AND_LETTERS = re.compile(r"\b([a-z]) ?& ?([a-z])\b")
_BREAKS = re.compile(r"[|/,;:()\[\]{}•·–—\n\r\t]+|\s-+\s|\s\+\s")
_WORDS = re.compile(r"[^\W_]+|@")

# What follows these words is not what the person does today at this rank.
_PAST = "former formerly ex previously past ehemals ehemaliger ehemalige ancien ancienne antiguo antigua"
_WISHES = "seeking looking searching helping helps"
_EMPLOYERS = "at @ bei chez"
_SLOGANS = frozenset([("i", "help"), ("we", "help")])
_ENDS = frozenset([*_PAST.split(), *_WISHES.split(), *_EMPLOYERS.split(), "to"])
_NOT_YET = frozenset("aspiring future angehender angehende".split())
_RETIRED = frozenset(
    "retired pensioner rentner rentnerin retraite retraitee jubilado jubilada pensionato".split()
)
# "Assistentin der Geschäftsführung": the rank after helper and link is somebody else's.
_HELPERS = frozenset(
    "assistent assistentin assistenz assistant assistante assistente asistente referent referentin "
    "sekretarin".split()
)
_OFFICES = frozenset(["officer", "counsel"])
_CONJUNCTIONS = frozenset(["and", "und", "et", "y", "e", "en"])
_LINKS = frozenset("of der des dem de du di do da van von zur".split())


def seniority(title: str | None) -> str | None:
    """How senior the holder of a job title is: one of `SENIORITIES`, or None when it does not say.

    >>> [seniority(title) for title in ("VP of Sales", "Assistant to the VP", "Product Owner")]
    ['vp', 'entry', 'staff']
    >>> seniority("former CEO") is None
    True
    """
    parts = [_up_to(words, _NOT_YET) for words in _parts(title)]
    levels = [level for words in parts if (level := _level(words)) is not None]
    if "president" in levels:
        alone = len(parts) == 1 and len(parts[0]) == 1
        levels = ["owner" if alone else "c_level" if level == "president" else level for level in levels]
    return max(levels, key=_RANK.__getitem__, default=None)


def department(title: str | None) -> str | None:
    """The department a job title belongs to: one of `DEPARTMENTS`, or None when it does not say.

    >>> [department(title) for title in ("VP of Sales", "Product Designer", "Leiter Einkauf")]
    ['sales', 'design', 'procurement']
    """
    found = [hit for at, words in enumerate(_parts(title)) for hit in _departments(words, later=at > 0)]
    return min(found, key=itemgetter(0), default=(0, None))[1]


def _departments(words: Sequence[str], *, later: bool) -> Iterator[tuple[int, str]]:
    """Each department that one part of a title names, with how strongly (0 is strongest)."""
    for at, label in _words("department_words.txt").find(words):
        name, _, strength = label.partition(": ")
        if strength == "decides" and (later or (at > 0 and words[at - 1] in _CONJUNCTIONS)):
            strength = ""
        if name != "none":
            yield _STRENGTHS.index(strength), name


@cache
def _words(name: str) -> WordTable:
    return read_words(name)


def _parts(title: str | None) -> tuple[tuple[str, ...], ...]:
    """The words of each part of a title that tells what its holder does today."""
    return _parts_of(title[:_LONGEST_READ]) if title else ()


@lru_cache(maxsize=2048)  # both public functions ask for the parts of the same title
def _parts_of(title: str) -> tuple[tuple[str, ...], ...]:
    text = _tidied(plain(title))
    parts = [_up_to(_WORDS.findall(part), _ENDS) for part in _BREAKS.split(text)]
    if not all(_RETIRED.isdisjoint(words) for words in parts):
        return ()
    return tuple(tuple(words) for words in parts if words and tuple(words[:2]) not in _SLOGANS)


def _tidied(text: str) -> str:
    """Without gender marks ("(m/w/d)", "Leiter:in") and with C.E.O., R&D and AT&T as one word each."""
    if _MARKS.isdisjoint(text):
        return text
    text = _DOTTED.sub(lambda found: found[0].replace(".", ""), text.replace("at&t", "att"))
    return _AND_LETTERS.sub(r"\1n\2", _GENDER.sub(" ", text)).replace("&", " and ")


def _up_to(words: Sequence[str], ends: frozenset[str]) -> Sequence[str]:
    if ends.isdisjoint(words):
        return words
    return words[: min(words.index(word) for word in ends.intersection(words))]


def _level(words: Sequence[str]) -> str | None:
    """The level of one part of a title: the highest it names, unless a beginner's word pulls it down."""
    words = _without_the_helped(words)
    found = {label for _, label in _words("seniority_words.txt").find(words)} - {"none"}
    if "chief" in words and not _OFFICES.isdisjoint(words[words.index("chief") :]):
        found.add("c_level")
    if "president" in found:
        found.discard("president")
        if not found & {"owner", "c_level", "vp"}:
            return "president"
    beginner = "intern" if "intern" in found else "entry" if "junior" in found else None
    found -= {"junior"}
    top = max(found, key=_RANK_WITHIN.__getitem__, default=beginner)
    if top is None or beginner is None:
        return top
    return top if _RANK[top] > _RANK["manager"] else beginner


def _without_the_helped(words: Sequence[str]) -> Sequence[str]:
    for at in range(len(words) - 1):
        if words[at] in _HELPERS and words[at + 1] in _LINKS:
            return words[: at + 1]
    return words
