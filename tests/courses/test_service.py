from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask

from app.audit.models import AuditEvent
from app.courses import service
from app.courses.models import CourseAssignment, LessonProgress
from app.courses.service import CourseText, LessonText
from app.exams.models import ExamAssignment
from app.web.db import db
from tests import factories
from tests.conftest import START
from tests.courses import factories as make


def actions() -> list[str]:
    return list(db.session.scalars(sa.select(AuditEvent.action).order_by(AuditEvent.id)))


def test_a_lesson_is_done_once(app: Flask) -> None:
    person, course = factories.person(), make.course("reading")
    service.mark_done(course.lessons[0], person.id, START)
    service.mark_done(course.lessons[0], person.id, START + timedelta(hours=1))
    db.session.commit()
    assert db.session.scalars(sa.select(LessonProgress.done_at)).all() == [START]


def test_assigning_again_moves_the_due_date_and_the_exam_comes_along(app: Flask) -> None:
    unit, course = factories.unit(), make.course("reading", exam=make.exam())
    service.assign(course, unit=unit)
    service.assign(course, unit=unit, due_at=START)
    db.session.commit()
    assert db.session.scalars(sa.select(CourseAssignment.due_at)).all() == [START]
    assert db.session.scalars(sa.select(ExamAssignment.unit_id)).all() == [unit.id]
    assert actions() == ["course.assign", "course.assign"]


def test_a_chosen_exam_is_assigned_to_who_has_the_course(app: Flask) -> None:
    person, course, exam = factories.person(), make.course("reading"), make.exam()
    make.assigned(course, person)
    service.update_course(course, CourseText(course.code, "新名", "", 45), exam)
    assert db.session.scalars(sa.select(ExamAssignment.person_id)).all() == [person.id]
    assert (course.title, course.credit_hours, course.exam_id) == ("新名", 45, exam.id)
    assert actions() == ["course.update"]


def test_an_empty_course_is_not_published(app: Flask) -> None:
    course = make.course(published=False)
    with pytest.raises(service.Refusal, match="还没有课时"):
        service.publish(course, True)
    assert not course.published
    service.add_lesson(course, LessonText("一", "reading", 5, body="文"), START)
    service.publish(course, True)
    assert course.published


def test_a_code_is_taken_once(app: Flask) -> None:
    text = CourseText("same", "课", "", 10)
    assert service.create_course(text) is not None
    assert service.create_course(text) is None


def test_lessons_are_ordered(app: Flask) -> None:
    course = make.course("reading", "reading", "reading")
    last = course.lessons[2]
    service.move_lesson(last, up=True)
    assert [lesson.title for lesson in course.lessons] == ["第1课", "第3课", "第2课"]
    service.move_lesson(last, up=True)
    service.move_lesson(last, up=True)
    assert [lesson.title for lesson in course.lessons] == ["第3课", "第1课", "第2课"]
    added = service.add_lesson(course, LessonText("新", "reading", 5, body="文"), START)
    assert (course.lessons[-1], added.code) == (added, "04")


def test_a_lesson_that_somebody_learnt_is_kept(app: Flask) -> None:
    course = make.course("reading", "reading")
    kept, gone = course.lessons
    make.read(kept, factories.person(), START)
    with pytest.raises(service.Refusal, match="不能删除"):
        service.delete_lesson(kept)
    service.delete_lesson(gone)
    db.session.commit()
    assert [lesson.id for lesson in course.lessons] == [kept.id]
