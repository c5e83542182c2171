"""The store and what goes on in it: tables, clock, worker, outbox, playbook."""

from __future__ import annotations

from collections.abc import Iterator

from qualify.clock import now
from qualify.errors import QualifyError
from qualify.moments import DAY, written
from qualify.speech import heard_text
from qualify.web.database import is_sqlite, rows
from qualify.web.doctoring.findings import Check, Finding, ok, problem, warning
from qualify.web.doctoring.surroundings import deciphering, versions
from qualify.web.living.heartbeat import SILENT, signs
from qualify.web.living.working import MOST_TRIES
from qualify.web.serving.migrating import pending

MINUTE = 60_000
_FEW = 3
SLOW = MINUTE
"""Milliseconds after which somebody in the queue should have been judged."""


def reachable() -> Finding | None:
    """What is wrong with the database so that nothing else can be looked at; None when nothing is."""
    try:
        missing = pending()
    except QualifyError as error:
        return problem("database", str(error), "start it, or mend the setting")
    if missing:
        what = ", ".join(missing) if len(missing) <= _FEW else f"{len(missing)} changes of its tables"
        return problem("database", f"is not up to date: misses {what}", "qualify serve brings it up to date")
    return None


def database() -> Iterator[Finding]:
    """The file of SQLite: its journal, and whether it is whole."""
    if not is_sqlite():
        yield ok("database", "PostgreSQL, up to date")
        return
    [(journal,)] = rows("PRAGMA journal_mode")
    if journal != "wal":
        yield problem(
            "database",
            f"its journal is {journal!r}, not WAL",
            "is the folder on a network drive? Move it to a disk of this machine",
        )
    said = [row[0] for row in rows("PRAGMA quick_check(5)")]
    if said != ["ok"]:
        yield problem(
            "database",
            f"the file is damaged: {said[0]}",
            "stop everything, and go back to a backup, or use sqlite3's .recover",
        )
    elif journal == "wal":
        [(pages,)], [(size,)] = rows("PRAGMA page_count"), rows("PRAGMA page_size")
        yield ok("database", f"SQLite, up to date, whole, {pages * size / (1 << 20):,.0f} MiB")


def clock() -> Iterator[Finding]:
    """Whether the clock was set back: something was received later than now."""
    at = now()
    newest = max(
        (row[0] for row in rows("SELECT received_at FROM event ORDER BY id DESC LIMIT 100")), default=0
    )
    if newest > at + MINUTE:
        yield problem(
            "clock",
            f"it is {written(at)} UTC here, but something was received at {written(newest)}",
            "set the clock right, and let it be kept right (NTP); until then nothing newer counts",
        )
    else:
        yield ok("clock", f"{written(at, seconds=True)} UTC")


def worker() -> Iterator[Finding]:
    """Whether somebody judges, and how long people wait."""
    at = now()
    [(length, oldest)] = rows("SELECT count(*), min(marked_at) FROM dirty WHERE tries = 0")
    wait = max(0, at - oldest) if oldest else 0
    alive = [sign for sign in signs() if at - sign.at < SILENT]
    queue = (
        f"{length:,} people wait to be judged, the first for {wait / 1000:,.0f} s"
        if length
        else "nobody waits"
    )
    if not alive and (is_sqlite() or wait > SLOW):
        yield problem(
            "worker", f"none gives a sign of life here; {queue}", "qualify serve, or qualify serve --worker"
        )
    elif wait > SLOW:
        yield warning(
            "worker",
            queue,
            "it may be catching up; if the wait grows, start another (PostgreSQL) or look at its log",
        )
    else:
        told = ", ".join(f"process {sign.pid} of {sign.host}" for sign in alive) or "on another machine"
        yield ok("worker", f"{told}; {queue}")
    [(stuck,)] = rows("SELECT count(*) FROM dirty WHERE tries >= %s", [MOST_TRIES])
    if stuck:
        yield warning(
            "worker", f"{stuck:,} people cannot be judged", "the worker's log says why; please report it"
        )


def long_work() -> Iterator[Finding]:
    """Long pieces of work that failed in the last days."""
    failed = rows(
        "SELECT id, kind, detail FROM work WHERE state = 'failed' AND finished_at > %s ORDER BY id DESC LIMIT 3",
        [now() - 7 * DAY],
    )
    for number, kind, detail in failed:
        yield warning(
            "work", f"{kind} (row {number}) failed: {heard_text(detail)[:200]}", "mend it and ask again"
        )
    [(waiting,)] = rows("SELECT count(*) FROM work WHERE state IN ('waiting', 'running')")
    if not failed:
        yield ok("work", f"{waiting} under way" if waiting else "none under way")


