"""Somebody else's server that takes webhooks: what it got, and what it answers, is the test's to say."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import NamedTuple

from standardwebhooks import Webhook


class Got(NamedTuple):
    """A request as it came."""

    headers: dict[str, str]
    body: str

    @property
    def id(self) -> str:
        return self.headers["webhook-id"]

    def verified(self, secret: str) -> object:
        """What it says, when the official library finds its signature right."""
        return Webhook(secret).verify(self.body, self.headers)


class Receiver:
    """What came, and how the next requests are answered: a status, headers, and what to wait for before."""

    def __init__(self) -> None:
        self.got: list[Got] = []
        self.status = 200
        self.headers: dict[str, str] = {}
        self.before: Callable[[Got], None] = lambda got: None
        self.url = ""


@contextmanager
def receiving() -> Iterator[Receiver]:
    """A server on a free port of this machine."""
    receiver = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["content-length"])).decode()
            got = Got({name.lower(): value for name, value in self.headers.items()}, body)
            receiver.got.append(got)
            receiver.before(got)
            self.send_response(receiver.status)
            for name, value in receiver.headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(b"as you like")

        def log_message(self, *args):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    receiver.url = f"http://127.0.0.1:{server.server_port}/hook"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield receiver
    finally:
        server.shutdown()
        server.server_close()
