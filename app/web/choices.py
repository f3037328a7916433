"""The options of a select field, in the one shape that WTForms keeps."""

from collections.abc import Iterable
from typing import Any

from wtforms.fields.choices import SelectChoice


def choices(pairs: Iterable[tuple[Any, Any]]) -> list[SelectChoice]:
    """From (value, label) pairs."""
    return [SelectChoice(value, label) for value, label in pairs]
