"""What the pages say to do with a running application works, and answers as they show."""

from __future__ import annotations

import shutil

import pytest

from tests.docs.pages import name, pages
from tests.docs.running import agrees
from tests.docs.served import KINDS, chosen, followed

FOLLOWED = [(page, kind) for page in pages() for kind in KINDS if chosen(page, kind)]

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not shutil.which("curl"), reason="NOT RUN: there is no curl"),
]


@pytest.mark.parametrize(("page", "kind"), FOLLOWED, ids=[f"{name(page)}-{kind}" for page, kind in FOLLOWED])
def test_what_a_page_does_beside_a_server_answers_as_it_shows(page, kind, tmp_path):
    wrong = [each for each in followed(page, kind, tmp_path) if not agrees(each.expected, each.actual)]
    assert not wrong, "\n".join(f"{each.command}\n{each.actual}" for each in wrong)


def test_the_readme_and_the_page_on_running_it_are_followed():
    assert {(name(page), kind) for page, kind in FOLLOWED} >= {
        ("README.md", "demonstration"),
        ("docs/how-to/run-the-application.md", "demonstration"),
        ("docs/how-to/run-the-application.md", "application"),
    }
