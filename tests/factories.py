"""Plain functions that put rows in the database. Each commits, so that other connections see them."""

import secrets
from datetime import UTC, datetime
from itertools import count
from typing import Any, TypeVar

from app.domain.access import Role
from app.people import passwords
from app.people.models import Person, RoleGrant, SignInSession, Unit
from app.web import clock
from app.web.db import db

T = TypeVar("T")
_next = count(1)
CREATED = datetime(2026, 1, 1, tzinfo=UTC)


def save(row: T) -> T:
    db.session.add(row)
    db.session.commit()
    return row


def unit(name: str = "青禾县", parent: Unit | None = None, **more: Any) -> Unit:
    made = Unit(
        name=name, code=more.pop("code", f"u{next(_next)}"), kind=more.pop("kind", "committee"),
        parent_id=parent.id if parent else None, position=0, path="", **more,
    )  # fmt: skip
    db.session.add(made)
    db.session.flush()
    made.path = f"{parent.path if parent else '/'}{made.id}/"
    return save(made)


def person(name: str = "张三", unit: Unit | None = None, password: str | None = None, **more: Any) -> Person:
    home = unit or globals()["unit"]()
    if "staff_no" in more:
        more["staff_no"] = more["staff_no"].upper()
    return save(
        Person(
            username=more.pop("username", f"p{next(_next)}"), name=name, unit_id=home.id,
            created_at=CREATED, password_hash=passwords.hash_password(password) if password else None, **more,
        )
    )  # fmt: skip


def grant(who: Person, role: Role, on: Unit, **more: Any) -> RoleGrant:
    return save(RoleGrant(person_id=who.id, role=role, unit_id=on.id, created_at=CREATED, **more))


def session_for(who: Person, *, second_factor: bool = True) -> SignInSession:
    """A sign-in that has just begun, with a one-time code given: it opens the back office, too."""
    return save(
        SignInSession(
            id=secrets.token_urlsafe(16), person_id=who.id, created_at=clock.now(), address="", agent="",
            second_factor=second_factor,
        )
    )  # fmt: skip
