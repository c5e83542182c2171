"""Every command, by where it is: loaded when it is called, and not before.

So each of them, and `qualify --help`, takes no longer than it must, and this room knows nothing of the web's but names.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cached_property
from importlib import import_module
from typing import Any, Final, NamedTuple

import typer
from typer.core import TyperCommand, TyperGroup

from qualify.cli.helping import page


class Place(NamedTuple):
    """Where a command is (``module:function``), and what it does in one line."""

    path: str
    summary: str


class Group(NamedTuple):
    """Commands that share their first word."""

    summary: str
    commands: Mapping[str, Place]


_OWN: Final = "qualify.cli"
_HOME: Final = "qualify.web.commands"

COMMANDS: Final[Mapping[str, Place | Group]] = {
    "demo": Place(f"{_OWN}.demo:demo", "See all of it on a simulated market."),
    "init": Place(f"{_OWN}.init:init", "Write a commented playbook to start from."),
    "check": Place(f"{_OWN}.check:check", "Check a playbook, and whether it fits the data."),
    "schema": Place(f"{_OWN}.schema:schema", "Print the JSON Schema of a playbook, for editors."),
    "score": Place(f"{_OWN}.score:score", "Score leads by a playbook, as of now or of any past day."),
    "explain": Place(f"{_OWN}.explain:explain", "Show every line behind a lead's score."),
    "plan": Place(f"{_OWN}.plan:plan", "Show who would move if one playbook replaced another."),
    "history": Place(f"{_OWN}.history:history", "Show a lead's score and stage over time."),
    "backtest": Place(f"{_OWN}.backtest:backtest", "Replay a playbook over history, as it was known."),
    "learn": Place(f"{_OWN}.learn:learn", "Learn from won and lost leads."),
    "drift": Place(f"{_OWN}.drift:drift", "Say what changed lately."),
    "icp": Place(f"{_OWN}.icp:icp", "Say what the best customers share."),
    "simulate": Place(f"{_OWN}.simulate:simulate", "Simulate the market of a B2B software company."),
    "serve": Place(f"{_HOME}.serve:serve", "Run the application: web, worker or both."),
    "doctor": Place(f"{_HOME}.doctor:doctor", "Check the application, and say what to do."),
    "import": Place(f"{_HOME}.importing:import_", "Bring a CSV or Excel file into the store."),
    "source": Group(
        "Where calls come from.",
        {
            "create": Place(f"{_HOME}.source:create", "Make a source, with its first key."),
            "set": Place(f"{_HOME}.source:set_", "Change a source's limits, settings and secrets."),
            "list": Place(f"{_HOME}.source:list_", "Show the sources and their keys."),
        },
    ),
    "key": Group(
        "The keys of sources and of the API.",
        {
            "create": Place(f"{_HOME}.key:create", "Make a key; it is shown once."),
            "rotate": Place(f"{_HOME}.key:rotate", "Make a key that takes another's place."),
            "revoke": Place(f"{_HOME}.key:revoke", "Revoke a key."),
            "list": Place(f"{_HOME}.key:list_", "Show every key and token, and when it was used last."),
        },
    ),
    "rep": Group(
        "Who gets leads.",
        {
            "set": Place(f"{_HOME}.rep:set_", "Let somebody get leads, or change what holds of them."),
            "list": Place(f"{_HOME}.rep:list_", "Show who gets leads, and how much they have."),
            "absence": Place(f"{_HOME}.rep:absence", "Write down that somebody is away."),
            "deactivate": Place(f"{_HOME}.rep:deactivate", "Give somebody's leads to others."),
        },
    ),
    "token": Place(f"{_HOME}.token:token", "Make a token for the API; it is shown once."),
    "createadmin": Place(f"{_HOME}.createadmin:createadmin", "Make an admin, or a member one."),
    "publish": Place(f"{_HOME}.publish:publish", "Publish a playbook: from now on it judges."),
    "recompute": Place(f"{_HOME}.recompute:recompute", "Make every conclusion anew from the facts."),
    "verify": Place(f"{_HOME}.verify:verify", "Judge some leads a second time, by SQL, and compare."),
    "duplicates": Place(f"{_HOME}.duplicates:duplicates", "Look for people who may be one."),
}
"""Every command, those of the application last, in the order in which they are listed."""


def found(path: str) -> Callable[..., Any]:
    """What is at ``module:function``; imports the module."""
    module, _, name = path.partition(":")
    return getattr(import_module(module), name)  # type: ignore[no-any-return]


class Later(TyperCommand):
    """A command that is loaded when it is called, or asked what it takes."""

    def __init__(self, name: str, place: Place) -> None:
        self.place = place
        super().__init__(name, help=place.summary, short_help=place.summary, add_help_option=False)

    @cached_property
    def loaded(self) -> Any:
        """The command itself."""
        from typer.main import get_command

        function = found(self.place.path)
        alone = typer.Typer(
            rich_markup_mode=None,
            add_completion=False,
            context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110},
        )
        alone.command(self.name, help=page(function))(function)
        return get_command(alone)

    @property
    def params(self) -> Any:
        """What the command takes."""
        return self.loaded.params

    @params.setter
    def params(self, value: Any) -> None:
        """Nothing is known of it before it is loaded."""

    def make_context(self, *args: Any, **more: Any) -> Any:
        """The context of the command itself: from here on it is that which runs."""
        return self.loaded.make_context(*args, **more)


def commands() -> dict[str, Any]:
    """All commands, none of them loaded."""
    return {name: _made(name, entry) for name, entry in COMMANDS.items()}


def _made(name: str, entry: Place | Group) -> Any:
    if isinstance(entry, Place):
        return Later(name, entry)
    inside: dict[str, Any] = {word: Later(word, place) for word, place in entry.commands.items()}
    return TyperGroup(
        name=name, commands=inside, help=entry.summary, rich_markup_mode=None, no_args_is_help=True
    )
