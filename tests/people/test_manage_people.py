import json
import re
from datetime import date
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from app.audit.models import AuditEvent
from app.people import service
from app.people.facts import PersonFacts
from app.web import clock
from app.web.db import db
from app.web.sheets import read_sheet
from tests import factories
from tests.people.school import acts, county


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
    factories.person("赵云", c.branch, username="zhao_1", rank="一级科员", political="01")
    factories.person("赵四", c.town, active=False, rank="老职级", political="02")
    factories.person("赵奢", c.town, active=False, left_on=date(2026, 1, 31), left_reason="retired")
    factories.person("孙权", c.other, political="13")
    client = sign_in(c.admin)
    found = lambda query: names(client.get(f"/manage/people?{query}"))  # noqa: E731
    assert found("q=赵") == ["赵四", "赵云"]
    assert found("q=ZHAO_") == ["赵云"]
    assert found("q=%25") == []
    assert found(f"unit={c.branch.id}") == ["赵云"]
    assert found(f"unit={c.town.id}&state=active") == ["林正光", "赵云"]
    assert found("state=inactive") == ["赵四"]
    assert found("state=left") == ["赵奢"]
    assert found("state=all&q=赵") == ["赵四", "赵奢", "赵云"]
    assert found("rank=一级科员") == ["赵云"]
    assert found("rank=老职级") == ["赵四"]
    assert found("political=party") == ["赵四", "赵云"]
    assert found("political=13") == ["孙权"]
    assert "已离开的人员也一起查" in client.get("/manage/people?q=nobody").text
    # A unit that is none of the caller's is not there, and numbers that no engine holds break nothing.
    huge = "9" * 30
    assert sign_in(c.town_admin).get(f"/manage/people?unit={c.other.id}").status_code == 404
    assert client.get(f"/manage/people?page={huge}").status_code == 200


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


def test_the_export_is_the_list_masked_and_written_down(app: Flask, sign_in) -> None:
    c = county()
    number = "11010519491231002X"
    facts = PersonFacts("赵云", "zhao", c.branch.id, post="书记", rank="一级科员", political="01",
                        id_number=number, phone="13800000001", staff_no="qh1")  # fmt: skip
    service.create_person(facts, clock.now())
    db.session.commit()
    factories.person("孙权", c.other)
    client = sign_in(c.town_admin)
    assert client.get("/manage/people/people.xlsx").status_code == 405
    answer = client.post("/manage/people/people.xlsx?q=zhaoyun")
    sheet = [[cell.text for cell in row] for row in read_sheet(answer.data, limit=10)]
    assert sheet[0][:4] == ["姓名", "性别", "身份证号", "手机号"]
    assert sheet[1:] == [
        ["赵云", "女", "110105**********2X", "138****0001", "qh1", "zhao", "云岭村党支部", "xc-01", "书记",
         "一级科员", "中共党员", "", "启用", "", ""],
    ]  # fmt: skip
    client.post(f"/manage/people/people.xlsx?q={number}&unit={c.branch.id}")
    kept = db.session.execute(sa.select(AuditEvent.target, AuditEvent.after).order_by(AuditEvent.id)).all()
    assert [(target, json.loads(after)) for target, after in kept[1:]] == [
        ("school:1", {"count": 1, "text": "zhaoyun"}),
        (f"unit:{c.branch.id}", {"count": 1, "text": "110105**********2X"}),
    ]


def test_an_export_of_another_unit_is_nowhere(app: Flask, sign_in) -> None:
    c = county()
    assert sign_in(c.town_admin).post(f"/manage/people/people.xlsx?unit={c.other.id}").status_code == 404
    assert acts() == []
