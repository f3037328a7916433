"""What happens to a person by date: transfer, promotion, secondment, leaving, return.

Every verb holds the person's row, so that two tabs or a double click cannot do the same thing twice, and
raises Refused where a day or a state does not fit.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from flask_babel import gettext as _

from app.audit.service import Act, record, record_each
from app.domain.careers import Leaving, PostingKind
from app.people import postings, promotions
from app.people.labels import LEAVING
from app.people.models import Person, Posting, RankChange, Unit
from app.people.sign_in import revoke_sessions
from app.web import clock
from app.web.db import db, hold, ids

_DAY = timedelta(days=1)


class Refused(Exception):
    """The act does not fit what is known; `message` belongs at the form's field `field`."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field, self.message = field, message


def hold_open(unit_id: int) -> Unit:
    """The unit stays open until the end of the transaction; hold it before the person. Raises Refused.

    Whoever merges or closes it waits, and then finds the people who came. The forms offer open units only;
    this is for the unit that was closed since.
    """
    held = sa.select(Unit).where(Unit.id == unit_id, Unit.closed_at.is_(None)).with_for_update(read=True)
    if (unit := db.session.scalar(held.execution_options(populate_existing=True))) is None:
        raise Refused("unit_id", _("这个单位已经撤销或并入别的单位。请另选单位。"))
    return unit


def hold_tree() -> None:
    """Units stay open and where they are until the end of the transaction; hold them before any person.

    For whoever must know several units, or one that only the person's own record names. Verbs on units wait
    here, as they do for each other; people signing in do not.
    """
    roots = sa.select(Unit.id).where(Unit.parent_id.is_(None)).order_by(Unit.id)
    db.session.execute(roots.with_for_update(read=True))


def hold_member(person: Person, field: str) -> None:
    """Hold someone who belongs here."""
    hold(person)
    if person.left_on is not None:
        text = _("此人已于 %(day)s 离开。若已回来，请先办理“返回”。", day=person.left_on)
        raise Refused(field, text)


def refuse_future(field: str, day: date, now: datetime) -> None:
    if day > clock.day(now):
        raise Refused(field, _("这一天还没有到。请到时再办理。"))


def _homes(people: Sequence[Person], now: datetime) -> dict[int, Posting]:
    """The open home postings of people who belong here; opened where none was ever noted."""
    found = postings.homes(ids(people))
    if bare := [person for person in people if person.id not in found]:
        postings.open_homes((person, clock.day(min(person.created_at, now))) for person in bare)
        found |= postings.homes(ids(bare))
    return found


def note(verb: str, person: Person, what: str, *, before: Any = None, after: Any = None) -> None:
    who = f"{person.name}（{person.username}）"
    record(f"person.{verb}", f"person:{person.id}", f"{what} {who}", before=before, after=after)


@dataclass(frozen=True)
class Place:
    """A unit and a post there."""

    unit: Unit
    post: str = ""
    note: str = ""

    def __str__(self) -> str:
        return f"{self.unit.name} {self.post}".rstrip()


def transfer(person: Person, to: Place, since: date, now: datetime) -> None:
    """调动或改任: another unit or post from `since` on. Raises Refused."""
    hold_open(to.unit.id)
    hold_member(person, "since")
    home = _homes([person], now)[person.id]
    if (to.unit.id, to.post) == (person.unit_id, person.post):
        raise Refused("unit_id", _("单位和职务都没有变。请选新单位，或填写新职务。"))
    refuse_future("since", since, now)
    if since < home.since:
        text = _("早于现任职务的起始日期 %(day)s。若是那个日期录错了，请先到“修改信息”更正。", day=home.since)
        raise Refused("since", text)
    before = postings.shown(home)
    postings.move_all([postings.Move(person, home, to.unit.id, to.post, since, to.note)])
    after = {"unit_id": to.unit.id, "post": to.post, "since": since, "note": to.note}
    note("transfer", person, f"{since} 调动到 {to}：", before=before, after=after)


def promote(person: Person, rank: str, since: date, now: datetime) -> None:
    """A rank held from `since` on; the person's own rank is the latest. Raises Refused."""
    hold_member(person, "since")
    refuse_future("since", since, now)
    changes = promotions.of(person.id)
    if any(change.since == since for change in changes):
        raise Refused("since", _("这一天已有一条职级记录。请先删去那一条，或改填别的日期。"))
    before = {"rank": person.rank}
    db.session.add(RankChange(person_id=person.id, rank=rank, since=since))
    if not changes or since > changes[0].since:
        person.rank = rank
    after = {"rank": rank, "since": since}
    note("promote", person, f"{since} 起任 {rank}：", before=before, after=after)


