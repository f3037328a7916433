"""Who may do this here, and what may this person do: both with the grant that gives it."""

import re
from typing import Any

import pytest
from flask import Flask

from app.domain.access import Role
from tests import factories
from tests.people.school import county

OUTSIDE = "在您管理范围以外的单位，也有人"


def rows(page: Any) -> list[tuple[str, str, str]]:
    """Name, role and the unit of the grant, line by line."""
    lines = re.findall(r"<tr>\s*(<td.*?)</tr>", page.text, re.S)
    cells = [re.findall(r"<td[^>]*>(.*?)</td>", line, re.S) for line in lines]
    return [(cell[0], cell[2], cell[3]) for cell in cells]


def powers(page: Any) -> dict[str, str]:
    table = page.text.split("授权记录")[0]
    found = re.findall(r'<tr><td class="nowrap">([^<]+)</td><td>(.*?)</td></tr>', table)
    return {action: re.sub("<[^>]+>", "", places) for action, places in found}


def test_who_may_act_on_a_unit_and_by_which_grant(app: Flask, sign_in, time) -> None:
    c = county()
    zhao = factories.person("赵云", c.other)
    factories.grant(zhao, Role.LIAISON, c.town, granted_by="罗晓梅（admin）", reason="分工")
    factories.grant(factories.person("钱进", c.town), Role.LIAISON, c.town, ends_at=time.now)
    factories.grant(factories.person("李四", c.town, active=False), Role.LIAISON, c.town)
    factories.grant(factories.person("孙权", c.other), Role.LIAISON, c.other)
    page = sign_in(c.admin).get(f"/manage/roles/who?action=people_view&unit={c.branch.id}")
    assert rows(page) == [
        ("林正光", "教务管理员", "溪川镇党委"),
        ("赵云", "单位联络员", "溪川镇党委"),
        ("罗晓梅", "教务管理员", "青禾县"),
    ]
    assert "罗晓梅（admin）" in page.text and "分工" in page.text


def test_a_school_wide_act_asks_for_a_grant_at_the_top(app: Flask, sign_in) -> None:
    c = county()
    path = f"/manage/roles/who?action=bank_view&unit={c.branch.id}"
    page = sign_in(c.admin).get(path)
    assert rows(page) == [("罗晓梅", "教务管理员", "青禾县")] and "这项工作面向全校" in page.text
    assert OUTSIDE not in page.text


def test_grants_outside_ones_own_units_are_not_shown_only_that_there_are_some(
    app: Flask, sign_in, time
) -> None:
    c = county()
    zhao, qian = factories.person("赵云", c.branch), factories.person("钱进", c.branch)
    factories.grant(zhao, Role.LIAISON, c.branch)
    factories.grant(zhao, Role.INVIGILATOR, c.other, granted_by="罗晓梅（admin）", reason="秘密")
    factories.grant(qian, Role.LIAISON, c.other, ends_at=time.now)
    factories.grant(qian, Role.LEARNER, c.root)
    client = sign_in(c.town_admin)
    for action, seen in (
        ("people_view", [("赵云", "单位联络员", "云岭村党支部"), ("林正光", "教务管理员", "溪川镇党委")]),
        ("bank_view", []),
    ):
        page = client.get(f"/manage/roles/who?action={action}&unit={c.branch.id}")
        assert rows(page) == seen
        assert OUTSIDE in page.text and "罗晓梅" not in page.text and "没有人能办理" not in page.text
    page = client.get(f"/manage/roles/people/{zhao.id}")
    assert powers(page)["查看考试"] == "云岭村党支部及下属（单位联络员）" and "组织考试" not in powers(page)
    assert "还在您管理范围以外的单位担任角色" in page.text
    for hidden in ("石桥镇", "监考", "罗晓梅", "秘密"):
        assert hidden not in page.text
    page = client.get(f"/manage/roles/people/{qian.id}").text
    assert "没有管理权限" in page and "管理范围以外" not in page and "石桥镇" not in page


def test_held_apart_the_answer_follows(app: Flask, sign_in, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(app.config, "SEPARATE_ADMINS", True)
    c = county()
    officer = factories.person("曹鹏", c.root)
    factories.grant(officer, Role.SECURITY, c.root)
    client = sign_in(officer)
    assert rows(client.get("/manage/roles/who?action=role_grant")) == [("曹鹏", "安全管理员", "青禾县")]
    assert "没有人能办理" in client.get("/manage/roles/who?action=settings_edit").text


def test_without_a_question_the_page_says_how_to_ask(app: Flask, sign_in) -> None:
    c = county()
    client = sign_in(c.town_admin)
    for query in ("", "?action=", "?action=learn", "?action=nonsense", f"?unit={c.town.id}"):
        assert "请选择要查的事项" in client.get(f"/manage/roles/who{query}").text
    assert client.get(f"/manage/roles/who?action=people_view&unit={c.other.id}").status_code == 404


def test_what_a_person_may_do_where_and_why(app: Flask, sign_in, time) -> None:
    c = county()
    zhao = factories.person("赵云", c.branch)
    factories.grant(zhao, Role.LIAISON, c.town)
    factories.grant(zhao, Role.INVIGILATOR, c.other)
    factories.grant(zhao, Role.GRADER, c.root)
    factories.grant(zhao, Role.AUDITOR, c.root, ends_at=time.now)
    page = sign_in(c.admin).get(f"/manage/roles/people/{zhao.id}")
    assert powers(page) == {
        "查看人员和单位": "溪川镇党委及下属（单位联络员）",
        "管理人员": "溪川镇党委及下属（单位联络员）",
        "查看考试": "溪川镇党委及下属（单位联络员）石桥镇党委及下属（监考员）",
        "组织考试": "石桥镇党委及下属（监考员）",
        "阅卷": "全校（阅卷人）",
        "查看成绩": "溪川镇党委及下属（单位联络员）",
        "查看证书": "溪川镇党委及下属（单位联络员）",
    }
    assert "已到期" in page.text.split("授权记录")[1]


def test_a_learner_has_no_power_and_strangers_are_not_found(app: Flask, sign_in) -> None:
    c = county()
    zhao, sun = factories.person("赵云", c.branch), factories.person("孙权", c.other)
    client = sign_in(c.town_admin)
    assert "没有管理权限" in client.get(f"/manage/roles/people/{zhao.id}").text
    assert client.get(f"/manage/roles/people/{sun.id}").status_code == 404


@pytest.mark.parametrize("number", [1, 3, 30])
def test_both_take_the_same_queries_for_any_number_of_grants(app: Flask, sign_in, queries, number) -> None:
    c = county()
    zhao = factories.person("赵云", c.branch)
    for n in range(number):
        unit = factories.unit(f"第{n}支部", c.town)
        factories.grant(factories.person("钱进", unit), Role.LIAISON, c.town)
        factories.grant(zhao, Role.LIAISON, unit)
    client = sign_in(c.admin)
    who, what = f"/manage/roles/who?action=people_view&unit={c.town.id}", f"/manage/roles/people/{zhao.id}"
    for path, count in ((who, 6), (what, 4)):
        queries.statements.clear()
        assert client.get(path).status_code == 200
        assert len(queries) == count, queries.statements
