import json
from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.web.db import NUMBERS_ONCE, Base
from app.web.uploads import Upload

# Compared byte by byte on both engines, so that a range of paths is a subtree and an index finds it.
Path = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


class Unit(Base):
    """A unit or party organisation. `path` is the materialised path of ids, "/1/12/", its own id last.

    A closed unit stays for the records that name it; `merged_into_id` says where its people went.
    """

    __tablename__ = "unit"
    id: Mapped[int] = mapped_column(primary_key=True)
    parent_id: Mapped[int | None] = mapped_column(sa.ForeignKey("unit.id"), index=True)
    path: Mapped[str] = mapped_column(Path, default="", index=True)
    code: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str] = mapped_column(index=True)
    short_name: Mapped[str] = mapped_column(default="", index=True)
    kind: Mapped[str]
    leading_group: Mapped[bool] = mapped_column(default=False)  # 设有党组: an attribute of a unit, no level
    position: Mapped[int] = mapped_column(default=0)
    closed_at: Mapped[datetime | None]
    merged_into_id: Mapped[int | None] = mapped_column(sa.ForeignKey("unit.id"), index=True)

    parent: Mapped["Unit | None"] = relationship(remote_side=[id], foreign_keys=[parent_id])
    merged_into: Mapped["Unit | None"] = relationship(remote_side=[id], foreign_keys=[merged_into_id])


class UnitChange(Base):
    """The history of a unit: what it was called and where it stood before, as JSON."""

    __tablename__ = "unit_change"

    id: Mapped[int] = mapped_column(primary_key=True)
    unit_id: Mapped[int] = mapped_column(sa.ForeignKey("unit.id"), index=True)
    at: Mapped[datetime]
    what: Mapped[str]  # create | update | move | merge | absorb | close | restore
    before: Mapped[str | None]
    after: Mapped[str | None]
    by: Mapped[str]  # name and username as they were


class Person(Base):
    """Someone who learns or works here. Nothing about opinions is kept.

    `unit_id`, `post` and `rank` are what holds today; `Posting` and `RankChange` say since when.
    Identity and phone numbers are sealed, and found by their keyed digests (`app.web.sealing`).
    """

    __tablename__ = "person"

    id: Mapped[int] = mapped_column(primary_key=True)
    username: Mapped[str] = mapped_column(unique=True)  # lower case; staff number or a name
    name: Mapped[str] = mapped_column(index=True)
    pinyin: Mapped[str] = mapped_column(default="", index=True)  # "zengguofan", the surname read as one
    initials: Mapped[str] = mapped_column(default="", index=True)  # "zgf"
    sex: Mapped[str] = mapped_column(default="")  # m | f | "" unknown
    born_on: Mapped[date | None]
    id_number_sealed: Mapped[str | None]
    id_number_digest: Mapped[str | None] = mapped_column(unique=True)
    phone_sealed: Mapped[str | None]
    phone_digest: Mapped[str | None] = mapped_column(index=True)
    staff_no: Mapped[str | None] = mapped_column(unique=True)  # 工号, in capitals
    unit_id: Mapped[int] = mapped_column(sa.ForeignKey("unit.id"), index=True)
    post: Mapped[str] = mapped_column(default="")  # 职务
    rank: Mapped[str] = mapped_column(default="", index=True)  # 职级, a term of domain.ranks
    political: Mapped[str] = mapped_column(default="")  # 政治面貌, a code of domain.ranks.Political
    joined_on: Mapped[date | None]  # 入党时间
    active: Mapped[bool] = mapped_column(default=True)
    left_on: Mapped[date | None]
    left_reason: Mapped[str] = mapped_column(default="")  # a word of domain.careers.Leaving
    erased_at: Mapped[datetime | None]  # 注销: a pseudonym stands for the person from then on
    created_at: Mapped[datetime]
    password_hash: Mapped[str | None]  # argon2id of a password that the person chose
    password_set_at: Mapped[datetime | None]
    demo: Mapped[bool] = mapped_column(default=False)  # exempt from forced changes

    unit: Mapped[Unit] = relationship()


