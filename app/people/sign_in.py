"""Who is calling: Flask-Login over a table of sign-in sessions that can be revoked."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from flask import Flask, current_app, request, session
from flask_login import LoginManager, UserMixin, current_user, login_user, logout_user
from sqlalchemy.orm import aliased

from app.audit.service import record
from app.domain.access import Action, Grant, Role, scope
from app.domain.policy import Policy
from app.people import limits
from app.people.models import Person, RoleGrant, SignInSession, Unit
from app.web import clock, gate, sealing
from app.web.db import db


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
    second_factor: bool  # a one-time code was given at this sign-in, or none is asked of this person
    grants: tuple[Grant, ...]

    def get_id(self) -> str:
        return self.session_id

    def scope(self, action: Action) -> tuple[str, ...]:
        """Unit paths on which this person may do `action` now."""
        return scope(self.grants, action, clock.now(), apart=gate.apart())

    def can(self, action: Action) -> bool:
        return bool(self.scope(action))

    @property
    def lacks_second_factor(self) -> bool:
        """No back office before a one-time code was given; study and exams need none."""
        return not self.second_factor and policy().staff_second_factor


# That the session is one by which the person is signed in; its parameters come from `by_session`.
SIGNED_IN = sa.and_(
    SignInSession.id == sa.bindparam("session"), SignInSession.revoked_at.is_(None), Person.active,
    SignInSession.created_at > sa.bindparam("since"),
)  # fmt: skip
_UNIT_OF_GRANT = aliased(Unit)
# Built once: this runs before every page. One row per grant, one row without any.
_LOAD = (
    sa.select(
        Person.id, Person.username, Person.name, Person.demo, SignInSession.second_factor,
        Person.unit_id, Unit.name.label("unit_name"), Unit.path.label("unit_path"),
        RoleGrant.role, _UNIT_OF_GRANT.path.label("grant_path"), RoleGrant.ends_at,
    )
    .join(SignInSession, SignInSession.person_id == Person.id)
    .join(Unit, Unit.id == Person.unit_id)
    .outerjoin(RoleGrant, RoleGrant.person_id == Person.id)
    .outerjoin(_UNIT_OF_GRANT, _UNIT_OF_GRANT.id == RoleGrant.unit_id)
    .where(SIGNED_IN)
)  # fmt: skip


def policy() -> Policy:
    """What the school chose (SECURITY_PROFILE)."""
    chosen: Policy = current_app.config["POLICY"]
    return chosen


def by_session(session_id: str) -> dict[str, Any]:
    return {"session": session_id, "since": clock.now() - policy().longest_session}


def load(session_id: str) -> Actor | None:
    rows = db.session.execute(_LOAD, by_session(session_id)).all()
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
        second_factor=person.second_factor or person.demo,
        grants=tuple(Grant(Role(r.role), r.grant_path, r.ends_at) for r in rows if r.role is not None),
    )


def start_session(person: Person, now: datetime, second_factor: bool = False) -> None:
    """A fresh session: nothing of the old cookie, its CSRF token included, survives a sign-in."""
    session.clear()
    row = SignInSession(
        id=secrets.token_urlsafe(16),
        person_id=person.id,
        created_at=now,
        address=request.remote_addr or "",
        agent=request.user_agent.string[:200],
        second_factor=second_factor,
        revoked_at=None,
    )
    db.session.add(row)
    limits.forget(person.username)
    limits.remember_device(person.id)
    db.session.flush()
    actor = load(row.id)
    if actor is not None:
        login_user(actor)


def renew_session(person: Person, now: datetime, second_factor: bool) -> None:
    """After a change of password or second factor: signed in anew here, signed out everywhere else."""
    revoke_sessions([person.id], now)
    start_session(person, now, second_factor)


def end_session(session_id: str, now: datetime) -> None:
    if current_user.can(Action.MANAGE):
        record("session.end", f"person:{current_user.person_id}", f"{current_user.name}退出登录")
    db.session.execute(sa.update(SignInSession).where(SignInSession.id == session_id).values(revoked_at=now))
    logout_user()
    session.clear()


def revoke_sessions(person_ids: Sequence[int], now: datetime, keep: str | None = None) -> None:
    """Sign the people out everywhere, except in the session `keep`. It holds from their next request."""
    db.session.execute(
        sa.update(SignInSession)
        .where(SignInSession.person_id.in_(person_ids), SignInSession.revoked_at.is_(None))
        .where(SignInSession.id != (keep or ""))
        .values(revoked_at=now)
    )


def sessions_of(person_id: int, now: datetime) -> Sequence[SignInSession]:
    """Where the person is signed in, newest first."""
    alive = SignInSession.revoked_at.is_(None), SignInSession.created_at > now - policy().longest_session
    mine = sa.select(SignInSession).where(SignInSession.person_id == person_id, *alive)
    return db.session.scalars(mine.order_by(SignInSession.created_at.desc())).all()


def mark(row: SignInSession) -> str:
    """Names a session on a page, without showing its id."""
    return sealing.digest("session", row.id)[:16]


def register(app: Flask) -> None:
    manager = LoginManager()
    manager.session_protection = None  # sessions live in a table; phones change their address
    manager.init_app(app)
    manager.user_loader(load)
