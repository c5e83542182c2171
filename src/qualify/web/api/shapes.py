"""The shapes of what is asked and answered: texts, numbers and moments with their bounds."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from ninja import Schema
from pydantic import BeforeValidator, ConfigDict, Field, StringConstraints, WithJsonSchema

from qualify.errors import QualifyError
from qualify.moments import EARLIEST, LATEST, moment

LARGEST = 2**63 - 1


def _moment(value: Any) -> Any:
    """Epoch milliseconds of what was given as such, or as ISO 8601."""
    if isinstance(value, str):
        text = value.strip()
        if text.lstrip("-").isdecimal() and text.isascii():
            return int(text[:20])
        try:
            return moment(text)
        except (QualifyError, OverflowError) as error:
            raise ValueError(str(error)) from error
    if isinstance(value, bool | float | datetime):
        raise ValueError("a moment is a whole number of milliseconds since 1970, or ISO 8601 text")
    return value


def _no_truth(value: Any) -> Any:
    """A number as it is; true is none, though Python takes it for 1."""
    if isinstance(value, bool):
        raise ValueError("a number is expected")
    return value


Id = Annotated[int, Field(ge=1, le=LARGEST), BeforeValidator(_no_truth)]
Moment = Annotated[
    int,
    Field(ge=EARLIEST, le=LATEST),
    BeforeValidator(_moment),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "integer", "minimum": EARLIEST, "maximum": LATEST},
                {"type": "string", "format": "date-time"},
                {"type": "string", "format": "date"},
            ],
            "description": "epoch milliseconds, or ISO 8601; of a date its end in UTC is meant",
        },
        mode="validation",
    ),
]
"""A moment: epoch milliseconds, or ISO 8601; a date means its end."""

Text = Annotated[str, StringConstraints(pattern=r"^[^\x00]*$", max_length=2_000)]
Word = Annotated[str, StringConstraints(pattern=r"^[^\x00]*$", max_length=255)]
LongText = Annotated[str, StringConstraints(pattern=r"^[^\x00]*$", max_length=600_000)]
Cursor = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]+$", max_length=500)]
Limit = Annotated[int, Field(ge=1, le=200)]


class Asked(Schema):
    """What is sent: nothing besides the fields that there are, so that a misspelt one is found."""

    model_config = ConfigDict(extra="forbid")


class Done(Schema):
    """A change that was made: its line in the audit."""

    audit_id: int
