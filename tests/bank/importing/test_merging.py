"""What becomes of questions that a file brings again: nothing is wiped, nothing taken over."""

from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from app.audit.models import AuditEvent
from app.bank import amending, service
from app.bank.importing import edits, saving, work
from app.bank.models import Clause, Question, QuestionImport
from app.domain.questions import Kind, Part
from app.domain.questions import Question as Content
from app.people.models import Person
from app.web.db import db
from app.web.uploads import NotNow
from tests.bank.contents import NOW, QUESTIONS, load, question, write
from tests.bank.importing.papers import begin, items, read, save, xlsx
from tests.bank.importing.test_flow import PAPER, author, decisions

__all__ = ["author"]
OPTIONS = "A.甲 B.乙 C.丙 D.丁"


def content(code: str) -> Content:
    return service.content_of(service.newest(question(code)))


def bring(person: Person, *rows: list[str], **defaults: str) -> QuestionImport:
    head = ["编号", "题型", "题干", "选项A", "选项B", "答案", "知识点"]
    found = begin(person.id, xlsx({"试题": [head, *rows]}), "试题.xlsx", **defaults)
    work.QUEUE.read_waiting()
    db.session.expire_all()
    return found


ROW = ["five-musts-001", "单选题", "必须维护（　　）。", "党中央权威", "个人权威", "A", ""]


def test_what_a_sheet_does_not_name_stays(author: Person) -> None:
    before = content("five-musts-001")
    found = bring(author, [*ROW[:4], "个人的权威", "A", ""], topic="", difficulty="hard")
    save(found)
    assert content("five-musts-001") == replace(before, options=("党中央权威", "个人的权威"))
    named = bring(author, [*ROW[:4], "个人的权威", "A", "党章"])
    save(named)
    assert content("five-musts-001").topic == "党章"
    assert named.notes["saved"] == {"new": 0, "merge": 1, "same": 0, "aside": 0, "draft": 0, "sent": 0}


MOODLE = """<quiz><question type="multichoice"><questiontext><text>必须维护（　　）。</text></questiontext>
<generalfeedback><text>新解析。</text></generalfeedback><single>true</single>
<answer fraction="100"><text>党中央权威</text></answer>
<answer fraction="0"><text>个人权威</text></answer></question></quiz>"""
GIFT = "必须维护（　　）。{=党中央权威 ~个人权威 ####新解析。}\n"
QTI = """<assessmentItem identifier="i"><responseDeclaration identifier="R" cardinality="single">
<correctResponse><value>a</value></correctResponse></responseDeclaration>
<itemBody><choiceInteraction responseIdentifier="R">
<prompt>必须维护（　　）。</prompt><simpleChoice identifier="a">党中央权威</simpleChoice>
<simpleChoice identifier="b">个人权威</simpleChoice></choiceInteraction></itemBody>
<modalFeedback>新解析。</modalFeedback></assessmentItem>"""


@pytest.mark.parametrize(
    ("name", "file"),
    [("题.gift", GIFT), ("题.xml", MOODLE), ("题.xml", QTI)],
    ids=["gift", "moodle", "qti"],
)
def test_what_other_systems_do_not_know_stays(author: Person, name: str, file: str) -> None:
    before = content("five-musts-001")
    found = begin(author.id, file.encode(), name, topic="", difficulty="hard")
    work.QUEUE.read_waiting()
    db.session.expire_all()
    edits.decide(found, 1, edits.Decision.MERGE)
    save(found)
    assert content("five-musts-001") == replace(before, explanation="新解析。")


def test_what_a_colleague_wrote_meanwhile_is_not_overwritten(author: Person) -> None:
    found = bring(author, [*ROW[:4], "个人的权威", "A", ""])
    assert decisions(found) == ["merge"]
    theirs = replace(content("five-musts-001"), explanation="同事改正的解析。")
    service.edit_question(question("five-musts-001").id, theirs, 1, NOW, author.id)
    save(found)
    assert content("five-musts-001") == theirs
    assert found.notes["saved"] == {"new": 0, "merge": 0, "same": 0, "aside": 1, "draft": 0, "sent": 0}
    text = "题库里的这道题后来有了新的版本，没有合并。请重新核对。"
    assert [(item.decision, item.faults[-1]) for item in items(found)] == [("leave", ["", text])]
    edits.reopen(found)
    edits.decide(found, 1, edits.Decision.MERGE)
    save(found)
    assert content("five-musts-001") == replace(theirs, options=("党中央权威", "个人的权威"))


def test_what_says_nothing_new_is_no_change(author: Person) -> None:
    found = bring(author, ROW)
    [item] = items(found)
    assert (decisions(found), item.faults[-1]) == (["leave"], ["same", "与题库里的这道题相同，没有改动。"])
    edits.decide(found, 1, edits.Decision.MERGE)
    save(found)
    assert found.notes["saved"] == {"new": 0, "merge": 0, "same": 1, "aside": 0, "draft": 0, "sent": 0}
    assert service.newest(question("five-musts-001")).number == 1


