"""The pages of the import: upload, progress, preview, mending, downloads; whose they are."""

import io
import re
import zipfile
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from app.audit.models import AuditEvent
from app.domain.access import Role
from app.people.models import Person, RosterImport, RosterRow
from app.people.roster import edits, files, work
from app.web.db import db
from app.web.sheets import read_book
from tests import factories
from tests.people.rosters import HEAD, checked, faults, id_number, latest, named, outcomes, save, upload, xlsx
from tests.people.school import County, acts, county

BRANCH = "云岭村党支部"


@pytest.fixture
def c(app: Flask, time: Any) -> County:
    return county()


@pytest.fixture
def admin(c: County, sign_in: Any) -> Any:
    return sign_in(c.admin)


def told() -> str:
    """The latest line of the audit log."""
    return db.session.scalars(sa.select(AuditEvent.summary).order_by(AuditEvent.id.desc())).first() or ""


def again(client: Any, where: str) -> Any:
    """The worker checks once more; the page after it."""
    work.QUEUE.read_waiting()
    return client.get(where)


def test_the_template_has_lists_units_and_text_cells(c: County, admin: Any) -> None:
    answer = admin.get("/manage/people/import/template.xlsx")
    people, notes, options, units = read_book(answer.data, limit=100, sheets=4)
    assert [cell.text for cell in people[0]] == [
        "姓名", "身份证号", "工号", "手机号", "单位", "单位编码", "职务", "任现职务时间", "职级",
        "任现职级时间", "性别", "政治面貌", "入党时间", "用户名",
    ]  # fmt: skip
    assert "姓名必填" in notes[1][0].text and options[1][0].text == "男"
    assert ["青禾县/溪川镇党委/云岭村党支部", "xc-01"] in [[cell.text for cell in row] for row in units]
    sheet = zipfile.ZipFile(io.BytesIO(answer.data)).read("xl/worksheets/sheet1.xml").decode()
    assert re.findall(r'<dataValidation [^>]*sqref="(\w+):', sheet) == ["K2", "I2", "L2"]
    of_town = admin.get(f"/manage/people/import/template.xlsx?unit={c.town.id}").data
    assert len(read_book(of_town, limit=100, sheets=4)[3]) == 3


def test_a_filled_template_is_read_again(c: County, admin: Any) -> None:
    head, *_rest = read_book(admin.get("/manage/people/import/template.xlsx").data, limit=9, sheets=1)[0]
    titles = [cell.text for cell in head]
    filled = {
        "姓名": "王芳",
        "工号": "a1",
        "单位": "溪川镇党委",
        "职级": "一级科员",
        "政治面貌": "群众",
        "性别": "女",
    }
    checked(admin, c, xlsx([filled.get(title, "") for title in titles], header=titles))
    assert outcomes() == {2: "new"} and latest().told["ignored"] == []


def test_nothing_changes_before_the_owner_says_so(c: County, admin: Any) -> None:
    where = upload(admin, c.root.id, xlsx(("王芳", "", "a1", "", BRANCH)))
    page = admin.get(where).text
    assert "正在核对名册" in page and 'data-state="waiting"' in page and "刷新" in page
    assert admin.get(f"{where}/state").json == {"state": "waiting", "done": 0, "total": 0}
    work.QUEUE.read_waiting()
    assert admin.get(f"{where}/state").json == {"state": "ready", "done": 1, "total": 1}
    assert "没有错误，可以保存" in admin.get(where).text
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Person)) == 2
    admin.post(f"{where}/save")
    assert "正在保存" in admin.get(where).text and admin.get(f"{where}/state").json["total"] == 3
    while work.QUEUE.save_stretch():
        pass
    page = admin.get(where).text
    assert "导入完成" in page and f"/manage/units/{c.root.id}/slips" in page
    assert named("王芳").username == "a1"
    assert "名册.xlsx" in admin.get("/manage/people/import").text


