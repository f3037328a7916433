from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask

from app.audit.models import AuditEvent
from app.bank import content, service
from app.bank.models import Clause, Question, QuestionVersion, RuleSet
from app.domain.questions import Kind
from app.domain.questions import Question as Content
from app.web.config import CONTENT
from app.web.content import ContentError
from app.web.db import db
from tests import factories
from tests.bank.contents import NOW, load, question, write

SETS, QUESTIONS = "rule_sets/five-musts.toml", "questions/five-musts.toml"


def test_the_content_of_the_house_is_well_formed() -> None:
    assert [str(fault) for fault in content.check(CONTENT)] == []


def test_the_small_bank_is_well_formed(tmp_path: Path) -> None:
    assert content.check(write(tmp_path)) == []


@pytest.mark.parametrize(
    ("file", "old", "new", "fault"),
    [
        (SETS, 'code = "five-musts"', 'code = "six"', f"{SETS}:1 code：应与文件名（five-musts）相同。"),
        (SETS, 'title = "五个必须"\n', "", f"{SETS}:1 title：缺少这个字段。"),
        (SETS, "date = 2015-01-13\n", "", f"{SETS}:7 date：缺少日期。"),
        (SETS, 'issuer = "习近平"', 'issuer = ""', f"{SETS}:9 issuer：不能为空。"),
        (SETS, 'place = "北京"', 'palce = "北京"', f"{SETS}:11 palce：没有这个字段，请核对拼写。"),
        (SETS, 'code = "2"', 'code = "1"', f"{SETS}:20 code：编号 1 用了不止一次。"),
        (SETS, 'code = "2"', 'code = "第2"', f"{SETS}:20 code：只能用小写字母、数字和连字符，最多 80 个。"),
        (QUESTIONS, 'kind = "single"', 'kind = "sinlge"',
         f"{QUESTIONS}:3 kind：题型只能是 {'、'.join(Kind)}。"),
        (QUESTIONS, 'key = "a"', 'key = "c"',
         f"{QUESTIONS}:6 key：答案是 C，选项里没有。请用选项的字母填写。"),
        (QUESTIONS, ', "个人权威"]', "]",
         f"{QUESTIONS}:5 options：选项太少：选择题至少 2 个，排序题、匹配题至少 3 个（1）。"),
        (QUESTIONS, 'five-musts-002"', 'five-musts-001"',
         f"{QUESTIONS}:13 id：编号 five-musts-001 用了不止一次。"),
        (QUESTIONS, '["five-musts/1"]', '["five-musts/9"]',
         f"{QUESTIONS}:8 clauses：没有 five-musts/9 这一条款。"),
        (QUESTIONS, '["five-musts/1"]', '["five-musts/1", "five-musts/1"]',
         f"{QUESTIONS}:8 clauses：five-musts/1 写了不止一次。"),
        (QUESTIONS, "____，", "它，",
         f"{QUESTIONS}:16 key：每空写一行答案，行数要与题干中空的个数相同（2 / 1）。"),
        (QUESTIONS, "[[question]]", "[[questions]]", f"{QUESTIONS}:1 questions：没有这个字段，请核对拼写。"),
    ],
)  # fmt: skip
def test_a_fault_names_file_line_and_field(tmp_path: Path, file: str, old: str, new: str, fault: str) -> None:
    assert fault in [str(found) for found in content.check(write(tmp_path, file, old, new))]


def test_a_file_of_questions_belongs_to_a_rule_set(tmp_path: Path) -> None:
    write(tmp_path)
    (tmp_path / "questions/none.toml").write_text("")
    assert [str(f) for f in content.check(tmp_path)] == [
        "questions/none.toml:1：没有名为 none 的规矩条目集。"
    ]


def test_loading_twice_changes_nothing(app: Flask, tmp_path: Path) -> None:
    counts = load(write(tmp_path))
    assert counts == {"rule_sets_created": 2, "clauses_created": 2, "questions_created": 2}
    assert load(tmp_path) == {}
    rule_set = db.session.scalars(sa.select(RuleSet).where(RuleSet.code == "five-musts")).one()
    assert (rule_set.position, rule_set.excerpt, str(rule_set.dated)) == (10, True, "2015-01-13")
    assert [(c.code, c.position, c.locator) for c in rule_set.clauses] == [("1", 1, "第一条"), ("2", 2, "")]
    blanks = question("five-musts-002")
    version = db.session.get_one(QuestionVersion, blanks.current_version_id)
    assert (version.number, version.created_by, version.created_at) == (1, None, NOW)
    assert version.answer.key == [["党中央权威"], ["党的团结", "团结"]]
    assert sorted(cited.clause.code for cited in version.citations) == ["1", "2"]
    assert db.session.scalars(sa.select(AuditEvent.action)).all() == ["bank.import"]


