"""Writes the catalogues anew: every message that is marked today into each .po, what is translated there into its .mo.

``python -m tests.web.words.write_catalogues`` after words changed; with the name of a language (``fr``) also makes
that language's first catalogue. Needs no tools of gettext.
"""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

from babel import Locale
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

from qualify.web.starting import start
from tests.web.words.gathering import LOCALE, gathered


def catalogue(path: Path) -> Catalog:
    """A catalogue as it is kept."""
    with path.open("rb") as file:
        return read_po(file, locale=path.parts[-3])


def compiled(kept: Catalog) -> bytes:
    """What Django reads; the same for the same catalogue."""
    kept.creation_date = kept.revision_date = datetime(2026, 1, 1, tzinfo=UTC)
    written = BytesIO()
    write_mo(written, kept)
    return written.getvalue()


def renewed(path: Path, template: Catalog) -> str:
    """The text of a catalogue with the messages of today, below what stands above them; what is no message any more
    is gone, nothing is guessed.
    """
    head = path.read_text(encoding="utf-8").partition("\n\n")[0]
    kept = catalogue(path)
    kept.update(template, no_fuzzy_matching=True)
    written = BytesIO()
    write_po(written, kept, width=110, omit_header=True, ignore_obsolete=True, include_lineno=False)
    return f"{head}\n\n{written.getvalue().decode().lstrip()}"


def first(language: str) -> str:
    """What stands above a catalogue's messages."""
    plurals = Catalog(locale=Locale.parse(language)).plural_forms
    return f"""# {Locale.parse(language).english_name} words of Qualify.
#
msgid ""
msgstr ""
"Project-Id-Version: Qualify\\n"
"Language: {language}\\n"
"Plural-Forms: {plurals};\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Content-Transfer-Encoding: 8bit\\n"
"""


def missing(kept: Catalog) -> list[str]:
    """The messages that have no translation yet, and those that somebody is not sure of."""
    return [str(each.id) for each in kept if each.id and (each.fuzzy or not all(strings(each.string)))]


def strings(said: object) -> list[str]:
    """A translation's forms: one, or one for each plural."""
    return [str(each) for each in said] if isinstance(said, list | tuple) else [str(said or "")]


def write(new: list[str]) -> None:
    """All of them."""
    template = gathered()
    for language in new:
        path = LOCALE / language / "LC_MESSAGES" / "django.po"
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("x", encoding="utf-8") as file:
            file.write(first(language))
    for path in sorted(LOCALE.glob("*/LC_MESSAGES/django.po")):
        path.write_text(renewed(path, template), encoding="utf-8")
        kept = catalogue(path)
        path.with_suffix(".mo").write_bytes(compiled(kept))
        print(f"{path.parts[-3]}: {len(kept)} messages, {len(missing(kept))} not translated yet")


if __name__ == "__main__":
    start()
    write(sys.argv[1:])
