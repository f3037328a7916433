from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.web.db import Base


class Unit(Base):
    """A unit or party organisation. `path` is the materialised path of ids, "/1/12/", its own id last."""

    __tablename__ = "unit"
    # Prefix LIKE uses an index on PostgreSQL only with text_pattern_ops.
    __table_args__ = (sa.Index("ix_unit_path", "path", postgresql_ops={"path": "text_pattern_ops"}),)

    id: Mapped[int] = mapped_column(primary_key=True)
    parent_id: Mapped[int | None] = mapped_column(sa.ForeignKey("unit.id"), index=True)
    path: Mapped[str] = mapped_column(default="")
    code: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    kind: Mapped[str]
    position: Mapped[int] = mapped_column(default=0)

    parent: Mapped["Unit | None"] = relationship(remote_side=[id])


class Person(Base):
    """Someone who learns or works here. Nothing about opinions is kept."""

    __tablename__ = "person"

    id: Mapped[int] = mapped_column(primary_key=True)
    username: Mapped[str] = mapped_column(unique=True)  # lower case; staff number, phone or a name
    name: Mapped[str] = mapped_column(index=True)
    unit_id: Mapped[int] = mapped_column(sa.ForeignKey("unit.id"), index=True)
    post: Mapped[str] = mapped_column(default="")  # 职务
    rank: Mapped[str] = mapped_column(default="")  # 职级
    party_member: Mapped[bool] = mapped_column(default=False)
    active: Mapped[bool] = mapped_column(default=True)
    created_at: Mapped[datetime]
    password_hash: Mapped[str | None]  # argon2id; None: cannot sign in yet
    must_change_password: Mapped[bool] = mapped_column(default=False)
    demo: Mapped[bool] = mapped_column(default=False)  # exempt from forced changes

    unit: Mapped[Unit] = relationship()


class RoleGrant(Base):
    """A role on a unit and everything below it, until `ends_at`."""

    __tablename__ = "role_grant"
    __table_args__ = (sa.UniqueConstraint("person_id", "role", "unit_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"), index=True)
    role: Mapped[str]
    unit_id: Mapped[int] = mapped_column(sa.ForeignKey("unit.id"))
    ends_at: Mapped[datetime | None]
    created_at: Mapped[datetime]

    person: Mapped[Person] = relationship()
    unit: Mapped[Unit] = relationship()


class SignInSession(Base):
    """A signed-in browser. The cookie carries `id`; revoking the row signs it out at once."""

    __tablename__ = "sign_in_session"

    id: Mapped[str] = mapped_column(primary_key=True)  # 128 random bits
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"), index=True)
    created_at: Mapped[datetime]
    address: Mapped[str]
    agent: Mapped[str]
    revoked_at: Mapped[datetime | None]


class SignInFailure(Base):
    """A refused sign-in, for the limits per account and per address."""

    __tablename__ = "sign_in_failure"

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(index=True)
    username: Mapped[str] = mapped_column(index=True)
    address: Mapped[str] = mapped_column(index=True)


class Setting(Base):
    """What the school itself decides: its name, the certificate prefix, a contact."""

    __tablename__ = "setting"

    key: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[str]
