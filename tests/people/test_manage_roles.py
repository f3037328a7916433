from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
from flask import Flask

from app.domain.access import Role
from app.people.models import RoleGrant
from app.web.db import db
from tests import factories
from tests.people.school import acts, county


def grants_of(person_id: int) -> list[tuple[str, int, datetime | None]]:
    rows = db.session.execute(
        sa.select(RoleGrant.role, RoleGrant.unit_id, RoleGrant.ends_at).where(
            RoleGrant.person_id == person_id
        )
    )
    return [(role, unit_id, ends_at) for role, unit_id, ends_at in rows]


def test_a_grant_holds_until_the_end_of_its_last_day(app: Flask, sign_in, time) -> None:
    c = county()
    zhao = factories.person("赵云", c.branch, username="zhao")
    data = {"username": "Zhao", "role": "liaison", "unit_id": c.branch.id, "until": "2026-11-24"}
    assert sign_in(c.admin).post("/manage/roles", data=data).status_code == 302
    end = datetime(2026, 11, 24, 16, 0, tzinfo=UTC)  # midnight in Beijing
    assert grants_of(zhao.id) == [("liaison", c.branch.id, end)]
    client = sign_in(zhao)
    time.now = end - timedelta(seconds=1)
    assert client.get("/manage/people").status_code == 200
    assert "至 2026-11-24" in sign_in(c.admin).get("/manage/roles").text
    time.now = end
    assert client.get("/manage/people").status_code == 403
    assert "已到期" in sign_in(c.admin).get("/manage/roles").text
    assert acts() == ["role.grant"]


def test_granting_again_moves_the_end(app: Flask, sign_in, time) -> None:
    c = county()
    zhao = factories.person("赵云", c.branch, username="zhao")
    data = {"username": "zhao", "role": "author", "unit_id": c.town.id}
    client = sign_in(c.admin)
    client.post("/manage/roles", data=data | {"until": "2026-12-31"})
    client.post("/manage/roles", data=data)
    assert grants_of(zhao.id) == [("author", c.town.id, None)]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"username": "admin"}, "不能给自己授权"),
        ({"username": "nobody"}, "没有这个用户名"),
        ({"until": "2026-11-22"}, "截止日期已过"),
        ({"until": "9999-12-31"}, "年份不对"),
        ({"role": "emperor"}, "有内容需要更正"),
        ({"role": "learner"}, "有内容需要更正"),
        ({"unit_id": 999}, "有内容需要更正"),
    ],
)
def test_refusals_say_why(app: Flask, sign_in, time, change, words: str) -> None:
    c = county()
    data = {"username": "lin", "role": "author", "unit_id": c.town.id} | change
    page = sign_in(c.admin).post("/manage/roles", data=data)
    assert words in page.text
    assert len(grants_of(c.town_admin.id)) == 1 and acts() == []


def test_granter_scope_bounds_people_units_and_revocation(app: Flask, sign_in) -> None:
    c = county()
    factories.person("孙权", c.other, username="sun")
    factories.person("赵云", c.branch, username="zhao")
    above = factories.grant(factories.person("唐敏", c.branch), Role.AUDITOR, c.root)
    client = sign_in(c.town_admin)
    assert (
        "没有这个用户名"
        in client.post("/manage/roles", data={"username": "sun", "role": "author", "unit_id": c.town.id}).text
    )
    assert (
        "有内容需要更正"
        in client.post("/manage/roles", data={"username": "zhao", "role": "admin", "unit_id": c.root.id}).text
    )
    assert client.post(f"/manage/roles/{above.id}/revoke").status_code == 404
    assert "唐敏" not in client.get("/manage/roles").text
    assert acts() == []


def test_revoking_ends_the_role_at_once(app: Flask, sign_in) -> None:
    c = county()
    grant = db.session.scalars(sa.select(RoleGrant).where(RoleGrant.person_id == c.town_admin.id)).one()
    theirs = sign_in(c.town_admin)
    assert theirs.get("/manage/people").status_code == 200
    assert sign_in(c.admin).post(f"/manage/roles/{grant.id}/revoke").status_code == 302
    assert theirs.get("/manage/people").status_code == 403
    assert acts() == ["role.revoke"]


def test_nobody_gives_up_their_own_role(app: Flask, sign_in) -> None:
    c = county()
    grant = db.session.scalars(sa.select(RoleGrant).where(RoleGrant.person_id == c.admin.id)).one()
    assert sign_in(c.admin).post(f"/manage/roles/{grant.id}/revoke").status_code == 409


@pytest.mark.parametrize("rows", [1, 3, 30])
def test_the_list_takes_the_same_queries_for_any_number_of_grants(app: Flask, sign_in, queries, rows) -> None:
    c = county()
    for _ in range(rows):
        unit = factories.unit("某支部", c.town)
        factories.grant(factories.person("赵云", factories.unit("某处", c.town)), Role.LIAISON, unit)
    client = sign_in(c.admin)
    queries.statements.clear()
    page = client.get("/manage/roles")
    assert len(queries) == 4
    assert '<th scope="row">审计员</th><td>查看审计记录</td>' in page.text
