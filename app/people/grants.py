"""Grants: a role on a unit and everything below it. Who holds which, who may do what, and why."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from flask_babel import gettext as _
from flask_login import current_user
from flask_sqlalchemy.pagination import Pagination
from sqlalchemy.orm import contains_eager, joinedload

from app.audit.service import actor, record
from app.domain import access
from app.domain.access import SCHOOL_WIDE, Action, Grant, Role
from app.people import codes
from app.people.history import Refused, hold_open
from app.people.labels import ROLES
from app.people.models import Person, RoleGrant, Unit
from app.people.queries import within
from app.web import clock, gate
from app.web.db import db, hold
from app.web.paging import paginate


def grant(
    person: Person, role: Role, unit: Unit, ends_at: datetime | None, now: datetime, reason: str = ""
) -> RoleGrant:
    """The grant until `ends_at`; one that exists already gets the new end and reason. Raises Refused.

    A first-access code from before is void: whoever was shown it would hold the role.
    """
    hold_open(unit.id)
    hold(person)  # two officers who grant to the same person take turns: each sees what the other gave
    _check(person, role, unit, now)
    made = db.session.scalar(sa.select(RoleGrant).filter_by(person_id=person.id, role=role, unit_id=unit.id))
    before = _facts(made) if made else None
    if made is None:
        made = RoleGrant(person_id=person.id, role=role, unit_id=unit.id, created_at=now)
        db.session.add(made)
    made.ends_at, made.reason, made.granted_by = ends_at, reason, actor()
    db.session.flush()
    if role is not Role.LEARNER and person.password_hash is None:
        codes.spend(person.id)
    until = f"，至 {clock.beijing(ends_at):%Y-%m-%d %H:%M}" if ends_at else ""
    summary = f"授权 {person.name}（{person.username}）：{unit.name} {ROLES[role]}{until}"
    record("role.grant", f"person:{person.id}", summary, before=before, after=_facts(made))
    return made


def _check(person: Person, role: Role, unit: Unit, now: datetime) -> None:
    if person.erased_at is not None:
        raise Refused("username", _("此人的个人信息已经注销，不能授权。"))
    if access.is_empty(role, unit.path):
        raise Refused("role", _("%(role)s的工作面向全校，请授在最上级单位。", role=ROLES[role]))
    other = access.excluded_by(roles_of(person.id, now), role, apart=gate.apart())
    if other is not None:
        raise Refused(
            "role",
            _(
                "本校实行三员分立，%(name)s已是%(other)s，不能兼任%(role)s。请先收回原有授权，或另选他人。",
                name=person.name, other=ROLES[other], role=ROLES[role],
            ),
        )  # fmt: skip


def _facts(made: RoleGrant) -> dict[str, Any]:
    return {
        "person_id": made.person_id, "role": made.role, "unit_id": made.unit_id,
        "ends_at": made.ends_at, "reason": made.reason,
    }  # fmt: skip


def revoke(found: RoleGrant) -> None:
    """The role ends at once; the audit log keeps that it was, once where two revoke it."""
    person, unit, before = found.person, found.unit, _facts(found)
    gone = sa.delete(RoleGrant).where(RoleGrant.id == found.id).returning(RoleGrant.id)
    if db.session.scalar(gone) is None:
        return
    summary = f"收回授权 {person.name}（{person.username}）：{unit.name} {ROLES[Role(found.role)]}"
    record("role.revoke", f"person:{person.id}", summary, before=before)


def live(now: datetime) -> sa.ColumnElement[bool]:
    return sa.or_(RoleGrant.ends_at.is_(None), RoleGrant.ends_at > now)


def of_officers() -> sa.ColumnElement[bool]:
    """The grant makes one of the three officers, who are held apart."""
    return RoleGrant.role.in_(access.OFFICERS if gate.apart() else ())


def serving_above(accounts: Iterable[str], now: datetime) -> sa.ColumnElement[bool]:
    """The grant puts its holder out of reach of those who manage the sign-ins of these subtrees, and are no
    security officers: `beyond_reset` for many at once."""
    outside = RoleGrant.unit_id.not_in(sa.select(Unit.id).where(within(accounts)).correlate(None))
    return sa.and_(RoleGrant.role != Role.LEARNER, live(now), sa.or_(outside, of_officers()))


def roles_of(person_id: int, now: datetime) -> list[Role]:
    """The roles that someone holds now, on whatever unit."""
    held = sa.select(RoleGrant.role).where(RoleGrant.person_id == person_id, live(now))
    return [Role(role) for role in db.session.scalars(held)]


def _loaded() -> sa.Select[RoleGrant]:
    """Grants with their unit, their person and the person's own unit."""
    return (
        sa.select(RoleGrant)
        .join(RoleGrant.unit)
        .join(RoleGrant.person)
        .options(contains_eager(RoleGrant.unit), contains_eager(RoleGrant.person).joinedload(Person.unit))
    )


@dataclass(frozen=True)
class GrantFilter:
    """What the list of grants is narrowed to; empty fields narrow nothing."""

    text: str = ""
    role: str = ""
    live: bool | None = None


