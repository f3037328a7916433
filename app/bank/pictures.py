"""Pictures of questions: kept once, however many questions show them."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256

import sqlalchemy as sa
from flask_babel import gettext as _
from sqlalchemy.exc import IntegrityError

from app.bank import models
from app.web import clock, uow
from app.web.db import db
from app.web.errors import Problem
from app.web.pictures import redraw

UNUSED = timedelta(days=30)  # a picture that nothing shows is kept so long: a form may be open with it
_LATELY = timedelta(days=1)
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
    if _use([name := sha256(data).hexdigest()], now):
        return name
    drawn = redraw(data)
    if not _use([drawn.sha256], now):
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


def hold(names: Collection[str], now: datetime) -> None:
    """None of them goes before the transaction ends: `forget` passes over what was used lately, and looks
    again at a row that was changed while it waited for it.

    Whoever puts pictures into a question calls it in the same transaction. Raises Problem where one is gone.
    """
    if names and not _use(names, now):
        raise Problem(409, "picture", _("有的图片已不存在，请重新上传。"))


def _use(names: Collection[str], now: datetime) -> bool:
    """Whether all of them are kept; if so, they were used just now."""
    return touch(names, now) == set(names)


def touch(names: Collection[str], now: datetime) -> set[str]:
    """Those of the names that a picture is kept under, used just now."""
    stored = models.Picture
    found: set[str] = set()
    for some in _batches(names):
        old = sa.and_(stored.sha256.in_(some), stored.created_at < now - _LATELY)
        db.session.execute(sa.update(stored).where(old).values(created_at=now))
        found |= known(some)
    return found


def forget() -> int:
    """Delete the pictures that no version shows and no import brings, some time after they were sent."""
    before = clock.now() - UNUSED
    stored = models.Picture
    old = set(db.session.scalars(sa.select(stored.sha256).where(stored.created_at < before)))
    if old:
        old -= _used()
    gone = [
        name
        for some in _batches(old)
        for name in db.session.scalars(
            sa.delete(stored)
            .where(stored.sha256.in_(some), stored.created_at < before)
            .returning(stored.sha256)
        )
    ]
    uow.commit_item()
    return len(gone)


def _used() -> set[str]:
    """By any version, however old: papers hold what it says. And by what is still to be imported."""
    version, item = models.QuestionVersion.pictures, models.ImportItem.content["pictures"]
    found: set[str] = set()
    for column in (version, item):
        rows = db.session.scalars(sa.select(column).where(sa.cast(column, sa.Text) != "[]"))
        for names in rows:
            found.update(names or ())
    return found


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
    for some in _batches(names):
        rows = sa.select(models.Picture.sha256, models.Picture.mime).where(models.Picture.sha256.in_(some))
        found |= {row[0]: file_name(*row) for row in db.session.execute(rows)}
    return found


def _batches(names: Collection[str]) -> Iterator[list[str]]:
    listed = sorted(names)
    return (listed[start : start + _BATCH] for start in range(0, len(listed), _BATCH))
