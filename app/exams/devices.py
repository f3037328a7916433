"""换设备: where the exam demands it, a take-over from another sign-in waits for an invigilator."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from app.audit.service import record
from app.exams.models import Attempt
from app.exams.seat_models import DeviceRequest, Takeover
from app.people.models import SignInSession
from app.web.db import db, hold


def refusal(attempt: Attempt, session_id: str, now: datetime) -> str | None:
    """Why this sign-in may not take the attempt over now, in a word of the wire; None: it may.

    The first that asks is written down as waiting; a yes holds for that sign-in as long as the attempt lasts.
    """
    if not attempt.exam.device_approval or attempt.submitted_at is not None:
        return None
    last = sa.select(Takeover.session_id).where(
        Takeover.attempt_id == attempt.id, Takeover.decided_by.is_(None)
    )
    if db.session.scalar(last.order_by(Takeover.epoch.desc()).limit(1)) in (None, session_id):
        return None
    asked = db.session.scalar(
        sa.select(DeviceRequest).where(
            DeviceRequest.attempt_id == attempt.id, DeviceRequest.session_id == session_id
        )
    )
    if asked is None:
        _ask(attempt.id, session_id, now)
        return "device"
    if asked.granted:
        return None
    return "device" if asked.decided_at is None else "device_refused"


def _ask(attempt_id: int, session_id: str, now: datetime) -> None:
    try:
        with db.session.begin_nested():
            db.session.add(DeviceRequest(attempt_id=attempt_id, session_id=session_id, asked_at=now))
    except IntegrityError:
        pass  # asked twice at the same moment


@dataclass(frozen=True)
class Asked:
    """A request, with the device as its sign-in knows it; that may be gone by now."""

    request: DeviceRequest
    address: str | None
    agent: str | None


def of(attempt_ids: Collection[int]) -> list[Asked]:
    """What the devices of these attempts asked, the newest first."""
    rows = db.session.execute(
        sa.select(DeviceRequest, SignInSession.address, SignInSession.agent)
        .outerjoin(SignInSession, SignInSession.id == DeviceRequest.session_id)
        .where(DeviceRequest.attempt_id.in_(attempt_ids))
        .order_by(DeviceRequest.asked_at.desc(), DeviceRequest.id.desc())
    )
    return [Asked(*row) for row in rows]


def decide(request: DeviceRequest, attempt: Attempt, granted: bool, by: int, now: datetime) -> bool:
    """Let the device go on with the attempt, or not; a no may become a yes. False: that was said before."""
    hold(request)
    if request.granted is granted or request.granted:
        return False
    request.granted, request.decided_at, request.decided_by = granted, now, by
    record(
        "device.decide",
        f"person:{attempt.person_id}",
        f"{'同意' if granted else '不同意'}换设备作答“{attempt.exam.title}”",
        after={"attempt": attempt.id, "granted": granted},
    )
    return True
