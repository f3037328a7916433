"""Whom a row means among the people that are known. Nobody is guessed.

By 身份证号, else 工号, else username; else, with the same name, by a username that is the number given, or
by the phone. People outside the importer's units are never changed, and nothing of them is told.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from flask_babel import gettext as _
from sqlalchemy.orm import joinedload

from app.domain.access import covers
from app.domain.roster import Field
from app.people import facts, grants
from app.people.models import Person, RoleGrant
from app.people.roster.cells import Fault
from app.web.db import db, listed

BATCH = 500


def batches(items: Sequence[Any]) -> Iterator[Sequence[Any]]:
    for start in range(0, len(items), BATCH):
        yield items[start : start + BATCH]


class Mistaken(Exception):
    """The row cannot be given to anyone; why."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.fault: Fault = (field, message)


@dataclass(frozen=True)
class Keys:
    """What a row may be known by; digests in place of sealed numbers."""

    name: str
    id_digest: str | None
    phone_digest: str | None
    staff_no: str
    username: str
    phone: str

    @classmethod
    def of(cls, values: dict[str, Any]) -> "Keys":
        number, phone = values.get("id_number", ""), values.get("phone", "")
        return cls(
            values["name"], facts.digest(facts.ID_NUMBER, number), facts.digest(facts.PHONE, phone),
            values.get("staff_no", ""), values.get("username", ""), phone,
        )  # fmt: skip

    @property
    def usernames(self) -> set[str]:
        """Those that mean, or may come to mean, this person."""
        return {self.username, self.staff_no.lower(), self.phone} - {""}

    @property
    def any(self) -> bool:
        return bool(self.id_digest or self.usernames)


class Known:
    """The people whom a batch of rows may mean; one statement, and one for their roles."""

    def __init__(
        self, keys: Iterable[Keys], paths: Sequence[str], accounts: Sequence[str], now: datetime
    ) -> None:
        keys = list(keys)
        self.paths = paths
        people = self._people(keys)
        self.by_id = {p.id_number_digest: p for p in people if p.id_number_digest}
        self.by_staff_no = {p.staff_no: p for p in people if p.staff_no}
        self.by_username = {p.username: p for p in people}
        self.by_phone: dict[tuple[str | None, str], list[Person]] = defaultdict(list)
        for person in people:
            if person.phone_digest and self.mine(person):
                self.by_phone[person.phone_digest, person.name].append(person)
        self.serving_above = serving_above([p.id for p in people], accounts, now)

    def _people(self, keys: list[Keys]) -> list[Person]:
        wanted: dict[Any, set[Any]] = {
            Person.id_number_digest: {k.id_digest for k in keys} - {None},
            Person.staff_no: {k.staff_no for k in keys} - {""},
            Person.username: set().union(*(k.usernames for k in keys)),
            Person.phone_digest: {k.phone_digest for k in keys} - {None},
        }
        named = [sa.select(Person.id).where(column.in_(listed(values))) for column, values in wanted.items()]
        rows = sa.select(Person).options(joinedload(Person.unit)).where(Person.id.in_(sa.union(*named)))
        return list(db.session.scalars(rows))

    def mine(self, person: Person) -> bool:
        return covers(self.paths, person.unit.path)

    def match(self, keys: Keys) -> Person | None:
        """The person; None: somebody new. Raises Mistaken."""
        for field, person in self._named_by(keys):
            if not self.mine(person):
                raise Mistaken(field, self._elsewhere())
            self._agree(field, person, keys)
            return _by_one_username(person, keys)
        weak = [self.by_username.get(keys.staff_no.lower()), self.by_username.get(keys.phone)]
        weak += self.by_phone[keys.phone_digest, keys.name] if keys.phone_digest else []
        same = {p.id: p for p in weak if p and p.name == keys.name and self.mine(p) and _may_be(p, keys)}
        if len(same) > 1:
            raise Mistaken(Field.PHONE, _("有几位同名人员使用这个手机号。请补身份证号或工号。"))
        return next((_by_one_username(person, keys) for person in same.values()), None)

    def _named_by(self, keys: Keys) -> Iterator[tuple[Field, Person]]:
        """Who holds the row's own numbers, the surest first."""
        named = (
            (Field.ID_NUMBER, self.by_id.get(keys.id_digest) if keys.id_digest else None),
            (Field.STAFF_NO, self.by_staff_no.get(keys.staff_no)),
            (Field.USERNAME, self.by_username.get(keys.username)),
        )
        return ((field, person) for field, person in named if person)

    def _agree(self, field: Field, person: Person, keys: Keys) -> None:
        """The row's other numbers are the same person's, or new. Raises Mistaken."""
        for other, holder in self._named_by(keys):
            if holder is not person:
                raise Mistaken(other, _("这个号码属于另一个人。请核对。"))
        if not _fits(person, keys):
            raise Mistaken(field, _("按这个号码查到的人员，身份证号与表中不同。请核对。"))
        if field is not Field.ID_NUMBER and person.name != keys.name:
            text = _("已登记为“%(name)s”，与表中姓名不同。如是同一人改名，请补身份证号。", name=person.name)
            raise Mistaken(field, text)

    def _elsewhere(self) -> str:
        return str(_("已用于您管理范围以外的人员。请核对；如是调入，请由上级管理员导入。"))


def _fits(person: Person, keys: Keys) -> bool:
    """No two different identity numbers."""
    return None in (person.id_number_digest, keys.id_digest) or person.id_number_digest == keys.id_digest


def _may_be(person: Person, keys: Keys) -> bool:
    """Nor two different staff numbers: namesakes may share a phone."""
    return _fits(person, keys) and (not person.staff_no or keys.staff_no in ("", person.staff_no))


def _by_one_username(person: Person, keys: Keys) -> Person:
    """The person, whom no sheet calls by another username. Raises Mistaken."""
    if keys.username not in ("", person.username):
        text = _("此人的用户名是“%(v)s”，不能由表格更改。请改回或留空。", v=person.username)
        raise Mistaken(Field.USERNAME, text)
    return person


def serving_above(person_ids: Iterable[int], accounts: Iterable[str], now: datetime) -> set[int]:
    """Those whom their roles put out of reach of the importer, who manages the sign-ins of `accounts`."""
    held = sa.select(RoleGrant.person_id).where(RoleGrant.person_id.in_(list(person_ids)))
    return set(db.session.scalars(held.where(grants.serving_above(accounts, now))))


def namesakes(places: Iterable[tuple[int, str]]) -> set[tuple[int, str]]:
    """Which (unit, name) of these there is someone of already."""
    pairs = list(places)
    rows = sa.select(Person.unit_id, Person.name).where(
        Person.active, Person.unit_id.in_({unit for unit, _name in pairs}),
        Person.name.in_({name for _unit, name in pairs}),
    )  # fmt: skip
    return {(unit, name) for unit, name in db.session.execute(rows)}
