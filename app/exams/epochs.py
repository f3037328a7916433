"""Epochs: which page of an attempt may save, and where each came from."""

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import cast

import sqlalchemy as sa

from app.exams.models import Attempt
from app.exams.seat_models import Takeover
from app.web.db import db

# Built once and without the ORM: every page that opens takes over.
_ATTEMPTS, _TAKEOVERS = cast(sa.Table, Attempt.__table__), cast(sa.Table, Takeover.__table__)
_NEXT = (
    sa.update(_ATTEMPTS)
    .where(
        _ATTEMPTS.c.id == sa.bindparam("attempt"),
        _ATTEMPTS.c.person_id == sa.bindparam("person"),
        _ATTEMPTS.c.submitted_at.is_(None),
    )
    .values(epoch=_ATTEMPTS.c.epoch + 1)
    .returning(_ATTEMPTS.c.epoch)
)
_NOTE = sa.insert(_TAKEOVERS)


@dataclass(frozen=True)
class Origin:
    """Where a page of the candidate's comes from: the sign-in, the address, the browser."""

    session_id: str
    address: str = ""
    agent: str = ""


def take_over(attempt_id: int, person_id: int, origin: Origin, now: datetime) -> int | None:
    """A new epoch: from now on only the page that holds it may save. None: no such open attempt."""
    epoch: int | None = db.session.scalar(_NEXT, {"attempt": attempt_id, "person": person_id})
    if epoch is not None:
        _note(attempt_id, epoch, origin, now, None)
    return epoch


def grant(attempt: Attempt, origin: Origin, now: datetime, *, decided_by: int | None = None) -> int:
    """The next epoch of an attempt that the caller's transaction holds: to a page that has no script, or
    (`decided_by`) to a member of staff who accepts answers."""
    attempt.epoch += 1
    db.session.flush()
    _note(attempt.id, attempt.epoch, origin, now, decided_by)
    return attempt.epoch


def _note(attempt_id: int, epoch: int, origin: Origin, now: datetime, decided_by: int | None) -> None:
    facts = {"attempt_id": attempt_id, "epoch": epoch, "at": now, "decided_by": decided_by}
    db.session.execute(_NOTE, facts | asdict(origin))
