"""What somebody may not do: said in words, recorded once, and nothing of it done."""

import json

import pytest
import sqlalchemy as sa
from flask import Flask
from structlog.testing import capture_logs

from app.audit.models import AuditEvent
from app.domain.access import Action, Role
from app.people import school
from app.people.models import Person, Unit
from app.web.db import db
from app.web.errors import Forbidden
from app.web.gate import requires
from tests import factories
from tests.people.school import County, county


@pytest.fixture
def place(app: Flask) -> County:
    return county()


def liaison(place: County) -> Person:
    person = factories.person("陆明", place.town, username="lu")
    factories.grant(person, Role.LIAISON, place.town)
    return person


def refusals() -> list[AuditEvent]:
    return list(db.session.scalars(sa.select(AuditEvent).where(AuditEvent.result == "refused")))


def test_an_act_that_is_not_allowed_is_recorded(place: County, sign_in) -> None:
    person = liaison(place)
    answer = sign_in(person).post("/manage/units/new", data={"name": "新单位"})
    assert answer.status_code == 403
    [event] = refusals()
    assert (event.actor_id, event.actor, event.action) == (person.id, "陆明（lu）", "access.refuse")
    assert (event.target, event.address) == ("access:unit_edit", "127.0.0.1")
    assert event.summary == "陆明：您没有“管理单位”的权限。"
    assert json.loads(event.after or "") == {"path": "/manage/units/new"}
    assert db.session.scalar(sa.select(Unit.id).where(Unit.name == "新单位")) is None


def test_refusals_do_not_fill_the_log(place: County, sign_in, time) -> None:
    client = sign_in(liaison(place))
    for _again in range(3):
        client.post("/manage/units/new")
        client.post(f"/manage/units/{place.town.id}/close")
    assert [event.target for event in refusals()] == ["access:unit_edit"]
    client.post("/manage/audit/chain")
    time.advance(minutes=11)
    client.post("/manage/units/new")
    assert [e.target for e in refusals()] == ["access:unit_edit", "access:audit_view", "access:unit_edit"]


def test_whose_account_is_beyond_the_caller_is_recorded_too(place: County, sign_in) -> None:
    factories.grant(place.town_admin, Role.INVIGILATOR, place.other)
    local = factories.person("季然", place.town)
    factories.grant(local, Role.ADMIN, place.town)
    client = sign_in(local)
    with capture_logs() as lines:
        answer = client.post(f"/manage/people/{place.town_admin.id}/password")
    assert [(line["event"], line["action"], line["person"]) for line in lines] == [
        ("forbidden", Action.SIGN_IN_EDIT, local.id)
    ]
    assert answer.status_code == 403 and "请由上级管理员办理" in answer.text
    [event] = refusals()
    assert event.target == "access:sign_in_edit" and event.summary.startswith("季然：林正光")


def test_a_page_that_is_only_looked_at_and_a_stranger_leave_nothing(place: County, sign_in) -> None:
    client = sign_in(liaison(place))
    assert client.get("/manage/audit/").status_code == 403
    client.post("/sign-out")
    assert client.post("/manage/units/new").status_code == 302
    assert refusals() == []


def test_what_was_written_before_the_refusal_is_dropped(
    place: County, app: Flask, sign_in, monkeypatch: pytest.MonkeyPatch
) -> None:
    @requires(Action.UNIT_EDIT)
    def changes_its_mind(unit_id: int) -> None:
        db.session.get_one(Unit, unit_id).name = "改了"
        db.session.flush()
        raise Forbidden("不行")

    monkeypatch.setitem(app.view_functions, "people_manage.unit_close", changes_its_mind)
    assert sign_in(place.admin).post(f"/manage/units/{place.town.id}/close").status_code == 403
    assert len(refusals()) == 1 and db.session.get_one(Unit, place.town.id).name == "溪川镇党委"


def test_the_page_says_what_whom_to_ask_and_where_to_go(place: County, sign_in) -> None:
    client = sign_in(liaison(place))
    page = client.get("/manage/audit/").text
    assert "您没有“查看审计记录”的权限。" in page and "请联系教务管理员" in page and "联系方式" not in page
    assert 'href="/"' in page and 'href="/manage/"' in page
    school.save(school.School(contact="党校教务科 0571-1234567"))
    db.session.commit()
    assert "联系方式：党校教务科 0571-1234567" in client.get("/manage/audit/").text
    learner = sign_in(factories.person()).get("/manage/people")
    assert "您没有“查看人员和单位”的权限。" in learner.text and "回到管理后台" not in learner.text