def test_a_changed_question_becomes_a_new_version(app: Flask, tmp_path: Path) -> None:
    load(write(tmp_path))
    old = question("five-musts-001").current_version_id
    assert load(write(tmp_path, QUESTIONS, "个人权威", "局部权威")) == {"questions_changed": 1}
    first = db.session.get_one(QuestionVersion, old)
    second = db.session.get_one(QuestionVersion, question("five-musts-001").current_version_id)
    assert (first.number, first.options) == (1, ["党中央权威", "个人权威"])
    assert (second.number, second.options) == (2, ["党中央权威", "局部权威"])
    assert load(write(tmp_path)) == {"questions_changed": 1}  # a file may go back


def test_what_people_edited_stands_until_the_file_changes(app: Flask, tmp_path: Path) -> None:
    load(write(tmp_path))
    author = factories.person()
    edited = Content(Kind.JUDGE, "对吗", (), True, "对。", ("five-musts/1",), "政治纪律", "easy")
    service.edit_question(question("five-musts-001").id, edited, 1, NOW, author.id)
    assert load(tmp_path) == {}
    assert load(write(tmp_path, QUESTIONS, "个人权威", "局部权威")) == {"questions_changed": 1}
    newest = db.session.get_one(QuestionVersion, question("five-musts-001").current_version_id)
    assert (newest.number, newest.kind) == (3, "single")


def test_a_changed_clause_keeps_its_row(app: Flask, tmp_path: Path) -> None:
    load(write(tmp_path))
    row = db.session.scalars(sa.select(Clause.id).where(Clause.code == "2")).one()
    write(tmp_path, SETS, "党的团结", "党的团结统一")
    assert content.load(tmp_path, NOW) == {"clauses_changed": 1}
    assert db.session.get_one(Clause, row).text == "必须维护党的团结统一"


def test_a_clause_that_questions_cite_cannot_leave(app: Flask, tmp_path: Path) -> None:
    load(write(tmp_path))
    write(tmp_path, SETS, '[[clause]]\ncode = "2"\ntext = "必须维护党的团结"\n', "")
    for name in ("questions/five-musts.toml", "readings/five-musts.toml"):
        (tmp_path / name).write_text("")
    with pytest.raises(ContentError, match="已有试题引用条款 2，不能删去。"):
        content.load(tmp_path, NOW)


def test_an_uncited_clause_leaves_with_its_file(app: Flask, tmp_path: Path) -> None:
    three = 'text = "必须维护党的团结"\n\n[[clause]]\ncode = "3"\ntext = "三"\n'
    load(write(tmp_path, SETS, 'text = "必须维护党的团结"\n', three))
    assert load(write(tmp_path)) == {"clauses_deleted": 1}


def test_a_local_set_filled_in_here_is_not_overwritten(app: Flask, tmp_path: Path) -> None:
    load(write(tmp_path))
    local = db.session.scalars(sa.select(RuleSet).where(RuleSet.local)).one()
    local.document, local.summary = "青禾县“七个严禁”规定", "本县规定。"
    db.session.commit()
    assert load(write(tmp_path, "rule_sets/seven-prohibitions.toml", "由本县填写", "请填写")) == {}
    assert db.session.get_one(RuleSet, local.id).summary == "本县规定。"


def test_one_fault_anywhere_loads_nothing(app: Flask, tmp_path: Path) -> None:
    with pytest.raises(ContentError, match="five-musts.toml:6 key"):
        content.load(write(tmp_path, QUESTIONS, 'key = "a"', 'key = "x"'), NOW)
    assert db.session.scalar(sa.select(sa.func.count()).select_from(RuleSet)) == 0


def test_the_whole_content_loads_and_a_retired_question_stays_retired(app: Flask) -> None:
    counts = content.load(CONTENT, NOW)
    assert counts["questions_created"] >= 150
    assert counts["rule_sets_created"] == len(list(CONTENT.glob("rule_sets/*.toml")))
    retired = db.session.scalars(sa.select(Question).limit(1)).one()
    service.retire(retired, NOW)
    db.session.flush()
    assert content.load(CONTENT, NOW) == {}
    assert retired.retired_at == NOW


def test_what_a_reviewer_gave_back_no_file_publishes(app: Flask, tmp_path: Path) -> None:
    content.load(write(tmp_path), NOW)  # nobody has read them yet
    made, reviewer = question("five-musts-001"), factories.person()
    service.give_back(made, 1, "选项太短。", NOW, reviewer.id)
    db.session.commit()
    load(tmp_path)  # a second reader has answered it meanwhile
    assert (made.current_version_id, service.newest(made).submitted_at) == (None, None)
    assert question("five-musts-002").current_version_id is not None
    service.submit(made, 1, NOW, reviewer.id)
    load(tmp_path)
    assert made.current_version_id is None  # sent again, it waits for the reviewer
    load(write(tmp_path, QUESTIONS, "个人权威", "局部权威"))
    assert made.current_version_id == service.newest(made).id
