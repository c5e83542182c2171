"""A web site of somebody else's, on an origin of its own, with analytics in its pages."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any


class _Handler(SimpleHTTPRequestHandler):
    def log_message(self, *args: Any) -> None:
        """Nothing."""


@contextmanager
def site(folder: Path, pages: Mapping[str, str], packages: Mapping[str, Path] | None = None) -> Iterator[str]:
    """Serve these pages, by name, and folders of packages beside them; the site's address."""
    for name, text in pages.items():
        (folder / name).write_text(text)
    for name, package in (packages or {}).items():
        (folder / name).symlink_to(package)
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Handler, directory=str(folder)))
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
