"""The form of a question: every kind, drafts, parts, pictures."""

import io
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from PIL import Image

from app.bank import service, typed
from app.bank.models import Picture, Question
from app.domain.access import Role
from app.domain.questions import Kind, Part
from app.domain.questions import Question as Content
from app.web.db import db
from tests import factories
from tests.bank.contents import load, write

URL = "/manage/bank/questions/new"
BASE = {
    "stem": "题干____", "explanation": "解析。", "clauses": ["five-musts/1"], "topic": "政治纪律",
    "difficulty": "medium", "level": "recall", "tags": "重点、 2026，重点", "review_on": "2027-03-01",
}  # fmt: skip


@pytest.fixture
def author(app: Flask, tmp_path: Path, sign_in: Callable[..., FlaskClient]) -> FlaskClient:
    load(write(tmp_path))
    person = factories.person(name="李作者")
    factories.grant(person, Role.AUTHOR, person.unit)
    return sign_in(person)


def made() -> Question:
    return db.session.scalars(sa.select(Question).where(Question.code.startswith("own-"))).one()


def content() -> Content:
    return service.content_of(service.newest(made()))


@pytest.mark.parametrize(
    ("typed_in", "key", "answer"),
    [
        ({"kind": "single", "options": "甲\n乙", "key": "b"}, "b", "B"),
        ({"kind": "multiple", "options": "A、甲\nB、乙\nC、丙", "key": "A，C"}, ["a", "c"], "AC"),
        ({"kind": "judge", "key": "×"}, False, "错"),
        ({"kind": "blanks", "key": "甲｜乙"}, [["甲", "乙"]], "甲 | 乙"),
        ({"kind": "order", "options": "先\n再\n后"}, None, "1. 先\n2. 再\n3. 后"),
        ({"kind": "match", "options": "必须｜维护\n严禁｜对抗\n多余"}, None, "必须 → 维护\n严禁 → 对抗"),
        (
            {"kind": "recite", "key": "必须【维护】"},
            {"text": "必须维护", "phrases": ["维护"]},
            "必须【维护】",
        ),
        ({"kind": "short", "key": "一\n二"}, ["一", "二"], "一\n二"),
        ({"kind": "essay", "key": "一\n二"}, ["一", "二"], "一\n二"),
    ],
)
def test_every_kind_is_written_sent_and_read_again(
    author: FlaskClient, typed_in: dict[str, str], key: object, answer: str
) -> None:
    page = author.post(URL, data={**BASE, **typed_in, "send": "1"})
    assert page.status_code == 302, page.text
    found, saved = made(), content()
    assert key is None or saved.key == key
    assert typed.answer(saved) == answer
    assert (saved.level, saved.tags, found.review_on) == ("recall", ("重点", "2026"), date(2027, 3, 1))
    assert service.newest(found).submitted_at is not None
    assert answer.splitlines()[0] in author.get(page.location).text
    # The form holds the same, and saving it again makes no version.
    again = author.post(f"{page.location}/edit", data={**BASE, **typed_in, "based_on": 1})
    assert again.status_code == 302
    assert service.newest(found).number == 1


CASE = {
    "kind": "case", "stem": "某支部……", "parts-0-kind": "single", "parts-0-stem": "错在哪里？",
    "parts-0-options": "甲\n乙", "parts-0-key": "A", "parts-1-kind": "short", "parts-1-stem": "怎么办？",
    "parts-1-key": "依规\n依纪",
}  # fmt: skip


def test_a_case_has_parts(author: FlaskClient) -> None:
    page = author.post(URL, data={**BASE, **CASE, "send": "1"})
    assert content().parts == (
        Part(Kind.SINGLE, "错在哪里？", ("甲", "乙"), "a"),
        Part(Kind.SHORT, "怎么办？", (), ["依规", "依纪"]),
    )
    assert content().key is None
    form = author.get(f"{page.location}/edit").text
    assert "依规\n依纪</textarea>" in form and form.count("删去这个小题") == 2


def test_parts_come_and_go_without_a_script_and_nothing_is_saved(author: FlaskClient) -> None:
    more = author.post(URL, data={**BASE, **CASE, "add_part": "1"}).text
    assert more.count("删去这个小题") == 3
    less = author.post(URL, data={**BASE, **CASE, "remove_part": "0"}).text
    assert less.count("删去这个小题") == 1
    assert 'name="parts-0-stem"' in less and "怎么办？</textarea>" in less and "错在哪里？" not in less
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Question)) == 2


