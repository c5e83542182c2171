"""The published playbooks, made ready to judge; kept for as long as no other is published."""

from __future__ import annotations

from qualify.machine.settings import STANDARD
from qualify.playbook import parse
from qualify.scoring.layout import Layout
from qualify.stages.living import Version
from qualify.web.database import Row, rows
from qualify.web.living.asked import Asked
from qualify.web.living.labels import settings_of


class Versions:
    """Every version of the playbook, in the order in which they came into force."""

    def __init__(self) -> None:
        self.made: dict[int, Version] = {}
        self.layouts: dict[int, Layout] = {}
        self.ordered: list[Version] = []
        self.labels = STANDARD
        """The bounds by which events are labelled."""
        self._sources: list[Row] = []
        self._asked: dict[tuple[int, ...], Asked] = {}

    def refresh(self) -> None:
        """Look whether a version was published since we last looked."""
        there = rows("SELECT id, published_at FROM playbook_version ORDER BY published_at")
        if [(version.version, version.in_force_from) for version in self.ordered] != there:
            self.ordered = [self._version(number, at) for number, at in there]
        sources = rows("SELECT id, settings FROM source")
        if sources != self._sources:
            self.labels, self._sources = settings_of((number, text) for number, text in sources), sources

    def _version(self, number: int, published_at: int) -> Version:
        if number not in self.made:
            [(text,)] = rows("SELECT text FROM playbook_version WHERE id = %s", [number])
            layout = self.layouts[number] = Layout(parse(text))
            self.made[number] = Version(number, published_at, layout)
        return self.made[number]

    def since(self, moment: int) -> list[Version]:
        """The version in force at the moment, and those that came later."""
        later = [version for version in self.ordered if version.in_force_from > moment]
        before = self.ordered[: len(self.ordered) - len(later)]
        return before[-1:] + later

    def asked(self, versions: list[Version]) -> Asked:
        """What these versions look at."""
        key = tuple(int(version.version) for version in versions)
        if key not in self._asked:
            self._asked = {key: Asked(versions)}
        return self._asked[key]
