"""What the worker does for sign-ins: forget what is no longer needed."""

import sqlalchemy as sa

from app.people import limits
from app.people.models import SignInFailure, SignInSession
from app.people.sign_in import policy
from app.web import clock, uow
from app.web.db import db
from app.web.jobs import Job


def forget() -> int:
    """Failures that count no more, and sign-ins that are over."""
    now = clock.now()
    old = SignInSession.created_at < now - policy().longest_session
    stale = sa.delete(SignInFailure).where(SignInFailure.at < now - limits.WINDOW)
    gone = db.session.scalars(stale.returning(SignInFailure.id)).all()
    ended = db.session.scalars(sa.delete(SignInSession).where(old).returning(SignInSession.id)).all()
    uow.commit_item()
    return len(gone) + len(ended)


JOBS = (Job("forget old sign-ins", 3600, forget),)
