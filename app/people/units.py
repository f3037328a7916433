"""Verbs on units, from create to restore. Each keeps the unit's history and records itself.

Verbs that change the tree take their turn, so that a path is always what the parents say it is.
"""

import json
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from flask_babel import gettext as _

from app.audit.service import actor, record
from app.domain.careers import PostingKind
from app.people import postings, unit_records
from app.people.grants import live, of_officers
from app.people.models import Person, Posting, RoleGrant, Unit, UnitChange
from app.people.queries import under
from app.people.unique import unique
from app.web import clock
from app.web.db import db


class Refused(Exception):
    """The tree does not allow it; the message says why and what to do first."""


@dataclass(frozen=True)
class UnitFacts:
    """What a unit is; where it stands is its parent's matter."""

    name: str
    code: str
    kind: str
    position: int = 0
    short_name: str = ""
    leading_group: bool = False


def of(unit: Unit) -> UnitFacts:
    return UnitFacts(**{name: getattr(unit, name) for name in UnitFacts.__dataclass_fields__})


def create(parent: Unit | None, facts: UnitFacts, now: datetime) -> Unit:
    """A unit below `parent`; None makes a root. Raises Taken, Refused."""
    if parent is not None:
        _hold(parent)
    unit = Unit(**asdict(facts), parent_id=parent.id if parent else None, path="")
    with unique():
        db.session.add(unit)
        db.session.flush()
    unit.path = f"{parent.path if parent else '/'}{unit.id}/"
    db.session.flush()
    after = asdict(facts) | {"parent": _name(parent)}
    _note(unit, "create", now, after=after)
    record("unit.create", f"unit:{unit.id}", f"新建单位 {unit.name}", after=after)
    return unit


def update(unit: Unit, facts: UnitFacts, now: datetime) -> None:
    """Its order among its siblings is no history. Raises Taken, Refused."""
    _hold(unit)
    before, after = asdict(of(unit)), asdict(facts)
    changed = [name for name in after if before[name] != after[name]]
    if not changed:
        return
    with unique():
        for name in changed:
            setattr(unit, name, after[name])
        db.session.flush()
    if changed != ["position"]:
        told = [name for name in changed if name != "position"]
        was, then = ({name: facts[name] for name in told} for facts in (before, after))
        _note(unit, "update", now, before=was, after=then)
    record("unit.update", f"unit:{unit.id}", f"修改单位 {facts.name}", before=before, after=after)


def move(unit: Unit, parent: Unit, now: datetime) -> None:
    """The unit and everything below it stand below `parent` from now on. Raises Refused."""
    _hold(unit, parent)
    if parent.path.startswith(unit.path):
        raise Refused(_("不能移到自己或自己的下级之下。"))
    if unit.parent_id == parent.id:
        raise Refused(_("“%(name)s”现在的上级就是它。请另选一个上级。", name=unit.name))
    before, after = {"parent": _name(unit.parent)}, {"parent": parent.name}
    old, unit.parent_id = unit.path, parent.id
    db.session.flush()
    _rewrite(old, f"{parent.path}{unit.id}/")
    _note(unit, "move", now, before=before, after=after)
    summary = f"单位 {unit.name} 的上级改为 {parent.name}"
    record("unit.reparent", f"unit:{unit.id}", summary, before=before, after=after)


def merge(unit: Unit, target: Unit, now: datetime) -> None:
    """Its people, its units and whoever is lent to it belong to `target`; it is closed. Raises Refused.

    Grants on it end: nobody gains power over the target unasked.
    """
    _hold(unit, target)
    _hold_people(unit)
    _refuse_officers(unit, now)
    if target.path.startswith(unit.path):
        raise Refused(_("不能并入自己或自己的下级。请先把那个下级移出来。"))
    went = holdings(unit, now)
    _hand_over_units(unit, target, now)
    unit_records.record_merge(unit, target, now)
    db.session.execute(sa.update(Person).where(Person.unit_id == unit.id).values(unit_id=target.id))
    postings.carry_over(unit.id, target.id, clock.day(now), f"{unit.name}并入{target.name}")
    _close(unit, now, target)
    after = {"merged_into": target.name}
    _note(unit, "merge", now, after=after)
    _note(target, "absorb", now, after={"absorbed": unit.name})
    summary = f"单位 {unit.name} 并入 {target.name}"
    record("unit.merge", f"unit:{unit.id}", summary, before=asdict(went), after=after)


def close(unit: Unit, now: datetime) -> None:
    """Only an empty one: nobody active there, nobody lent to it, no open unit below. Raises Refused."""
    _hold(unit)
    _hold_people(unit)
    _refuse_officers(unit, now)
    if not holdings(unit, now).empty:
        raise Refused(_("单位里还有人员或下级单位，不能撤销。请先调走，或者改用“合并”。"))
    _close(unit, now)
    _note(unit, "close", now)
    record("unit.dissolve", f"unit:{unit.id}", f"撤销单位 {unit.name}")


