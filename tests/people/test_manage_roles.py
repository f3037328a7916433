import re
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
from flask import Flask

from app.audit.models import AuditEvent
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


def test_granting_again_moves_the_end_and_says_by_whom_and_why(app: Flask, sign_in, time) -> None:
    c = county()
    zhao = factories.person("赵云", c.branch, username="zhao")
    data = {"username": "zhao", "role": "liaison", "unit_id": c.town.id}
    sign_in(c.admin).post("/manage/roles", data=data | {"until": "2026-12-31"})
    sign_in(c.town_admin).post("/manage/roles", data=data | {"reason": " 溪委〔2026〕3 号 "})
    assert grants_of(zhao.id) == [("liaison", c.town.id, None)]
    [made] = db.session.scalars(sa.select(RoleGrant).where(RoleGrant.person_id == zhao.id))
    assert (made.granted_by, made.reason) == ("林正光（lin）", "溪委〔2026〕3 号")
    page = sign_in(c.admin).get("/manage/roles").text
    assert "林正光（lin）" in page and "溪委〔2026〕3 号" in page
    first, second = db.session.scalars(sa.select(AuditEvent).order_by(AuditEvent.id))
    assert first.before is None and '"reason": ""' in (second.before or "")


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
        ({"role": "author"}, "命题人的工作面向全校，请授在最上级单位"),
        ({"role": "system"}, "系统管理员的工作面向全校，请授在最上级单位"),
    ],
)
def test_refusals_say_why(app: Flask, sign_in, time, change, words: str) -> None:
    c = county()
    data = {"username": "lin", "role": "liaison", "unit_id": c.town.id} | change
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
        in client.post(
            "/manage/roles", data={"username": "sun", "role": "liaison", "unit_id": c.town.id}
        ).text
    )
    assert (
        "有内容需要更正"
        in client.post("/manage/roles", data={"username": "zhao", "role": "admin", "unit_id": c.root.id}).text
    )
    assert client.post(f"/manage/roles/{above.id}/revoke").status_code == 404
    assert "唐敏" not in client.get("/manage/roles").text
    assert acts() == []


def test_granting_again_says_what_the_term_was_and_is(app: Flask, sign_in, time) -> None:
    c = county()
    factories.person("赵云", c.branch, username="zhao")
    data = {"username": "zhao", "role": "liaison", "unit_id": c.town.id, "until": "2026-12-31"}
    admin = sign_in(c.admin)
    page = admin.post("/manage/roles", data=data, follow_redirects=True).text
    assert "已授权：赵云，单位联络员，溪川镇党委，至 2026-12-31。" in page
    page = admin.post("/manage/roles", data={**data, "until": ""}, follow_redirects=True).text
    assert "期限原为“至 2026-12-31”，现为“长期”" in page


def test_revoking_ends_the_role_at_once(app: Flask, sign_in) -> None:
    c = county()
    grant = db.session.scalars(sa.select(RoleGrant).where(RoleGrant.person_id == c.town_admin.id)).one()
    theirs = sign_in(c.town_admin)
    assert theirs.get("/manage/people").status_code == 200
    admin, path = sign_in(c.admin), f"/manage/roles/{grant.id}/revoke"
    assert f'href="{path}"' in admin.get("/manage/roles").text and "收回这项授权" in admin.get(path).text
    assert theirs.get("/manage/people").status_code == 200, "it was only asked"
    page = admin.post(path, follow_redirects=True).text
    assert "已收回林正光在溪川镇党委的教务管理员授权" in page
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
    assert len(queries) == 6
    assert '<th scope="row">审计管理员</th><td>查看审计记录</td>' in page.text


def test_the_list_is_filtered_by_its_address(app: Flask, sign_in) -> None:
    c = county()
    zhao = factories.person("赵云", c.branch, username="zhao_1")
    factories.grant(zhao, Role.LIAISON, c.branch, ends_at=factories.CREATED)
    factories.grant(factories.person("孙权", c.other), Role.GRADER, c.other)
    client = sign_in(c.admin)
    shown = re.compile(r'<td><a href="/manage/roles/people/\d+">([^<]+)</a>')
    for query, names in (
        ("", ["罗晓梅", "林正光", "赵云", "孙权"]),
        ("q=ZHAO_", ["赵云"]),
        ("q=%25", []),
        ("role=grader", ["孙权"]),
        ("state=expired", ["赵云"]),
        ("state=live", ["罗晓梅", "林正光", "孙权"]),
        (f"unit={c.town.id}", ["林正光", "赵云"]),
    ):
        assert shown.findall(client.get(f"/manage/roles?{query}").text) == names, query
    assert "没有符合条件的授权" in client.get("/manage/roles?q=nobody").text


@pytest.fixture
def apart(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """三员分立."""
    monkeypatch.setitem(app.config, "SEPARATE_ADMINS", True)


def test_held_apart_the_admin_grants_and_sets_nothing(app: Flask, sign_in, apart) -> None:
    c = county()
    client = sign_in(c.admin)
    for path in ("/manage/roles", "/manage/roles/who", "/manage/settings"):
        assert client.get(path).status_code == 403
    assert "/manage/roles" not in client.get("/manage/people").text
    data = {"username": "lin", "role": "liaison", "unit_id": c.town.id}
    assert client.post("/manage/roles", data=data).status_code == 403 and acts() == []


def test_held_apart_nobody_gets_two_of_the_four(app: Flask, sign_in, apart, time) -> None:
    c = county()
    officer = factories.person("曹鹏", c.root, username="cao")
    factories.grant(officer, Role.SECURITY, c.root)
    old = factories.person("周瑜", c.root, username="zhou")
    factories.grant(old, Role.SYSTEM, c.root, ends_at=time.now)
    client = sign_in(officer)
    refused = client.post("/manage/roles", data={"username": "lin", "role": "auditor", "unit_id": c.root.id})
    assert "三员分立，林正光已是教务管理员，不能兼任审计管理员" in refused.text and acts() == []
    for role in ("grader", "admin"):
        data = {"username": "lin", "role": role, "unit_id": c.root.id}
        assert client.post("/manage/roles", data=data).status_code == 302
    ended = {"username": "zhou", "role": "auditor", "unit_id": c.root.id}
    assert client.post("/manage/roles", data=ended).status_code == 302
    again = {"username": "zhou", "role": "system", "unit_id": c.root.id}
    assert "周瑜已是审计管理员" in client.post("/manage/roles", data=again).text
    own = {"username": "cao", "role": "liaison", "unit_id": c.root.id}
    assert "不能给自己授权" in client.post("/manage/roles", data=own).text


def test_two_officers_at_once_do_not_make_one_of_both(app: Flask, sign_in, apart) -> None:
    c = county()
    zhao = factories.person("赵云", c.root, username="zhao")
    officer = factories.person("曹鹏", c.root)
    factories.grant(officer, Role.SECURITY, c.root)
    cookie = sign_in(officer).get_cookie("ganxun")
    barrier, root = threading.Barrier(2), c.root.id

    def send(role: str) -> int:
        client = app.test_client()
        client.set_cookie("ganxun", cookie.value)
        barrier.wait()
        data = {"username": "zhao", "role": role, "unit_id": root}
        return client.post("/manage/roles", data=data).status_code

    db.session.rollback()
    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(send, ["system", "auditor"]))
    assert sorted(answers) == [200, 302] and len(grants_of(zhao.id)) == 1
