"""What becomes of questions that a file brings again: nothing is wiped, nothing taken over."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from app.audit.models import AuditEvent
from app.bank import service
from app.bank.importing import edits, saving, work
from app.bank.models import Question, QuestionImport
from app.domain.questions import Question as Content
from app.people.models import Person
from app.web.db import db
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
    found = bring(author, [*ROW[:4], "个人的权威", "A", ""], [*ROW[:4], "某人的权威", "A", ""])
    assert decisions(found) == ["merge", "merge"]
    theirs = replace(content("five-musts-001"), explanation="同事改正的解析。")
    service.edit_question(question("five-musts-001").id, theirs, 1, NOW, author.id)
    save(found)
    assert content("five-musts-001") == theirs
    assert found.notes["saved"] == {"new": 0, "merge": 0, "same": 0, "aside": 2, "draft": 0, "sent": 0}
    text = "题库里的这道题后来有了新的版本，没有合并。请重新核对。"
    assert [(item.decision, item.faults[-1]) for item in items(found)] == [("leave", ["", text])] * 2
    edits.reopen(found)
    for number in (1, 2):  # of the two the second has not seen the first
        edits.decide(found, number, edits.Decision.MERGE)
    save(found)
    assert content("five-musts-001") == replace(theirs, options=("党中央权威", "个人的权威"))
    assert decisions(found) == ["merge", "leave"]


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