def restore(unit: Unit, now: datetime) -> None:
    """A closed unit is open again, where it was; grants that ended stay so. Raises Refused."""
    _take_turns()
    db.session.refresh(unit)
    if unit.merged_into is not None:
        raise Refused(_("这个单位已经并入“%(name)s”，不能恢复。", name=unit.merged_into.name))
    if unit.closed_at is None:
        raise Refused(_("“%(name)s”没有撤销，不必恢复。", name=unit.name))
    parent = db.session.get(Unit, unit.parent_id, populate_existing=True) if unit.parent_id else None
    if parent is not None and parent.closed_at is not None:
        raise Refused(_("上级“%(name)s”已经撤销。请先恢复上级。", name=parent.name))
    unit.closed_at = None
    db.session.flush()
    _note(unit, "restore", now)
    record("unit.restore", f"unit:{unit.id}", f"恢复单位 {unit.name}")


@dataclass(frozen=True)
class Holdings:
    """What a unit itself holds: people by account, people lent to it, open units right below it, grants."""

    members: int
    inactive: int
    lent: int
    units: int
    grants: int

    @property
    def empty(self) -> bool:
        """Whoever has left stays where they were last; so do the records of a closed unit."""
        return not (self.members or self.lent or self.units)


def holdings(unit: Unit, now: datetime) -> Holdings:
    """In one statement."""
    home, lent = Person.unit_id == unit.id, (Posting.unit_id == unit.id, postings.lasts(clock.day(now)))
    counted = (
        _count(home, Person.active.is_(True)),
        _count(home, Person.active.is_(False)),
        _count(*lent, Posting.kind == PostingKind.SECONDMENT),
        _count(Unit.parent_id == unit.id, Unit.closed_at.is_(None)),
        _count(RoleGrant.unit_id == unit.id, live(now)),
    )
    return Holdings(*db.session.execute(sa.select(*counted)).one())


def _count(*conditions: sa.ColumnElement[bool]) -> sa.ScalarSelect[int]:
    return sa.select(sa.func.count()).where(*conditions).scalar_subquery()


def _take_turns() -> None:
    """Whoever changes the tree waits here."""
    roots = sa.select(Unit.id).where(Unit.parent_id.is_(None)).order_by(Unit.id)
    db.session.execute(roots.with_for_update(key_share=True))  # who is of a root may sign in meanwhile


def _hold(*units: Unit) -> None:
    """In turn, the units are read anew, and must still be open."""
    _take_turns()
    for unit in units:
        db.session.refresh(unit)
        if unit.closed_at is not None:
            raise Refused(_("“%(name)s”已经撤销，不能再改动。", name=unit.name))


def _hold_people(unit: Unit) -> None:
    """Nobody comes to the unit meanwhile, and whoever was about to is there: see `history.hold_open`."""
    db.session.execute(sa.select(Unit.id).where(Unit.id == unit.id).with_for_update(key_share=True))


def _refuse_officers(unit: Unit, now: datetime) -> None:
    """Its grants would end; held apart, the role of an officer ends by a security officer's hand alone."""
    held = sa.select(RoleGrant.id).where(RoleGrant.unit_id == unit.id, of_officers(), live(now))
    if db.session.scalar(held.limit(1)) is not None:
        raise Refused(_("三员之一的角色授在“%(name)s”。请先由安全管理员收回，再办理。", name=unit.name))


def _rewrite(old: str, new: str, *, below_only: bool = False) -> None:
    """Every path in the subtree of `old` begins with `new` instead. One statement for any number of units."""
    moved = sa.update(Unit).where(under(old))
    if below_only:
        moved = moved.where(Unit.path != old)
    path = sa.literal(new).concat(sa.func.substr(Unit.path, len(old) + 1))
    db.session.execute(moved.values(path=path), execution_options={"synchronize_session": False})
    db.session.expire_all()


def _hand_over_units(unit: Unit, target: Unit, now: datetime) -> None:
    """Closed ones, too: the tree stays whole. Only the open ones have a history that goes on."""
    path, before, after = unit.path, {"parent": unit.name}, {"parent": target.name}
    children = sa.select(Unit).where(Unit.parent_id == unit.id, Unit.closed_at.is_(None))
    for child in db.session.scalars(children).all():
        _note(child, "move", now, before=before, after=after)
    adopted = sa.update(Unit).where(Unit.parent_id == unit.id).values(parent_id=target.id)
    db.session.execute(adopted, execution_options={"synchronize_session": False})
    _rewrite(path, target.path, below_only=True)


def _close(unit: Unit, now: datetime, target: Unit | None = None) -> None:
    unit.closed_at, unit.merged_into_id = now, target.id if target else None
    unit_records.record_ended_grants(unit, now)
    db.session.execute(
        sa.update(RoleGrant).where(RoleGrant.unit_id == unit.id, live(now)).values(ends_at=now)
    )
    db.session.flush()


def _name(unit: Unit | None) -> str:
    return unit.name if unit else ""


def _note(unit: Unit, what: str, now: datetime, *, before: Any = None, after: Any = None) -> None:
    """A line of the unit's history; `unit_history` puts it in words."""
    texts = [None if facts is None else json.dumps(facts, ensure_ascii=False) for facts in (before, after)]
    change = UnitChange(unit_id=unit.id, at=now, what=what, before=texts[0], after=texts[1], by=actor())
    db.session.add(change)