def test_a_fault_in_a_part_stands_there_and_on_top(author: FlaskClient) -> None:
    text = author.post(URL, data={**BASE, **CASE, "parts-1-key": "", "send": "1"}).text
    assert "第 2 小题，答案：请填写答案。" in text
    assert 'id="parts-1-key-error">请填写答案。' in text


def test_a_draft_may_lack_almost_everything_and_says_what(author: FlaskClient) -> None:
    page = author.post(URL, data={"kind": "single", "stem": "谁？", "difficulty": "easy"})
    assert content() == Content(Kind.SINGLE, "谁？", (), None, "", (), "", "easy")
    shown = author.get(page.location).text
    assert "已存为草稿。送审前还要补齐：解析、知识点、依据、选项、答案。" in shown
    assert "尚未填写" in shown
    refused = author.post(f"{page.location}/send")
    assert refused.location == f"{page.location}/edit"
    assert "还不能送审：" in author.get(refused.location).text
    assert service.newest(made()).submitted_at is None


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"stem": " "}, "请填写题干。"),
        ({"kind": "judge", "key": "也许"}, "答案的写法与题型不符，请按说明填写。"),
        ({"options": "\n".join("甲乙丙丁戊己庚辛壬")}, "选项太多，最多 8 个（9）。"),
        ({"kind": "order", "options": "\n".join(map(str, range(40)))}, "选项太多，最多 8 个（40）。"),
        ({"tags": "、".join(map(str, range(11)))}, "最多 10 个标签，每个不超过 20 个字。"),
        ({"review_on": "明天"}, "review_on-error"),
        ({"pictures": ["0" * 64]}, "有的图片已不存在，请重新上传。"),
        ({**CASE, "parts-0-kind": "case"}, "Not a valid choice."),
    ],
)
def test_what_cannot_be_shown_is_no_draft(author: FlaskClient, changes: dict[str, Any], message: str) -> None:
    answer = author.post(URL, data={**BASE, "kind": "single", "options": "甲\n乙", "key": "A", **changes})
    assert answer.status_code == 200
    assert message in answer.text
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Question)) == 2


def png(colour: str = "red") -> tuple[io.BytesIO, str]:
    out = io.BytesIO()
    Image.new("RGB", (8, 8), colour).save(out, "PNG")
    return io.BytesIO(out.getvalue()), "图.png"


def test_pictures_are_kept_from_preview_to_save(author: FlaskClient) -> None:
    data = {**BASE, "kind": "judge", "key": "对", "stem": "看〔图1〕，对吗？"}
    page = author.post(URL, data={**data, "uploads": [png(), png("blue")], "preview": "1"})
    names = db.session.scalars(sa.select(Picture.sha256)).all()
    assert len(names) == 2 and all(f'value="{name}" checked' in page.text for name in names)
    author.post(URL, data={**data, "pictures": names[0], "uploads": [png()]})
    assert content().pictures in [(names[0],), tuple(names), tuple(reversed(names))]
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Picture)) == 2


def test_a_hostile_picture_is_refused_beside_the_good_one(author: FlaskClient) -> None:
    data = {**BASE, "kind": "judge", "key": "对"}
    bad = (io.BytesIO(b"<svg onload='alert(1)'/>"), "<b>.png")
    page = author.post(URL, data={**data, "uploads": [png(), bad]})
    assert page.status_code == 200
    assert "&lt;b&gt;.png：读不了这张图片。请另存为 PNG 或 JPEG 后再上传。" in page.text
    assert 'name="pictures"' in page.text


def test_clauses_are_listed_by_set(author: FlaskClient) -> None:
    assert "必须维护党的团结" not in author.get(URL).text
    listed = author.post(
        URL, data={**BASE, "kind": "judge", "clauses": [], "set": "five-musts", "list_clauses": "1"}
    )
    assert "必须维护党的团结" in listed.text
    part = author.get("/manage/bank/clauses?set=five-musts").text
    assert part.count('name="clauses"') == 2 and "<html" not in part
    assert author.get("/manage/bank/clauses?set=none").text.strip() == ""


def test_what_stays_last_is_kept_with_the_question(author: FlaskClient) -> None:
    typed_in = {"kind": "single", "options": "甲\n乙\n以上都对", "key": "c", "last": "1"}
    author.post(URL, data=BASE | typed_in)
    assert content().last == 1
    page = author.get(f"/manage/bank/questions/{made().id}/edit").text
    assert '<option selected value="1">最后 1 个</option>' in page
    too_many = author.post(URL, data=BASE | typed_in | {"last": "3", "send": "1"}).text
    assert "留在最后的选项要比选项总数少（3）。" in too_many
