"""The application as a WSGI server calls it."""

from __future__ import annotations

from qualify.web.starting import start

start()

from django.core.wsgi import get_wsgi_application  # noqa: E402 - Django must have its settings first

application = get_wsgi_application()
