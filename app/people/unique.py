"""Uniqueness lives in the database; what it refuses leaves the transaction usable."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import IntegrityError

from app.web.db import db

_FIELDS = {"id_number_digest": "id_number", "staff_no": "staff_no", "username": "username", "code": "code"}


class Taken(Exception):
    """What `field` holds already belongs to another."""

    def __init__(self, field: str = "") -> None:
        super().__init__(field)
        self.field = field


@contextmanager
def unique() -> Iterator[None]:
    try:
        with db.session.begin_nested():
            yield
    except IntegrityError as error:
        refused = str(error.orig).partition("\n")[0]  # the constraint or the column, not yet the values
        raise Taken(next((_FIELDS[name] for name in _FIELDS if name in refused), "")) from error
