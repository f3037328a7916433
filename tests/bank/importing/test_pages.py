"""The pages of the import: upload, progress, preview, decisions, result; whose they are."""

import io
import re
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from app.bank.importing import work
from app.bank.models import ImportItem, Question, QuestionImport
from app.domain.access import Role
from app.web.db import db
from tests import factories
from tests.bank.contents import load, write
from tests.bank.importing.papers import items, save
from tests.bank.importing.test_flow import PAPER
from tests.conftest import Queries
from tests.xls import compound

NEW = "/manage/bank/imports/new"


@pytest.fixture
def author(app: Flask, tmp_path: Path, time: Any, sign_in: Any) -> FlaskClient:
    load(write(tmp_path))
    person = factories.person(name="李作者")
    factories.grant(person, Role.AUTHOR, person.unit)
    return sign_in(person)


def paste(client: FlaskClient, text: str = PAPER) -> str:
    """The address of the import, read."""
    answer = client.post(NEW, data={"text": text, "topic": "党章", "difficulty": "medium", "rule_set": ""})
    assert answer.status_code == 302, answer.text
    work.QUEUE.read_waiting()
    db.session.expire_all()
    return str(answer.location)


def latest() -> QuestionImport:
    return db.session.scalars(sa.select(QuestionImport).order_by(QuestionImport.id.desc())).first()  # type: ignore[return-value]


def test_from_the_form_to_the_result(author: FlaskClient) -> None:
    empty = author.get("/manage/bank/imports").text
    assert "还没有导入过试题" in empty
    answer = author.post(NEW, data={"text": PAPER, "topic": "党章", "difficulty": "medium", "rule_set": ""})
    waiting = author.get(answer.location).text
    assert "正在读取试题" in waiting and '<meta http-equiv="refresh"' in waiting
    assert author.get(answer.location + "/state").json == {"state": "waiting", "done": 0, "total": 0}
    work.QUEUE.read_waiting()
    page = author.get(answer.location).text
    assert "将收入 3 道题" in page and "请填写答案。" in page and "3、没有答案的题（ ）。" in page
    assert "首都是北京" not in page  # what is faulty comes first
    whole = author.get(answer.location + "?group=").text
    assert "首都是北京" in whole and "还缺解析、条款" in whole
    saved = author.post(answer.location + "/save", data={"send": "1"})
    assert "正在保存" in author.get(saved.location).text
    while work.QUEUE.save_stretch():
        pass
    result = author.get(answer.location).text
    assert "导入完成" in result and "1 道题没有收" in result
    author.post(answer.location + "/reopen")
    assert "没有可以收的题" in author.get(answer.location).text
    assert "粘贴的文字" in author.get("/manage/bank/imports").text


def test_decisions_lead_back_to_where_they_were_made(author: FlaskClient) -> None:
    where = paste(author)
    answer = author.post(where + "/items/1/decide", data={"decision": "leave", "group": "new", "page": "1"})
    assert answer.location.endswith("?group=new&page=1#item-1")
    assert author.post(where + "/items/3/decide", data={"decision": "new"}).status_code == 409
    assert author.post(where + "/items/1/decide", data={"decision": "fault"}).status_code == 400
    assert author.post(where + "/items/9/decide", data={"decision": "leave"}).status_code == 409
    author.post(where + "/decide", data={"decision": "leave", "group": "new"})
    assert [item.decision for item in items(latest())] == ["leave", "leave", "fault", "leave"]
    assert "没有可以收的题" in author.get(where + "?group=leave").text


FORM = {
    "kind": "single", "stem": "没有答案的题（　　）。", "options": "甲\n乙\n丁",
    "topic": "党章", "difficulty": "easy",
    "level": "", "explanation": "因为。", "clauses": ["five-musts/1"],
}  # fmt: skip


def test_an_item_is_mended_beside_its_source(author: FlaskClient) -> None:
    where = paste(author)
    page = author.get(where + "/items/3").text
    assert "3、没有答案的题（ ）。" in page and "甲\n乙\n丁</textarea>" in page.replace("\r", "")
    still = author.post(where + "/items/3?group=fault", data=FORM | {"key": "D"})
    assert still.location == f"{where}/items/3?group=fault"
    assert "答案是 D，选项里没有。" in author.get(still.location).text
    assert items(latest())[2].decision == "fault"
    done = author.post(where + "/items/3?group=fault", data=FORM | {"key": "b"})
    assert done.location == where
    mended = items(latest())[2]
    assert (mended.decision, mended.faults, mended.content["key"]) == ("new", [], "b")
    assert author.post(where + "/items/3", data=FORM | {"key": "a", "stem": ""}).status_code == 200
    assert author.get(where + "/items/9").status_code == 404


