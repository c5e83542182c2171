"""What every learning page shows: the newest lesson, whether one is under way, and whether it is still of use."""

from __future__ import annotations

from typing import Any, NamedTuple

from qualify.web.learning.keeping import Settings, settings
from qualify.web.looking import learned
from qualify.web.looking.learned import Lesson, Looked
from qualify.web.looking.plans import Planned, work
from qualify.web.screens.page import PageRequest
from qualify.web.verbs.actor import DRAFT_PLAYBOOK, PUBLISH_PLAYBOOK
from qualify.web.verbs.publish import Present, present


class Shown(NamedTuple):
    """The newest lesson (None before the first), the work that learns, how the store learns, what is in force, and the
    newest look at what changed.
    """

    lesson: Lesson | None
    work: Planned
    how: Settings
    here: Present | None
    looked: Looked | None = None

    @property
    def stale(self) -> bool:
        """Whether another playbook is in force than the one that was learnt about."""
        version = self.here.version_id if self.here else None
        return self.lesson is not None and self.lesson.version_id != version

    @property
    def told(self) -> dict[str, Any]:
        """What the lesson says; nothing before the first."""
        return {} if self.lesson is None else self.lesson.told

    def context(self, request: PageRequest, tab: str) -> dict[str, Any]:
        """For the head of every page."""
        return {
            "lesson": self.lesson, "told": self.told, "work": self.work, "how": self.how, "tab": tab,
            "stale": self.stale, "in_force": self.here.version_id if self.here else None,
            "changed": 0 if self.looked is None else len(self.looked.told["alarms"]),
            "can_ask": request.actor.may(DRAFT_PLAYBOOK), "can_force": request.actor.may(PUBLISH_PLAYBOOK),
        }  # fmt: skip


def shown() -> Shown:
    """The newest lesson with what surrounds it."""
    how = settings()
    return Shown(learned.newest(), work(how.work_id) or Planned(), how, present(), learned.watched())
