"""The catalogues of words: every message in every language, whole, and what Django reads is what people wrote."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.mofile import read_mo
from django.conf import settings

from tests.web.words.filling import unfilled
from tests.web.words.gathering import CODE, LOCALE, gathered
from tests.web.words.write_catalogues import catalogue, missing, strings

WRITTEN = sorted(LOCALE.glob("*/LC_MESSAGES/django.po"))
RENEW = (
    "run `python -m tests.web.words.write_catalogues` and translate what is new (docs/how-to/translate.md)"
)

_HOLES = re.compile(r"%\([a-z_]+\)[sd]|%%|\{[a-z_]+\}|<[^>]+>")

languages = pytest.mark.parametrize("path", WRITTEN, ids=[each.parts[-3] for each in WRITTEN])


def test_every_language_that_can_be_chosen_has_a_catalogue_but_english() -> None:
    chosen = {name for name, _ in settings.LANGUAGES if not name.startswith("en")}
    assert chosen == {each.parts[-3] for each in WRITTEN} == {"de"}


@languages
def test_a_translation_has_the_same_holes_as_its_message(path: Path) -> None:
    wrong = []
    for each in (each for each in catalogue(path) if each.id):
        allowed = [sorted(_HOLES.findall(form)) for form in strings(each.id)]
        wrong += [said for said in strings(each.string) if sorted(_HOLES.findall(said)) not in allowed]
    assert not wrong


@languages
def test_what_django_reads_is_what_is_written(path: Path) -> None:
    with path.with_suffix(".mo").open("rb") as file:
        read = _said(read_mo(file))
    assert read == _said(catalogue(path)), RENEW


@languages
def test_a_plural_has_all_its_forms(path: Path) -> None:
    kept = catalogue(path)
    counted = [each for each in kept if isinstance(each.id, tuple | list)]
    assert len(counted) > 50
    assert {len(strings(each.string)) for each in counted} == {kept.num_plurals}


def test_nobody_is_addressed_as_a_friend_in_german() -> None:
    friend = re.compile(r"\b([Dd]u|[Dd]ein(e|en|em|er|es)?|[Dd]ich|[Dd]ir)\b")
    assert not [
        each.id for each in catalogue(LOCALE / "de/LC_MESSAGES/django.po") if friend.search(str(each.string))
    ]


@pytest.mark.slow
def test_every_hole_of_a_message_is_filled() -> None:
    wrong = [
        f"{path}:{line}: {names}" for path in sorted(CODE.rglob("*.py")) for line, names in unfilled(path)
    ]
    assert not wrong


@pytest.mark.slow
@languages
def test_every_message_is_translated_and_no_other(path: Path) -> None:
    kept, marked = catalogue(path), {_key(each) for each in gathered() if each.id}
    assert not missing(kept), RENEW
    there = {_key(each) for each in kept if each.id}
    assert marked - there == set(), RENEW
    assert there - marked == set(), RENEW


def _said(kept: Catalog) -> dict[tuple[str, str], list[str]]:
    return {_key(each): strings(each.string) for each in kept if each.id}


def _key(message: Message) -> tuple[str, str]:
    context: str | bytes = message.context or ""  # as bytes when it was read from a .mo
    return context.decode() if isinstance(context, bytes) else context, strings(message.id)[0]