def grants_page(wanted: GrantFilter, paths: Iterable[str], now: datetime, page: int) -> Pagination:
    """Grants on the units of the subtrees, expired ones too, by unit, role and person."""
    rows = _loaded().where(within(paths))
    if wanted.text:
        named = (Person.name, Person.username)
        rows = rows.where(sa.or_(*(part.icontains(wanted.text, autoescape=True) for part in named)))
    if wanted.role:
        rows = rows.where(RoleGrant.role == wanted.role)
    if wanted.live is not None:
        rows = rows.where(live(now) if wanted.live else ~live(now))
    return paginate(rows.order_by(Unit.path, RoleGrant.role, Person.name, RoleGrant.id), page)


def grant_in_scope(grant_id: int, paths: Iterable[str]) -> RoleGrant | None:
    return db.session.scalar(_loaded().where(RoleGrant.id == grant_id, within(paths)))


def holders_page(action: Action, unit: Unit, paths: Iterable[str], now: datetime, page: int) -> Pagination:
    """The grants on units of the subtrees by which somebody may do `action` on the unit now, the nearest
    unit first."""
    rows = _loaded().where(_gives(action, unit, now), within(paths))
    return paginate(rows.order_by(Unit.path.desc(), Person.name, RoleGrant.id), page)


def held_elsewhere(action: Action, unit: Unit, paths: Iterable[str], now: datetime) -> bool:
    """May somebody else do it there, by a grant on a unit outside the subtrees?"""
    rows = sa.select(RoleGrant.id).join(RoleGrant.unit).join(RoleGrant.person)
    return db.session.scalar(rows.where(_gives(action, unit, now), ~within(paths)).limit(1)) is not None


def _gives(action: Action, unit: Unit, now: datetime) -> sa.ColumnElement[bool]:
    above = [int(part) for part in unit.path.strip("/").split("/")]
    return sa.and_(
        Person.active,
        live(now),
        RoleGrant.role.in_(access.roles_with(action, gate.apart())),
        RoleGrant.unit_id.in_(above[:1] if action in SCHOOL_WIDE else above),
    )


def grants_of(person_id: int) -> Sequence[RoleGrant]:
    """All of a person's grants, the widest first."""
    return db.session.scalars(
        sa.select(RoleGrant)
        .join(RoleGrant.unit)
        .options(contains_eager(RoleGrant.unit), joinedload(RoleGrant.person))
        .where(RoleGrant.person_id == person_id)
        .order_by(Unit.path, RoleGrant.role)
    ).all()


def serves_outside(held: Iterable[RoleGrant], paths: Iterable[str], now: datetime) -> bool:
    """Does one of the grants give something on a unit that the subtrees do not cover?"""
    paths = tuple(paths)
    return any(_serves(one, now) and not access.covers(paths, one.unit.path) for one in held)


def beyond_reset(person: Person, held: Iterable[RoleGrant], now: datetime) -> str | None:
    """Why the caller may neither change the account of the person who holds these grants nor let them in
    anew; None: they may. Whoever could would hold the person's roles."""
    if person.erased_at is not None:
        return str(_("%(name)s的个人信息已经注销，不能再登录。", name=person.name))
    held = [one for one in held if _serves(one, now)]
    accounts = gate.scope(Action.SIGN_IN_EDIT)
    if held and not accounts:
        return str(_("%(name)s担任管理角色，请由管理员办理。", name=person.name))
    if serves_outside(held, accounts, now):
        return str(_("%(name)s还在您管理范围以外的单位担任角色，请由上级管理员办理。", name=person.name))
    caller = {one.role for one in current_user.grants if one.holds(now)}
    if not access.may_reset(caller, {Role(one.role) for one in held}, apart=gate.apart()):
        return str(_("%(name)s是三员之一，其登录由安全管理员重置。", name=person.name))
    return None


def _serves(one: RoleGrant, now: datetime) -> bool:
    """A learner's grant gives nothing."""
    return one.role != Role.LEARNER and _holds(one, now)


def _holds(one: RoleGrant, now: datetime) -> bool:
    return one.ends_at is None or now < one.ends_at


@dataclass(frozen=True)
class Power:
    """An action that a person may do, and the grants that give it, each on its unit."""

    action: Action
    grants: tuple[RoleGrant, ...]


def powers(held: Iterable[RoleGrant], now: datetime) -> list[Power]:
    """What the grants allow now, in the order of the actions."""
    given = [
        (one, access.allowed_on(Role(one.role), one.unit.path, gate.apart()))
        for one in held
        if _holds(one, now)
    ]
    found = [Power(action, tuple(one for one, allowed in given if action in allowed)) for action in Action]
    return [power for power in found if power.grants and power.action is not Action.MANAGE]


def held_by(person_id: int) -> list[Grant]:
    """What a person holds whose account is in use, for work that goes on without them."""
    rows = db.session.execute(
        sa.select(RoleGrant.role, Unit.path, RoleGrant.ends_at)
        .join(Unit, Unit.id == RoleGrant.unit_id)
        .join(Person, Person.id == RoleGrant.person_id)
        .where(RoleGrant.person_id == person_id, Person.active)
    )
    return [Grant(Role(role), path, ends) for role, path, ends in rows]
