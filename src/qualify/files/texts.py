"""Text files as people have them: what a file really is, its encoding, its ends of lines."""

from __future__ import annotations

import codecs
import gzip
import io
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Final, Literal, cast

from qualify.errors import InputError
from qualify.speech import marked, sentence

HEAD: Final = 1 << 20
"""How many bytes at the start of a file are looked at to tell what it is."""

_CHUNK: Final = 1 << 22
_FALLBACK: Final = "qualify-windows-1252"

Encoding = Literal["utf-8", "utf-16", "utf-16-le", "utf-16-be", "windows-1252"]

#: The first bytes of files that are no text, what they are, and what to do.
_BINARY: Final = (
    (
        b"PK\x03\x04",
        marked("an Excel workbook or a zip archive"),
        marked("open it, and save the sheet as CSV"),
    ),
    (b"\xd0\xcf\x11\xe0", marked("an old Excel workbook"), marked("open it, and save the sheet as CSV")),
    (b"%PDF", marked("a PDF document"), marked("export the data as CSV")),
    (b"SQLite format 3", marked("an SQLite database"), marked("export the table as CSV")),
    (b"\x28\xb5\x2f\xfd", marked("compressed with zstd"), marked("unpack it first, or use gzip")),
    (b"BZh", marked("compressed with bzip2"), marked("unpack it first, or use gzip")),
    (b"\xfd7zXZ", marked("compressed with xz"), marked("unpack it first, or use gzip")),
    (b"7z\xbc\xaf", marked("a 7z archive"), marked("unpack it first")),
    (b"Rar!", marked("a RAR archive"), marked("unpack it first")),
    (b"\x89PNG", marked("a picture"), marked("export the data as CSV")),
    (b"\xff\xd8\xff", marked("a picture"), marked("export the data as CSV")),
)


@dataclass(frozen=True)
class Text:
    """A text file: where it is, whether it is gzipped, its encoding, and how it begins.

    ``windows-1252`` is what a file is called in which anything is not UTF-8.
    """

    path: Path
    zipped: bool
    encoding: Encoding
    head: str

    @property
    def is_utf16(self) -> bool:
        """Whether it is in UTF-16, with a mark or of a known order of bytes."""
        return self.encoding.startswith("utf-16")


def ending(path: Path) -> str:
    """How the file's name ends, in lower case and without ``.gz``: ``.csv``."""
    return Path(path.stem if path.suffix.lower() == ".gz" else path.name).suffix.lower()


def is_parquet(path: Path) -> bool:
    """Whether the file begins as Parquet files do."""
    with path.open("rb") as file:
        return file.read(4) == b"PAR1"


def look(path: Path) -> Text:
    """What kind of text the file holds; raises ``InputError`` when it holds none."""
    with path.open("rb") as file:
        zipped = file.read(2) == b"\x1f\x8b"
    try:
        with _opened(path, zipped) as file:
            head = file.read(HEAD)
            whole = len(head) < HEAD
    except (OSError, EOFError) as error:
        raise InputError(
            sentence("%(file)s cannot be read: %(said)s", file=str(path), said=str(error))
        ) from error
    _refuse_binary(path, head)
    encoding = _encoding(path, head, whole)
    begin = (
        codecs.decode(head, encoding, "ignore") if encoding.startswith("utf-16") else _decoded(head, whole)
    )
    if begin.lstrip()[:5].lower() in ("<html", "<!doc", "<?xml", "<tabl"):
        raise InputError(
            sentence(
                "%(file)s is a web page or XML, whatever its name says; export the data as CSV",
                file=str(path),
            )
        )
    return Text(path, zipped, encoding, begin.removeprefix("\ufeff"))


def _opened(path: Path, zipped: bool) -> IO[bytes]:
    return cast("IO[bytes]", gzip.open(path, "rb")) if zipped else path.open("rb")


def _refuse_binary(path: Path, head: bytes) -> None:
    if not head:
        raise InputError(sentence("%(file)s is empty; it should hold at least a header", file=str(path)))
    for begin, what, cure in _BINARY:
        if head.startswith(begin):
            told = {"file": str(path), "what": sentence(what), "cure": sentence(cure)}
            raise InputError(sentence("%(file)s is %(what)s, not text; %(cure)s", **told))
    if head.startswith(b"\x1f\x8b"):
        raise InputError(sentence("%(file)s is compressed twice; unpack it first", file=str(path)))


def _encoding(path: Path, head: bytes, whole: bool) -> Encoding:
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    if (order := _unmarked_utf16(head)) is not None:
        return order
    if head.count(0) > len(head) // 20:
        raise InputError(
            sentence(
                "%(file)s is no text file: it is full of zero bytes; export the data as CSV", file=str(path)
            )
        )
    try:
        codecs.getincrementaldecoder("utf-8")().decode(head, final=whole)
    except UnicodeDecodeError:
        return "windows-1252"
    return "utf-8"


def _unmarked_utf16(head: bytes) -> Encoding | None:
    """Every second byte of western text in UTF-16 is zero, and hardly any of the others."""
    even, odd, pairs = head[0::2].count(0), head[1::2].count(0), len(head) // 2
    if pairs < 2 or max(even, odd) <= 0.7 * pairs or min(even, odd) >= 0.05 * pairs:
        return None
    return "utf-16-be" if even > odd else "utf-16-le"


def _decoded(head: bytes, whole: bool) -> str:
    _register()
    return codecs.getincrementaldecoder("utf-8")(_FALLBACK).decode(head, final=whole)


def _register() -> None:
    codecs.register_error(_FALLBACK, _as_windows_1252)


def _as_windows_1252(error: UnicodeError) -> tuple[str, int]:
    """Bytes that are no UTF-8 are what Excel on Windows writes; the five it does not know are Latin-1."""
    if not isinstance(error, UnicodeDecodeError):
        raise error
    bad = error.object[error.start : error.end]
    read = "".join(bytes([each]).decode("cp1252", "ignore") or chr(each) for each in bad)
    return read, error.end


@contextmanager
def rewritten(text: Text, folder: str | Path) -> Iterator[Path]:
    """The file as plain UTF-8 with one kind of line end, in a file that lasts as long as the context.

    What is no UTF-8 is read as Windows-1252, byte by byte, so that a file that mixes both keeps both.
    """
    _register()
    target = Path(folder) / "copy.txt"
    encoding, errors = (text.encoding, "replace") if text.is_utf16 else ("utf-8-sig", _FALLBACK)
    try:
        with (
            _opened(text.path, text.zipped) as raw,
            io.TextIOWrapper(raw, encoding=encoding, errors=errors, newline=None) as source,
            target.open("w", encoding="utf-8", newline="\n") as copy,
        ):
            while chunk := source.read(_CHUNK):
                copy.write(chunk)
        yield target
    finally:
        target.unlink(missing_ok=True)
