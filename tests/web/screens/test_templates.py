"""What holds of every template: nothing inline, nothing foreign, every word translatable, little script."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.template import engines

import qualify.web.screens

HERE = Path(next(iter(qualify.web.screens.__path__)))
TEMPLATES = sorted((HERE / "templates").rglob("*.html"))
STATIC = HERE / "static" / "qualify"

_TAGS = re.compile(r"{%.*?%}|{{.*?}}|{#.*?#}", re.DOTALL)
_TRANSLATED = re.compile(
    r"{%\s*blocktranslate.*?endblocktranslate\s*%}|{%\s*comment.*?endcomment\s*%}", re.DOTALL
)
_CLASS = re.compile(r"{%\s*block main_class\s*%}.*?{%\s*endblock\s*%}")
_VERBATIM = re.compile(r"<(code|pre|kbd|svg|script)\b.*?</\1>", re.DOTALL)
_WORDS = re.compile(r"[A-Za-z]{3,}")
NAMES = {"Qualify", "Enter", "Escape", "CSV", "JSON", "Lines", "Parquet"}
"""What is called the same in every language."""


def named(path: Path) -> str:
    return str(path.relative_to(HERE / "templates"))


@pytest.mark.parametrize("path", TEMPLATES, ids=named)
def test_nothing_is_inline_and_nothing_is_foreign(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert not re.search(r"\sstyle=|<style|\son[a-z]+=|javascript:", text), "the policy forbids it"
    assert all(
        "src=" in tag or 'type="application/json"' in tag for tag in re.findall(r"<script[^>]*>", text)
    )
    assert not re.search(r"(?:src|href|action)=[\"']?(?:https?:)?//", text), (
        "nothing comes from a foreign host"
    )


@pytest.mark.parametrize("path", TEMPLATES, ids=named)
def test_every_word_can_be_translated(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    for each in (_CLASS, _TRANSLATED, _VERBATIM):
        text = each.sub(" ", text)
    shown = re.sub(r"<[^>]*>", " ", _TAGS.sub(" ", text))
    left = set(_WORDS.findall(re.sub(r"&\w+;", " ", shown))) - NAMES
    assert not left, f"not in a translate tag: {sorted(left)}"
    said = re.findall(r"(?:placeholder|aria-label|title|alt)=\"([^\"{]*)\"", text)
    assert not [words for words in said if _WORDS.search(words) and "://" not in words], said


@pytest.mark.parametrize("path", TEMPLATES, ids=named)
def test_it_can_be_read(path: Path) -> None:
    engines["django"].get_template(named(path))


def test_there_are_at_most_300_lines_of_our_own_script() -> None:
    own = [path for path in STATIC.rglob("*.js") if not path.name.startswith("vega")]
    assert sum(len(path.read_text(encoding="utf-8").splitlines()) for path in own) <= 300


def test_a_form_that_changes_something_is_protected() -> None:
    for path in TEMPLATES:
        for form in re.findall(
            r"<form[^>]*method=\"post\".*?</form>", path.read_text(encoding="utf-8"), re.DOTALL
        ):
            assert "csrf_token" in form, named(path)
