from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from app.web.db import Base


class AuditEvent(Base):
    """One act of a member of staff, written in the act's own transaction.

    Never updated, never deleted: the database's own triggers refuse it.
    """

    __tablename__ = "audit_event"

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(index=True)
    actor_id: Mapped[int | None] = mapped_column(index=True)  # no foreign key: the record outlives the person
    actor: Mapped[str]  # name and username as they were
    address: Mapped[str]
    agent: Mapped[str] = mapped_column(default="")  # the browser, shortened
    action: Mapped[str] = mapped_column(index=True)  # verb, such as "person.create"
    target: Mapped[str] = mapped_column(index=True)  # kind and id, such as "person:12"
    summary: Mapped[str]
    before: Mapped[str | None]  # JSON
    after: Mapped[str | None]  # JSON
    result: Mapped[str] = mapped_column(default="ok")  # ok | refused


class AuditWaiting(Base):
    """An event that the sealer has not chained yet; a trigger puts it here in the event's transaction.

    Ids are not committed in their order, so no watermark could tell which events are still to be sealed.
    """

    __tablename__ = "audit_waiting"

    event_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)


class AuditSeal(Base):
    """A link of the chain: `digest` = H(previous ‖ canonical event). Written by the sealer, in order."""

    __tablename__ = "audit_seal"

    seq: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    event_id: Mapped[int] = mapped_column(sa.ForeignKey("audit_event.id"), unique=True)
    algorithm: Mapped[str]
    previous: Mapped[str]
    digest: Mapped[str]


class AuditAnchor(Base):
    """How long the chain was and how it ended at a moment, under a key: a cut tail shows against it."""

    __tablename__ = "audit_anchor"

    seq: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)  # of the last seal
    at: Mapped[datetime]
    algorithm: Mapped[str]
    digest: Mapped[str]  # of the last seal
    mac: Mapped[str]


class AuditCheck(Base):
    """A check of the whole chain, done by the worker a slice at a time.

    `state`: JSON of how far it has come and what it has found. Not `done_at`: still to do, or under way.
    """

    __tablename__ = "audit_check"

    id: Mapped[int] = mapped_column(primary_key=True)
    ordered_at: Mapped[datetime]
    ordered_by: Mapped[str] = mapped_column(default="")  # name and username; "" by the clock
    done_at: Mapped[datetime | None]
    state: Mapped[str] = mapped_column(default="{}")
