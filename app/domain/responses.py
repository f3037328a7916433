"""Answers on the wire: what shape a value has, and which kinds of question can hold it.

Source of the rules: DESIGN.md §4 (values on the wire), docs/exam-protocol.md.
"""

from typing import TypeAlias

MAX_CHOICE_CHARS, MAX_ITEMS, MAX_ITEM_CHARS, MAX_TEXT_CHARS = 200, 50, 2000, 10_000

Value: TypeAlias = None | bool | str | list[str]
"""single "c", multiple ["a", "c"], judge true, blanks ["…", "…"], order and match ["c", "a", "b"],
recite, short and essay "…"; None clears."""

_ANY, _SHORT, _LONG, _LIST, _TRUTH = "smjbopt", "st", "t", "mbop", "j"


def fitting_letters(value: object) -> str:
    """Letters (`Kind.letter`) of the kinds whose slot can hold this JSON value.

    Looks at the shape only: whether such an option exists is for scoring, which gives 0.
    Raises ValueError for any other type, for text over the limits, and for text no database can store.
    """
    match value:
        case None:
            return _ANY
        case bool():
            return _TRUTH
        case str():
            _check_text(value, MAX_TEXT_CHARS)
            return _SHORT if len(value) <= MAX_CHOICE_CHARS else _LONG
        case list() if all(isinstance(item, str) for item in value):
            if len(value) > MAX_ITEMS:
                raise ValueError(f"more than {MAX_ITEMS} items")
            for item in value:
                _check_text(item, MAX_ITEM_CHARS)
            return _LIST
    raise ValueError(f"no kind of question takes this {type(value).__name__}")


class TooLong(ValueError):
    """Nothing is ever cut: whoever wrote more than `limit` characters hears it."""

    def __init__(self, limit: int) -> None:
        super().__init__(f"more than {limit} characters")
        self.limit = limit


def _check_text(text: str, limit: int) -> None:
    """Raise ValueError unless this is at most `limit` characters, all of which can be stored."""
    if len(text) > limit:
        raise TooLong(limit)
    # JSON can spell both, PostgreSQL and UTF-8 cannot: unrefused, such a save would be a 500 for ever.
    if any(char == "\0" or "\ud800" <= char <= "\udfff" for char in text):
        raise ValueError("NUL or half a surrogate pair")