def second(
    person: Person, to: Place, since: date, until: date | None, now: datetime, change: Posting | None = None
) -> None:
    """借调: lent, and still of the home unit. `change`: a secondment to put right. Raises Refused."""
    hold_open(to.unit.id)
    hold_member(person, "since")
    if to.unit.id == person.unit_id:
        raise Refused("unit_id", _("借调到的单位就是现单位。请选别的单位。"))
    if until is not None and until < since:
        raise Refused("until", _("结束日期早于开始日期。请核对。"))
    days = since, until or date.max
    other = next((p for p in postings.of(person.id) if p is not change and _overlaps(p, days)), None)
    if other is not None:
        text = _("与借调到“%(unit)s”的一段（%(since)s 起）日期重叠。请先改那一段的结束日期。",
                 unit=other.unit.name, since=other.since)  # fmt: skip
        raise Refused("since", text)
    before = postings.shown(change) if change else None
    posting = change or Posting(person_id=person.id, kind=PostingKind.SECONDMENT)
    posting.unit_id, posting.post, posting.note = to.unit.id, to.post, to.note
    posting.since, posting.until = since, until
    db.session.add(posting)
    db.session.flush()
    note("second", person, f"{since} 起借调到 {to}：", before=before, after=postings.shown(posting))


def _overlaps(posting: Posting, days: tuple[date, date]) -> bool:
    """Is it another secondment, at the same time in part? Nobody is lent to two places at once."""
    return (
        posting.kind == PostingKind.SECONDMENT
        and posting.since <= days[1]
        and days[0] <= (posting.until or date.max)
    )


def leave(person: Person, reason: Leaving, day: date, now: datetime) -> None:
    """The last day here: no more sign-in; scores, hours and certificates stay. Raises Refused."""
    hold_member(person, "day")
    refuse_future("day", day, now)
    for refused in leave_all([(person, reason)], day, now).values():
        raise refused


def leave_all(leavers: Sequence[tuple[Person, Leaving]], day: date, now: datetime) -> dict[int, Refused]:
    """Many who belong here and are held already, in bulk. Whoever cannot leave, by id: they are as before."""
    homes = _homes([person for person, _reason in leavers], now)
    refused = {number: _not_yet(home) for number, home in homes.items() if day < home.since}
    gone = [(person, reason) for person, reason in leavers if person.id not in refused]
    numbers = ids([person for person, _reason in gone])
    for person, reason in gone:
        homes[person.id].until = day
        person.active, person.left_on, person.left_reason = False, day, reason
    lent = Posting.person_id.in_(numbers), Posting.kind == PostingKind.SECONDMENT, Posting.since <= day
    still = sa.or_(Posting.until.is_(None), Posting.until > day)
    db.session.execute(sa.update(Posting).where(*lent, still).values(until=day))
    revoke_sessions(numbers, now)
    record_each("person.leave", [_left(person, reason, day) for person, reason in gone])
    return refused


def _not_yet(home: Posting) -> Refused:
    text = _("早于现任职务的起始日期 %(day)s。请核对，或先用“修改信息”更正起始日期。", day=home.since)
    return Refused("day", text)


def _left(person: Person, reason: Leaving, day: date) -> Act:
    text = f"{day} 离开（{LEAVING[reason]}）： {person.name}（{person.username}）"
    return Act(f"person:{person.id}", text, after={"left_on": day, "left_reason": reason})


def come_back(person: Person, to: Place, since: date, now: datetime) -> None:
    """The person belongs here again. Raises Refused.

    Whoever is back at the same place on the day after never left.
    """
    hold_open(to.unit.id)
    hold(person)
    left = person.left_on
    if left is None:
        raise Refused("since", _("此人没有离开，不必办理返回。"))
    if since <= left:
        raise Refused("since", _("要晚于离开的日期 %(day)s。", day=left))
    refuse_future("since", since, now)
    before = {"left_on": left, "left_reason": person.left_reason, "unit_id": person.unit_id}
    last = next((p for p in postings.homes_of(person.id) if p.until == left), None)
    same = (to.unit.id, to.post) == (person.unit_id, person.post) and since == left + _DAY
    person.active, person.left_on, person.left_reason = True, None, ""
    person.unit_id, person.post = to.unit.id, to.post
    if same and last is not None:
        last.until = None
    else:
        postings.open_homes([(person, since)], to.note)
    after = {"unit_id": to.unit.id, "post": to.post, "since": since}
    note("return", person, f"{since} 返回 {to}：", before=before, after=after)


def set_active(person: Person, active: bool, now: datetime) -> None:
    """停用 and 启用 of the account of someone who belongs here. Raises Refused."""
    hold_member(person, "")
    if person.active == active:
        return
    person.active = active
    if not active:
        revoke_sessions([person.id], now)
    note("activate" if active else "deactivate", person, "启用" if active else "停用")
