"""Two at the same person: the later one sees what the first one did, before anything is decided."""

import re
from datetime import date
from typing import Any

import sqlalchemy as sa
from flask import Flask

from app.domain.access import Role
from app.people import codes, grants, history, second_factor, service, units
from app.people.facts import PersonFacts
from app.people.history import Place
from app.people.models import AccessCode, Person
from app.web import clock, pdf
from app.web.db import db, hold, to_micros
from tests import factories
from tests.people.forms import filled
from tests.people.school import County, acts, county, meanwhile

TODAY = date(2026, 11, 23)


def newcomer(c: County) -> Person:
    said = PersonFacts("赵云", "zhao", c.branch.id)
    person, _code = service.create_person(said, clock.now(), service.Dates(date(2020, 1, 1)))
    db.session.commit()
    return person


def liaison(c: County) -> Person:
    made = factories.person("何联络", c.town, username="he")
    factories.grant(made, Role.LIAISON, c.town)
    return made


def post_while(app: Flask, client: Any, where: str, sent: dict[str, Any]) -> Any:
    """The request comes while this transaction holds what it needs; the answer."""
    answers: list[Any] = []
    with meanwhile(app, lambda: answers.append(client.post(where, data=sent))):
        db.session.commit()
    db.session.expire_all()
    return answers[0]


def test_an_edit_from_before_a_transfer_is_refused(app: Flask, sign_in, time) -> None:
    c = county()
    zhao, client = newcomer(c), sign_in(c.admin)
    where = f"/manage/people/{zhao.id}/edit"
    shown = re.search(r'name="shown"[^>]*value="(\w+)"', client.get(where).text)
    assert shown is not None
    sent = filled(c.branch.id, name="赵子龙", username="zhao", since="2020-01-01", shown=shown[1])
    history.transfer(zhao, Place(c.other, "书记"), TODAY, clock.now())
    answer = post_while(app, client, where, sent)
    assert "您打开这一页以后，内容已有改动" in answer.text
    assert (zhao.name, zhao.unit_id, zhao.post) == ("赵云", c.other.id, "书记")


def test_an_edit_does_not_let_in_who_was_deactivated(app: Flask, sign_in, time) -> None:
    c = county()
    zhao, client = newcomer(c), sign_in(c.admin)
    sent = filled(c.branch.id, name="赵子龙", username="zhao", since="2020-01-01")
    history.set_active(zhao, False, clock.now())
    assert post_while(app, client, f"/manage/people/{zhao.id}/edit", sent).status_code == 302
    assert (zhao.name, zhao.active) == ("赵子龙", False)


def test_nobody_pulls_back_who_was_moved_out_of_their_units(app: Flask, sign_in, time) -> None:
    c = county()
    zhao, client = newcomer(c), sign_in(liaison(c))
    sent = {"unit_id": str(c.town.id), "post": "", "since": str(TODAY), "note": ""}
    history.transfer(zhao, Place(c.other), TODAY, clock.now())
    assert post_while(app, client, f"/manage/people/{zhao.id}/transfer", sent).status_code == 404
    assert zhao.unit_id == c.other.id


def test_nobody_changes_or_lets_in_who_was_just_given_a_role_above(app: Flask, sign_in, time) -> None:
    c = county()
    zhao, client = newcomer(c), sign_in(c.town_admin)
    grants.grant(zhao, Role.ADMIN, c.root, None, clock.now())
    assert post_while(app, client, f"/manage/people/{zhao.id}/password", {}).status_code == 403
    assert acts() == ["person.create", "role.grant"]


def codes_held() -> int | None:
    return db.session.scalar(sa.select(sa.func.count()).select_from(AccessCode))


def test_a_code_from_before_a_grant_lets_nobody_in(app: Flask, sign_in, client, time) -> None:
    c = county()
    page = sign_in(liaison(c)).post("/manage/people/new", data=filled(c.branch.id))
    code = re.search(r"<code>([0-9A-Z]{4}-[0-9A-Z]{4})</code>", page.text)
    assert code is not None and codes_held() == 1
    sent = {"username": "wangfang", "role": "admin", "unit_id": c.root.id}
    told = sign_in(c.admin).post("/manage/roles", data=sent, follow_redirects=True)
    assert "王芳还没有设置密码。授权之前发的登录码已经作废" in told.text
    entered = client.post("/sign-in", data={"username": "wangfang", "password": code[1]})
    assert entered.status_code == 200 and codes_held() == 0


