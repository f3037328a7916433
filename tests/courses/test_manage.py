"""The back office of courses."""

import io
from collections.abc import Callable

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from python_calamine import CalamineWorkbook

from app.bank import content as bank
from app.courses.models import Course, CourseAssignment, Lesson
from app.domain.access import Role
from app.people.models import Person, Unit
from app.web.config import CONTENT
from app.web.db import db
from tests import factories
from tests.conftest import START, Queries
from tests.courses import factories as make

SignIn = Callable[[Person], FlaskClient]
COURSE = {"title": "新课程", "code": "new-course", "summary": "简介", "credit_hours": "4.5", "exam_id": "0"}


@pytest.fixture
def county(app: Flask) -> Unit:
    return factories.unit()


@pytest.fixture
def admin(county: Unit, sign_in: SignIn) -> FlaskClient:
    person = factories.person("管理员", county)
    factories.grant(person, Role.ADMIN, county)
    return sign_in(person)


def only(kind: type) -> object:
    return db.session.scalars(sa.select(kind)).one()


def test_a_course_from_nothing_to_published(admin: FlaskClient) -> None:
    assert "还没有课程" in admin.get("/manage/courses/").text
    page = admin.post("/manage/courses/new", data=COURSE, follow_redirects=True)
    course = only(Course)
    assert isinstance(course, Course)
    path = f"/manage/courses/{course.id}"
    assert page.request.path == path and "还没有发布" in page.text
    assert (course.title, course.credit_hours, course.exam_id) == ("新课程", 45, None)
    assert "还没有课时" in admin.post(f"{path}/publish", follow_redirects=True).text
    lesson = {"title": "第一课", "minutes": "15", "body": "**正文**"}
    assert admin.post(f"{path}/lessons/new/reading", data=lesson).location == path
    assert "课程已发布" in admin.post(f"{path}/publish", follow_redirects=True).text
    assert db.session.get_one(Course, course.id).published
    assert admin.post("/manage/courses/new", data=COURSE).text.count("这个编码已有课程使用") == 2


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("title", " ", "请填写课程名称"),
        ("code", "课程", "只用小写字母"),
        ("credit_hours", "-1", "学时在 0 至 1000 之间"),
        ("credit_hours", "", "请填写学时"),
    ],
)
def test_what_is_wrong_is_said_beside_the_field(
    admin: FlaskClient, field: str, value: str, words: str
) -> None:
    page = admin.post("/manage/courses/new", data=COURSE | {field: value})
    assert page.status_code == 200 and words in page.text
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Course)) == 0


def test_editing_shows_what_is_stored(admin: FlaskClient) -> None:
    exam = make.exam(title="县里的考试")
    course = make.course("reading", exam=exam)
    path = f"/manage/courses/{course.id}"
    page = admin.get(path).text
    assert 'value="6"' in page and f'selected value="{exam.id}">县里的考试' in page
    admin.post(path, data=COURSE | {"credit_hours": "2", "code": "ignored", "exam_id": "0"})
    course = db.session.get_one(Course, course.id)
    assert (course.title, course.credit_hours, course.exam_id) == ("新课程", 20, None)
    assert course.code != "ignored"


def test_a_preview_saves_nothing(admin: FlaskClient) -> None:
    course = make.course("reading")
    lesson = course.lessons[0]
    data = {"title": "改", "minutes": "5", "body": "## 新标题\n\n<b>x</b>", "preview": "1"}
    page = admin.post(f"/manage/courses/{course.id}/lessons/{lesson.id}", data=data).text
    assert "<h2>新标题</h2>" in page and "&lt;b&gt;x&lt;/b&gt;" in page
    assert db.session.get_one(Lesson, lesson.id).title == "第1课"


def test_lessons_move_and_go(admin: FlaskClient) -> None:
    course = make.course("reading", "reading")
    first, second = course.lessons
    path = f"/manage/courses/{course.id}/lessons"
    admin.post(f"{path}/{second.id}/move", data={"to": "up"})
    assert [one.id for one in db.session.get_one(Course, course.id).lessons] == [second.id, first.id]
    admin.post(f"{path}/{first.id}/delete")
    assert [one.id for one in db.session.get_one(Course, course.id).lessons] == [second.id]
    assert admin.get(f"{path}/new/video").status_code == 404


def test_a_quiz_needs_enough_questions(admin: FlaskClient) -> None:
    bank.load(CONTENT, START)
    db.session.commit()
    course = make.course("reading")
    data = {"title": "小测", "minutes": "5", "rule_sets": ["five-musts"], "count": "99", "pass_percent": "60"}
    path = f"/manage/courses/{course.id}/lessons/new/quiz"
    assert "试题不够" in admin.post(path, data=data).text
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Lesson)) == 1
    assert admin.post(path, data=data | {"count": "5"}).status_code == 302
    made = db.session.scalars(sa.select(Lesson).where(Lesson.kind == "quiz")).one()
    assert made.quiz is not None and made.quiz.draw == 5
    assert 'value="5"' in admin.get(f"/manage/courses/{course.id}/lessons/{made.id}").text


