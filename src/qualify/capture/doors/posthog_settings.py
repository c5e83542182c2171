"""What PostHog's clients ask for besides: flags and settings, of which we have none."""

from __future__ import annotations

from typing import Final

import msgspec

from qualify.capture.doors.answering import json_reply
from qualify.capture.model import Reply

DEFINITIONS: Final = ("flags/definitions", "api/feature_flag/local_evaluation")
"""Where servers' clients ask for the flags to decide them themselves (GET); the second by the older ones."""


def asked(call: str, key: str) -> Reply:
    """The answer to ``/flags``, ``/decide``, ``/array/{key}/config`` and its script: everything is off."""
    if call in DEFINITIONS:
        return json_reply(200, {"flags": [], "group_type_mapping": {}, "cohorts": {}})
    if call == "config.js":
        return _script(key)
    if call == "config":
        return json_reply(200, _settings())
    if call == "flags":
        return json_reply(200, {"flags": {}, "errorsWhileComputingFlags": False, "requestId": None})
    return json_reply(200, {**_settings(), "featureFlags": {}, "featureFlagPayloads": {}})


def _settings() -> dict[str, object]:
    return {
        "supportedCompression": ["gzip", "gzip-js", "base64"], "hasFeatureFlags": False, "sessionRecording": False,
        "surveys": False, "heatmaps": False, "capturePerformance": False, "autocapture_opt_out": True,
        "autocaptureExceptions": False, "toolbarParams": {}, "isAuthenticated": False, "siteApps": [],
    }  # fmt: skip


def _script(key: str) -> Reply:
    """The settings as the script that the snippet loads; the key is letters, digits, - and _ by its path."""
    name = "window._POSTHOG_REMOTE_CONFIG"
    settings = msgspec.json.encode({"config": _settings(), "siteApps": []}).decode()
    body = f"(function(){{{name}={name}||{{}};{name}['{key}']={settings}}})();"
    return Reply(200, body.encode(), "application/javascript")
