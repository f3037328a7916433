import json
import re
from datetime import date
from typing import Any
from urllib.parse import urlencode

import pytest
import sqlalchemy as sa
from flask import Flask

from app.audit.models import AuditEvent
from app.domain.access import Role
from app.people import service
from app.people.facts import PersonFacts
from app.people.models import Person
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
    client.post(f"/manage/people/people.xlsx?unit={c.branch.id}")
    kept = db.session.execute(sa.select(AuditEvent.target, AuditEvent.after).order_by(AuditEvent.id)).all()
    assert [(target, json.loads(after)) for target, after in kept[1:]] == [
        ("school:1", {"count": 1, "text": "zhaoyun"}), (f"unit:{c.branch.id}", {"count": 1}),
    ]  # fmt: skip


NUMBER, PHONE = "11010519491231002X", "13800000001"


def looked_for(client: Any, text: str, **more: str) -> Any:
    """The answer, which repeats no number, and the page that it leads to."""
    answer = client.post("/manage/people/find", data={"q": text, **more})
    page = client.get(answer.location)
    for number in (NUMBER, PHONE):
        assert number not in answer.location + answer.text + page.text
    return answer.location, page.text


def test_a_number_leads_to_its_person_and_stands_in_no_address(app: Flask, sign_in) -> None:
    c = county()
    for name, unit, number, phone in (("赵云", c.branch, NUMBER, PHONE), ("赵四", c.town, "", PHONE)):
        facts = PersonFacts(name, f"u{unit.id}", unit.id, id_number=number, phone=phone)
        service.create_person(facts, clock.now())
    db.session.commit()
    zhao = db.session.scalars(sa.select(Person).where(Person.name == "赵云")).one()
    client = sign_in(c.town_admin)
    assert 'method="post" action="/manage/people/find"' in client.get("/manage/people").text
    location, page = looked_for(client, "110105 19491231 002x", state="left")
    assert location == f"/manage/people/{zhao.id}" and "赵云" in page
    location, page = looked_for(client, PHONE)
    assert location == "/manage/people" and "这个号码属于 2 人：" in page
    assert f"赵云（u{c.branch.id}）" in page
    kept = db.session.execute(sa.select(AuditEvent.target, AuditEvent.after).order_by(AuditEvent.id)).all()
    said = [(target, json.loads(after)["sought"]) for target, after in kept[2:]]
    assert said[0] == (f"person:{zhao.id}", "110105**********2X")
    assert [number for _, number in said[1:]] == ["138****0001"] * 2
    assert acts()[2:] == ["person.find"] * 3
    assert len(acts()) == 5
    for text in (f"{NUMBER[:-1]}1", "138000000010"):
        assert "没有人用这个号码" in looked_for(client, text)[1]
    outside = factories.person("孙权", c.other)
    factories.grant(outside, Role.LIAISON, c.other)
    assert "没有人用这个号码" in looked_for(sign_in(outside), NUMBER)[1]
    assert len(acts()) == 5


def test_a_name_goes_on_to_the_list_by_its_address(app: Flask, sign_in) -> None:
    c = county()
    factories.person("赵云", c.branch)
    client = sign_in(c.admin)
    location, page = looked_for(client, " 赵 ", unit_text="xc-01", rank="", state="all")
    assert location == f"/manage/people?{urlencode({'q': '赵', 'unit_text': 'xc-01', 'state': 'all'})}"
    assert client.get(client.get(location).location).status_code == 200
    assert names(client.get(f"/manage/people?q=赵&unit={c.branch.id}&state=all")) == ["赵云"]
    assert looked_for(client, "")[0] == "/manage/people" and acts() == []
    assert PHONE not in looked_for(client, f"张三 {PHONE}", unit_text=PHONE)[0]
    assert PHONE not in looked_for(client, "张三", unit_text=PHONE)[0]


def test_a_number_in_a_filter_is_masked_in_the_record(app: Flask, sign_in) -> None:
    c = county()
    sign_in(c.admin).post(f"/manage/people/people.xlsx?rank={PHONE}")
    after = db.session.scalars(sa.select(AuditEvent.after)).one()
    assert json.loads(after or "") == {"count": 0, "rank": "138****01"}


@pytest.mark.parametrize("number", [NUMBER, PHONE, "138 0000 0001", NUMBER[:-1], f"张三 {PHONE}"])
def test_a_number_in_the_address_is_not_looked_for_nor_said_again(app: Flask, sign_in, number: str) -> None:
    c = county()
    client = sign_in(c.admin)
    query = urlencode({"q": number, "unit_text": "xc", "state": "all"})
    for ask, path in ((client.get, "/manage/people"), (client.post, "/manage/people/people.xlsx")):
        answer = ask(f"{path}?{query}")
        assert (answer.status_code, answer.location) == (302, "/manage/people")
        page = client.get("/manage/people").text
        assert "不能写在网址里" in page and number not in page
    assert acts() == []


def test_an_export_of_another_unit_is_nowhere(app: Flask, sign_in) -> None:
    c = county()
    assert sign_in(c.town_admin).post(f"/manage/people/people.xlsx?unit={c.other.id}").status_code == 404
    assert acts() == []
