import re
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from app.domain.access import Role
from app.people.models import AccessCode, Person, SignInSession
from app.web.db import db
from tests import factories
from tests.people.school import acts, county


def filled(unit_id: int, **more: Any) -> dict[str, Any]:
    base = {"name": "王　芳", "username": " WangFang ", "unit_id": unit_id, "political": "", "active": "y"}
    return {**base, **more}


def code_on(page: Any) -> str:
    found = re.search(r"<code>([0-9A-Z]{4}-[0-9A-Z]{4})</code>", page.text)
    assert found is not None
    return found.group(1)


def names(page: Any) -> list[str]:
    return re.findall(
        r'<td class="nowrap">(?:<a [^>]*>)?([^<]+)(?:</a>)?</td>\s*<td data[^>]*>[^<]*</td>\s*<td data',
        page.text,
    )


def test_the_list_shows_the_callers_subtree_only(app: Flask, sign_in) -> None:
    c = county()
    factories.person("赵云", c.branch)
    factories.person("孙权", c.other)
    assert names(sign_in(c.admin).get("/manage/people")) == ["罗晓梅", "林正光", "赵云", "孙权"]
    assert names(sign_in(c.town_admin).get("/manage/people")) == ["林正光", "赵云"]


def test_filters_live_in_the_url_and_stay_in_scope(app: Flask, sign_in) -> None:
    c = county()
    factories.person("赵云", c.branch, username="zhao_1")
    factories.person("赵四", c.town, active=False)
    factories.person("孙权", c.other)
    client = sign_in(c.admin)
    assert names(client.get("/manage/people?q=赵")) == ["赵四", "赵云"]
    assert names(client.get("/manage/people?q=ZHAO_")) == ["赵云"]
    assert names(client.get("/manage/people?q=%25")) == []
    assert names(client.get(f"/manage/people?unit={c.branch.id}")) == ["赵云"]
    assert names(client.get(f"/manage/people?unit={c.town.id}&active=1")) == ["林正光", "赵云"]
    assert names(client.get("/manage/people?active=0")) == ["赵四"]
    assert "没有符合条件的人员" in client.get("/manage/people?q=nobody").text
    assert sign_in(c.town_admin).get(f"/manage/people?unit={c.other.id}").status_code == 404
    # Numbers no engine holds narrow nothing and break nothing.
    huge = "9" * 30
    assert client.get(f"/manage/people?unit={huge}&page={huge}").status_code == 200


@pytest.mark.parametrize("rows", [1, 3, 30])
def test_the_list_takes_the_same_queries_for_any_number_of_people(app: Flask, sign_in, queries, rows) -> None:
    c = county()
    for _ in range(rows):
        factories.person("赵云", factories.unit("某支部", c.town))
    client = sign_in(c.admin)
    queries.statements.clear()
    assert client.get("/manage/people").status_code == 200
    assert len(queries) == 5


def test_fifty_on_a_page(app: Flask, sign_in) -> None:
    c = county()
    for number in range(60):
        factories.person(f"甲{number:02}", c.other)
    client = sign_in(c.admin)
    first, second = client.get("/manage/people"), client.get("/manage/people?page=2")
    assert (len(names(first)), len(names(second))) == (50, 12)
    assert "第 1 / 2 页，共 62 条" in first.text


def test_a_new_person_signs_in_with_the_code_shown_once(app: Flask, sign_in, client) -> None:
    c = county()
    page = sign_in(c.admin).post("/manage/people/new", data=filled(c.branch.id))
    code = code_on(page)
    assert page.headers["Cache-Control"] == "no-store"
    made = db.session.scalars(sa.select(Person).where(Person.username == "wangfang")).one()
    assert (made.name, made.unit_id, made.password_hash) == ("王芳", c.branch.id, None)
    entered = client.post("/sign-in", data={"username": "wangfang", "password": code})
    assert entered.location == "/sign-in/password"
    chosen = {"new": "my own long word", "again": "my own long word"}
    assert client.post("/sign-in/password", data=chosen).location == "/"
    assert made.password_set_at is not None and db.session.get(AccessCode, made.id) is None
    client.post("/sign-out")
    assert client.post("/sign-in", data={"username": "wangfang", "password": code}).status_code == 200
    assert acts() == ["person.create", "password.change"]


