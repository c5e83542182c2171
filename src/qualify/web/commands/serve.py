"""``qualify serve``: the application."""

from __future__ import annotations

import http.client
import os
import signal
import socket
import threading
from typing import Annotated

import typer

from qualify.web.commands.saying import note, say
from qualify.web.starting import start

Host = Annotated[
    str, typer.Option("--host", help="The address to listen at; 0.0.0.0: every one of this machine.")
]
Port = Annotated[int, typer.Option("--port", min=0, max=65535, help="The port; 0: any that is free.")]


def serve(
    web: Annotated[bool, typer.Option("--web", help="The web alone.")] = False,
    worker: Annotated[bool, typer.Option("--worker", help="The worker alone.")] = False,
    host: Host = "127.0.0.1",
    port: Port = 8000,
    workers: Annotated[
        int | None,
        typer.Option(
            "--workers", min=1, max=64, help="Web processes; by default one on SQLite, else one a core."
        ),
    ] = None,
    no_migrate: Annotated[
        bool, typer.Option("--no-migrate", help="Do not bring the tables of the store up to date.")
    ] = False,
) -> None:
    """Run the application: web, worker or both.

    The web takes in what people do, the worker judges them and tells other systems. Without --web and
    --worker both run, watched over by a third process that starts again what ends. SIGTERM or Ctrl-C ends
    all of it orderly: nothing that was acknowledged is lost.

    The store is a file in ./qualify-data, or what QUALIFY_DATA or QUALIFY_DATABASE_URL name. On PostgreSQL
    several workers may run, on several machines.

    Examples:
      qualify serve
      qualify serve --host 0.0.0.0 --port 80
      qualify serve --worker
    """
    start()
    ticket = None if os.environ.get("QUALIFY_SUPERVISED") else _prepare(no_migrate=no_migrate)
    if worker and not web:
        work()
    elif web and not worker:
        serve_web(host, port, workers, ticket)
    else:
        serve_both(host, port, workers, ticket)


def _prepare(*, no_migrate: bool) -> str | None:
    """Bring the tables up to date; where nobody is a member yet, the token of a link by which the first can be one.

    Whoever reaches a new server could be its admin otherwise.
    """
    from django.db import connections

    from qualify.clock import now
    from qualify.web.looking.members import anybody
    from qualify.web.people.tickets import issue
    from qualify.web.serving.migrating import insist, migrate

    if no_migrate:
        insist()
    else:
        migrate(note)
    ticket = None if anybody() else issue("start", now())
    connections.close_all()
    return ticket


def set_up(where: str, ticket: str | None) -> None:
    """Say how to begin, where nobody has yet."""
    if ticket:
        from django.conf import settings

        base = settings.BASE_URL if os.environ.get("QUALIFY_BASE_URL") else where
        say(f"Nobody is a member yet. Begin here (good once, for a week): {base}/start/with/{ticket}")


def work() -> None:
    """The worker, in this process."""
    from qualify.web.living.loop import work as worked
    from qualify.web.serving import lifeline, logs

    logs.begin("worker")
    stop = threading.Event()
    for each in (signal.SIGTERM, signal.SIGINT):
        signal.signal(each, lambda *_: stop.set())
    lifeline.hold_on()
    worked(stop)


def serve_web(host: str, port: int, workers: int | None, ticket: str | None = None) -> None:
    """The web, in this process and those that it starts."""
    from qualify.web.database import is_sqlite
    from qualify.web.serving import lifeline, logs, server

    logs.begin("web")
    server.check_port(host, port)
    lifeline.hold_on()
    if not os.environ.get("QUALIFY_SUPERVISED"):
        port = port or free_port(host)
        said = "Qualify's web is at {where}; it scores nothing: that is done by `serve --worker`"
        threading.Thread(target=_greet, args=(host, port, ticket, None, said), daemon=True).start()
    server.serve(host, port, server.workers(workers, sqlite=is_sqlite()))


def serve_both(
    host: str, port: int, workers: int | None, ticket: str | None = None, enter: str | None = None
) -> None:
    """Web and worker, each in a process of its own.

    ``ticket`` is for whoever becomes the first admin, ``enter`` for whoever looks at the demonstration.
    """
    from qualify.web.database import is_sqlite
    from qualify.web.serving import logs, server
    from qualify.web.serving.supervising import Part, Supervisor

    logs.begin("serve")
    port = port or free_port(host)
    server.check_port(host, port)
    processes = server.workers(workers, sqlite=is_sqlite())
    listening = ("--host", host, "--port", str(port), "--workers", str(processes))
    supervisor = Supervisor(
        [Part("web", ("serve", "--web", *listening)), Part("worker", ("serve", "--worker"))]
    )
    threading.Thread(target=_greet, args=(host, port, ticket, enter), daemon=True).start()
    raise typer.Exit(supervisor.run())


def free_port(host: str) -> int:
    """A port that nobody listens at just now."""
    with socket.create_server((host, 0)) as probe:
        return int(probe.getsockname()[1])


def address(host: str, port: int) -> str:
    """Where a browser on this machine finds it."""
    reached = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(host, f"[{host}]" if ":" in host else host)
    return f"http://{reached}:{port}"


def _greet(
    host: str,
    port: int,
    ticket: str | None,
    enter: str | None,
    said: str = "Qualify is at {where} (Ctrl-C ends it)",
) -> None:
    """Say where it is, once it answers: who reads an address may use it."""
    from qualify.web.people.reaching import keep_served

    pause = threading.Event()
    while not answers(host, port):
        pause.wait(0.1)
    where = address(host, port)
    keep_served(where)
    set_up(where, ticket)
    if enter:
        say(f"Look around as its admin (opens once, in a browser on this machine): {where}/enter/{enter}")
    say(said.format(where=where))


def answers(host: str, port: int) -> bool:
    """Whether a web server answers there, whatever it says."""
    reached = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)
    calling = http.client.HTTPConnection(reached, port, timeout=5)
    try:
        calling.request("GET", "/")
        return calling.getresponse().status > 0
    except (OSError, http.client.HTTPException):
        return False
    finally:
        calling.close()
