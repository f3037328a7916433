"""What the worker does for people: forget what is no longer needed, read names, import rosters."""

import sqlalchemy as sa

from app.people import limits
from app.people.models import Person, SignInFailure, SignInSession
from app.people.names import readings
from app.people.roster import work
from app.people.sign_in import policy
from app.web import clock, uow
from app.web.db import db
from app.web.jobs import Job

_BATCH = 500


def forget() -> int:
    """Failures that count no more, and sign-ins that are over."""
    now = clock.now()
    old = SignInSession.created_at < now - policy().longest_session
    stale = sa.delete(SignInFailure).where(SignInFailure.at < now - limits.WINDOW)
    gone = db.session.scalars(stale.returning(SignInFailure.id)).all()
    ended = db.session.scalars(sa.delete(SignInSession).where(old).returning(SignInSession.id)).all()
    uow.commit_item()
    return len(gone) + len(ended)


def read_names() -> int:
    """The pinyin of people from before there was any. A name without one, or a pseudonym, stays as it is."""
    done = last = 0
    unread = (
        sa.select(Person)
        .where(Person.pinyin == "", Person.erased_at.is_(None))
        .order_by(Person.id)
        .limit(_BATCH)
    )
    while people := db.session.scalars(unread.where(Person.id > last)).all():
        last = people[-1].id
        for person in people:
            person.pinyin, person.initials = readings(person.name)
            done += bool(person.pinyin)
        uow.commit_item()
    return done


JOBS = (
    Job("forget old sign-ins", 3600, forget),
    Job("read names", 3600, read_names),
    Job("forget old rosters", 3600, work.QUEUE.forget),
    Job("check rosters", 1, work.QUEUE.read_waiting, slow=True),
    Job("save rosters", 1, work.QUEUE.save_stretch, slow=True),
)
