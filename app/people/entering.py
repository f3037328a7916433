"""The way in: a password or a first-access code, then a one-time code, then perhaps a new password.

Until the last step there is no sign-in session, so whoever stands between two steps can do nothing but
the next one. What they have shown so far is in the signed cookie, for some minutes, with a digest of the
credential that they used: when that is changed, spent or replaced meanwhile, they start anew.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum

import sqlalchemy as sa
import structlog
from flask import request, session
from flask_login import current_user

from app.audit.service import record
from app.domain.access import Action
from app.domain.policy import password_expired
from app.people import codes, limits, passwords, second_factor, service
from app.people.limits import Guess
from app.people.models import AccessCode, Person
from app.people.names import tidy_username
from app.people.sign_in import policy, renew_session, start_session
from app.web import sealing
from app.web.db import db, hold

log = structlog.get_logger()
_KEY = "entering"


class Step(StrEnum):
    """What comes next on the way in."""

    FACTOR = "code"
    PASSWORD = "password"  # noqa: S105
    DONE = "done"


_TIME = {Step.FACTOR: timedelta(minutes=5), Step.PASSWORD: timedelta(minutes=30)}


class Refused(Exception):
    """A wrong guess; with `wait`, one of too many, and none is heard for so long."""

    def __init__(self, wait: timedelta | None = None) -> None:
        self.wait = wait


@dataclass(frozen=True)
class Entering:
    """Someone on the way in: what they have shown, and which step is theirs."""

    person: Person
    by_code: bool  # with a first-access code, not a password
    factor_given: bool
    step: Step


def authenticate(username: str, password: str, now: datetime) -> Step:
    """Hear a name with a password or a first-access code, and go on from there. Raises Refused.

    An unknown account, a wrong password and an account without one cost the same work and look the same.
    """
    username = tidy_username(username)
    person = db.session.scalar(sa.select(Person).where(Person.username == username, Person.active))
    by_password = passwords.verify(person.password_hash if person else None, password)
    by_code = codes.opens(person.id if person else 0, password, now)
    guess = limits.guess(username, person.id if person else None, password)
    _hear(guess, person if by_password or by_code else None, now)
    assert person is not None
    return _advance(person, not by_password, False, now)


def confirm(person: Person, password: str, now: datetime) -> None:
    """Someone signed in shows that it is still they; guesses are counted as at the door. Raises Refused.

    From here on the person is held, and the password given is still theirs.
    """
    kept = person.password_hash
    guess = limits.guess(person.username, person.id, password)
    _hear(guess, person if passwords.verify(kept, password) else None, now)
    hold(person)
    if person.password_hash != kept:  # reset or changed meanwhile
        raise Refused


def give_code(entering: Entering, code: str, now: datetime) -> Step:
    """The one-time code after the password. Raises Refused."""
    person = entering.person
    guess = Guess(person.username, request.remote_addr or "", limits.FACTOR)
    if (wait := guess.wait(policy(), now)) is not None:
        raise Refused(wait)  # before the code is looked at: a right one would be spent
    _hear(guess, person if second_factor.accepts(person.id, code, now) else None, now)
    return _advance(person, entering.by_code, True, now)


def choose_password(entering: Entering, password: str, now: datetime) -> bool:
    """The last step: signed in here, with a password of one's own, and nowhere else.

    False: what let them in was changed, spent or replaced in the same moment.
    """
    hold(entering.person)
    if current(now) is None:
        return False
    renew_session(entering.person, now, entering.factor_given)
    service.set_password(entering.person, password, now)
    _note_staff(entering.person)
    return True


def current(now: datetime) -> Entering | None:
    """Who is on the way in with this browser; None: nobody, too late, or what they showed holds no more."""
    state = session.get(_KEY)
    if not state:
        return None
    step = Step(state["step"])
    person = db.session.scalar(sa.select(Person).where(Person.id == state["person"], Person.active))
    if person is None or now - datetime.fromtimestamp(state["at"], UTC) > _TIME[step]:
        return None
    if state["proof"] != _proof(person, state["by_code"], now):
        return None
    return Entering(person, state["by_code"], state["factor"], step)


def _hear(guess: Guess, person: Person | None, now: datetime) -> None:
    """`person`: whom the guess would let in. Too many guesses before, and even a right one is not heard."""
    wait = guess.wait(policy(), now)
    if wait is None and person is not None:
        return
    log.warning("sign_in_refused", address=guess.address, counter=guess.counter, full=wait is not None)
    if wait is None:
        guess.failed(now)
    raise Refused(wait)


def _advance(person: Person, by_code: bool, factor_given: bool, now: datetime) -> Step:
    if not factor_given and second_factor.enrolled(person.id):
        step = Step.FACTOR
    elif by_code or _must_choose(person, now):
        step = Step.PASSWORD
    else:
        start_session(person, now, factor_given)
        _note_staff(person)
        return Step.DONE
    session.clear()
    session[_KEY] = {
        "person": person.id, "by_code": by_code, "factor": factor_given, "step": step,
        "at": int(now.timestamp()), "proof": _proof(person, by_code, now),
    }  # fmt: skip
    return step


def _must_choose(person: Person, now: datetime) -> bool:
    return not person.demo and password_expired(policy(), person.password_set_at, now)


def _proof(person: Person, by_code: bool, now: datetime) -> str:
    """A digest of the credential as it is kept now; "" when it is kept no more."""
    kept = person.password_hash
    if by_code:
        live = AccessCode.expires_at > now
        code = sa.select(AccessCode.digest).where(AccessCode.person_id == person.id, live)
        kept = db.session.scalar(code)
    return sealing.digest("entering", kept) if kept else "gone"


def _note_staff(person: Person) -> None:
    """Sign-ins of staff are part of the record; those of learners are in the log of the service."""
    log.info("signed_in", person=person.id)
    if current_user.can(Action.MANAGE):
        record("session.start", f"person:{person.id}", f"{person.name}（{person.username}）登录")
