"""The web server: Granian, with a few threads in each worker process, so that requests share transactions."""

from __future__ import annotations

import errno
import gc
import os
import socket
import sys
from multiprocessing import util
from typing import Any

from qualify.errors import QualifyError

THREADS = 8
"""Requests that a worker process works on at once. They wait for one writer, which commits for all of them; with
fewer there is less to share, with more they only wait in another queue."""

MOST_WORKERS = 4
"""Web processes where the database allows several, unless more are asked for."""

PATIENCE = 20
"""Seconds for which a worker process may finish its requests when it is told to end."""


def workers(asked: int | None, *, sqlite: bool) -> int:
    """How many web processes: as asked, else one on SQLite (which has one writer) and one for each core."""
    if asked is not None:
        return asked
    return 1 if sqlite else max(1, min(MOST_WORKERS, os.cpu_count() or 1))


def check_port(host: str, port: int) -> None:
    """Raise :class:`~qualify.errors.QualifyError` when the address cannot be listened at."""
    try:
        [(family, kind, protocol, _, address), *_] = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )
        with socket.socket(family, kind, protocol) as probe:
            if sys.platform != "win32":
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
            probe.listen(1)
    except OSError as error:
        raise QualifyError(_refused(error, host, port)) from error


def _refused(error: OSError, host: str, port: int) -> str:
    if error.errno == errno.EADDRINUSE:
        return (
            f"port {port} of {host} is taken: another program listens there, perhaps another `qualify serve`. "
            f"End it, or choose another port: --port {port + 1}"
        )
    if error.errno == errno.EACCES:
        return f"port {port} is for the system's own use; choose one above 1023: --port 8000"
    return f"{host} cannot be listened at: {error.strerror or error}; 127.0.0.1 and 0.0.0.0 always can"


def serve(host: str, port: int, processes: int) -> None:
    """Serve until a signal ends it: it stops accepting, finishes the requests it has, and returns."""
    from granian import Granian
    from granian.constants import HTTPModes, Interfaces
    from granian.log import LogLevels

    from qualify.web.serving.logs import configuration

    server: Any = Granian(
        "qualify.web.wsgi:application",
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        workers=processes,
        blocking_threads=THREADS,
        http=HTTPModes.http1,
        websockets=False,
        log_level=LogLevels.error,  # its warnings are about how many threads there are: as many as we want
        log_dictconfig=configuration("web"),
        respawn_failed_workers=True,
        workers_kill_timeout=PATIENCE,
    )
    server.serve(target_loader=application, wrap_loader=False)


GARBAGE = (50_000, 20, 50)
"""How many objects more are there before Python looks for cycles: of what requests bring, nothing has any."""


def application() -> Any:
    """The application in a worker process: loaded, and closed when the process ends."""
    from qualify.web.doors import ready
    from qualify.web.serving.lifeline import hold_on_to_parent
    from qualify.web.serving.logs import begin
    from qualify.web.wsgi import application as loaded

    begin("web")  # Django has just set up its own
    ready()
    gc.set_threshold(*GARBAGE)
    gc.freeze()
    hold_on_to_parent()
    # Where Granian forks, multiprocessing ends the process, and only its own finalizers run.
    util.Finalize(None, _close, exitpriority=100)
    return loaded


def _close() -> None:
    """Finish what the writer still has; by now no request waits for it."""
    from qualify.web.keeping.delivering import WRITER

    WRITER.close()
