"""Epochs: which page of an attempt may save, and where each came from."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from app.exams.models import Attempt
from app.exams.seat_models import Takeover
from app.web.db import db


@dataclass(frozen=True)
class Origin:
    """Where a page of the candidate's comes from: the sign-in, the address, the browser."""

    session_id: str
    address: str = ""
    agent: str = ""


def take_over(attempt_id: int, person_id: int, origin: Origin, now: datetime) -> int | None:
    """A new epoch: from now on only the page that holds it may save. None: no such open attempt."""
    epoch = db.session.scalar(
        sa.update(Attempt)
        .where(Attempt.id == attempt_id, Attempt.person_id == person_id, Attempt.submitted_at.is_(None))
        .values(epoch=Attempt.epoch + 1)
        .returning(Attempt.epoch)
    )
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
    db.session.execute(
        sa.insert(Takeover).values(
            attempt_id=attempt_id, epoch=epoch, at=now, session_id=origin.session_id, address=origin.address,
            agent=origin.agent, decided_by=decided_by,
        )
    )  # fmt: skip