def test_a_copied_row_is_a_question_of_its_own(author: Person) -> None:
    other = ["five-musts-001", "单选题", "县委党校哪一年成立（　　）？", "1958 年", "1962 年", "B", "校史"]
    found = bring(author, ROW, other)
    assert decisions(found) == ["leave", "new"]
    assert ["", "编号与第 1 题相同，作为没有编号的题处理。"] in items(found)[1].faults
    save(found)
    assert content("five-musts-001").stem == "必须维护（　　）。"
    assert db.session.get_one(Question, items(found)[1].question_id).code.startswith("own-")


def test_the_id_of_a_file_is_not_taken(author: Person, tmp_path: Path, time: Any) -> None:
    """One that looks like a file's gets an id of the bank's own, and any other gives way to the file."""
    found = bring(
        author,
        ["five-musts-099", "判断题", "本校的甲题。", "", "", "对", ""],
        ["county-001", "判断题", "本校出的另一件事。", "", "", "错", ""],
    )
    save(found)
    made = [db.session.get_one(Question, item.question_id) for item in items(found)]
    assert made[0].code.startswith("own-") and made[1].code == "county-001"
    more = QUESTIONS.replace("five-musts-001", "county-001")
    load(write(tmp_path, "questions/five-musts.toml", QUESTIONS, QUESTIONS + more.split("\n\n")[0]))
    db.session.expire_all()
    assert made[1].code.startswith("own-") and service.newest(made[1]).stem == "本校出的另一件事。"
    assert content("county-001").stem == "必须维护（　　）。"
    event = db.session.scalars(sa.select(AuditEvent).where(AuditEvent.action == "question.update")).one()
    assert event.target == f"question:{made[1].id}"


def test_what_was_mended_is_sought_in_the_bank_again(author: Person) -> None:
    found = read(author.id, PAPER)
    mended = replace(
        saving.content_of(items(found)[2]),
        stem="必须维护（　　）。", options=("党中央权威", "个人权威"), key="a",
    )  # fmt: skip
    item = edits.amend(found, 3, mended)
    assert (item.decision, item.like_id) == ("leave", question("five-musts-001").id)
    item = edits.amend(
        found, 3, replace(mended, stem="县委党校的春季学期何时开学？", options=("二月", "三月"))
    )
    assert (item.decision, item.like_id) == ("new", None)


@pytest.mark.parametrize(
    ("field", "row", "text"),
    [
        ("stem", ["", "简答题", "案" * 10_001, "", "", "要点", ""], "C2 格超过 10000 字，没有读完。"),
        ("explanation", ["", "判断题", "甲。", "甲" * 4001, "", "对", ""], "有 4001 字，最多 4000 字"),
        ("topic", ["", "判断题", "甲。", "", "", "对", "知" * 41], "有 41 字，最多 40 字，请缩短。"),
    ],
)
def test_what_is_too_long_is_told(author: Person, field: str, row: list[str], text: str) -> None:
    head = ["编号", "题型", "题干", "解析", "选项B", "答案", "知识点"]
    found = begin(author.id, xlsx({"试题": [head, row]}), "试题.xlsx")
    work.QUEUE.read_waiting()
    [item] = items(found)
    assert item.decision == "fault" and any(text in said for _field, said in item.faults)
    assert field in {name for name, _said in item.faults} or text.startswith("C2")


def test_a_line_that_is_too_long_is_told(author: Person) -> None:
    found = read(author.id, f"1、甲{'乙' * 10_000}（A）\n{OPTIONS}\n2、丙（A）\n{OPTIONS}")
    assert decisions(found) == ["fault", "new"]
    assert ["", "第 1 行超过 10000 字，没有读完。请在原文里分段，再重新上传。"] in items(found)[0].faults


def test_a_file_does_not_say_that_a_question_holds(author: Person) -> None:
    clause = db.session.scalars(sa.select(Clause).where(Clause.code == "1")).one()
    amending.amend(clause, "新文件", date(2026, 11, 1), "必须维护党中央权威和集中统一领导", NOW, author.id)
    db.session.commit()
    same = bring(author, ROW)
    edits.decide(same, 1, edits.Decision.MERGE)
    save(same)
    assert service.newest(question("five-musts-001")).number == 1
    save(bring(author, [*ROW[:6], "另一知识点"]))
    made = service.newest(question("five-musts-001"))
    assert (made.number, made.topic, [cited.revision for cited in made.citations]) == (2, "另一知识点", [1])


def test_a_case_is_not_merged_with_one_of_its_parts(author: Person, sign_in: Any) -> None:
    part = Part(Kind.SINGLE, "他应当怎么做？", ("如实报告", "隐瞒不报"), "a")
    other = replace(part, stem="上级应当怎么做？", options=("及时处置", "置之不理"))
    case = replace(
        content("five-musts-001"), kind=Kind.CASE, stem="某县干部甲外出办事，路上遇到一件意外的事情。",
        options=(), key=None, parts=(part, other),
    )  # fmt: skip
    made = service.create_question(case, NOW, author.id)
    row = [made.code, "单选题", f"{case.stem}\n{part.stem}", *part.options, "A", ""]
    found = bring(author, row)
    assert decisions(found) == ["leave"] and items(found)[0].like_id == made.id
    assert ["", "案例分析题与单独的题不能合并。"] in items(found)[0].faults
    assert "合并为新版本</button>" not in sign_in(author).get(f"/manage/bank/imports/{found.id}?group=").text
    with pytest.raises(NotNow):
        edits.decide(found, 1, edits.Decision.MERGE)
