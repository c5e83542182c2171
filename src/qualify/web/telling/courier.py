"""The courier: posts what is due, several at once, and never lets one slow address hold up the others."""

from __future__ import annotations

import logging
from collections import Counter
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait

from qualify.clock import now as clock
from qualify.errors import QualifyError
from qualify.web.telling.outbox import Due, done, spread, take
from qualify.web.telling.posting import Answer, post
from qualify.web.telling.slack import SLACK
from qualify.web.telling.webhooks import headers

logger = logging.getLogger(__name__)

AT_ONCE = 16
"""Posts under way at once."""

AT_ONE_ADDRESS = 4
"""Of them to one webhook."""

LOOK_AGAIN = 0.1
"""Seconds after which new messages are looked for, while posts are under way."""


class Courier:
    """Delivers the outbox; one for each process. Only its own thread touches the database."""

    def __init__(self) -> None:
        self.pool = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="courier")
        self.away: dict[Future[Answer], Due] = {}

    def step(self, now: int) -> int:
        """Spread what is new, send what is due, write what came back; how much of all that there was."""
        spreads = spread(now)
        sent = self._send(now)
        return spreads + sent + self._back()

    def _send(self, now: int) -> int:
        under_way = Counter(due.webhook_id for due in self.away.values())
        free = AT_ONCE - len(self.away)
        taken = take(now, free, under_way, AT_ONE_ADDRESS) if free > 0 else []
        for due in taken:
            self.away[self.pool.submit(self._post, due)] = due
        return len(taken)

    def _back(self) -> int:
        """Write what came of the posts that are back, each at once: what is written is not sent again."""
        if not self.away:
            return 0
        back, _ = wait(self.away, timeout=LOOK_AGAIN, return_when=FIRST_COMPLETED)
        for future in back:
            due = self.away.pop(future)
            done(due, self._answer(future, due), clock())
        return max(len(back), 1)  # somebody is on the way: look again at once

    def _answer(self, future: Future[Answer], due: Due) -> Answer:
        try:
            return future.result()
        except QualifyError as error:
            return Answer(None, str(error))
        except Exception as error:
            logger.exception("message %s could not be sent", due.message_id)
            return Answer(None, f"{type(error).__name__}: {error}")

    def _post(self, due: Due) -> Answer:
        body = due.body
        if due.kind == SLACK:  # the address is the secret there
            return post(due.url, body, {"content-type": "application/json", "user-agent": "Qualify"})
        return post(due.url, body, headers(due.secret, due.webhook_message_id, body, clock()))

    def empty(self) -> None:
        """Wait for the posts that are under way, and write what came of them."""
        while self.away:
            self._back()

    def close(self) -> None:
        """Finish what is under way, and end."""
        self.empty()
        self.pool.shutdown()