def test_a_taken_username_is_refused_at_the_field(app: Flask, sign_in) -> None:
    c = county()
    page = sign_in(c.admin).post("/manage/people/new", data=filled(c.branch.id, username="LIN"))
    assert "这个用户名已有人使用" in page.text
    assert acts() == [] and db.session.scalar(sa.select(sa.func.count()).select_from(Person)) == 2


@pytest.mark.parametrize(
    "change", [{"name": "  "}, {"username": "a b"}, {"username": ""}, {"name": "长" * 51}]
)
def test_bad_input_creates_nobody(app: Flask, sign_in, change) -> None:
    c = county()
    page = sign_in(c.admin).post("/manage/people/new", data=filled(c.branch.id, **change))
    assert "有内容需要更正" in page.text
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Person)) == 2


def test_editing_keeps_what_was_and_what_is(app: Flask, sign_in) -> None:
    c = county()
    zhao = factories.person("赵云", c.branch, username="zhao")
    answer = sign_in(c.admin).post(
        f"/manage/people/{zhao.id}",
        data=filled(c.other.id, name="赵子龙", username="zhao", post="书记", rank="一级科员", political="01"),
    )
    assert answer.status_code == 302
    kept = (zhao.name, zhao.unit_id, zhao.post, zhao.rank, zhao.political, zhao.active)
    assert kept == ("赵子龙", c.other.id, "书记", "一级科员", "01", True)
    assert acts() == ["person.update"]


def test_a_unit_outside_the_callers_cannot_be_chosen(app: Flask, sign_in) -> None:
    c = county()
    client = sign_in(c.town_admin)
    assert "有内容需要更正" in client.post("/manage/people/new", data=filled(c.other.id)).text
    assert client.post("/manage/people/new", data=filled(c.branch.id)).status_code == 200
    assert acts() == ["person.create"]


def test_strangers_are_not_found_and_superiors_not_touched(app: Flask, sign_in) -> None:
    c = county()
    stranger = factories.person("孙权", c.other)
    superior = factories.person("曹鹏", c.branch)
    factories.grant(superior, Role.AUDITOR, c.root)
    client = sign_in(c.town_admin)
    for path in (f"/manage/people/{stranger.id}", f"/manage/people/{stranger.id}/password"):
        assert client.post(path, data=filled(c.town.id)).status_code == 404
    for path in (f"/manage/people/{superior.id}", f"/manage/people/{superior.id}/password"):
        assert client.post(path, data=filled(c.town.id)).status_code == 403
    assert acts() == []


def test_deactivation_and_reset_sign_the_person_out(app: Flask, sign_in) -> None:
    c = county()
    zhao, qian = factories.person("赵云", c.branch, username="zhao"), factories.person("钱进", c.branch)
    theirs, his = sign_in(zhao), sign_in(qian)
    admin = sign_in(c.admin)
    admin.post(f"/manage/people/{zhao.id}", data=filled(c.branch.id, name="赵云", username="zhao", active=""))
    assert theirs.get("/").status_code == 302 and not zhao.active
    code = code_on(admin.post(f"/manage/people/{qian.id}/password"))
    assert his.get("/").status_code == 302 and qian.password_hash is None
    entered = his.post("/sign-in", data={"username": qian.username, "password": code})
    assert entered.location == "/sign-in/password"
    open_sessions = (
        sa.select(sa.func.count()).select_from(SignInSession).where(SignInSession.revoked_at.is_(None))
    )
    assert db.session.scalar(open_sessions) == 1
    assert acts() == ["person.update", "person.reset"]


def test_nobody_locks_themselves_out(app: Flask, sign_in) -> None:
    c = county()
    client = sign_in(c.admin)
    page = client.post(f"/manage/people/{c.admin.id}", data=filled(c.root.id, username="admin", active=""))
    assert "不能停用自己的账号" in page.text and c.admin.active
    assert client.post(f"/manage/people/{c.admin.id}/password").status_code == 409


def test_a_liaison_reads_and_changes_nothing(app: Flask, sign_in) -> None:
    c = county()
    liaison = factories.person("唐敏", c.town)
    factories.grant(liaison, Role.LIAISON, c.town)
    client = sign_in(liaison)
    page = client.get("/manage/people")
    assert names(page) == ["唐敏", "林正光"] and "新建人员" not in page.text
    assert client.get("/manage/units").status_code == 200
    for path in (
        "/manage/people/new",
        f"/manage/people/{liaison.id}",
        "/manage/units/new",
        "/manage/people/import",
    ):
        assert client.get(path).status_code == 403
