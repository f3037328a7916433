"""三员分立: what the school's administrator, and one officer, cannot do to an officer."""

from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from app.domain.access import OFFICERS, Role
from app.people.models import AccessCode, Person, Posting, RoleGrant, Unit
from app.web.db import db
from tests import factories
from tests.people.school import County, acts, county


def acts_on(person: Person, c: County) -> dict[str, dict[str, Any]]:
    """Everything that the back office can do to a person, by address."""
    edited = {"name": "改了名", "username": "renamed", "unit_id": c.other.id, "political": "", "active": ""}
    placed = {"unit_id": c.other.id, "post": "书记", "since": "2026-11-20"}
    return {
        "edit": edited, "deactivate": {}, "activate": {}, "transfer": placed, "transfer/undo": {},
        "secondment": placed, "rank": {"rank": "一级科员", "since": "2026-11-20"},
        "leave": {"day": "2026-11-20", "reason": "retired"}, "return": placed,
        "erase": {"reason": "本人申请", "name": person.name}, "numbers": {},
        "password": {}, "sign-out": {}, "second-factor/remove": {},
    }  # fmt: skip


SIGN_IN = {"password", "sign-out", "second-factor/remove"}


@pytest.fixture
def c(app: Flask, monkeypatch: pytest.MonkeyPatch) -> County:
    monkeypatch.setitem(app.config, "SEPARATE_ADMINS", True)
    return county()


def officer(c: County, role: Role, unit: Unit | None = None) -> Person:
    person = factories.person(f"三员{role}", c.town, username=f"officer-{role}", password="old lake otter")
    factories.grant(person, role, unit or c.root)
    return person


def state(person: Person) -> list[Any]:
    db.session.expire_all()
    columns = [getattr(person, column.key) for column in sa.inspect(Person).column_attrs]
    others = (Posting, RoleGrant, AccessCode)
    return columns + [
        db.session.scalar(sa.select(sa.func.count()).where(one.person_id == person.id)) for one in others
    ]


@pytest.mark.parametrize("role", OFFICERS)
@pytest.mark.parametrize("caller", [Role.ADMIN, *OFFICERS])
def test_an_officer_is_out_of_reach_of_the_administrator_and_the_other_officers(
    c: County, sign_in, caller: Role, role: Role
) -> None:
    target = officer(c, role)
    who = c.admin if caller is Role.ADMIN else factories.person("另一人", c.root, username="other")
    if caller is not Role.ADMIN:
        factories.grant(who, caller, c.root)
    client, before = sign_in(who), state(target)
    for verb, data in acts_on(target, c).items():
        if caller is Role.SECURITY and verb in SIGN_IN:
            continue
        answer = client.post(f"/manage/people/{target.id}/{verb}", data=data)
        assert answer.status_code == 403, (verb, answer.status_code)
    assert state(target) == before and not set(acts()) & {"person.update", "person.reset", "session.revoke"}
    if caller is Role.SECURITY:  # the sign-in of officers is theirs to keep
        assert client.post(f"/manage/people/{target.id}/password").status_code == 200
    else:
        grant = db.session.scalars(sa.select(RoleGrant.id).where(RoleGrant.person_id == target.id)).one()
        assert client.post(f"/manage/roles/{grant}/revoke").status_code == 403


def test_the_administrator_can_do_all_this_to_others(c: County, sign_in) -> None:
    """So that the refusals above are those of the officer's role."""
    zhao = factories.person("赵云", c.town)
    client = sign_in(c.admin)
    for verb in ("transfer", "deactivate", "activate", "password", "leave"):
        answer = client.post(f"/manage/people/{zhao.id}/{verb}", data=acts_on(zhao, c)[verb])
        assert answer.status_code in {200, 302}, verb
    assert acts() == [
        "person.transfer", "person.deactivate", "person.activate", "person.reset", "person.leave",
    ]  # fmt: skip


def test_a_security_officer_of_a_town_resets_none_of_the_school(c: County, sign_in) -> None:
    target = officer(c, Role.AUDITOR)
    town = factories.person("镇安全员", c.town, username="town-security")
    factories.grant(town, Role.SECURITY, c.town)
    before = state(target)
    for verb in SIGN_IN:
        assert sign_in(town).post(f"/manage/people/{target.id}/{verb}").status_code == 403
    assert state(target) == before


@pytest.mark.parametrize("verb", ["merge", "close"])
def test_an_officers_role_does_not_end_with_a_unit(c: County, sign_in, verb: str) -> None:
    holder = factories.person("镇安全员", c.town)
    grant = factories.grant(holder, Role.SECURITY, c.other)
    client, data = sign_in(c.admin), {"target_id": c.town.id, "sure": "y"}
    assert "请先由安全管理员收回" in client.post(f"/manage/units/{c.other.id}/{verb}", data=data).text
    db.session.expire_all()
    assert (c.other.closed_at, grant.ends_at) == (None, None) and acts() == []
    db.session.delete(grant)
    db.session.commit()
    assert client.post(f"/manage/units/{c.other.id}/{verb}", data=data).status_code == 302