def test_whoever_has_a_password_is_told_nothing_of_codes(app: Flask, sign_in, time) -> None:
    c = county()
    factories.person("赵云", c.branch, "otter plum kite", username="zhao")
    sent = {"username": "zhao", "role": "admin", "unit_id": c.root.id}
    assert "登录码" not in sign_in(c.admin).post("/manage/roles", data=sent, follow_redirects=True).text


def test_a_slip_printed_while_a_role_is_granted_lets_nobody_in(
    app: Flask, sign_in, time, monkeypatch
) -> None:
    c = county()
    zhao, lin = factories.person("赵云", c.branch), liaison(c)
    factories.person("李四", c.branch)

    def printing(html: str, stylesheet: str) -> bytes:
        grants.grant(zhao, Role.ADMIN, c.root, None, time.now)
        db.session.commit()
        return b"%PDF"

    monkeypatch.setattr(pdf, "render", printing)
    client, where = sign_in(lin), f"/manage/units/{c.branch.id}/slips"
    opened = str(to_micros(time.now))
    time.advance(seconds=1)
    assert client.post(where, data={"opened": opened}).status_code == 200
    assert db.session.get(AccessCode, zhao.id) is None and codes_held() == 1


def test_a_reset_stands_against_a_password_sent_in_the_same_moment(app: Flask, client, time) -> None:
    c = county()
    zhao = newcomer(c)
    old = codes.issue([zhao.id], clock.now())[zhao.id]
    db.session.commit()
    assert client.post("/sign-in", data={"username": "zhao", "password": old}).status_code == 302
    new = service.reset_password(zhao, clock.now())
    answer = post_while(
        app, client, "/sign-in/password", {"new": "otter plum kite", "again": "otter plum kite"}
    )
    assert answer.location == "/sign-in"
    assert zhao.password_hash is None and codes.opens(zhao.id, new, clock.now())


def test_a_reset_stands_against_a_change_of_the_old_password(app: Flask, sign_in, time) -> None:
    c = county()
    zhao = factories.person("赵云", c.branch, "otter plum kite")
    client = sign_in(zhao)
    new = service.reset_password(zhao, clock.now())
    sent = {"current": "otter plum kite", "new": "seven blue doors", "again": "seven blue doors"}
    answer = post_while(app, client, "/password", sent)
    assert answer.status_code in (200, 302) and zhao.password_hash is None
    assert codes.opens(zhao.id, new, clock.now())


def test_nobody_gets_a_role_on_a_unit_closed_in_the_same_moment(app: Flask, sign_in, time) -> None:
    c = county()
    lin, client = liaison(c), sign_in(c.admin)
    units.close(c.other, clock.now())
    sent = {"username": "he", "role": "liaison", "unit_id": c.other.id}
    answer = post_while(app, client, "/manage/roles", sent)
    assert answer.status_code == 200 and "有内容需要更正" in answer.text
    assert [grant.unit_id for grant in grants.grants_of(lin.id)] == [c.town.id]


def test_nobody_erased_gets_a_role(app: Flask, sign_in, time) -> None:
    c = county()
    factories.person("已注销-9", c.branch, username="已注销-9", active=False, erased_at=time.now)
    sent = {"username": "已注销-9", "role": "liaison", "unit_id": c.town.id}
    answer = sign_in(c.admin).post("/manage/roles", data=sent)
    assert "此人的个人信息已经注销，不能授权" in answer.text and acts() == []


def test_revoking_twice_at_once_is_recorded_once(app: Flask, sign_in, time) -> None:
    c = county()
    client, made = sign_in(c.admin), grants.grants_of(liaison(c).id)[0]
    where = f"/manage/roles/{made.id}/revoke"
    grants.revoke(made)
    assert post_while(app, client, where, {}).status_code in (302, 404)
    assert acts() == ["role.revoke"]


def test_two_offers_of_a_second_factor_leave_one(app: Flask, sign_in, time) -> None:
    c = county()
    zhao = factories.person("赵云", c.branch, "otter plum kite")
    client = sign_in(zhao)
    hold(zhao)
    second_factor.offer(zhao.id)
    answer = post_while(app, client, "/me/second-factor/offer", {"current": "otter plum kite"})
    assert answer.status_code == 302 and second_factor.offered(zhao.id) is not None
