"""Looks at every page in the language of brackets and tells which words stand outside of them.

In a process of its own, on a store that tests/browser/members.py made; prints JSON: page → what is not translated.
"""

from __future__ import annotations

import json
import sys
from typing import Any

from qualify.web.starting import start

start()

from django.test import Client  # noqa: E402 - Django must have its settings first

from qualify.web.store.models import User  # noqa: E402
from tests.browser.pages import PAGES  # noqa: E402
from tests.web.words.data import Data  # noqa: E402
from tests.web.words.pseudo import LANGUAGE, Outside, pseudo  # noqa: E402
from tests.web.words.seeing import seen  # noqa: E402

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


def walk(told: dict[str, Any]) -> dict[str, list[str]]:
    """Every page that somebody of the cast looks at."""
    User.objects.update(language=LANGUAGE)
    data = Data.of_the_store()
    browsers = {who: _browser(who) for _, who in PAGES.values()}
    found: dict[str, list[str]] = {}
    with pseudo():
        for path, who in PAGES.values():
            where = path.format(lead=told["leads"][0], **told["things"])
            answer = browsers[who].get(where, headers={"accept-language": LANGUAGE})
            wrong = _wrong(answer.content.decode(), data)
            if answer.status_code not in (200, 401):
                wrong.append(f"answered {answer.status_code}")
            found[path] = wrong
    return {path: wrong for path, wrong in found.items() if wrong}


def _browser(who: str | None) -> Client:
    browser = Client(SERVER_NAME="localhost")
    if who is not None:
        browser.force_login(User.objects.get(email=f"{who}@qualify.example"), backend=BACKEND)
    return browser


def _wrong(page: str, data: Data) -> list[str]:
    said: dict[str, None] = {}
    flowing = Outside()
    for each in seen(page):
        rest = (flowing if each.flows else Outside())(each.text)
        if rest and not each.quiet and not data.explains(rest):
            said[f"<{each.where}> {' '.join(each.text.split())[:200]}"] = None
    return list(said)


if __name__ == "__main__":
    print(json.dumps(walk(json.loads(sys.stdin.read())), ensure_ascii=False))