def test_the_preview_shows_old_beside_new_with_masked_numbers(c: County, admin: Any) -> None:
    person = factories.person("王芳", c.branch, staff_no="a1", post="书记")
    row = ("王芳", id_number(2), "a1", "13800000001", "石桥镇党委", "镇长", "", "", "2026-05")
    where = checked(admin, c, xlsx(row, header=(*HEAD, "任现职时间")))
    page = admin.get(f"{where}?outcome=move").text
    assert "<b>任现职务时间</b> <ins>2026-05-01</ins>" in page
    assert "<del>云岭村党支部</del> → <ins>石桥镇党委</ins>" in page
    assert "<del>书记</del> → <ins>镇长</ins>" in page and "138****0001" in page
    assert "13800000001" not in page and id_number(2) not in page
    assert person.unit_id == c.branch.id
    missing = admin.get(f"{where}?outcome=missing").text
    assert "罗晓梅" in missing and 'name="person-' in missing
    assert "没有这样的行" in admin.get(f"{where}?outcome=new").text


def test_the_preview_of_new_people_leaves_nothing_out(c: County, admin: Any) -> None:
    header = ("姓名", "工号", "单位", "职务", "任现职务时间", "职级", "任现职级时间", "性别")
    data = xlsx(("王芳", "a1", BRANCH, "书记", "2024-05", "一级科员", "2023-03", "女"), header=header)
    page = admin.get(checked(admin, c, data)).text
    said = re.findall(r"<li><b>(.*?)</b> <ins>(.*?)</ins>", page)
    assert said == [
        ("用户名", "a1"), ("工号", "A1"), ("性别", "女"), ("单位", BRANCH), ("职务", "书记"),
        ("任现职务时间", "2024-05-01"), ("职级", "一级科员"), ("任现职级时间", "2023-03-01"),
    ]  # fmt: skip
    page = admin.get(checked(admin, c, xlsx(("赵云", "a2", BRANCH), header=header[:3]))).text
    assert "<b>任现职务时间</b> <ins>未填，按保存当天记</ins>" in page


def test_a_row_is_mended_in_place_and_frees_its_double(c: County, admin: Any) -> None:
    where = checked(
        admin, c, xlsx(("王芳", id_number(1), "", "", BRANCH), ("李四", id_number(1), "", "", BRANCH))
    )
    assert outcomes() == {2: "fault", 3: "fault"}
    form = admin.get(f"{where}/rows/3").text
    assert id_number(1) in form and "与第 2 行是同一个人" in form
    sent = {"name": "李四", "id_number": "123", "unit": BRANCH}
    page = admin.post(f"{where}/rows/3", data=sent)
    assert page.status_code == 200 and "身份证号应为 18 位" in page.text
    kept = admin.get(f"{where}/rows/3").text
    assert 'value="123"' in kept, "what was mended stays, though more is wrong"
    sent["id_number"] = id_number(2)
    assert admin.post(f"{where}/rows/3", data=sent | {"name": "李思"}).location == where
    assert told() == "更正名册第 3 行（李四）：姓名、身份证号（名册.xlsx）"
    assert "没有错误，可以保存" in again(admin, where).text
    assert outcomes() == {2: "new", 3: "new"}


def test_lost_digits_are_found_again_when_they_are_typed(c: County, admin: Any) -> None:
    where = checked(admin, c, xlsx(("王芳", 110101199001011234, "", "", BRANCH)))
    assert faults() == [(2, "id_number", "这个号码被表格软件当成数字，后几位已经丢失")]
    form = admin.get(f"{where}/rows/2").text
    shown = re.search(r'name="id_number"[^>]*value="(\d+)"', form)
    assert shown is not None
    kept = {"name": "王芳", "id_number": shown[1], "unit": BRANCH}
    assert "后几位已经丢失" in admin.post(f"{where}/rows/2", data=kept).text
    admin.post(f"{where}/rows/2", data=kept | {"id_number": id_number(2)})
    again(admin, where)
    assert outcomes() == {2: "new"}


def test_numbers_in_a_mended_row_are_not_recorded(c: County, admin: Any) -> None:
    where = checked(admin, c, xlsx((id_number(1), id_number(2), "", "13800000001", BRANCH)))
    assert outcomes() == {2: "fault"}
    sent = {"name": "王芳", "id_number": id_number(1), "phone": "13800000002", "unit": BRANCH}
    assert admin.post(f"{where}/rows/2", data=sent).location == where
    assert told() == f"更正名册第 2 行（110****{id_number(1)[-2:]}）：姓名、身份证号、手机号（名册.xlsx）"


