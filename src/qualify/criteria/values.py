"""The kinds of value that a playbook writes, each read with an error that teaches."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Annotated, Any, Literal, TypeAlias, TypeVar

from pydantic import BeforeValidator, Field, GetCoreSchemaHandler, GetJsonSchemaHandler, WithJsonSchema
from pydantic_core import CoreSchema, PydanticCustomError, core_schema

from qualify import moments
from qualify.errors import instead, shown
from qualify.points import LIMIT, hundredths
from qualify.reading.text import fold
from qualify.speech import sentence

Scalar: TypeAlias = bool | int | float | str
JsonSchema: TypeAlias = dict[str, Any]

MOST_TIMES = 1_000_000
"""The most occurrences that can be asked for."""

LONGEST_HALF_LIFE = 3_650
"""The longest half-life in days, ten years; points that live longer do not age."""


def wrong(
    at: str | None, message: str, *, key: bool = False, meant: str | None = None
) -> PydanticCustomError:
    """A mistake at one field of what is being checked (None: at all of it).

    ``key`` says that the field's name is wrong, ``meant`` what it was most likely meant to be.
    """
    return PydanticCustomError("playbook", "{said}", {"said": message, "at": at, "key": key, "meant": meant})


@dataclass(frozen=True)
class Short:
    """Tells the JSON Schema which short forms a value may be written in besides its full one."""

    forms: tuple[str, ...] = ("item",)
    """JSON types; ``item`` is a single item where the full form is a list of them."""

    def __get_pydantic_json_schema__(self, core: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchema:
        """The full form's schema or any of the short ones."""
        full = handler(core)
        if (
            full.get("type") == "array" and "minLength" in full
        ):  # how a length comes out of a function's schema
            full["minItems"] = full.pop("minLength")
        short = [full["items"] if form == "item" else _SHORT.get(form, {"type": form}) for form in self.forms]
        return {"anyOf": [*short, full]}


_SCALAR = {"type": ["string", "number", "boolean"]}
_SHORT: dict[str, JsonSchema] = {
    "scalar": _SCALAR,
    "scalars": {"type": "array", "items": _SCALAR, "minItems": 1},
    "strings": {"type": "array", "items": {"type": "string"}, "minItems": 1},
}


def _as_list(value: object) -> object:
    return value if isinstance(value, list | tuple) else (value,)


Item = TypeVar("Item")

OneOrMore = Annotated[tuple[Item, ...], BeforeValidator(_as_list), Field(min_length=1), Short()]
"""A list of at least one, or a single one written without a list."""


def _text(value: object) -> str:
    if not isinstance(value, str):
        said = sentence("a text is expected here, not %(found)s", found=shown(value))
        if isinstance(value, int | float):
            said = sentence("%(said)s; put it in quotes: '%(found)s'", said=said, found=shown(value))
        raise ValueError(said)
    if fold(value) is None:
        raise ValueError(sentence("the text is empty; write at least one letter or digit"))
    return value


Text: TypeAlias = Annotated[str, BeforeValidator(_text), WithJsonSchema({"type": "string", "minLength": 1})]
"""A text that is not empty."""

Texts = OneOrMore[Text]


def _sought(value: object) -> object:
    if isinstance(value, str) and fold(value) is None:
        raise ValueError(
            sentence("an empty text matches nothing; use is_known: false to ask for a missing value")
        )
    return value


Sought: TypeAlias = Annotated[Text, BeforeValidator(_sought)]
"""A text to look for."""


def _scalar(value: object) -> object:
    if not isinstance(value, bool | int | float | str):
        raise ValueError(
            sentence("a text, a number, true or false is expected here, not %(found)s", found=shown(value))
        )
    return value


Value: TypeAlias = Annotated[
    Scalar, BeforeValidator(_scalar), BeforeValidator(_sought), WithJsonSchema(_SCALAR)
]
"""A text, a number, or true or false."""

Values = OneOrMore[Value]


