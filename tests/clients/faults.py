"""A proxy between clients and the server that does to requests what networks and busy servers do."""

from __future__ import annotations

import http.client
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Literal
from urllib.parse import urlsplit

Fault = Literal["busy", "slow down", "unheard", "cut"]
"""What happens to a POST.

busy: 503, the server never saw it. slow down: 429 with Retry-After, likewise. unheard: the server kept it, the client
is told 503. cut: the server kept it, and the connection ends without an answer.
"""

WAIT = 1
"""Seconds that a client is told to wait."""


@dataclass
class Seen:
    """A POST that came: its path, what was done to it, and how often its client says that it tried before."""

    path: str
    fault: Fault | None
    headers: dict[str, str]


@dataclass
class Proxy:
    """Passes everything on to ``target``, but for the next POSTs, to which the ``faults`` happen in their order."""

    target: str
    faults: deque[Fault] = field(default_factory=deque)
    seen: list[Seen] = field(default_factory=list)
    url: str = ""
    passed: threading.Condition = field(default_factory=threading.Condition)

    def will(self, faults: Iterable[Fault]) -> None:
        """These are the next faults."""
        self.faults.extend(faults)

    def fault_of(self, handler: BaseHTTPRequestHandler) -> Fault | None:
        """What is to happen to this request."""
        with self.passed:
            fault = self.faults.popleft() if handler.command == "POST" and self.faults else None
            if handler.command == "POST":
                self.seen.append(
                    Seen(handler.path, fault, {k.lower(): v for k, v in handler.headers.items()})
                )
            return fault

    def until(self, is_so: Callable[[], bool], seconds: float = 90) -> bool:
        """Whether it is so, looked at after each POST that is passed on, for so long at most."""
        with self.passed:
            return self.passed.wait_for(is_so, timeout=seconds)

    @contextmanager
    def running(self) -> Iterator[Proxy]:
        """Listen, for as long as the block takes."""
        server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        server.daemon_threads = True
        self.url = f"http://127.0.0.1:{server.server_port}"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        thread.start()
        try:
            yield self
        finally:
            server.shutdown()
            server.server_close()
            thread.join()


def _handler(proxy: Proxy) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def handle_any(self) -> None:
            size = int(self.headers.get("content-length", "0"))
            body = self.rfile.read(size)
            fault = proxy.fault_of(self)
            if fault in ("busy", "slow down"):
                self.refuse(fault)
                return
            status, headers, answer = self.passed_on(body)
            with proxy.passed:
                proxy.passed.notify_all()
            if fault == "cut":
                self.close_connection = True
            elif fault == "unheard":
                self.refuse("busy")
            else:
                self.reply(status, headers, answer)

        do_GET = do_POST = do_OPTIONS = do_HEAD = handle_any  # noqa: N815 - the names are the standard library's

        def passed_on(self, body: bytes) -> tuple[int, list[tuple[str, str]], bytes]:
            host = urlsplit(proxy.target)
            calling = http.client.HTTPConnection(str(host.hostname), host.port, timeout=60)
            try:
                calling.request(self.command, self.path, body, dict(self.headers.items()))
                answer = calling.getresponse()
                return answer.status, answer.getheaders(), answer.read()
            finally:
                calling.close()

        def refuse(self, fault: str) -> None:
            """As our own doors refuse, which tests of theirs show; a page could not read it without these headers."""
            status, more = (429, [("Retry-After", str(WAIT))]) if fault == "slow down" else (503, [])
            if origin := self.headers.get("origin"):
                more += [
                    ("Access-Control-Allow-Origin", origin),
                    ("Access-Control-Allow-Credentials", "true"),
                ]
                more += [("Access-Control-Expose-Headers", "Retry-After"), ("Vary", "Origin")]
            said = b'{"success":false,"code":"busy","message":"not kept; send it again"}'
            self.reply(status, [*more, ("Content-Type", "application/json")], said)

        def reply(self, status: int, headers: list[tuple[str, str]], body: bytes) -> None:
            self.send_response(status)
            dropped = {"content-length", "transfer-encoding", "connection", "date", "server"}
            for name, value in headers:
                if name.lower() not in dropped:
                    self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(body)

        def log_message(self, *args: Any) -> None:
            """Nothing: tests look at what was seen."""

    return Handler
