"""Pictures of questions: kept once, however many questions show them."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from app.bank import models
from app.web.db import db
from app.web.pictures import redraw

_BATCH = 5000  # names in one statement


@dataclass(frozen=True)
class Picture:
    """A kept picture with its bytes."""

    name: str
    mime: str
    width: int
    height: int
    data: bytes

    @property
    def file(self) -> str:
        return file_name(self.name, self.mime)


def file_name(name: str, mime: str) -> str:
    """What the picture is called as a file: its name says what is in it, so no two clash."""
    return f"{name}.{'png' if mime == 'image/png' else 'jpg'}"


def keep(data: bytes, now: datetime) -> str:
    """The name under which the picture is kept, drawn anew. Raises app.web.pictures.PictureError.

    One that came from here is kept as it is: drawn anew, a photograph would be another each time.
    """
    if known([name := sha256(data).hexdigest()]):
        return name
    drawn = redraw(data)
    if not known([drawn.sha256]):
        try:
            with db.session.begin_nested():
                db.session.add(
                    models.Picture(
                        sha256=drawn.sha256, mime=drawn.mime, width=drawn.width, height=drawn.height,
                        data=drawn.data, created_at=now,
                    )
                )  # fmt: skip
        except IntegrityError:
            pass  # somebody sent the same one at this instant
    return drawn.sha256


def known(names: Collection[str]) -> set[str]:
    """Those of the names that a picture is kept under."""
    rows = sa.select(models.Picture.sha256).where(models.Picture.sha256.in_(names))
    return set(db.session.scalars(rows)) if names else set()


def fetch(names: Collection[str]) -> dict[str, Picture]:
    """By name, with their bytes; one statement."""
    if not names:
        return {}
    stored = models.Picture
    columns = (stored.sha256, stored.mime, stored.width, stored.height, stored.data)
    rows = db.session.execute(sa.select(*columns).where(stored.sha256.in_(names)))
    return {row[0]: Picture(*row) for row in rows}


def files(names: Collection[str]) -> dict[str, str]:
    """What each of the kept ones is called as a file."""
    found: dict[str, str] = {}
    listed = list(names)
    for start in range(0, len(listed), _BATCH):
        some = listed[start : start + _BATCH]
        rows = sa.select(models.Picture.sha256, models.Picture.mime).where(models.Picture.sha256.in_(some))
        found |= {row[0]: file_name(*row) for row in db.session.execute(rows)}
    return found
