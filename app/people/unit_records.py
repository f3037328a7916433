"""What happens to people when their unit is merged or closed, in the audit log: an event for each of them."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import contains_eager

from app.audit.service import Act, record_each
from app.domain.access import Role
from app.domain.careers import PostingKind
from app.people import postings
from app.people.grants import live
from app.people.labels import ROLES
from app.people.models import Person, Posting, RoleGrant, Unit
from app.web import clock
from app.web.db import db


def record_merge(unit: Unit, target: Unit, now: datetime) -> None:
    """Before it: who goes along, and who is lent to the unit."""
    lent = sa.select(Posting.person_id).where(
        Posting.unit_id == unit.id, Posting.kind == PostingKind.SECONDMENT, postings.lasts(clock.day(now))
    )
    _record("person.transfer", Person.unit_id == unit.id, unit, target)
    _record("person.second", Person.id.in_(lent), unit, target)


def _record(action: str, of: sa.ColumnElement[bool], unit: Unit, target: Unit) -> None:
    people = db.session.execute(sa.select(Person.id, Person.name).where(of).order_by(Person.id)).all()
    before, after, why = {"unit": unit.name}, {"unit": target.name}, f"随 {unit.name} 并入 {target.name}"
    record_each(action, [Act(f"person:{id}", f"{name} {why}", before, after) for id, name in people])


def record_ended_grants(unit: Unit, now: datetime) -> None:
    """Before the unit is closed: the roles on it that end."""
    ended = sa.select(RoleGrant).join(RoleGrant.person).options(contains_eager(RoleGrant.person))
    grants = db.session.scalars(ended.where(RoleGrant.unit_id == unit.id, live(now)).order_by(RoleGrant.id))
    acts = []
    for grant in grants:
        text = f"{unit.name} 撤销，{grant.person.name} 的授权随之结束：{ROLES[Role(grant.role)]}"
        acts.append(Act(f"person:{grant.person_id}", text, {"role": grant.role, "unit": unit.name}))
    record_each("role.revoke", acts)
