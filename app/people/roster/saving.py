"""Checked rows into people, a batch in one transaction. A saved row is deleted: what is left is due."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import sqlalchemy as sa
from flask_babel import gettext as _
from sqlalchemy.orm import joinedload

from app.audit.service import Act, acting_for, record_each
from app.domain.access import covers
from app.domain.careers import Leaving
from app.people import facts, history, postings, promotions
from app.people.models import Person, Posting, RankChange, RosterImport, RosterRow, Unit
from app.people.queries import within
from app.people.roster import cells, changes, queries
from app.people.roster.changes import Start
from app.people.roster.checking import Basis
from app.people.roster.matching import BATCH, Keys, Known, serving_above
from app.people.roster.states import SAVED, Outcome
from app.web import clock
from app.web.db import db


def next_rows(number: int) -> list[RosterRow]:
    """People of the sheet first, then who is missing from it."""
    return list(
        db.session.scalars(
            sa.select(RosterRow)
            .where(RosterRow.import_id == number, RosterRow.outcome.in_(SAVED))
            .order_by(RosterRow.number < 0, RosterRow.number)
            .limit(BATCH)
        )
    )


@dataclass
class _Item:
    row: RosterRow
    values: dict[str, Any]
    person: Person | None
    changed: list[changes.Change] = field(default_factory=list)


def save(roster: RosterImport, rows: Sequence[RosterRow], basis: Basis) -> None:
    """The batch; who does not fit any more, because something changed since the check, becomes a fault."""
    items = _fitting(rows, basis)
    with acting_for(roster.created_by, f"{roster.creator.name}（{roster.creator.username}）"):
        _add([item for item in items if item.row.outcome == Outcome.NEW], basis)
        _change([item for item in items if item.row.outcome in (Outcome.UPDATE, Outcome.MOVE)], basis)
        _mark_left([item for item in items if item.row.outcome == Outcome.LEAVE], basis)
        _record(roster, items)
    _count(roster, [item for item in items if item.row.outcome != Outcome.FAULT], len(rows))


def _fitting(rows: Sequence[RosterRow], basis: Basis) -> list[_Item]:
    history.hold_tree()
    items = []
    people = _people([row.person_id for row in rows if row.person_id])
    opened = {row.number: cells.unseal(row.number, row.sealed)[1] if row.sealed else {} for row in rows}
    known = Known(
        (Keys.of(v) for v in opened.values() if "name" in v), basis.paths, basis.accounts, basis.now
    )
    units = _units(basis, {v["unit_id"] for v in opened.values() if "unit_id" in v})
    above = serving_above(list(people), basis.accounts, basis.now)
    for row in rows:
        values = opened[row.number]
        item = _Item(row, values, people.get(row.person_id) if row.person_id else None)
        if (
            row.outcome in (Outcome.SAME, Outcome.MISSING)
            or _fits(item, known, units, basis)
            and item.row.person_id not in above
        ):
            items.append(item)
        else:
            _refuse(row, _changed_since())
    return items


def _changed_since() -> str:
    return str(_("核对之后，系统里的情况有了变化，没有保存这一行。请重新上传核对。"))


def _refuse(row: RosterRow, text: str) -> None:
    row.outcome, row.faults = Outcome.FAULT, cells.seal_faults([("", text)])


def _people(ids: Sequence[int]) -> dict[int, Person]:
    """Held until the batch is saved; read after that, with the units where they are then."""
    held = sa.select(Person.id).where(Person.id.in_(ids)).order_by(Person.id)
    db.session.execute(held.with_for_update())
    rows = sa.select(Person).options(joinedload(Person.unit)).where(Person.id.in_(ids))
    people = db.session.scalars(rows.execution_options(populate_existing=True))
    return {person.id: person for person in people}


def _units(basis: Basis, ids: set[int]) -> set[int]:
    """Those of them that are still open and in the subtree."""
    rows = sa.select(Unit.id).where(Unit.id.in_(ids), within([basis.unit_path]), Unit.closed_at.is_(None))
    return set(db.session.scalars(rows))


def _fits(item: _Item, known: Known, units: set[int], basis: Basis) -> bool:
    """Is it still who it was, and free what shall be theirs?"""
    person = item.person
    if item.row.person_id and (person is None or not covers(basis.paths, person.unit.path)):
        return False
    if person is not None and person.left_on is not None:
        return False
    stays = item.row.outcome in (Outcome.UPDATE, Outcome.LEAVE)
    if stays and person and person.unit_id != item.values["unit_id"]:
        return False  # moved since: the row may not name a unit, and must not undo that
    if item.row.outcome == Outcome.LEAVE:
        return item.values["unit_id"] in units
    keys = Keys.of(item.values)
    holders = {
        holder.id
        for holder in (
            known.by_id.get(keys.id_digest) if keys.id_digest else None,
            known.by_staff_no.get(keys.staff_no),
            known.by_username.get(keys.username),
        )
        if holder is not None
    }
    return holders <= ({person.id} if person else set()) and item.values["unit_id"] in units


def _add(items: Sequence[_Item], basis: Basis) -> None:
    if not items:
        return
    rows = [facts.columns(changes.new(item.values), basis.now) | {"created_at": basis.now} for item in items]
    db.session.execute(sa.insert(Person), rows)  # at once; adding objects takes a statement each on SQLite
    added = sa.select(Person).where(Person.username.in_([row["username"] for row in rows]))
    people = {person.username: person for person in db.session.scalars(added)}
    for item in items:
        item.person = people[item.values["username"]]
    named = [(people[item.values["username"]], item.values) for item in items]
    today = clock.day(basis.now)
    postings.open_homes((person, values.get("post_since") or today) for person, values in named)
    ranks = [(person, values.get("rank_since")) for person, values in named]
    promotions.note((person, day) for person, day in ranks if day)


def _change(items: Sequence[_Item], basis: Basis) -> None:
    today = clock.day(basis.now)
    pairs = [(item, item.person) for item in items if item.person is not None]
    homes, units = _homes(pairs), _unit_names(pairs)
    others = postings.had_another([person.id for item, person in pairs if "post_since" in item.values])
    latest = promotions.latest([person.id for _item, person in pairs])
    moves: list[postings.Move] = []
    ranks: list[tuple[Person, date]] = []
    for item, person in pairs:
        home = homes[person.id]
        start = changes.start(person, item.values, home, person.id not in others)
        if start is Start.CONTRADICTS:
            _refuse(item.row, _changed_since())
            continue
        _set(item, person, units, basis)
        since = _rank_from(person, item.values.get("rank_since"), latest.get(person.id), today)
        ranks += [(person, since)] if since else []
        if start is Start.FOLLOWS:
            day = item.values.get("post_since") or max(today, home.since)
            moves.append(postings.Move(person, home, person.unit_id, person.post, day, _("名册导入")))
        else:  # put right
            home.post = person.post
            if start is Start.CORRECTS:
                home.since = item.values["post_since"]
    postings.move_all(moves)
    promotions.note(ranks)


def _set(item: _Item, person: Person, units: dict[int, str], basis: Basis) -> None:
    """The person's own row."""
    item.changed = changes.shown(person, item.values, units)
    before = facts.of(person)
    after = changes.after(before, item.values)
    if before != after:
        for name, value in facts.columns(after, basis.now).items():
            setattr(person, name, value)