def test_from_one_faulty_item_to_the_next(author: FlaskClient) -> None:
    lacking = "\n".join(f"{n}、第{n * 7}题是哪一个（ ）。\nA.甲 B.乙 C.丁" for n in range(1, 4))
    where = paste(author, f"一、单选题\n{lacking}")
    form = FORM | {"key": "b"}
    for at, after in ((2, f"{where}/items/3"), (3, f"{where}/items/1"), (1, where)):
        answer = author.post(f"{where}/items/{at}", data=form | {"stem": f"第{at * 7}题是哪一个（　　）。"})
        assert answer.location == after


def test_two_tabs_on_one_item(author: FlaskClient) -> None:
    """The later one is told; what it typed is still there."""
    where = paste(author)
    address = where + "/items/3"
    shown = re.search(r'name="shown" type="hidden" value="(\w+)"', author.get(address).text)
    assert shown
    first = author.post(address, data=FORM | {"key": "b", "shown": shown[1]})
    assert first.status_code == 302
    second = author.post(address, data=FORM | {"key": "a", "shown": shown[1]})
    assert "内容已有改动，所以没有保存" in second.text and "因为。</textarea>" in second.text
    assert items(latest())[2].content["key"] == "b"


def test_what_is_saved_is_only_shown(author: FlaskClient) -> None:
    where = paste(author)
    save(latest())
    taken, left = author.get(where + "/items/1").text, author.get(where + "/items/3").text
    assert "<textarea" not in taken + left
    assert "这道题已经收入题库" in taken and "继续处理没有收的题" in left
    assert author.post(where + "/items/3", data=FORM | {"key": "b"}).status_code == 409


def test_what_is_to_be_looked_at_stands_first(author: FlaskClient) -> None:
    where = paste(author, "一、单选题\n1、甲（A）\nA.一 B.二\n3、乙（A）\nA.三 B.四")
    page = author.get(where).text
    assert "题号从 1 跳到 3，请核对有没有漏读的题。" in page and "三" in page and "A. 一" not in page
    assert "直接送审" not in page  # both lack an explanation and a clause
    whole = author.get(where + "?group=").text
    assert "A. 一" in whole and "A. 三" in whole


def test_giving_up_keeps_nothing(author: FlaskClient) -> None:
    where = paste(author)
    assert author.post(where + "/discard").status_code == 302
    assert author.get(where).status_code == 404
    assert db.session.scalars(sa.select(ImportItem)).all() == []
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Question)) == 2


@pytest.mark.parametrize(
    ("form", "words"),
    [
        ({}, "请选择文件，或粘贴试题文字。"),
        ({"file": (io.BytesIO(b""), "空.txt")}, "文件是空的"),
        ({"file": (io.BytesIO(compound("WordDocument", b"x")), "旧.docx")}, "另存为 .docx"),
        ({"file": (io.BytesIO(b"MZ\x90\0"), "题.docx")}, "这是程序"),
        ({"file": (io.BytesIO(b"x"), "题.txt"), "text": "1、甲"}, "只能选一样"),
        ({"text": "1、甲", "difficulty": "x"}, "有内容需要更正"),
    ],
)
def test_wrong_input_is_told(author: FlaskClient, form: dict[str, Any], words: str) -> None:
    given = {name: (io.BytesIO(v[0].getvalue()), v[1]) if name == "file" else v for name, v in form.items()}
    answer = author.post(NEW, data={"difficulty": "medium", "rule_set": "", **given})
    assert answer.status_code == 200 and words in answer.text
    assert db.session.scalars(sa.select(QuestionImport)).all() == []


def test_nobody_elses(author: FlaskClient, sign_in: Any) -> None:
    where = paste(author)
    other = factories.person()
    factories.grant(other, Role.AUTHOR, other.unit)
    client = sign_in(other)
    assert client.get(where).status_code == 404
    for act in ("/save", "/discard", "/reopen", "/decide", "/items/1/decide"):
        assert client.post(where + act, data={"decision": "leave"}).status_code == 404
    assert sign_in(factories.person()).get("/manage/bank/imports").status_code == 403


def test_a_page_of_many_costs_no_more_statements(author: FlaskClient, queries: Queries) -> None:
    counts = []
    for n in (1, 3, 30):
        lines = (f"{at}、第{at}件事要在第{at * 7}天办好。（√）" for at in range(n))
        where = paste(author, "判断题\n" + "\n".join(lines))
        queries.statements.clear()
        assert author.get(where + "?group=").status_code == 200
        counts.append(len(queries))
    assert counts == [7, 7, 7]
