"""Chains to tamper with, and the rows as someone sees them who owns the database."""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from app.audit import chain
from app.audit.models import AuditAnchor, AuditEvent, AuditSeal
from app.audit.service import record
from app.web.db import db
from tests.conftest import unguarded

TABLES = (AuditSeal.__table__, AuditEvent.__table__, AuditAnchor.__table__)
EVENTS, SEALS, ANCHORS = (sa.table(t.name, *(sa.column(c.name) for c in t.columns)) for t in (
    AuditEvent.__table__, AuditSeal.__table__, AuditAnchor.__table__
))  # fmt: skip


def sealed(count: int, first: int = 1) -> None:
    """So many more events, sealed."""
    for number in range(first, first + count):
        record("person.update", f"person:{number}", f"修改人员 {number}", after={"n": number})
    db.session.commit()
    chain.seal()


def forge(*statements: Any) -> None:
    """What the database's triggers and keys would refuse."""
    sqlite = db.engine.dialect.name == "sqlite"
    if sqlite:
        db.session.execute(sa.text("PRAGMA foreign_keys=OFF"))
    with unguarded():
        for statement in statements:
            db.session.execute(statement)
    if sqlite:
        db.session.execute(sa.text("PRAGMA foreign_keys=ON"))
        db.session.commit()


def event_of(seq: int) -> int:
    """The event under a seal."""
    return db.session.scalars(sa.select(SEALS.c.event_id).where(SEALS.c.seq == seq)).one()


def edit(seq: int, **values: Any) -> Any:
    return sa.update(EVENTS).where(EVENTS.c.id == event_of(seq)).values(**values)


def edit_seal(seq: int, **values: Any) -> Any:
    return sa.update(SEALS).where(SEALS.c.seq == seq).values(**values)


def rehash(first: int, last: int) -> None:
    """Seals `first` to `last` anew with right hashes, as someone does who can read this source."""
    previous = db.session.scalar(sa.select(SEALS.c.digest).where(SEALS.c.seq == first - 1)) or chain.GENESIS
    for seq in range(first, last + 1):
        found = sa.select(*chain.EVENT_COLUMNS).where(AuditEvent.id == event_of(seq))
        digest = chain.digest(chain.ALGORITHM, seq, db.session.execute(found).one(), previous)
        forge(edit_seal(seq, previous=previous, digest=digest))
        previous = digest


def swap_seals(one: int, other: int) -> Sequence[Any]:
    """Their numbers, through a free one."""
    steps = ((one, 0), (other, one), (0, other))
    return [sa.update(SEALS).where(SEALS.c.seq == a).values(seq=b) for a, b in steps]
