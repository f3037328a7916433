"""Asking for a unit: a select of a few, a text field for many, the address of a filter."""

import re
from datetime import UTC, datetime
from urllib.parse import quote

import pytest
import sqlalchemy as sa
from flask import Flask

from app.people import picker
from app.people.models import Person, Unit
from app.web.db import db
from tests import factories
from tests.people.school import County, county

TWO = "a1 第一党支部（溪川镇党委）、a2 第一党支部（石桥镇党委）"
CLOSED = datetime(2026, 1, 1, tzinfo=UTC)


def large_county() -> County:
    """More units than a select shows."""
    c = county()
    for number in range(picker.FEW):
        factories.unit(f"第{number}小组", c.other, code=f"g{number:02}", kind="branch")
    return c


def posted(client, **unit: object):
    person = {"name": "王芳", "username": "wangfang", "political": "", "active": "y"}
    return client.post("/manage/people/new", data={**person, **unit})


def home() -> str:
    return db.session.scalars(
        sa.select(Unit.code).join(Person, Person.unit_id == Unit.id).where(Person.username == "wangfang")
    ).one()


def test_few_units_are_a_select_in_the_order_of_the_tree(app: Flask, sign_in) -> None:
    c = county()
    factories.unit("撤了的支部", c.town, closed_at=CLOSED)
    page = sign_in(c.town_admin).get(f"/manage/people/new?unit={c.branch.id}").text
    shown = re.search(r'<select[^>]*name="unit_id"[^>]*>(.*?)</select>', page)
    assert shown is not None
    assert re.findall(r">([^<]+)</option>", shown[1]) == ["请选择", "溪川镇党委", "　云岭村党支部"]
    assert f'<option selected value="{c.branch.id}">' in shown[1]


def test_many_units_are_a_text_field_that_shows_the_present_one(app: Flask, sign_in) -> None:
    c = large_county()
    page = sign_in(c.admin).get(f"/manage/people/{c.town_admin.id}/edit").text
    field = re.search(r'<input[^>]*name="unit_id_text"[^>]*>', page)
    assert field is not None and 'value="溪川镇党委（xc）"' in field[0]
    assert 'data-suggest="/manage/units/suggest?action=people_edit"' in field[0]
    assert '<datalist id="unit_id-units"></datalist>' in page
    assert '<select class="form-select" id="unit_id"' not in page


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("xc-01", "xc-01"), (" XC-01 ", "xc-01"), ("ｘｃ－０１", "xc-01"), ("云岭村党支部", "xc-01"),
        ("云岭支部", "xc-01"), ("云岭村党支部（xc-01）", "xc-01"), ("云岭村党支部(xc-01)", "xc-01"),
        ("县委办（党史研究室）", "dsb"), ("县委办（党史研究室）（dsb）", "dsb"), ("7", "7"),
    ],
)  # fmt: skip
def test_a_unit_is_known_by_label_code_name_and_short_name(app: Flask, sign_in, text: str, code: str) -> None:
    c = large_county()
    c.branch.short_name = "云岭支部"
    factories.unit("县委办（党史研究室）", c.root, code="dsb")
    factories.unit("七组", c.root, code="7")
    db.session.commit()
    assert posted(sign_in(c.admin), unit_id_text=text).status_code == 200
    assert home() == code


def test_a_code_wins_over_a_name(app: Flask) -> None:
    c = county()
    factories.unit("xc", c.root, code="another")
    assert picker.named("xc", [c.root.path]).id == c.town.id


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("第一党支部", f"不止一个单位叫“第一党支部”：{TWO}。请改填编码。"),
        ("第一党", f"没有叫“第一党”的单位，相近的有：{TWO}。请填写全称或编码。"),
        ("撤了的支部", "您的管理范围内没有叫“撤了的支部”的单位，请核对。"),
        ("gone", "您的管理范围内没有叫“gone”的单位，请核对。"),
        ("", "请选择单位。"),
        ("%", "您的管理范围内没有叫“%”的单位，请核对。"),
        ("a1（nowhere）", "您的管理范围内没有叫"),
    ],
)  # fmt: skip
def test_what_is_not_one_open_unit_is_an_error_at_the_field(
    app: Flask, sign_in, text: str, message: str
) -> None:
    c = large_county()
    factories.unit("第一党支部", c.town, code="a1")
    factories.unit("第一党支部", c.other, code="a2")
    factories.unit("撤了的支部", c.town, code="gone", closed_at=CLOSED)
    answer = posted(sign_in(c.admin), unit_id_text=text).text
    assert message in answer
    assert f'value="{text}"' in answer  # what was typed is still there
    assert db.session.scalar(sa.select(Person.id).where(Person.username == "wangfang")) is None


