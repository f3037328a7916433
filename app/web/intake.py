"""What a request may bring: text that every engine can store, whole numbers that fit a column."""

from flask import Flask, abort, request
from werkzeug.routing import IntegerConverter, Map

from app.web.errors import wants_json

LARGEST = 2**31 - 1  # what an id column holds


class Id(IntegerConverter):
    """`<int:…>` in an address; what is too large for any row is no page."""

    regex = r"\d{1,10}"

    def __init__(self, map: Map) -> None:
        super().__init__(map, max=LARGEST)


def number(name: str) -> int | None:
    """The whole number in the query; None where it is missing, no number, or larger than any column holds."""
    found = request.args.get(name, type=int)
    return found if found is not None and abs(found) <= LARGEST else None


def storable(text: str) -> bool:
    """Can every engine keep it? JSON may name NUL, and half a character."""
    return "\0" not in text and not any("\ud800" <= char <= "\udfff" for char in text)


def _holds_nul() -> bool:
    if "\0" in request.path or b"%00" in request.query_string:
        return True
    # The wire checks its JSON itself; to read a form there would cost every save.
    return not wants_json() and any("\0" in text for name in request.form for text in (name, *_given(name)))


def _given(name: str) -> list[str]:
    values: list[str] = request.form.getlist(name)
    return values


def register(app: Flask) -> None:
    app.url_map.converters["int"] = Id

    @app.before_request
    def refuse_what_no_form_sends() -> None:
        """JSON is for the wire: a form read from it would hold numbers and lists where text is due.

        No keyboard types NUL, and PostgreSQL stores none.
        """
        if request.is_json and not wants_json():
            abort(415)
        if _holds_nul():
            abort(400)