def test_assign_to_a_unit_or_a_person(admin: FlaskClient, county: Unit) -> None:
    course, person = make.course("reading"), factories.person("张三", county, username="zhang")
    path = f"/manage/courses/{course.id}/assignments"
    both = {"unit_id": str(county.id), "username": "zhang", "due": ""}
    assert "请填其中一项" in admin.post(path, data=both).text
    assert "没有这个用户名" in admin.post(path, data={"unit_id": "0", "username": "nobody"}).text
    admin.post(path, data={"unit_id": "0", "username": "Zhang", "due": "2026-12-31"})
    row = only(CourseAssignment)
    assert isinstance(row, CourseAssignment) and row.person_id == person.id
    assert row.due_at is not None and row.due_at.isoformat() == "2026-12-31T15:59:59+00:00"
    assert "2026-12-31" in admin.get(path).text
    assert "已取消对张三的指派" in admin.post(f"{path}/{row.id}/remove", follow_redirects=True).text
    assert db.session.scalar(sa.select(sa.func.count()).select_from(CourseAssignment)) == 0


def test_courses_are_the_whole_schools(app: Flask, county: Unit, sign_in: SignIn) -> None:
    town = factories.unit("溪川镇", county)
    author, course = factories.person("命题人", town), make.course("reading")
    factories.grant(author, Role.AUTHOR, town)
    for path in ("", str(course.id), f"{course.id}/assignments"):
        assert sign_in(author).get(f"/manage/courses/{path}").status_code == 403


def test_nobody_assigns_outside_their_units(app: Flask, county: Unit, sign_in: SignIn) -> None:
    other = factories.unit("邻县")
    author = factories.person("命题人", county)
    factories.grant(author, Role.AUTHOR, county)
    stranger, course = factories.person("李四", other, username="li"), make.course("reading")
    theirs, beside = make.assigned(course, other), make.assigned(course, stranger)
    client, path = sign_in(author), f"/manage/courses/{course.id}/assignments"
    assert "李四" not in client.get(path).text
    assert client.post(path, data={"unit_id": str(other.id), "username": ""}).status_code == 200
    assert "没有这个用户名" in client.post(path, data={"unit_id": "0", "username": "li"}).text
    for row in (theirs, beside):
        assert client.post(f"{path}/{row.id}/remove").status_code == 404
    assert client.get(f"/manage/courses/{course.id}/learners").status_code == 403


def test_progress_by_person_and_unit_within_scope(county: Unit, sign_in: SignIn) -> None:
    town, other = factories.unit("溪川镇", county), factories.unit("石桥镇", county)
    course = make.course("reading", exam=make.exam())
    make.assigned(course, county)
    done, open_ = factories.person("张三", town), factories.person("李四", town)
    factories.person("外人", other)
    make.completed(course, done, START)
    liaison = factories.person("联络员", other)
    factories.grant(liaison, Role.LIAISON, town)
    client, path = sign_in(liaison), f"/manage/courses/{course.id}/learners"
    assert course.title in client.get("/manage/courses/progress").text
    page = client.get(path).text
    assert "共 2 人，已完成 1 人" in page and "外人" not in page
    assert open_.name not in client.get(f"{path}?state=done").text
    units = client.get(f"{path}?view=units").text
    assert "50%" in units and "石桥镇" not in units
    sheet = CalamineWorkbook.from_filelike(io.BytesIO(client.post(f"{path}.xlsx?state=done").data))
    assert sheet.get_sheet_by_index(0).to_python()[1:] == [
        ["张三", "溪川镇", "", 1.0, 1.0, "92", "2026-11-23"]
    ]


@pytest.mark.parametrize("rows", [1, 3, 30])
def test_statements_do_not_grow_with_learners(
    county: Unit, admin: FlaskClient, queries: Queries, rows: int
) -> None:
    course = make.course("reading", "quiz", exam=make.exam())
    town = factories.unit("溪川镇", county)
    make.assigned(course, town)
    for number in range(rows):
        make.completed(course, factories.person(f"学员{number}", town), START)
    path = f"/manage/courses/{course.id}/learners"
    queries.statements.clear()
    assert admin.get(path).status_code == 200
    assert len(queries) == 9
    queries.statements.clear()
    assert admin.get("/manage/courses/").status_code == 200
    assert len(queries) == 5