def test_a_row_can_be_left_out(c: County, admin: Any) -> None:
    where = checked(admin, c, xlsx(("填表人：王", "", "a1", "", BRANCH), ("李四", "", "a2", "", BRANCH)))
    assert admin.post(f"{where}/rows/2/drop").status_code == 302
    assert told() == "删去名册第 2 行（填表人：王）（名册.xlsx）"
    assert "没有错误" in again(admin, where).text and outcomes() == {3: "new"}
    assert admin.get(f"{where}/rows/2").status_code == 404


def test_the_sheet_comes_back_with_its_faults_and_can_be_sent_again(c: County, admin: Any) -> None:
    rows = [("王芳", 110101199001011234, "007", "", BRANCH), ("李四", "", "a2", "", "哪里")]
    where = checked(admin, c, xlsx(*rows))
    answer = admin.post(f"{where}/sheet")
    [sheet] = read_book(answer.data, limit=10, sheets=1)
    texts = [[cell.text for cell in row] for row in sheet]
    assert texts[0][:5] == ["问题", "姓名", "身份证号", "工号", "手机号"]
    assert texts[1][0].startswith("身份证号：这个号码被表格软件") and texts[1][1:4] == ["王芳", "", "007"]
    assert texts[2][0].startswith("单位：") and not any(cell.number for row in sheet for cell in row)
    assert "roster.export" in acts()
    checked(admin, c, answer.data)
    assert latest().told["ignored"] == ["问题"]
    assert (outcomes(), faults()[0][:2]) == ({2: "new", 3: "fault"}, (3, "unit"))


def test_only_the_good_rows_are_saved_when_that_is_chosen(c: County, admin: Any) -> None:
    where = checked(admin, c, xlsx(("王芳", "", "a1", "", BRANCH), ("", "", "a2", "", BRANCH)))
    assert save(admin, where).status_code == 409  # all, though one is faulty
    assert latest().state == "ready"
    save(admin, where, only_good="1")
    page = admin.get(where).text
    assert "1 行没有保存" in page and "下载没有保存的行" in page
    left = read_book(admin.post(f"{where}/sheet").data, limit=9, sheets=1)[0]
    assert len(left) == 2 and "没有填姓名" in left[1][0].text


def test_what_comes_too_late_changes_nothing(c: County, admin: Any) -> None:
    where = checked(admin, c, xlsx(("王芳", "", "a1", "", BRANCH)))
    assert admin.post(f"{where}/save").status_code == 302
    for path, form in (
        ("save", {}), ("discard", {}), ("rows/2/drop", {}), ("leaving", {"person-1": "other"}),
        ("rows/2", {"name": "王芳", "staff_no": "a1", "unit": BRANCH}),
    ):  # fmt: skip
        assert admin.post(f"{where}/{path}", data=form).status_code == 409, path
    assert latest().state == "saving"
    assert acts() == ["roster.import", "roster.save"]


def test_an_import_can_be_given_up(c: County, admin: Any) -> None:
    where = checked(admin, c, xlsx(("王芳", "", "a1", "", BRANCH)))
    assert admin.post(f"{where}/discard").location == "/manage/people/import"
    assert admin.get(where).status_code == 404
    assert db.session.scalar(sa.select(sa.func.count()).select_from(RosterRow)) == 0
    assert db.session.scalar(sa.select(sa.func.count()).select_from(RosterImport)) == 0


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "文件是空的"),
        (b"x" * (files.MAX_BYTES + 1), "文件超过 6 MB"),
        (b"%PDF-1.7\n", "这不是表格文件"),
        (b"\x89PNG\r\n\x1a\n\0\0", "这不是表格文件"),
    ],
    ids=["empty", "large", "pdf", "picture"],
)
def test_unusable_uploads_are_refused_at_once(c: County, admin: Any, data: bytes, words: str) -> None:
    form = {"unit_id": str(c.root.id), "file": (io.BytesIO(data), "a.xlsx")}
    page = admin.post("/manage/people/import", data=form)
    assert page.status_code == 200 and words in page.text
    assert "请选择要导入的文件" in admin.post("/manage/people/import", data={"unit_id": str(c.root.id)}).text
    assert db.session.scalar(sa.select(RosterImport.id)) is None


