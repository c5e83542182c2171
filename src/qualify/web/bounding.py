"""How much a browser may bring: what is more is not kept, not even for a moment, whoever sends it."""

from __future__ import annotations

from typing import Any

from django.core.files.uploadhandler import FileUploadHandler, StopUpload
from django.http import HttpRequest

from qualify.web.importing.uploads import LARGEST


class Bounded(FileUploadHandler):
    """The first upload handler: reads no further when files have become larger than any that we take."""

    def __init__(self, request: HttpRequest | None = None) -> None:
        super().__init__(request)
        self.size = 0

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes:
        """On to the next handler, unless it is too much by now."""
        self.size += len(raw_data)
        if self.size > LARGEST:
            setattr(self.request, TOO_LARGE, True)
            raise StopUpload(connection_reset=True)
        return raw_data

    def file_complete(self, file_size: int) -> None:
        """The next handler makes the file."""


TOO_LARGE = "brought_too_much"


def is_too_large(request: Any) -> bool:
    """Whether reading what somebody brought was ended, because it was too large."""
    return getattr(request, TOO_LARGE, False) is True