@pytest.mark.parametrize("given", ["unit_id", "unit_id_text"])
def test_others_and_closed_units_cannot_be_chosen(app: Flask, sign_in, given: str) -> None:
    c = large_county()
    closed = factories.unit("撤了的支部", c.town, closed_at=CLOSED)
    client = sign_in(c.town_admin)
    for unit in (c.other, c.root, closed):
        answer = posted(client, **{given: unit.id if given == "unit_id" else unit.code})
        assert "有内容需要更正" in answer.text
    assert db.session.scalar(sa.select(Person.id).where(Person.username == "wangfang")) is None


@pytest.mark.parametrize("junk", ["0", "-1", "9" * 30, "x", "²", "1.5"])
def test_junk_is_no_unit(app: Flask, sign_in, junk: str) -> None:
    c = county()
    assert "请选择单位。" in posted(sign_in(c.admin), unit_id=junk).text


def test_a_written_filter_becomes_an_id_in_the_address(app: Flask, sign_in) -> None:
    c = large_county()
    factories.person("赵云", c.branch)
    client = sign_in(c.admin)
    answer = client.get(f"/manage/people?q={quote('赵')}&unit_text=xc-01&active=")
    assert answer.status_code == 302
    assert answer.location == f"/manage/people?q={quote('赵')}&unit={c.branch.id}"
    page = client.get(answer.location).text
    assert "赵云" in page and 'value="云岭村党支部（xc-01）"' in page
    emptied = client.get("/manage/people?unit_text=")
    assert (emptied.status_code, emptied.location) == (302, "/manage/people")
    wrong = client.get("/manage/people?unit_text=xc-").text
    assert "没有叫“xc-”的单位，相近的有：xc-01 云岭村党支部（溪川镇党委）。" in wrong
    assert "没有符合条件的人员" in wrong


def test_suggestions_are_the_likeliest_first_and_ones_own(app: Flask, client, sign_in) -> None:
    c = county()
    factories.unit("溪川镇机关党支部", c.town, code="xc-02", short_name="镇机关")
    factories.unit("撤了的支部", c.town, code="xc-03", closed_at=CLOSED)
    factories.unit("机关", c.other, code="sq-01")

    def labels(who: Person, query: str) -> list[tuple[str, str]]:
        answer = sign_in(who).get(f"/manage/units/suggest?{query}")
        return [(unit["label"], unit["place"]) for unit in answer.json["units"]]

    branch, office = "云岭村党支部（xc-01）", "溪川镇机关党支部（xc-02）"
    assert labels(c.admin, "q=XC&action=people_edit") == [
        ("溪川镇党委（xc）", "青禾县"), (branch, "溪川镇党委"), (office, "溪川镇党委"),
    ]  # fmt: skip
    assert labels(c.admin, "q=机关") == [("机关（sq-01）", "石桥镇党委"), (office, "溪川镇党委")]
    assert labels(c.town_admin, "q=机关") == [(office, "溪川镇党委")]
    assert labels(c.town_admin, "q=机关&action=bank_edit") == []  # nothing there for the whole school
    assert labels(c.admin, "q=") == labels(c.admin, "q=%25") == []
    assert sign_in(c.admin).get("/manage/units/suggest?q=x&action=rule").status_code == 404
    assert client.get("/manage/units/suggest").json["reason"] == "sign_in"