def _number(value: object) -> object:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise ValueError(
            sentence(
                "%(found)s is not a number; write digits and a point alone, as 1000 or 2.5",
                found=shown(value),
            )
        )
    return value


Number: TypeAlias = Annotated[float, BeforeValidator(_number), WithJsonSchema({"type": "number"})]
"""A finite number."""


def _count(value: object) -> object:
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= MOST_TIMES:
        raise ValueError(
            sentence(
                "%(found)s is not a count; write a whole number from 1 to %(most)s",
                found=shown(value), most=MOST_TIMES,
            )
        )  # fmt: skip
    return value


Count: TypeAlias = Annotated[
    int, BeforeValidator(_count), WithJsonSchema({"type": "integer", "minimum": 1, "maximum": MOST_TIMES})
]
"""How many, at least one."""


def _yes_or_no(value: object) -> object:
    """YAML 1.2 reads ``yes`` as a text; who writes it here means true."""
    read = {"yes": True, "no": False}.get(value, value) if isinstance(value, str) else value
    if not isinstance(read, bool):
        raise ValueError(sentence("true or false is expected here, not %(found)s", found=shown(value)))
    return read


YesNo: TypeAlias = Annotated[
    bool, BeforeValidator(_yes_or_no), WithJsonSchema({"enum": [True, False, "yes", "no"]})
]
"""``true`` or ``false``, or ``yes`` or ``no``."""


def _days(longest: int) -> list[JsonSchema]:
    """The two ways to write a duration, for the JSON Schema."""
    unit = "([dD]([aA][yY][sS]?)?|[wW]([eE][eE][kK][sS]?)?)"
    return [
        {"type": "string", "pattern": f"^ *[0-9]{{1,6}} *{unit} *$"},
        {"type": "integer", "minimum": 1, "maximum": longest},
    ]


Days: TypeAlias = Annotated[
    int, BeforeValidator(moments.days), WithJsonSchema({"anyOf": _days(moments.LONGEST)})
]
"""A duration in whole days, written ``30 days``, ``4 weeks`` or ``30``."""


def _half_life(value: Any) -> object:
    if value == "none":
        return value
    try:
        days = moments.days(value)
    except ValueError as error:
        raise ValueError(sentence("%(said)s; or none: the points do not age", said=error.args[0])) from error
    if days > LONGEST_HALF_LIFE:
        raise ValueError(
            sentence(
                "a half-life of %(found)s is over ten years; write none: the points do not age",
                found=shown(value),
            )
        )
    return days


HalfLife: TypeAlias = Annotated[
    int | Literal["none"],
    BeforeValidator(_half_life),
    WithJsonSchema({"anyOf": [{"const": "none"}, *_days(LONGEST_HALF_LIFE)]}),
]
"""In how many days points halve; ``none``: they never do."""


def _points(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ValueError(
            sentence(
                "%(found)s is not a number of points; write one such as 10, -5 or 2.5", found=shown(value)
            )
        )
    return hundredths(value)


Points: TypeAlias = Annotated[
    int, BeforeValidator(_points), WithJsonSchema({"type": "number", "minimum": -LIMIT, "maximum": LIMIT})
]
"""Points, held as hundredths; written as ``10``, ``-5`` or ``2.5``."""


@dataclass(frozen=True)
class Among:
    """One of a closed set of words; any other gets the nearest of them."""

    words: tuple[str, ...]
    what: str

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        """The check after the value was read as text."""
        return core_schema.no_info_after_validator_function(self.checked, handler(source))

    def __get_pydantic_json_schema__(self, core: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchema:
        """The words, for editors to offer."""
        return {"type": "string", "enum": list(self.words)}

    def checked(self, word: str) -> str:
        """The word itself; raises ``ValueError`` when it is none of them."""
        if word not in self.words:
            raise ValueError(
                sentence(
                    "%(found)s is not a %(what)s%(hint)s",
                    found=shown(word), what=sentence(self.what), hint=instead(word, self.words),
                )
            )  # fmt: skip
        return word
