"""Every address of the application."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, include, path, re_path
from django.views.decorators.csrf import csrf_exempt

from qualify.capture.doors.segment import SETTINGS_PATH, SOURCE_CONFIG_PATH
from qualify.web import doors
from qualify.web.api import mount
from qualify.web.hosted.script import script
from qualify.web.hosted.views import form

# Doors are opened by keys, not by cookies: there is nothing that a forged request could borrow.
_AT_THE_DOORS = (
    r"^(?P<path>(?:v1|beacon|batch|e|i|capture|track|engage|flags|decide|array|api/event|api/feature_flag/local_evaluation"
    r"|api/s|hooks|servlet|submissions|form/submit|forms)(?:[/.].*)?|batch/?|e/?)$"
)

SCREENS = (
    "inbox",
    "leads",
    "lead",
    "playbook",
    "connect",
    "people",
    "account",
    "start",
    "audit",
    "alignment",
    "learning",
    "day",
    "team",
)

DOORS: list[URLPattern] = [
    re_path(rf"^{SETTINGS_PATH}$", csrf_exempt(doors.segment_settings)),
    re_path(rf"^{SOURCE_CONFIG_PATH}$", csrf_exempt(doors.rudder_config)),
    re_path(_AT_THE_DOORS, csrf_exempt(doors.receive)),
]

urlpatterns: list[URLPattern | URLResolver] = [
    *DOORS,  # they are opened before anything else, by the first middleware
    re_path(r"^q\.js$", script),
    re_path(r"^f/(?P<address>[a-z0-9-]{1,80})$", csrf_exempt(form)),
    *mount.patterns(),
    *(path("", include(f"qualify.web.screens.{name}.urls")) for name in SCREENS),
]
