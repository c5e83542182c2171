"""How doors answer: JSON with ``code`` and ``message`` when refused, without which some clients retry for ever."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from qualify.capture.model import Delivery, Malformed, Refusal, Reply, Request


class Plain:
    """The answers of a door whose clients only look at the status."""

    def answer(self, delivery: Delivery) -> Reply:
        """What the delivery says, else 200 and ``{"success": true}``."""
        return delivery.reply or json_reply(200, {"success": True})

    def refuse(self, refusal: Refusal) -> Reply:
        """The status with ``code`` and ``message``."""
        told = {"success": False, "code": refusal.code, "message": refusal.message}
        return json_reply(refusal.status, told, refusal.headers)


def json_reply(status: int, told: Mapping[str, Any], headers: Mapping[str, str] | None = None) -> Reply:
    """A reply with a JSON object in it."""
    return Reply(status, msgspec.json.encode(told), headers=headers or {})


def malformed(request: Request, detail: str) -> Malformed:
    """The whole body put aside, with what is wrong with it."""
    return Malformed(request.body, detail)


def only(request: Request, *methods: str) -> None:
    """Raise :class:`Refusal` (405) when the request's method is none of these."""
    if request.method.upper() not in methods:
        allowed = ", ".join(methods)
        raise Refusal(405, "wrong_method", f"send {allowed} here", {"Allow": allowed})
