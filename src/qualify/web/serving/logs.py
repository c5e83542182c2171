"""Logs: quiet, one line each, to standard error; as JSON where a machine reads them.

QUALIFY_LOG         the least level that is written (by default our own INFO, and WARNING of everybody else)
QUALIFY_LOG_FORMAT  ``plain`` or ``json``
"""

from __future__ import annotations

import datetime as dt
import json
import logging
import logging.config
import os
from typing import Any, Final

_PLAIN = "%(asctime)s %(levelname)-7s {part}: %(message)s"


class JsonLines(logging.Formatter):
    """Each record as a JSON object in one line: at, level, part, logger, pid, message, and the error if any."""

    def __init__(self, part: str = "") -> None:
        super().__init__()
        self.part = part

    def format(self, record: logging.LogRecord) -> str:
        """The record as a line."""
        at = dt.datetime.fromtimestamp(record.created, dt.UTC).isoformat(timespec="milliseconds")
        line: dict[str, Any] = {
            "at": at, "level": record.levelname.lower(), "part": self.part, "logger": record.name,
            "pid": record.process, "message": record.getMessage(),
        }  # fmt: skip
        if record.exc_info:
            line["error"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False, default=str)


class Refusals(logging.Filter):
    """Whoever asks for what is not there, or may not have it, is told so; for us that is no warning.

    What Django logs of answers below 500 becomes DEBUG, and is written by who wants to see that; of 503 as well,
    because whoever answers so has logged why, or was only sent too much.
    """

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether the record is written."""
        status = getattr(record, "status_code", 500)
        if status < 500 or status == 503:
            record.levelno, record.levelname = logging.DEBUG, "DEBUG"
        return logging.getLogger().isEnabledFor(record.levelno)  # what QUALIFY_LOG asks for is the root's


FILTERS: Final = {"refusals": {"()": "qualify.web.serving.logs.Refusals"}}
QUIETER: Final = {
    name: {"filters": ["refusals"]} for name in ("django.request", "django.security.DisallowedHost")
}
"""For the configuration of ``logging``: the loggers that speak of refusals, and what quiets them."""


def configuration(part: str) -> dict[str, Any]:
    """The configuration of ``logging`` for a part of the application: serve, web or worker."""
    level = os.environ.get("QUALIFY_LOG", "").upper()
    as_json = os.environ.get("QUALIFY_LOG_FORMAT", "").lower() == "json"
    line = (
        {"()": "qualify.web.serving.logs.JsonLines", "part": part}
        if as_json
        else {"format": _PLAIN.format(part=part)}
    )
    to_console = {"handlers": ["console"], "propagate": False}
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"line": line},
        "filters": FILTERS,
        "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
        "root": {"handlers": ["console"], "level": level or "WARNING"},
        "loggers": {
            "qualify": {**to_console, "level": level or "INFO"},
            "_granian": {**to_console, "level": level or "ERROR"},
            "httpx": {"level": "WARNING"},
            **QUIETER,
        },
    }


def begin(part: str) -> None:
    """Log as :func:`configuration` says from here on."""
    logging.config.dictConfig(configuration(part))
