"""The whole sheet against the people that are known: what each row will do, or what is wrong with it."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from flask_babel import gettext as _

from app.domain import identity
from app.domain.roster import Field
from app.people import postings, promotions
from app.people.labels import USERNAME_SHOWN
from app.people.models import Person, RankChange, Unit
from app.people.queries import within
from app.people.roster import cells, changes
from app.people.roster.cells import Reading, Row
from app.people.roster.matching import Keys, Known, Mistaken, batches, namesakes
from app.people.roster.places import Places
from app.people.roster.states import Outcome
from app.people.roster.usernames import Usernames
from app.web import clock
from app.web.db import db


@dataclass(frozen=True)
class Basis:
    """Whose import it is: the subtree that the sheet speaks of, those in which they may change people
    (`paths`), and those in which they manage sign-ins (`accounts`)."""

    unit_id: int
    unit_path: str
    paths: tuple[str, ...]
    accounts: tuple[str, ...]
    now: datetime


@dataclass
class Verdict:
    row: Row
    reading: Reading
    keys: Keys
    person_id: int | None = None
    unit_id: int | None = None  # where the person will be
    values: dict[str, Any] = field(default_factory=dict)
    outcome: Outcome = Outcome.FAULT

    def fault(self, name: str, message: str) -> None:
        self.reading.fault(name, message)
        self.outcome = Outcome.FAULT


def check(rows: Sequence[Row], basis: Basis, progress: Callable[[int], None]) -> list[Verdict]:
    """A verdict for each row, in their order. `progress` is told how many rows are done."""
    places, usernames = Places(basis.unit_path), Usernames()
    today = clock.day(basis.now)
    readings = [cells.read(row, today) for row in rows]
    verdicts = [Verdict(row, r, Keys.of(r.values)) for row, r in zip(rows, readings, strict=True)]
    done = 0
    for batch in batches(verdicts):
        known = Known((verdict.keys for verdict in batch), basis.paths, basis.accounts, basis.now)
        _Judge(basis, places, known).judge(batch)
        usernames.taken.update(known.by_username)
        done += len(batch)
        progress(done)
    _same_person_twice(verdicts)
    _nameless_numbers(verdicts)
    usernames.give([(v.keys, v.values) for v in verdicts if v.outcome is Outcome.NEW])
    return verdicts


class _Judge:
    """Decides on a batch of rows, each for itself."""

    def __init__(self, basis: Basis, places: Places, known: Known) -> None:
        self.basis, self.places, self.known = basis, places, known

    def judge(self, batch: Sequence[Verdict]) -> None:
        people = [(verdict, self._match(verdict)) for verdict in batch]
        since = promotions.latest([person.id for _verdict, person in people if person])
        dated = [p.id for verdict, p in people if p and "post_since" in verdict.reading.values]
        homes, others = postings.homes(dated), postings.had_another(dated)
        for verdict, person in people:
            self._place(verdict, person)
            self._value(verdict, person, since.get(person.id) if person else None)
            if person is not None and person.id in homes:
                home, first = homes[person.id], person.id not in others
                changes.check_start(person, verdict.values, verdict.reading, home, first)
            self._decide(verdict, person)

    def _match(self, verdict: Verdict) -> Person | None:
        try:
            person = self.known.match(verdict.keys)
        except Mistaken as mistake:
            verdict.reading.faults.append(mistake.fault)
            return None
        verdict.person_id = person.id if person else None
        return person

    def _place(self, verdict: Verdict, person: Person | None) -> None:
        """The unit that the row names; the present one, or that of the import, where it names none."""
        row, here = verdict.row, self.places.all
        text, code = row.text(Field.UNIT), row.text(Field.UNIT_CODE)
        stays = person is not None and person.unit_id in here
        if text or code:
            verdict.unit_id, wrong = self.places.find(text, code)
            if wrong:
                verdict.reading.fault(Field.UNIT_CODE if code else Field.UNIT, wrong)
        elif person is not None and stays:
            verdict.unit_id = person.unit_id
        elif person is not None:
            wrong = _("此人现在不在所选的单位。如是调入，请填明调入的单位。")
            verdict.reading.fault(Field.UNIT, wrong)
        elif len(here) == 1 or not {Field.UNIT, Field.UNIT_CODE} & row.cells.keys():
            verdict.unit_id = self.basis.unit_id
        else:
            verdict.reading.fault(Field.UNIT, _("没有填单位。请补上。"))

    def _value(self, verdict: Verdict, person: Person | None, since: RankChange | None) -> None:
        verdict.values = changes.wanted(person, verdict.reading, since)
        if verdict.unit_id is not None:
            verdict.values["unit_id"] = verdict.unit_id

    def _decide(self, verdict: Verdict, person: Person | None) -> None:
        if person is not None and person.left_on is not None:
            text = _("此人已于 %(day)s 离开。如已回来，请先在其人员页面办理“返回”。", day=person.left_on)
            verdict.reading.fault(Field.NAME, text)
        if person is None and identity.is_personal(verdict.keys.username):
            verdict.reading.fault(Field.USERNAME, str(USERNAME_SHOWN))
        if verdict.reading.faults:
            return
        if person is None:
            verdict.outcome = Outcome.NEW
        elif changes.nothing(person, verdict.values):
            verdict.outcome = Outcome.SAME
        elif person.id in self.known.serving_above:
            text = _("此人担任管理角色，请由有权管理其登录的管理员更改。")
            verdict.fault(Field.NAME, text)
        else:
            moved = verdict.unit_id != person.unit_id
            verdict.outcome = Outcome.MOVE if moved else Outcome.UPDATE


def _same_person_twice(verdicts: Iterable[Verdict]) -> None:
    """Both rows are told, since nobody knows which one is right."""
    groups: dict[tuple[Field, Any], list[Verdict]] = defaultdict(list)
    for verdict in verdicts:
        keys = verdict.keys
        same_phone = (keys.phone_digest, keys.name) if keys.phone_digest else None
        found: tuple[tuple[Field, Any], ...] = (
            (Field.ID_NUMBER, keys.id_digest), (Field.STAFF_NO, keys.staff_no),
            (Field.USERNAME, keys.username), (Field.NAME, verdict.person_id), (Field.PHONE, same_phone),
        )  # fmt: skip
        for name, key in found:
            if key:
                groups[name, key].append(verdict)
    told: set[tuple[int, int]] = set()
    for (name, _key), group in groups.items():
        first = group[0]
        for other in group[1:]:
            pair = (first.row.number, other.row.number)
            if pair in told or (name is Field.PHONE and _different(first, other)):
                continue
            told.add(pair)
            for verdict, number in ((other, first.row.number), (first, other.row.number)):
                text = _("与第 %(n)s 行是同一个人或用了同一个号码。请删去或更正其中一行。", n=number)
                verdict.fault(name, text)


def _different(one: Verdict, other: Verdict) -> bool:
    """Namesakes who share a phone, each with a number of their own."""
    return bool((one.keys.id_digest and other.keys.id_digest) or (one.keys.staff_no and other.keys.staff_no))


def _nameless_numbers(verdicts: Sequence[Verdict]) -> None:
    """A new name without any number, where the unit has that name already, may be the same person."""
    rows: dict[tuple[int, str], list[Verdict]] = defaultdict(list)
    for verdict in verdicts:
        if verdict.unit_id is not None:
            rows[verdict.unit_id, verdict.keys.name].append(verdict)
    bare = [v for v in verdicts if v.outcome is Outcome.NEW and not v.keys.any]
    there: set[tuple[int, str]] = set()
    for batch in batches(bare):
        there |= namesakes((v.unit_id, v.keys.name) for v in batch if v.unit_id is not None)
    for verdict in bare:
        place = (verdict.unit_id or 0, verdict.keys.name)
        if place in there or len(rows[place]) > 1:
            text = _("同单位已有同名人员，分不清是不是同一人。请补身份证号、工号或手机号。")
            verdict.fault(Field.NAME, text)


def missing(verdicts: Iterable[Verdict], basis: Basis) -> list[int]:
    """The people of the subtree whom no row means, by unit and name."""
    named = {verdict.person_id for verdict in verdicts}
    here = db.session.scalars(
        sa.select(Person.id)
        .join(Unit, Unit.id == Person.unit_id)
        .where(within([basis.unit_path]), Person.active, Person.left_on.is_(None))
        .order_by(Unit.path, Person.name, Person.id)
    )
    return [person for person in here if person not in named]
