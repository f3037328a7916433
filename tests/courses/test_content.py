"""Course files: the shipped ones load, broken ones name file, line and field."""

import shutil
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask

from app.bank import content as bank
from app.courses import content
from app.courses.models import Course, Lesson, LessonProgress
from app.web.config import CONTENT
from app.web.content import ContentError
from app.web.db import db
from tests import factories
from tests.conftest import START


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the shipped content, to break."""
    for name in ("rule_sets", "questions", "readings", "blueprints", "courses"):
        shutil.copytree(CONTENT / name, tmp_path / name)
    return tmp_path


def edit(folder: Path, old: str, new: str) -> None:
    file = folder / "courses/political-discipline/course.toml"
    text = file.read_text()
    assert old in text
    file.write_text(text.replace(old, new, 1))


def test_the_shipped_course_loads_and_loads_again(app: Flask) -> None:
    assert content.check(CONTENT) == []
    bank.load(CONTENT, START)
    assert content.load(CONTENT, START) == {"courses_created": 1, "lessons_created": 7}
    assert content.load(CONTENT, START) == {}
    course = db.session.scalars(sa.select(Course)).one()
    assert (course.credit_hours, course.published) == (45, False)
    assert [lesson.kind for lesson in course.lessons] == ["reading"] * 5 + ["rules", "quiz"]
    quiz = course.lessons[-1].quiz
    assert quiz is not None and (quiz.code, quiz.draw) == ("lesson:political-discipline/07", 10)


def test_a_changed_file_changes_the_course(app: Flask, folder: Path) -> None:
    bank.load(folder, START)
    content.load(folder, START)
    edit(folder, "credit_hours = 4.5", "credit_hours = 7.5")
    (folder / "courses/political-discipline/01-oath.md").write_text("新正文")
    assert content.load(folder, START) == {"courses_changed": 1, "lessons_changed": 1}
    assert db.session.scalars(sa.select(Course.credit_hours)).one() == 75


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ('title = "严守', 'titel = "严守', "course.toml:1 title：缺少这个字段。"),
        ("credit_hours = 4.5", 'credit_hours = "六"', "course.toml:4 credit_hours：应当是数字。"),
        ('blueprint = "discipline-final"', 'blueprint = "x"', "course.toml:5 blueprint：没有组卷规则 x。"),
        ('file = "01-oath.md"', 'file = "../../x.md"', "course.toml:11 file：课程文件夹里没有 ../../x.md。"),
        ('kind = "reading"', 'kind = "video"', "course.toml:10 kind：应当是 reading、rules 或 quiz。"),
        ('code = "02"', 'code = "01"', "course.toml:16 code：课时编号 01 重复。"),
        ('"four-winds",\n    "eight', '"five-winds",\n    "eight', "rule_sets：没有规矩条目集 five-winds。"),
        ("minutes = 20", "minutes = 0", "course.toml:12 minutes：不能小于 1。"),
        ("[[lesson]]", "[[lesson", "不合 TOML 的写法"),
    ],
)
def test_a_fault_is_named_and_nothing_is_loaded(
    app: Flask, folder: Path, old: str, new: str, fault: str
) -> None:
    edit(folder, old, new)
    assert any(fault in str(found) for found in content.check(folder)), content.check(folder)
    with pytest.raises(ContentError):
        content.load(folder, START)
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Course)) == 0


def test_too_few_questions_are_a_fault_of_the_quiz(app: Flask, folder: Path) -> None:
    for name in ("questions", "readings"):
        shutil.rmtree(folder / name)
        (folder / name).mkdir()
    bank.load(folder, START)
    with pytest.raises(ContentError, match="试题不够，还差 10 题"):
        content.load(folder, START)


def test_a_lesson_that_people_learnt_stays(app: Flask, folder: Path) -> None:
    bank.load(folder, START)
    content.load(folder, START)
    first = db.session.scalars(sa.select(Lesson).where(Lesson.code == "01")).one()
    person = factories.person()
    factories.save(LessonProgress(lesson_id=first.id, person_id=person.id, done_at=START))
    edit(folder, 'code = "01"', 'code = "99"')
    with pytest.raises(ContentError, match="课时 01 已有人学习"):
        content.load(folder, START)
