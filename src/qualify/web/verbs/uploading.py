"""Bring a file with the browser, say how it is to be read, try it out, and import it."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import PurePath

from django.db import transaction
from django.utils.translation import gettext

from qualify.errors import QualifyError
from qualify.web.database import insert, rows, run
from qualify.web.importing.running import preview
from qualify.web.importing.uploads import Told, Upload, called, encoded, folder, lay_down, sweep, upload_of
from qualify.web.living.kinds import ask
from qualify.web.sources import create_source
from qualify.web.verbs.actor import IMPORT_LEADS, Actor, Conflict, NotThere, audit
from qualify.web.verbs.leads import bounded

MOST_COLUMNS = 500


def receive(actor: Actor, name: str, parts: Iterable[bytes], now: int, source: str = "") -> int:
    """Lay down a file; the number of the upload.

    Raises :class:`~qualify.errors.InputError` for what is no table, or too large.
    """
    actor.needs(IMPORT_LEADS)
    name = PurePath(bounded(name, 1_000, "the name of the file").replace("\\", "/")).name[:255]
    sweep(now)
    file = lay_down(name, parts)
    try:
        with called(folder() / file, name):
            seen = preview(folder() / file, whole=False)
        if len(seen.columns) > MOST_COLUMNS:
            raise QualifyError(
                gettext("%(name)s has %(columns)s columns; at most %(most_columns)s are read")
                % {"name": name, "columns": len(seen.columns), "most_columns": MOST_COLUMNS}
            )
        told = Told(
            source=bounded(source.strip(), 255, "the name of the source") or PurePath(name).stem[:255]
        )
        with transaction.atomic():
            row = (name, file, actor.name[:255], encoded(told), "", now)
            columns = "name, file, author, options, trial, created_at"
            [(number,)] = insert("upload", columns, [row], "RETURNING id")
            audit(actor, "upload", number, {"name": name}, now)
    except BaseException:
        (folder() / file).unlink(missing_ok=True)
        raise
    return int(number)


def try_out(actor: Actor, upload_id: int, told: Told, now: int) -> int:
    """Have the worker read the whole file so, keeping nothing; the number of the work.

    Raises :class:`~qualify.errors.InputError` when nothing could be imported so, and
    :class:`~qualify.web.verbs.actor.Conflict` when it is being imported.
    """
    actor.needs(IMPORT_LEADS)
    upload = _open(upload_id)
    if not bounded(told.source.strip(), 255, "the name of the source"):
        raise QualifyError(gettext("say where the list is from: the source"))
    with called(upload.path, upload.name):
        preview(upload.path, told.options())
    with transaction.atomic():
        number = ask("try import", {"upload": upload_id}, now)
        changed = run(
            "UPDATE upload SET options = %s, trial = '', trial_id = %s WHERE id = %s AND work_id IS NULL",
            [encoded(told), number, upload_id],
        )
        if not changed:
            raise Conflict(gettext("this file is being imported already"))
        audit(actor, "try import", upload_id, {"name": upload.name, "source": told.source}, now)
    return number


def import_upload(actor: Actor, upload_id: int, now: int) -> int:
    """Have the worker import it as it was tried out; the number of the work.

    Raises :class:`~qualify.web.verbs.actor.Conflict` when it was not tried out, or is being imported.
    """
    actor.needs(IMPORT_LEADS)
    upload = _open(upload_id)
    if upload.trial is None:
        raise Conflict(gettext("it was not tried out as it is to be read now; wait for the dry run"))
    with transaction.atomic():
        source = _source(upload.told.source, now)
        number = ask("import", {"upload": upload_id, "source": source}, now)
        if not run("UPDATE upload SET work_id = %s WHERE id = %s AND work_id IS NULL", [number, upload_id]):
            raise Conflict(gettext("this file is being imported already"))
        audit(actor, "import", upload_id, {"name": upload.name, "source": upload.told.source}, now)
    return number


def give_up(actor: Actor, upload_id: int, now: int) -> str:
    """Forget a file that was not imported yet; what it was called.

    Raises :class:`~qualify.web.verbs.actor.Conflict` when it is being imported.
    """
    actor.needs(IMPORT_LEADS)
    upload = _open(upload_id)
    with transaction.atomic():
        if not run("DELETE FROM upload WHERE id = %s AND work_id IS NULL", [upload_id]):
            raise Conflict(gettext("this file is being imported already"))
        audit(actor, "give up upload", upload_id, {"name": upload.name}, now)
    upload.path.unlink(missing_ok=True)
    return upload.name


def again(actor: Actor, upload_id: int, now: int) -> int:
    """Have an import go on that failed; the number of the new work. What it kept is not kept twice.

    Raises :class:`~qualify.web.verbs.actor.Conflict` when it did not fail.
    """
    actor.needs(IMPORT_LEADS)
    upload = _open(upload_id)
    with transaction.atomic():
        found = rows("SELECT parameters FROM work WHERE id = %s AND state = 'failed'", [upload.work_id or 0])
        if not found:
            raise Conflict(gettext("this import did not fail"))
        number = ask("import", {"upload": upload_id, "source": _source(upload.told.source, now)}, now)
        run("UPDATE upload SET work_id = %s WHERE id = %s", [number, upload_id])
        audit(actor, "import", upload_id, {"name": upload.name, "source": upload.told.source}, now)
    return number


def _open(upload_id: int) -> Upload:
    upload = upload_of(upload_id)
    if upload is None:
        raise NotThere(gettext("there is no such upload; it may have been given up"))
    if upload.ended_at is not None:
        raise Conflict(gettext("this file was imported already"))
    return upload


def _source(name: str, now: int) -> int:
    """The source of that name, made when there is none."""
    found = rows("SELECT id FROM source WHERE name = %s", [name])
    return int(found[0][0]) if found else create_source(name, "import", now)
