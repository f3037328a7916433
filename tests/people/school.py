"""A small county: a root, a town with a branch below it, another town; an admin at the root."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import sqlalchemy as sa
from flask import Flask

from app.audit.models import AuditEvent
from app.domain.access import Role
from app.people.models import Person, Unit
from app.web.db import db, is_sqlite
from tests import factories


@dataclass
class County:
    root: Unit
    town: Unit
    branch: Unit
    other: Unit
    admin: Person
    town_admin: Person


def county() -> County:
    root = factories.unit("青禾县", code="qh")
    town = factories.unit("溪川镇党委", root, code="xc")
    branch = factories.unit("云岭村党支部", town, code="xc-01", kind="branch")
    other = factories.unit("石桥镇党委", root, code="sq")
    admin = factories.person("罗晓梅", root, username="admin")
    town_admin = factories.person("林正光", town, username="lin")
    factories.grant(admin, Role.ADMIN, root)
    factories.grant(town_admin, Role.ADMIN, town)
    return County(root, town, branch, other, admin, town_admin)


def acts() -> list[str]:
    """What was done, by the audit log, oldest first; refusals left out."""
    done = sa.select(AuditEvent.action).where(AuditEvent.result == "ok")
    return list(db.session.scalars(done.order_by(AuditEvent.id)))


def unit(number: int) -> Unit:
    return db.session.get_one(Unit, number)


@contextmanager
def meanwhile(app: Flask, act: Callable[[], object]) -> Iterator[None]:
    """Somebody else does `act`, and waits for what this transaction holds; the body commits it."""

    def run() -> None:
        with app.app_context():
            act()
            db.session.commit()

    thread = threading.Thread(target=run)
    thread.start()
    waiting = sa.text("SELECT count(*) FROM pg_locks WHERE NOT granted")  # on SQLite nothing tells, all waits
    while not is_sqlite() and thread.is_alive() and not db.session.scalar(waiting):
        pass
    yield
    thread.join()
