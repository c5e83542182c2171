"""Who may see which page: each page, each role, and a stranger."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.urls import URLPattern, URLResolver, get_resolver

from qualify.web.verbs.actor import SCOPES
from qualify.web.verbs.roles import ROLES, actor_in
from tests.web.screens.members import MEMBERS, Members

OPEN = {"form", "script", "receive", "segment_settings", "rudder_config"}
"""What is for everybody: doors, hosted forms."""


def pages(patterns: list[Any] | None = None, prefix: str = "") -> Iterator[tuple[str, Any]]:
    """Every address of a screen, as a pattern, with its view."""
    for each in get_resolver().url_patterns if patterns is None else patterns:
        where = prefix + str(each.pattern)
        if isinstance(each, URLResolver):
            if each.app_name != "ninja" and "api" not in str(each.namespace or "") and "api/" not in where:
                yield from pages(each.url_patterns, where)
        elif isinstance(each, URLPattern) and _is_a_page(each.callback):
            yield where, each.callback


def _is_a_page(view: Any) -> bool:
    """Ours, and those that allauth lends us."""
    return getattr(view, "__module__", "").startswith(("qualify.web.screens", "allauth"))


def test_every_page_says_what_it_asks_for() -> None:
    found = dict(pages())
    assert len(found) >= 6
    for where, view in found.items():
        assert getattr(view, "scope", None) in {*SCOPES, ""} or getattr(view, "for_everybody", False), where


def plain() -> list[str]:
    """Addresses without parts to fill in."""
    return [where for where, view in pages() if "<" not in where and hasattr(view, "scope")]


@pytest.mark.parametrize("where", plain())
def test_who_may_see_it_sees_it_and_nobody_else(where: str, members: Members) -> None:
    view = dict(pages())[where]
    assert members.sam.get(f"/{where}").headers["Location"].startswith("/sign-in?next=")
    for name, role in MEMBERS.items():
        answer = getattr(members, name).get(f"/{where}")
        if not view.scope or actor_in(role, name).may(view.scope):
            assert answer.status_code in {200, 302, 404, 405}, (where, role, answer.status_code)
        else:
            assert answer.status_code == 403, (where, role)
            assert SCOPES[view.scope] in answer.content.decode()


def test_a_role_that_is_no_more_may_do_nothing() -> None:
    assert not any(actor_in("owner of everything", "x").may(scope) for scope in SCOPES)
    assert set(MEMBERS.values()) == set(ROLES)
