"""Whom an uploaded list or a rank means: looked at first, then assigned one by one. Nobody is guessed."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from flask_babel import gettext as _
from sqlalchemy.orm import joinedload

from app.audit.service import record
from app.domain import roster
from app.domain.roster import Field
from app.exams.manage_queries import entries
from app.exams.models import Exam, ExamAssignment
from app.people.models import Person, Unit
from app.people.queries import within
from app.people.roster import cells, files
from app.people.roster.cells import Fault, Row
from app.people.roster.matching import Keys, Known, batches
from app.web import clock
from app.web.db import db, hold, listed
from app.web.sheets import SheetError

MAX_PEOPLE = 3000  # read within the request
_ASKED = {Field.NAME, Field.ID_NUMBER, Field.STAFF_NO, Field.PHONE, Field.USERNAME, ""}


@dataclass(frozen=True)
class Wrong:
    """A row that means nobody; the text says why and what to do."""

    row: int
    name: str
    text: str


@dataclass(frozen=True)
class Found:
    """What a list comes to. `known`: how many of it are to sit the exam already."""

    people: list[Person]
    known: int
    wrong: list[Wrong]


def of_rank(exam: Exam, unit: Unit, rank: str) -> Found:
    """Everybody of the rank in the unit and below it."""
    rows = (
        sa.select(Person)
        .join(Person.unit)
        .options(joinedload(Person.unit))
        .where(Person.active, Person.rank == rank, within([unit.path]))
        .order_by(Unit.path, Person.name, Person.id)
    )
    return _found(exam, db.session.scalars(rows).all(), [])


def of_sheet(exam: Exam, data: bytes, paths: Sequence[str], now: datetime) -> Found:
    """Raises SheetError."""
    rows = files.read(data).rows
    if len(rows) > MAX_PEOPLE:
        raise SheetError(_("一次最多 %(n)s 人。请分几次上传。", n=MAX_PEOPLE))
    people: list[Person] = []
    wrong: list[Wrong] = []
    for some in batches(rows):
        finder = _Finder(some, paths, now)
        for row in some:
            try:
                people.append(finder.person(row))
            except _Unclear as error:
                wrong.append(Wrong(row.number, finder.keys[row.number].name, str(error)))
    return _found(exam, people, wrong)


def _found(exam: Exam, people: Iterable[Person], wrong: list[Wrong]) -> Found:
    once = {person.id: person for person in people}
    known = set(db.session.scalars(sa.select(entries([exam.id], ("/",)).c.person_id)))
    fresh = [person for person in once.values() if person.id not in known]
    return Found(fresh, len(once) - len(fresh), wrong)


class _Unclear(Exception):
    """The row means nobody, or more than one; why, and the cure."""


class _Finder:
    """The people whom some rows may mean: by a number with the name, else by the name in its unit."""

    def __init__(self, rows: Sequence[Row], paths: Sequence[str], now: datetime) -> None:
        read = {row.number: cells.read(row, clock.day(now)) for row in rows}
        self.keys = {number: Keys.of(one.values) for number, one in read.items()}
        self.faults = {number: _asked(one.faults) for number, one in read.items()}
        self.known = Known(self.keys.values(), paths, (), now)
        self.named: dict[str, list[Person]] = defaultdict(list)
        names = {keys.name for keys in self.keys.values()}
        same = sa.select(Person).join(Person.unit).options(joinedload(Person.unit))
        for person in db.session.scalars(same.where(Person.name.in_(listed(names)), within(paths))):
            self.named[person.name].append(person)

    def person(self, row: Row) -> Person:
        """Raises _Unclear."""
        keys, faults = self.keys[row.number], self.faults[row.number]
        if faults:
            raise _Unclear(faults[0][1])
        numbered = bool(keys.any or keys.phone_digest)
        found = self._numbered(keys) if numbered else self._placed(keys.name, row)
        if found is None:
            text = _("没有查到这个人。请核对姓名和号码；还没有登记的，请先在“人员”里登记。")
            raise _Unclear(str(text))
        if found.name != keys.name:
            raise _Unclear(_("这个号码登记的姓名是“%(name)s”。请核对。", name=found.name))
        if not found.active:
            raise _Unclear(_("这个人已停用或已离开，不能参加考试。请核对。"))
        return found

    def _numbered(self, keys: Keys) -> Person | None:
        known = self.known
        exact = [
            known.by_id.get(keys.id_digest or ""),
            known.by_staff_no.get(keys.staff_no),
            known.by_username.get(keys.username),
        ]
        found = {person.id: person for person in exact if person and known.mine(person)}
        if not found:  # a phone may be shared
            found = {person.id: person for person in known.by_phone[keys.phone_digest, keys.name]}
        if len(found) > 1:
            raise _Unclear(_("这一行的号码属于不同的人，或有几位同名人员使用。请核对。"))
        return next(iter(found.values()), None)

    def _placed(self, name: str, row: Row) -> Person | None:
        here = [person for person in self.named[name] if person.active]
        if unit := roster.plain(row.text(Field.UNIT) or row.text(Field.UNIT_CODE)):
            here = [person for person in here if unit in _names(person.unit)]
        if len(here) > 1:
            text = _("同名的有 %(n)s 人。请补身份证号、工号或手机号。", n=len(here))
            raise _Unclear(text)
        return next(iter(here), None)


def _names(unit: Unit) -> set[str]:
    return {roster.plain(text) for text in (unit.name, unit.short_name, unit.code) if text}


def _asked(faults: Iterable[Fault]) -> list[Fault]:
    """Faults in columns that say who it is; what else is wrong with the row does not matter here."""
    return [fault for fault in faults if fault[0] in _ASKED]


def assign(exam: Exam, person_ids: Iterable[int], paths: Sequence[str]) -> int:
    """Those of these people who are within the subtrees and not to sit it yet, each on their own."""
    hold(exam)  # two who add take turns
    mine = sa.select(Person).join(Person.unit).where(Person.active, within(paths)).order_by(Person.id)
    people: list[Person] = []
    for some in batches(sorted(set(person_ids))):
        people += db.session.scalars(mine.where(Person.id.in_(some)))
    found = _found(exam, people, [])
    if not found.people:
        return 0
    db.session.add_all(ExamAssignment(exam_id=exam.id, person_id=person.id) for person in found.people)
    db.session.flush()
    summary = f"按名单指派考试“{exam.title}”给 {len(found.people)} 人"
    after = {"people": [person.id for person in found.people]}
    record("exam.assign", f"exam:{exam.id}", summary, after=after)
    return len(found.people)
