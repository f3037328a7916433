"""Who is calling: Flask-Login over a table of sign-in sessions that can be revoked."""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from flask import Flask, request, session
from flask_login import LoginManager, UserMixin, login_user, logout_user
from sqlalchemy.orm import aliased

from app.domain.access import Action, Grant, Role, scope
from app.people import codes, passwords
from app.people.models import Person, RoleGrant, SignInFailure, SignInSession, Unit
from app.people.names import tidy_username
from app.web import clock
from app.web.db import db

FAILURES_WINDOW = timedelta(minutes=15)
FAILURES_PER_ACCOUNT = 10
FAILURES_PER_ADDRESS = 100  # a county sits behind one address


@dataclass(frozen=True)
class Actor(UserMixin):
    """The signed-in person as one request sees them."""

    session_id: str
    person_id: int
    username: str
    name: str
    unit_id: int
    unit_name: str
    unit_path: str
    must_change_password: bool
    grants: tuple[Grant, ...]

    def get_id(self) -> str:
        return self.session_id

    def scope(self, action: Action) -> tuple[str, ...]:
        """Unit paths on which this person may do `action` now."""
        return scope(self.grants, action, clock.now())

    def can(self, action: Action) -> bool:
        return bool(self.scope(action))


_UNIT_OF_GRANT = aliased(Unit)
# Built once: this runs before every page. One row per grant, one row without any.
_LOAD = (
    sa.select(
        Person.id, Person.username, Person.name, Person.must_change_password, Person.demo,
        Person.unit_id, Unit.name.label("unit_name"), Unit.path.label("unit_path"),
        RoleGrant.role, _UNIT_OF_GRANT.path.label("grant_path"), RoleGrant.ends_at,
    )
    .join(SignInSession, SignInSession.person_id == Person.id)
    .join(Unit, Unit.id == Person.unit_id)
    .outerjoin(RoleGrant, RoleGrant.person_id == Person.id)
    .outerjoin(_UNIT_OF_GRANT, _UNIT_OF_GRANT.id == RoleGrant.unit_id)
    .where(SignInSession.id == sa.bindparam("session"), SignInSession.revoked_at.is_(None), Person.active)
)  # fmt: skip


def load(session_id: str) -> Actor | None:
    rows = db.session.execute(_LOAD, {"session": session_id}).all()
    if not rows:
        return None
    person = rows[0]
    return Actor(
        session_id=session_id,
        person_id=person.id,
        username=person.username,
        name=person.name,
        unit_id=person.unit_id,
        unit_name=person.unit_name,
        unit_path=person.unit_path,
        must_change_password=person.must_change_password and not person.demo,
        grants=tuple(Grant(Role(r.role), r.grant_path, r.ends_at) for r in rows if r.role is not None),
    )


def authenticate(username: str, password: str, address: str, now: datetime) -> Person | None:
    """The person, or None; an unknown account, a wrong password and a locked account look the same.

    A person who has no password yet comes in by the first-access code.
    """
    username = tidy_username(username)
    person = db.session.scalar(sa.select(Person).where(Person.username == username, Person.active))
    right = passwords.verify(person.password_hash if person else None, password)
    if person is not None and person.password_hash is None:
        right = codes.opens(person.id, password, now)
    if too_many_failures(username, address, now):
        return None
    if person is None or not right:
        db.session.add(SignInFailure(at=now, username=username, address=address))
        return None
    return person


def forget_failures(username: str) -> None:
    """Slips of someone who is in by now, or was given a new password, count against nobody."""
    db.session.execute(sa.delete(SignInFailure).where(SignInFailure.username == username))


def too_many_failures(username: str, address: str, now: datetime) -> bool:
    recent = SignInFailure.at > now - FAILURES_WINDOW
    account, network = db.session.execute(
        sa.select(
            sa.select(sa.func.count()).where(recent, SignInFailure.username == username).scalar_subquery(),
            sa.select(sa.func.count()).where(recent, SignInFailure.address == address).scalar_subquery(),
        )
    ).one()
    return bool(account >= FAILURES_PER_ACCOUNT or network >= FAILURES_PER_ADDRESS)


def start_session(person: Person, now: datetime) -> None:
    """A fresh session: nothing of the old cookie, its CSRF token included, survives a sign-in."""
    session.clear()
    row = SignInSession(
        id=secrets.token_urlsafe(16),
        person_id=person.id,
        created_at=now,
        address=request.remote_addr or "",
        agent=request.user_agent.string[:200],
        revoked_at=None,
    )
    db.session.add(row)
    forget_failures(person.username)
    db.session.flush()
    actor = load(row.id)
    if actor is not None:
        login_user(actor)


def end_session(session_id: str, now: datetime) -> None:
    db.session.execute(sa.update(SignInSession).where(SignInSession.id == session_id).values(revoked_at=now))
    logout_user()
    session.clear()


def revoke_sessions(person_id: int, now: datetime, keep: str | None = None) -> None:
    """Sign the person out everywhere, except in the session `keep`."""
    db.session.execute(
        sa.update(SignInSession)
        .where(SignInSession.person_id == person_id, SignInSession.revoked_at.is_(None))
        .where(SignInSession.id != (keep or ""))
        .values(revoked_at=now)
    )


def register(app: Flask) -> None:
    manager = LoginManager()
    manager.session_protection = None  # sessions live in a table; phones change their address
    manager.init_app(app)
    manager.user_loader(load)
