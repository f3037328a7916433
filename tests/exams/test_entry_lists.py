"""Candidates from a sheet or by rank: what is shown before, and what is assigned."""

import io
import re
from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from app.domain.access import Role
from app.exams import entry_lists as lists
from app.exams import service
from app.exams.models import Exam, ExamAssignment
from app.people.models import Person, Unit
from app.web.db import db
from app.web.sheets import Sheet, write_workbook
from tests import factories
from tests.conftest import Clock
from tests.exams import build
from tests.exams.test_manage import acts, staff

SignIn = Callable[[Person], FlaskClient]


@pytest.fixture
def county(app: Flask) -> Unit:
    return factories.unit("青禾县")


@pytest.fixture
def admin(county: Unit, sign_in: SignIn) -> FlaskClient:
    return staff(county, Role.ADMIN, sign_in)


def sent(admin: FlaskClient, exam: Exam, headers: list[str], *rows: list[str]) -> str:
    data = write_workbook([Sheet("名单", headers, rows, text=True)])
    file = {"sheet-file": (io.BytesIO(data), "名单.xlsx")}
    return admin.post(f"/manage/exams/{exam.id}/entries/sheet", data=file).text


def offered(page: str) -> set[int]:
    found = re.search(r'name="people" value="([\d,]+)"', page)
    return {int(one) for one in found[1].split(",")} if found else set()


def add(admin: FlaskClient, exam: Exam, people: str) -> Any:
    return admin.post(f"/manage/exams/{exam.id}/entries", data={"people": people}, follow_redirects=True)


def assigned(exam: Exam) -> set[int | None]:
    rows = sa.select(ExamAssignment.person_id).where(ExamAssignment.exam_id == exam.id)
    return set(db.session.scalars(rows))


def test_a_sheet_is_shown_before_it_is_saved(admin: FlaskClient, county: Unit, time: Clock) -> None:
    exam, town = build.exam(time.now), factories.unit("溪川镇", county)
    by_number = factories.person("王一", county, staff_no="A100")
    by_place = factories.person("李二", town)
    factories.person("李二", county)
    known = factories.person("赵三", county, username="zhao3")
    gone = factories.person("钱四", county, username="qian4", active=False)
    twin = [factories.person("孙五", county) for _ in range(2)]
    service.assign(exam, person=known)
    db.session.commit()
    page = sent(
        admin, exam, ["序号", "姓名", "工号", "用户名", "单位"],
        ["1", "王一", "A100", "", ""], ["2", "李二", "", "", "溪川镇"], ["3", "赵三", "", "zhao3", ""],
        ["4", "钱四", "", "qian4", ""], ["5", "孙五", "", "", "青禾县"], ["6", "周六", "A100", "", ""],
        ["7", "吴七", "", "", "青禾县"], ["8", "王一", "A100", "", "青禾县"],
    )  # fmt: skip
    assert offered(page) == {by_number.id, by_place.id} and "可以加入 2 人。" in page
    assert "已在名单里的 1 人" in page and "有 4 行没有认到人" in page
    for text in (
        "已停用或已离开", "同名的有 2 人。请补身份证号、工号或手机号。", "这个号码登记的姓名是“王一”",
        "没有查到这个人。请核对姓名和号码",
    ):  # fmt: skip
        assert page.count(text) == 1
    assert assigned(exam) == {known.id} and acts() == []
    said = add(admin, exam, f"{by_number.id},{by_place.id}").text
    assert "已加入 2 人" in said and assigned(exam) == {known.id, by_number.id, by_place.id}
    assert acts() == ["exam.assign"] and gone.id and twin
    assert "都已在名单里" in add(admin, exam, f"{by_number.id}").text


def test_a_rank_is_shown_before_it_is_saved(admin: FlaskClient, county: Unit, time: Clock) -> None:
    exam, town = build.exam(time.now), factories.unit("溪川镇", county)
    high = factories.person("一", town, rank="四级调研员")
    factories.person("二", town, rank="二级科员")
    url = f"/manage/exams/{exam.id}/entries/rank"
    page = admin.post(url, data={"rank-unit_id": str(county.id), "rank-rank": "四级调研员"}).text
    assert offered(page) == {high.id} and assigned(exam) == set()
    wrong = admin.post(url, data={"rank-unit_id": "", "rank-rank": ""}).text
    assert "请选择单位。" in wrong and "请选择职级。" in wrong


def test_people_elsewhere_are_neither_found_nor_assigned(county: Unit, time: Clock) -> None:
    town, exam = factories.unit("溪川镇", county), build.exam(time.now)
    far = factories.person("远方", county, staff_no="B200")
    data = write_workbook([Sheet("名单", ["姓名", "工号"], [["远方", "B200"], ["远方", ""]], text=True)])
    found = lists.of_sheet(exam, data, (town.path,), time.now)
    assert found.people == [] and ["没有查到这个人" in one.text for one in found.wrong] == [True, True]
    assert lists.assign(exam, [far.id], (town.path,)) == 0 and assigned(exam) == set()


@pytest.mark.parametrize("people", ["", "1,x", "1,,2", "99999999999"])
def test_a_mangled_list_is_refused(admin: FlaskClient, time: Clock, people: str) -> None:
    exam = build.exam(time.now)
    assert "名单不完整" in add(admin, exam, people).text and assigned(exam) == set()


def test_what_is_no_list_is_said_so(admin: FlaskClient, time: Clock) -> None:
    exam = build.exam(time.now)
    url = f"/manage/exams/{exam.id}/entries/sheet"
    picture = {"sheet-file": (io.BytesIO(b"\x89PNG\r\n\x1a\n\0\0"), "名单.png")}
    assert "这不是表格文件" in admin.post(url, data=picture).text
    assert "请选择名单文件" in admin.post(url, data={}).text
    assert "没有找到表头" in sent(admin, exam, ["甲", "乙"], ["1", "2"])
