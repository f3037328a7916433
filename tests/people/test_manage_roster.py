import io
import re
from typing import Any

import pytest
import sqlalchemy as sa
import xlsxwriter
from flask import Flask

from app.people import roster
from app.people.models import Person
from app.web.db import db
from app.web.sheets import read_sheet, write_xlsx
from tests.people.school import acts, county

GOOD = ["王　芳", "13800000001", "xc-01", "书记", "一级科员", "是"]


def upload(client: Any, data: bytes) -> Any:
    return client.post("/manage/people/import", data={"file": (io.BytesIO(data), "人员.xlsx")})


def sheet(*rows: list[Any], headers: tuple[str, ...] = roster.HEADERS) -> bytes:
    return write_xlsx("人员", headers, rows)


def faults(page: Any) -> list[tuple[str, str, str]]:
    return re.findall(
        r'<tr><td class="num">(\d+)</td><td class="nowrap">([^<]+)</td><td>([^<]+)</td>', page.text
    )


def head_count() -> int | None:
    return db.session.scalar(sa.select(sa.func.count()).select_from(Person))


def test_the_template_lists_the_callers_units_and_can_be_filled_in(app: Flask, sign_in) -> None:
    c = county()
    answer = sign_in(c.town_admin).get("/manage/people/import/template.xlsx")
    [head] = read_sheet(answer.data, limit=10)
    assert tuple(cell.text for cell in head) == roster.HEADERS
    assert b"xl/worksheets/sheet2.xml" in answer.data


def test_good_rows_become_accounts(app: Flask, sign_in, client) -> None:
    c = county()
    page = upload(sign_in(c.town_admin), sheet(GOOD, [""] * 6, ["Li Si", " ＬＩＳＩ", " XC ", "", "", ""]))
    assert "已导入 2 人" in page.text
    issued = re.findall(r"<code>([^<]+)</code>", page.text)
    wang = db.session.scalars(sa.select(Person).where(Person.username == "13800000001")).one()
    li = db.session.scalars(sa.select(Person).where(Person.username == "lisi")).one()
    assert (wang.name, wang.unit_id, wang.post, wang.rank, wang.political) == (
        "王芳", c.branch.id, "书记", "一级科员", "01",
    )  # fmt: skip
    assert (li.name, li.unit_id, li.political) == ("Li Si", c.town.id, "")
    entered = client.post("/sign-in", data={"username": "13800000001", "password": issued[0]})
    assert entered.location == "/sign-in/password"
    assert acts() == ["person.import"]


def test_one_bad_row_imports_nobody_and_every_fault_is_named(app: Flask, sign_in) -> None:
    c = county()
    page = upload(
        sign_in(c.town_admin),
        sheet(
            GOOD,
            ["", "u2", "xc", "", "", ""],
            ["赵云", "13800000001", "xc", "", "", ""],
            ["钱进", "lin", "xc", "", "", ""],
            ["孙权", "sun", "sq", "", "", ""],
            ["李四", "a b", "nope", "", "", "也许"],
            ["周瑜", "", "", "长" * 101, "", "否"],
        ),
    )
    found = [(row, column, message.split("。")[0]) for row, column, message in faults(page)]
    assert found == [
        ("3", "姓名", "没有填姓名"),
        ("4", "用户名", "“13800000001”与第 2 行重复"),
        ("5", "用户名", "用户名“lin”已有人使用"),
        ("6", "单位编码", "没有编码为“sq”的单位，或它不在您的管理范围内"),
        ("7", "用户名", "“a b”不能作用户名"),
        ("7", "单位编码", "没有编码为“nope”的单位，或它不在您的管理范围内"),
        ("7", "是否党员", "“也许”认不出来"),
        ("8", "职务", "内容太长，最多 100 个字"),
        ("8", "用户名", "没有填用户名"),
        ("8", "单位编码", "没有填单位编码"),
    ]
    assert head_count() == 2 and acts() == []


def test_numbers_that_a_spreadsheet_changed_are_refused(app: Flask, sign_in) -> None:
    c = county()
    rows = [["甲", 110101199001011234, "xc"], ["乙", 13800000001, "xc"]]
    page = upload(sign_in(c.admin), sheet(*rows, headers=roster.HEADERS[:3]))
    [(row, column, message)] = faults(page)
    assert (row, column) == ("2", "用户名") and "设为“文本”格式" in message
    assert "已导入 1 人" in upload(sign_in(c.admin), sheet(rows[1], headers=roster.HEADERS[:3])).text
    assert db.session.scalar(sa.select(Person.id).where(Person.username == "13800000001")) is not None


def test_columns_may_stand_in_any_order(app: Flask, sign_in) -> None:
    c = county()
    data = sheet(["xc", "备注", "赵云", "zhao"], headers=("单位编码", "备注", "姓 名", "用户名"))
    assert "已导入 1 人" in upload(sign_in(c.admin), data).text


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"not a sheet", "另存为 .xlsx"),
        (b"", "另存为 .xlsx"),
        (sheet(), "表中没有人员"),
        (sheet(["x"], headers=("姓名",)), "第一行缺少这一列"),
        (write_xlsx("a", [], []), "第一行缺少这一列"),
        (sheet(*[[f"甲{n}", f"u{n}", "xc", "", "", ""] for n in range(501)]), "一次最多导入 500 人"),
    ],
)
def test_unusable_files_are_refused_in_words(app: Flask, sign_in, data: bytes, words: str) -> None:
    page = upload(sign_in(county().admin), data)
    assert page.status_code == 200 and words in page.text
    assert head_count() == 2


def test_rows_shorter_than_the_header_are_read(app: Flask, sign_in) -> None:
    county_ = county()
    out = io.BytesIO()
    with xlsxwriter.Workbook(out) as workbook:
        page = workbook.add_worksheet()
        page.write_row(0, 0, roster.HEADERS)
        page.write_row(1, 0, ["赵云", "zhao", "xc"])
    assert "已导入 1 人" in upload(sign_in(county_.admin), out.getvalue()).text
