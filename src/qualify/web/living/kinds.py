"""Long pieces of work, by kind: where each is done. A row of the table ``work`` asks for one.

A kind is a function of the row's parameters and of a :class:`Progress` to be told how far it is; what it
returns is kept as the row's detail. A worker that is killed leaves the row to another, which begins anew: so
each kind must be one that may be done twice.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any, Protocol

from qualify.errors import one_of
from qualify.speech import sentence
from qualify.web.database import insert

KINDS: dict[str, str] = {
    "recompute": "qualify.web.living.kinds:recompute",
    "backtest": "qualify.web.living.kinds:backtest",
    "fetch": "qualify.web.fetching:fetch",
    "import": "qualify.web.importing.working:work",
    "learn": "qualify.web.learning.working:learn",
    "watch": "qualify.web.learning.watching:watch",
    "try import": "qualify.web.importing.working:attempt",
    "match": "qualify.web.living.kinds:match",
    "plan": "qualify.web.living.kinds:plan",
    "rescore": "qualify.web.living.kinds:rescore",
    "simulate": "qualify.web.verbs.simulating:work",
    "load demonstration": "qualify.web.demonstration.loading:loaded",
    "remove demonstration": "qualify.web.demonstration.removing:remove",
}
"""Kind → ``module:function``, imported when such a row is taken."""

LONG: tuple[str, ...] = ("learn", "watch")
"""Kinds that are listened to for minutes while a process of their own does them; they have a thread of their own."""


class Progress(Protocol):
    """How a kind says how far it is; raises :class:`Interrupted` when the worker is to end."""

    def __call__(self, done: int, of: int, detail: str = "") -> None:
        """So much is done, of so much."""


class Interrupted(Exception):
    """The worker ends; the row goes back into the queue."""


Kind = Callable[[Mapping[str, Any], Progress], str]


def kind(name: str) -> Kind:
    """The function that does this kind of work; raises ``LookupError`` for a kind that there is not."""
    if name not in KINDS:
        raise LookupError(f"there is no work of the kind {name!r}, only {one_of(KINDS)}")
    module, _, function = KINDS[name].partition(":")
    return getattr(import_module(module), function)  # type: ignore[no-any-return]


def ask(name: str, parameters: Mapping[str, Any], now: int) -> int:
    """Ask for a piece of work; the id of its row. Raises ``LookupError`` for a kind that there is not."""
    kind(name)
    columns = "kind, state, parameters, done, of, detail, created_at, taken_until"
    row = (name, "waiting", json.dumps(dict(parameters)), 0, 0, "", now, 0)
    [(number,)] = insert("work", columns, [row], "RETURNING id")
    return int(number)


def recompute(parameters: Mapping[str, Any], progress: Progress) -> str:
    """Every conclusion made anew from the facts."""
    from qualify.clock import now
    from qualify.web.recomputing import recompute as made_anew

    done = made_anew(now(), lambda what, so_much, of: progress(so_much, of, what))
    return json.dumps(done._asdict())


def rescore(parameters: Mapping[str, Any], progress: Progress) -> str:
    """Everybody judged as of the moment at which the version was published."""
    from qualify.web.bulk.rescoring import rescore as judged
    from qualify.web.database import rows

    found = rows("SELECT published_at FROM playbook_version WHERE id = %s", [parameters["version"]])
    done = judged(found[0][0], lambda what, so_much, of: progress(so_much, of, what))
    return json.dumps(done._asdict())


def plan(parameters: Mapping[str, Any], progress: Progress) -> str:
    """What publishing a draft would do; the detail of the row is the plan."""
    from qualify.clock import now
    from qualify.web.bulk.planning import planned

    found = planned(str(parameters["text"]), now())
    if "draft" in parameters:  # once it is known who moves, history is asked whether that is right
        ask("backtest", told_of(parameters["draft"], parameters["digest"], found["version"]), now())
    return json.dumps(found)


def told_of(draft: int, digest: str, version: int) -> dict[str, Any]:
    """The parameters of the backtest of a draft's text against a version: by these it is found again."""
    return {"draft": int(draft), "digest": str(digest), "version": int(version)}


def backtest(parameters: Mapping[str, Any], progress: Progress) -> str:
    """How a draft would have done beside a version; the detail of the row is the backtest."""
    from qualify.clock import now
    from qualify.errors import QualifyError
    from qualify.web.bulk.planning import backtested
    from qualify.web.database import rows

    found = rows("SELECT text, digest, capacity FROM draft WHERE id = %s", [parameters["draft"]])
    if not found or found[0][1] != parameters["digest"]:
        raise QualifyError(sentence("the draft was changed meanwhile; find out again"))
    text, _, capacity = found[0]
    said = iter(range(1, 1_000))
    done = backtested(
        text, parameters["version"], now(), capacity, lambda what: progress(next(said), 0, what)
    )
    return json.dumps(done)


def match(parameters: Mapping[str, Any], progress: Progress) -> str:
    """Whom a version of the playbook fits; the detail of the row is the counts."""
    from qualify.clock import now
    from qualify.web.bulk.planning import matched

    return json.dumps(matched(int(parameters["version"]), now()))