class Posting(Base):
    """任职经历: where a person belonged or was lent to, from `since` to the last day, `until` (None: today).

    Whoever belongs here has exactly one open home posting.
    """

    __tablename__ = "posting"
    __table_args__ = (
        sa.Index(
            "uq_posting_open_home",
            "person_id",
            unique=True,
            sqlite_where=sa.text("kind = 'home' AND until IS NULL"),
            postgresql_where=sa.text("kind = 'home' AND until IS NULL"),
        ),
        NUMBERS_ONCE,
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"), index=True)
    unit_id: Mapped[int] = mapped_column(sa.ForeignKey("unit.id"), index=True)
    kind: Mapped[str]  # domain.careers.PostingKind
    post: Mapped[str] = mapped_column(default="")
    since: Mapped[date]
    until: Mapped[date | None]
    note: Mapped[str] = mapped_column(default="")

    person: Mapped[Person] = relationship()
    unit: Mapped[Unit] = relationship()


class RankChange(Base):
    """A rank and the day from which a person holds it; the rules on hours need the dates."""

    __tablename__ = "rank_change"
    __table_args__ = (sa.UniqueConstraint("person_id", "since"), NUMBERS_ONCE)

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"))
    rank: Mapped[str]
    since: Mapped[date]

    person: Mapped[Person] = relationship()


class RoleGrant(Base):
    """A role on a unit and everything below it, until `ends_at`."""

    __tablename__ = "role_grant"
    __table_args__ = (sa.UniqueConstraint("person_id", "role", "unit_id"), NUMBERS_ONCE)

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"), index=True)
    role: Mapped[str]
    unit_id: Mapped[int] = mapped_column(sa.ForeignKey("unit.id"), index=True)
    ends_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
    granted_by: Mapped[str] = mapped_column(default="")  # name and username as they were
    reason: Mapped[str] = mapped_column(default="")

    person: Mapped[Person] = relationship()
    unit: Mapped[Unit] = relationship()

    @property
    def last_moment(self) -> datetime | None:
        """Of the last day on which it holds; `ends_at` is the midnight after."""
        return self.ends_at and self.ends_at - timedelta(seconds=1)


class SignInSession(Base):
    """A signed-in browser. The cookie carries `id`; revoking the row signs it out at once."""

    __tablename__ = "sign_in_session"

    id: Mapped[str] = mapped_column(primary_key=True)  # 128 random bits
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"), index=True)
    created_at: Mapped[datetime]
    address: Mapped[str]
    agent: Mapped[str]
    second_factor: Mapped[bool] = mapped_column(default=False)  # a one-time code was given, too
    revoked_at: Mapped[datetime | None]


class SignInFailure(Base):
    """A refused sign-in, for the limits per account, per known device and per address."""

    __tablename__ = "sign_in_failure"

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(index=True)
    username: Mapped[str] = mapped_column(index=True)
    address: Mapped[str] = mapped_column(index=True)
    device: Mapped[str] = mapped_column(default="", index=True)  # of a browser that signed in before


class AccessCode(Base):
    """首次登录码: lets a person in once, to choose a password. Kept as an HMAC; a new one replaces it."""

    __tablename__ = "access_code"

    person_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"), primary_key=True)
    digest: Mapped[str]
    issued_at: Mapped[datetime]
    expires_at: Mapped[datetime]


class SecondFactor(Base):
    """A person's TOTP secret, sealed. Not `confirmed_at`: shown, but no code was given yet."""

    __tablename__ = "second_factor"

    person_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"), primary_key=True)
    secret_sealed: Mapped[str]
    confirmed_at: Mapped[datetime | None]
    last_step: Mapped[int] = mapped_column(sa.BigInteger, default=0)  # a code is good once


class RecoveryCode(Base):
    """Replaces a lost second factor once. Only its HMAC is kept; a used one is deleted."""

    __tablename__ = "recovery_code"

    person_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"), primary_key=True)
    digest: Mapped[str] = mapped_column(primary_key=True)


class RosterImport(Upload):
    """An uploaded roster on its way: read and checked by the worker, looked at by a person, then saved.

    `source` is sealed. `only_good`: leave faulty rows out. `notes` is JSON: unused headers, what was saved.
    """

    __tablename__ = "roster_import"
    __table_args__ = NUMBERS_ONCE

    unit_id: Mapped[int] = mapped_column(sa.ForeignKey("unit.id"))  # the subtree that the sheet speaks of
    only_good: Mapped[bool] = mapped_column(default=False)
    notes: Mapped[str] = mapped_column(default="{}")

    unit: Mapped[Unit] = relationship()
    creator: Mapped[Person] = relationship()

    @property
    def told(self) -> dict[str, Any]:
        return dict(json.loads(self.notes))

    def tell(self, **facts: Any) -> None:
        self.notes = json.dumps(self.told | facts, ensure_ascii=False)


class RosterRow(Base):
    """A row of an uploaded roster, or a person of its units whom it does not name (`number` negative).

    `sealed` holds the cells as JSON: identity numbers are among them, and `faults` may quote them. Rows that
    are saved are deleted.
    """

    __tablename__ = "roster_row"
    __table_args__ = (sa.Index("ix_roster_row_outcome", "import_id", "outcome"),)

    import_id: Mapped[int] = mapped_column(
        sa.ForeignKey("roster_import.id", ondelete="CASCADE"), primary_key=True
    )
    number: Mapped[int] = mapped_column(primary_key=True)  # of the row in the sheet, from 1
    sealed: Mapped[str]
    outcome: Mapped[str]  # people.roster.states.Outcome
    faults: Mapped[str] = mapped_column(default="")  # sealed JSON: [[field, message], …]; "" for none
    person_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))


class CorrectionRequest(Base):
    """What a person says is wrong in their own data, and what came of it."""

    __tablename__ = "correction_request"
    __table_args__ = NUMBERS_ONCE

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"), index=True)
    at: Mapped[datetime]
    text: Mapped[str]
    answer: Mapped[str] = mapped_column(default="")
    answered_at: Mapped[datetime | None]
    answered_by: Mapped[str] = mapped_column(default="")

    person: Mapped[Person] = relationship()


class Setting(Base):
    """What the school itself decides: its name, the certificate prefix, a contact."""

    __tablename__ = "setting"

    key: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[str]