def _unit_names(pairs: Sequence[tuple[_Item, Person]]) -> dict[int, str]:
    """Of the units that people come from and go to."""
    ids = {item.values["unit_id"] for item, _person in pairs} | {person.unit_id for _item, person in pairs}
    return queries.unit_names(ids)


def _homes(pairs: Sequence[tuple[_Item, Person]]) -> dict[int, Posting]:
    """The open home postings; opened where none was ever noted, as early as is known."""
    found = postings.homes([person.id for _item, person in pairs])
    bare = [(item, person) for item, person in pairs if person.id not in found]
    known = [(person, clock.day(person.created_at), item.values.get("post_since")) for item, person in bare]
    postings.open_homes((person, min(entered, said or entered)) for person, entered, said in known)
    return found | postings.homes([person.id for _item, person in bare])


def _rank_from(person: Person, given: date | None, latest: RankChange | None, today: date) -> date | None:
    """The day to be noted for the rank: the one given, or that of the import where it follows another."""
    if given is None and (latest is None or latest.rank == person.rank):
        return None
    since = given or today
    if latest is not None and latest.since >= since:
        latest.rank = person.rank  # a second import on one day
        return None
    return since


def _mark_left(items: Sequence[_Item], basis: Basis) -> None:
    leavers = [(item.person, Leaving(item.values["reason"])) for item in items if item.person is not None]
    if not leavers:
        return
    refused = history.leave_all(leavers, clock.day(basis.now), basis.now)
    for item in items:
        if item.row.person_id in refused:
            _refuse(item.row, refused[item.row.person_id].message)


def _record(roster: RosterImport, items: Sequence[_Item]) -> None:
    """Whoever left has a record from `history.leave_all`."""
    acts = []
    for item in items:
        if item.person is None or not (item.changed or item.row.outcome == Outcome.NEW):
            continue
        verb = "新建" if item.row.outcome == Outcome.NEW else "更新"
        text = f"从名册{verb}人员 {item.person.name}（{roster.file_name}）"
        before = {changed.field: changed.old for changed in item.changed if changed.old is not None}
        after = {changed.field: changed.new for changed in item.changed}
        made = {"username": item.person.username, "unit_id": item.person.unit_id}
        acts.append(Act(f"person:{item.person.id}", text, before or None, after or made))
    record_each("person.import", acts)


def _count(roster: RosterImport, items: Sequence[_Item], taken: int) -> None:
    """What was saved, into the notes; the rows go."""
    counted = Counter(roster.told.get("saved", {}))
    counted.update(str(item.row.outcome) for item in items)
    roster.tell(saved=counted, refused=0)
    roster.done += taken
    numbers = RosterRow.number.in_([item.row.number for item in items])
    db.session.flush()
    db.session.execute(sa.delete(RosterRow).where(RosterRow.import_id == roster.id, numbers))
