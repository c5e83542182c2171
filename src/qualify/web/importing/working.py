"""Uploads imported by the worker: it goes on when the browser is closed, and again after it was killed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from qualify.clock import now
from qualify.errors import InputError
from qualify.speech import sentence
from qualify.web.database import rows, run
from qualify.web.importing.refused import refused_lines
from qualify.web.importing.running import Done, import_file
from qualify.web.importing.sheets import opened
from qualify.web.importing.uploads import Trial, Upload, encoded, upload_of
from qualify.web.living.kinds import Progress


def attempt(parameters: Mapping[str, Any], progress: Progress) -> str:
    """A dry run: what would come of it is kept with the upload."""
    upload = _upload(parameters)
    many = _rows(upload)
    done = import_file(
        upload.path,
        None,
        now(),
        upload.told.options(),
        dry=True,
        progress=lambda so_many: progress(so_many, many),
    )
    trial = encoded(Trial(done.rows, done.kept, done.refused, list(done.rejects)))
    # Whoever changed the columns meanwhile has asked for another dry run: this one tells nothing then.
    run(
        "UPDATE upload SET trial = %s WHERE id = %s AND options = %s",
        [trial, upload.id, encoded(upload.told)],
    )
    return said(done, dry=True)


def work(parameters: Mapping[str, Any], progress: Progress) -> str:
    """The import itself; one that was broken off goes on where it was."""
    upload = _upload(parameters)
    if upload.ended_at is not None:
        return "imported already"
    many = upload.trial.rows if upload.trial else 0
    done = import_file(
        upload.path, int(parameters["source"]), now(), upload.told.options(), author=upload.author,
        name=upload.name, resumed=upload.import_id,
        began=lambda number: _began(upload.id, number), progress=lambda so_many: progress(so_many, many),
    )  # fmt: skip
    _keep_refused(upload, done)
    run("UPDATE upload SET ended_at = %s WHERE id = %s", [now(), upload.id])
    upload.path.unlink(missing_ok=True)
    return said(done, dry=False)


def said(done: Done, *, dry: bool) -> str:
    """What came of it, for the list of works."""
    return f"{done.rows} rows: {done.kept} {'would be kept' if dry else 'kept'}, {done.refused} refused"


def _upload(parameters: Mapping[str, Any]) -> Upload:
    upload = upload_of(int(parameters["upload"]))
    if upload is None:
        raise InputError(sentence("this upload was given up"))
    if upload.ended_at is None and not upload.path.exists():
        raise InputError(
            sentence("the file %(file)s is not there any more; bring it again", file=upload.name)
        )
    return upload


def _began(upload_id: int, number: int) -> None:
    run("UPDATE upload SET import_id = %s WHERE id = %s", [number, upload_id])


def _rows(upload: Upload) -> int:
    with opened(upload.path, upload.told.sheet) as sheet:
        return sum(1 for _ in sheet.rows)


def _keep_refused(upload: Upload, done: Done) -> None:
    """The refused rows outlive the file, for a while."""
    if not done.rejects:
        return
    with upload.refused.open("w", encoding="utf-8", newline="") as out:
        upload.refused.chmod(0o600)
        out.writelines(refused_lines(upload.path, upload.told.options(), done.rejects))


def work_of(number: int | None) -> tuple[str, int, int, str] | None:
    """How far a work is: its state, how much of how much, and what it says."""
    found = rows("SELECT state, done, of, detail FROM work WHERE id = %s", [number]) if number else []
    return (found[0][0], found[0][1], found[0][2], found[0][3]) if found else None
