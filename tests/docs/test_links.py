"""Every link between pages leads somewhere, and every page can be found from the map."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.docs.pages import DOCS, REPOSITORY, name, pages

_FENCED = re.compile(r"(?ms)^```.*?^```$")
_CODE = re.compile(r"`[^`\n]*`")
_LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)|<img[^>]*\ssrc=\"([^\"]+)\"|<source[^>]*\ssrcset=\"([^\"]+)\"")


def links(page: Path) -> list[str]:
    """Where the page's links and pictures point to, code left out."""
    text = _FENCED.sub("", page.read_text(encoding="utf-8"))
    return [next(filter(None, found)) for found in _LINK.findall(_CODE.sub("``", text))]


def target(page: Path, link: str) -> tuple[Path, str]:
    """The file that a link of the page points to, and the heading in it."""
    path, _, heading = link.partition("#")
    return (page.parent / path).resolve() if path else page, heading


def anchors(page: Path) -> set[str]:
    """The page's headings as GitHub makes anchors of them."""
    text = _FENCED.sub("", page.read_text(encoding="utf-8"))
    return {_anchor(heading) for heading in re.findall(r"(?m)^#+ (.+)$", text)}


def _anchor(heading: str) -> str:
    return re.sub(r"[^\w\- ]", "", heading.strip().lower()).replace(" ", "-")


@pytest.mark.parametrize("page", pages(), ids=name)
def test_every_link_leads_to_a_file_and_a_heading_that_are_there(page: Path) -> None:
    broken = []
    for link in links(page):
        if re.match(r"[a-z]+:", link):
            continue
        path, heading = target(page, link)
        if not path.exists() or (heading and path.suffix == ".md" and heading not in anchors(path)):
            broken.append(link)
    assert not broken, f"{name(page)}: {', '.join(broken)}"


def test_every_page_can_be_reached_from_the_readme() -> None:
    seen, waiting = set(), [REPOSITORY / "README.md"]
    while waiting:
        page = waiting.pop()
        if page in seen:
            continue
        seen.add(page)
        found = [target(page, link)[0] for link in links(page) if not re.match(r"[a-z]+:", link)]
        waiting += [path for path in found if path.suffix == ".md" and path.exists()]
    assert not [name(page) for page in pages() if page not in seen]


def test_the_docs_have_their_four_modes() -> None:
    assert {"tutorial", "how-to", "reference", "explanation"} <= {path.name for path in DOCS.iterdir()}
