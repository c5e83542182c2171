"""What is written down: failures are, refusals only for who wants to see everything."""

from __future__ import annotations

import logging

import pytest
from django.test import Client

from qualify.web.serving.logs import Refusals
from qualify.web.settings import LOGGING


def asked(caplog: pytest.LogCaptureFixture, path: str, level: int) -> list[tuple[str, str]]:
    """What is logged, and as what, when somebody asks for a path."""
    with caplog.at_level(level):
        Client(raise_request_exception=False).get(path)
    return [(each.levelname, each.name) for each in caplog.records if each.name.startswith("django.")]


@pytest.mark.parametrize("path", ["/v1/batch", "/api/v1/leads", "/nothing/is/here"])
def test_refusals_are_quiet(store: object, caplog: pytest.LogCaptureFixture, path: str) -> None:
    assert asked(caplog, path, logging.INFO) == []


def test_that_somebody_sends_too_much_is_no_error_of_ours() -> None:
    told = logging.LogRecord("django.request", logging.ERROR, "", 0, "Service Unavailable: /e/", None, None)
    told.status_code = 503
    Refusals().filter(told)
    assert told.levelname == "DEBUG"


def test_who_debugs_sees_refusals_too(store: object, caplog: pytest.LogCaptureFixture) -> None:
    assert ("DEBUG", "django.request") in asked(caplog, "/api/v1/leads", logging.DEBUG)


def test_failures_are_written_down(
    store: object, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("qualify.web.hosted.script.file", lambda: 1 / 0)
    assert asked(caplog, "/q.js", logging.WARNING) == [("ERROR", "django.request")]


def test_commands_and_servers_log_alike() -> None:
    from qualify.web.serving.logs import configuration

    served = configuration("web")
    assert served["filters"] == LOGGING["filters"]
    loggers = LOGGING["loggers"]
    assert isinstance(loggers, dict)
    assert loggers.items() <= served["loggers"].items()
