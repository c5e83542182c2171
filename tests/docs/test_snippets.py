"""Every piece of a playbook in the docs is one that Qualify takes, without an error or a warning."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.docs.pages import Block, blocks, pages

AROUND: dict[str, Any] = {
    "playbook": "Around a snippet",
    "icp": [{"name": "mid-market", "conditions": [{"trait": "employees", "at_least": 50}]}],
    "personas": [{"name": "buyer", "conditions": [{"seniority": ["director", "vp", "c_level"]}]}],
    "product": {"events": ["product_used"], "limits": ["limit_reached"]},
    "scores": {
        each: {"rules": [{"points": 1, "name": f"something for {each}", "when": {"did": each}}]}
        for each in ("fit", "engagement", "product")
    },
    "grades": {
        "letters": {"score": "total", "A": 60, "B": 40, "C": 20},
        "numbers": {"score": "total", "1": 50, "2": 25, "3": 10},
    },
}
"""What sections and rules need to stand on: names to refer to."""

REFERRED_TO = ("icp", "personas", "product", "country_groups")
"""Sections that later snippets of the same page may refer to."""


def _is_snippet(block: Block) -> bool:
    return block.language == "yaml" and "mistaken" not in block.words


SNIPPETS = [block for page in pages() for block in blocks(page) if _is_snippet(block)]


@pytest.mark.parametrize("block", SNIPPETS, ids=str)
def test_a_playbook_or_a_part_of_one_has_no_problem(block: Block) -> None:
    from qualify.playbook import examine

    book, problems = examine(block.text if _is_whole(block) else json.dumps(_completed(block)))
    assert book is not None and not problems, "\n".join(str(problem) for problem in problems)


def _is_whole(block: Block) -> bool:
    return any(line.startswith("playbook:") for line in block.text.splitlines())


def _completed(block: Block) -> dict[str, Any]:
    """The snippet in a playbook, with what earlier ones on its page named."""
    whole = dict(AROUND)
    for earlier in blocks(block.page):
        if earlier.line < block.line and _is_snippet(earlier) and not _is_whole(earlier):
            written = _sections(earlier)
            whole |= {name: written[name] for name in REFERRED_TO if name in written}
    mine = _sections(block)
    return {**whole, **mine, "scores": {**AROUND["scores"], **mine.get("scores", {})}}


def _sections(block: Block) -> dict[str, Any]:
    """The snippet as sections: a list is rules of a score."""
    from qualify.playbook.document import read

    written = read(block.text)
    assert written.data and not written.problems, f"{block}: {written.problems}"
    if isinstance(written.data, list):
        return {"scores": {"example": {"rules": written.data}}}
    found: dict[str, Any] = written.data
    return found


def test_the_docs_hold_playbooks_to_check():
    assert len(SNIPPETS) > 20
