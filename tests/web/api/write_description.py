"""Writes docs/reference/openapi.json anew: python -m tests.web.api.write_description."""

from __future__ import annotations

if __name__ == "__main__":
    from qualify.web.starting import start

    start()
    from tests.web.api.test_description import FILE, written

    FILE.write_text(written(), encoding="utf-8")
