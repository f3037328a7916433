"""What the worker does for sign-ins: forget what is no longer needed."""

from datetime import timedelta

import sqlalchemy as sa

from app.people.models import SignInFailure, SignInSession
from app.people.sign_in import FAILURES_WINDOW
from app.web import clock, uow
from app.web.db import db
from app.web.jobs import Job

LONGEST_SIGN_IN = timedelta(days=30)  # whoever never signs out signs in once a month


def forget() -> int:
    """Failures that count no more, and old sign-ins: deleting one ends it."""
    now = clock.now()
    old = SignInSession.created_at < now - LONGEST_SIGN_IN
    stale = sa.delete(SignInFailure).where(SignInFailure.at < now - FAILURES_WINDOW)
    gone = db.session.scalars(stale.returning(SignInFailure.id)).all()
    ended = db.session.scalars(sa.delete(SignInSession).where(old).returning(SignInSession.id)).all()
    uow.commit_item()
    return len(gone) + len(ended)


JOBS = (Job("forget old sign-ins", 3600, forget),)
