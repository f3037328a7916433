import io
import re
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from app.audit.models import AuditEvent
from app.bank import service
from app.bank.exporting import formats
from app.bank.exporting.formats import FORMATS
from app.domain.access import Role
from app.web import documents
from app.web.db import db
from app.web.sheets import read_sheet
from tests import factories
from tests.bank.contents import NOW, load, write
from tests.bank.exporting.samples import CONTENTS
from tests.conftest import Queries

URL = "/manage/bank/export"


@pytest.fixture
def author(app: Flask, tmp_path: Path, sign_in: Callable[..., FlaskClient]) -> FlaskClient:
    load(write(tmp_path))
    person = factories.person(name="李作者")
    factories.grant(person, Role.AUTHOR, person.unit)
    return sign_in(person)


def codes(data: bytes) -> list[str]:
    return [row[0].text for row in read_sheet(data, limit=1000)[1:] if row[0].text]


def exports() -> list[Any]:
    asked = sa.select(AuditEvent.summary, AuditEvent.after).where(AuditEvent.action == "question.export")
    return [tuple(row) for row in db.session.execute(asked.order_by(AuditEvent.id))]


def test_what_the_list_shows_goes_out_and_is_recorded(author: FlaskClient) -> None:
    answer = author.post(f"{URL}?kind=blanks&page=3", data={"format": "xlsx"})
    assert codes(answer.data) == ["five-musts-002"]
    assert answer.headers["Content-Disposition"].endswith(".xlsx")
    assert exports() == [("导出“Excel 表格”1 行", '{"filter": "kind=blanks，page=3", "rows": 1}')]
    assert codes(author.post(URL, data={"format": "xlsx"}).data) == ["five-musts-001", "five-musts-002"]


@pytest.mark.parametrize("name", FORMATS)
def test_every_format_comes_as_a_file(author: FlaskClient, name: str) -> None:
    by = factories.person()
    for content in CONTENTS.values():
        service.create_question(content, NOW, by.id)
    db.session.commit()
    answer = author.post(URL, data={"format": name, "title": "结业考试", "with_key": "y"})
    assert answer.status_code == 200
    assert answer.mimetype == FORMATS[name].mimetype
    assert len(answer.data) > 1000
    if answer.data.startswith(b"PK"):
        assert zipfile.ZipFile(io.BytesIO(answer.data)).testzip() is None


def test_the_page_says_how_many_and_the_list_leads_there(author: FlaskClient) -> None:
    assert "将导出列表里的 1 道试题" in author.get(f"{URL}?topic=组织原则").text
    assert f"{URL}?topic=" in author.get("/manage/bank/questions?topic=组织原则").text
    assert "没有符合条件的试题" in author.get(f"{URL}?q=没有").text


def test_the_page_says_what_our_own_files_cannot_hold(author: FlaskClient) -> None:
    assert "不完整的草稿，补齐" not in author.get(URL).text
    by, bare = factories.person().id, replace(CONTENTS["judge"], clauses=())
    lacking = [service.create_question(bare, NOW, by).code]
    service.create_question(CONTENTS["judge"], NOW, by)
    db.session.commit()
    page = author.get(URL).text
    assert "题库文件能导出 3 道；另外 1 道是不完整的草稿，补齐以后才能导出" in page
    assert re.findall(r"<p>(\S+?)：(.*?)</p>", page) == [(code, "请至少选一条依据。") for code in lacking]
    packed = zipfile.ZipFile(io.BytesIO(author.post(URL, data={"format": "toml"}).data))
    assert [name for name in packed.namelist() if not name.startswith("rule_sets/")] == [
        "questions/five-musts.toml", "未导出.txt",
    ]  # fmt: skip
    assert len(exports()) == 1
    alone = f"{URL}?q={lacking[0]}"
    answer = author.post(alone, data={"format": "toml"})
    assert "都是不完整的草稿，题库文件导不出。请先补齐，或改选 Excel 表格。" in answer.text
    assert len(exports()) == 1
    assert codes(author.post(alone, data={"format": "xlsx"}).data) == lacking


def test_our_own_archive_without_questions_is_told_from_any_other() -> None:
    for name, reason in (("rule_sets/a.toml", "no_questions"), ("说明.txt", "archive")):
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w") as packed:
            packed.writestr(name, 'code = "a"')
        with pytest.raises(documents.DocumentError) as refusal:
            documents.read(out.getvalue())
        assert refusal.value.reason == reason


@pytest.mark.parametrize(
    ("query", "body", "message"),
    [
        ("", {"format": "docx"}, "这种格式一次最多导出 1 道"),
        ("?q=没有", {"format": "xlsx"}, "没有符合条件的试题"),
        ("", {"format": "pdf"}, "有内容需要更正"),
        ("", {"format": "docx", "title": "长" * 61}, "有内容需要更正"),
    ],
)
def test_what_cannot_be_made_is_said_and_not_recorded(
    author: FlaskClient, monkeypatch: pytest.MonkeyPatch, query: str, body: dict[str, str], message: str
) -> None:
    small = FORMATS["docx"].__class__(**vars(FORMATS["docx"]) | {"most": 1})
    monkeypatch.setitem(formats.FORMATS, "docx", small)
    answer = author.post(URL + query, data=body)
    assert message in answer.text
    assert exports() == []


def test_the_statements_grow_with_the_batches_alone(author: FlaskClient, queries: Queries) -> None:
    counts = []
    for more in (0, 1, 30):
        by = factories.person()
        for _ in range(more):
            service.create_question(CONTENTS["judge"], NOW, by.id)
        db.session.commit()
        queries.statements.clear()
        assert author.post(URL, data={"format": "moodle"}).status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1] == counts[2]


def test_only_authors_take_the_bank_away(app: Flask, sign_in: Callable[..., FlaskClient]) -> None:
    reviewer = factories.person()
    factories.grant(reviewer, Role.REVIEWER, reviewer.unit)
    for person in (factories.person(), reviewer):
        assert sign_in(person).post(URL, data={"format": "xlsx"}).status_code == 403