def test_a_person_has_only_so_many_open_imports(c: County, admin: Any) -> None:
    first = upload(admin, c.root.id, xlsx())
    for _more in range(edits.MAX_OPEN - 1):
        upload(admin, c.root.id, xlsx())
    form = {"unit_id": str(c.root.id), "file": (io.BytesIO(xlsx()), "名册.xlsx")}
    answer = admin.post("/manage/people/import", data=form)
    assert answer.status_code == 200 and "您有 5 次导入还没有处理完" in answer.text
    admin.post(f"{first}/discard")
    upload(admin, c.root.id, xlsx())


def test_a_file_that_cannot_be_read_says_what_to_do(c: County, admin: Any) -> None:
    where = checked(admin, c, b"<html><table></table></html>", "名册.xls")
    page = admin.get(where).text
    assert "未能读取" in page and "网页格式" in page and "重新上传" in page


def test_an_import_is_its_owners_alone(c: County, admin: Any, sign_in: Any) -> None:
    second = factories.person("副管理员", c.root)
    factories.grant(second, Role.ADMIN, c.root)
    where = checked(admin, c, xlsx(("王芳", "", "a1", "", BRANCH)))
    for client in (sign_in(second), sign_in(c.town_admin)):
        for path in ("", "/state", "/rows/2"):
            assert client.get(where + path).status_code == 404, path
        for path in ("/save", "/discard", "/sheet", "/leaving", "/rows/2", "/rows/2/drop"):
            assert client.post(where + path, data={"name": "x"}).status_code == 404, path
    assert acts() == ["roster.import"] and latest().state == "ready"


def test_nobody_uploads_for_units_of_others(c: County, sign_in: Any) -> None:
    client = sign_in(c.town_admin)
    form = {"unit_id": str(c.other.id), "file": (io.BytesIO(xlsx(("王芳", "", "a1"))), "a.xlsx")}
    assert "请在您管理的单位中选一个" in client.post("/manage/people/import", data=form).text
    grader = factories.person("阅卷人", c.town)
    factories.grant(grader, Role.GRADER, c.town)
    assert sign_in(grader).get("/manage/people/import").status_code == 403


def test_lists_ask_the_same_of_one_row_and_of_many(c: County, admin: Any, queries: Any) -> None:
    counted: dict[str, list[int]] = {}
    for size in (1, 3, 30):
        for person in db.session.scalars(sa.select(Person).where(Person.staff_no.is_not(None))):
            person.staff_no = None
        for number in range(size):
            factories.person("旧", c.branch, staff_no=f"u{number}")
        where = checked(
            admin, c,
            xlsx(
                *(("旧", "", f"u{n}", "", BRANCH, "书记") for n in range(size)),
                *((f"新{chr(0x4E00 + n)}", "", f"n{n}", "", BRANCH) for n in range(size)),
                *(("", "", f"f{n}", "", BRANCH) for n in range(size)),
            ),
        )  # fmt: skip
        for outcome in ("update", "new", "fault", "missing"):
            db.session.expire_all()
            queries.statements.clear()
            assert admin.get(f"{where}?outcome={outcome}").status_code == 200
            counted.setdefault(outcome, []).append(len(queries))
    assert counted == {"update": [8] * 3, "new": [8] * 3, "fault": [8] * 3, "missing": [8] * 3}


def test_names_from_a_sheet_are_text_on_every_page(c: County, admin: Any) -> None:
    mark = "<img src=x onerror=alert(1)>"
    data = xlsx((mark, "", "a1", "", BRANCH), ("王芳", mark, mark, mark, mark, mark, mark, mark))
    where = checked(admin, c, data, f"{mark}.xlsx")
    for path in ("", "?outcome=new", "/rows/2", "/rows/3"):
        assert mark not in admin.get(where + path).text
    assert mark not in admin.get("/manage/people/import").text
    summaries = db.session.scalars(sa.select(AuditEvent.summary)).all()
    assert any("img" in summary for summary in summaries)