def outbox() -> Iterator[Finding]:
    """Messages that wait, and that nobody took."""
    [(waiting, oldest)] = rows(
        "SELECT count(*), min(m.created_at) FROM attempt a JOIN message m ON m.id = a.message_id "
        "JOIN webhook w ON w.id = a.webhook_id WHERE a.state = 'waiting' AND w.active"
    )
    [(dead,)] = rows("SELECT count(*) FROM attempt WHERE state = 'dead'")
    failing = rows("SELECT url, failing_since FROM webhook WHERE active AND failing_since IS NOT NULL")
    for url, since in failing:
        yield warning(
            "outbox", f"{url} has failed since {written(since)} UTC", "look at the last attempt's answer"
        )
    if dead:
        yield warning("outbox", f"{dead:,} messages were given up", "send them again when the address works")
    if not failing and not dead:
        late = f", the first since {written(oldest)} UTC" if waiting else ""
        yield ok("outbox", f"{waiting:,} messages wait{late}")


def hand_off() -> Iterator[Finding]:
    """Leads that nobody has, and names of teams in the playbook that nobody goes by."""
    from qualify.web.looking.handing import problems, reps, unassigned

    if not reps(now()):
        yield ok("hand-off", "nobody is set up who gets leads")
        return
    wrong = list(problems(now()))
    if loud := len(unassigned(now())):
        wrong.append(f"{loud:,} leads that are ready are with nobody")
    for each in wrong:
        yield warning("hand-off", each, "look at who gets leads, and at the playbook's `handoff`")
    if not wrong:
        yield ok("hand-off", "every lead that is ready is with somebody")


def mail() -> Iterator[Finding]:
    """Mail that was given up, and a mailbox that cannot be read."""
    [(dead,)] = rows("SELECT count(*) FROM mail WHERE state = 'dead'")
    troubles = rows("SELECT name, trouble FROM mailbox WHERE trouble <> ''")
    if dead:
        yield warning("mail", f"{dead:,} mails were given up", "send them again when the server takes them")
    for name, trouble in troubles:
        yield warning("mail", f"{name} cannot be read: {trouble}", "look at QUALIFY_IMAP_URL")
    if not dead and not troubles:
        [(waiting,)] = rows("SELECT count(*) FROM mail WHERE state = 'waiting'")
        yield ok("mail", f"{waiting:,} mails wait")


def playbook() -> Iterator[Finding]:
    """Whether there is a playbook by which people are judged."""
    from qualify.playbook import parse

    found = rows(
        "SELECT id, published_at, author, text FROM playbook_version ORDER BY published_at DESC LIMIT 1"
    )
    if not found:
        yield warning(
            "playbook",
            "none is published: nobody is judged",
            "publish one: qualify init writes one to start from",
        )
        return
    number, published_at, author, text = found[0]
    parse(text)
    yield ok("playbook", f"version {number}, published {written(published_at)} UTC by {author}")


def sources() -> Iterator[Finding]:
    """Whether anything can come in."""
    [(count,)] = rows(
        "SELECT count(*) FROM source s WHERE s.closed_at IS NULL AND EXISTS "
        "(SELECT 1 FROM access_key k WHERE k.source_id = s.id AND k.revoked_at IS NULL)"
    )
    if count:
        yield ok("sources", f"{count} with a key")
    else:
        yield warning("sources", "none has a key: nothing can come in", "qualify source create website")


def people() -> Iterator[Finding]:
    """Whether there is somebody who can let others in."""
    found: dict[str, int] = dict(
        rows("SELECT role, count(*) FROM member WHERE is_active = %s GROUP BY role", [True])
    )
    if not found.get("admin"):
        yield warning(
            "people",
            "there is no admin: nobody can set anything up on the pages",
            "open the link that qualify serve shows, or: qualify createadmin you@example.com",
        )
    else:
        yield ok("people", f"{sum(found.values())} may come in, {found['admin']} of them as admin")


CHECKS: tuple[Check, ...] = (
    people, database, clock, worker, long_work, outbox, hand_off, mail, playbook, sources, deciphering, versions,
)  # fmt: skip
"""What is looked at when the store can be."""
