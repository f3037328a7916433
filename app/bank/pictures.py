"""Pictures of questions: kept once, however many questions show them."""

from collections.abc import Collection
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from app.bank.models import Picture
from app.web.db import db
from app.web.pictures import redraw


def keep(data: bytes, now: datetime) -> str:
    """The name under which the uploaded picture is kept, drawn anew. Raises app.web.pictures.PictureError."""
    drawn = redraw(data)
    if not known([drawn.sha256]):
        try:
            with db.session.begin_nested():
                db.session.add(
                    Picture(
                        sha256=drawn.sha256, mime=drawn.mime, width=drawn.width, height=drawn.height,
                        data=drawn.data, created_at=now,
                    )
                )  # fmt: skip
        except IntegrityError:
            pass  # somebody sent the same one at this instant
    return drawn.sha256


def known(names: Collection[str]) -> set[str]:
    """Those of the names that a picture is kept under."""
    return set(db.session.scalars(sa.select(Picture.sha256).where(Picture.sha256.in_(names))))
