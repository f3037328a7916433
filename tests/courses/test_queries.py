"""Whose course it is, and when it is completed."""

from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask

from app.courses import queries
from app.people.models import Person
from app.web.db import db
from tests import factories
from tests.conftest import START, Queries
from tests.courses import factories as make

NOBODY = sa.select(Person.id).where(sa.false())


def test_a_course_reaches_the_unit_below_and_the_person_alone(app: Flask) -> None:
    county = factories.unit()
    town, other = factories.unit("溪川镇", county), factories.unit("石桥镇", county)
    li, wang = factories.person("李", town), factories.person("王", other)
    on_county, on_town, on_wang = make.course("reading"), make.course("reading"), make.course("reading")
    make.assigned(on_county, county)
    make.assigned(on_town, town)
    make.assigned(on_wang, wang)
    make.assigned(make.course("reading", published=False), county)

    def of(person: Person) -> set[int]:
        return {one.course.id for one in queries.assigned_courses(person.id, person.unit.path)}

    assert of(li) == {on_county.id, on_town.id}
    assert of(wang) == {on_county.id, on_wang.id}


def test_the_nearest_due_date_counts(app: Flask) -> None:
    county = factories.unit()
    town = factories.unit("溪川镇", county)
    li, wang = factories.person("李", town), factories.person("王", town)
    course = make.course("reading")
    make.assigned(course, wang, None)
    make.assigned(course, town, START + timedelta(days=2))
    make.assigned(course, county, START + timedelta(days=1))
    due = [queries.assigned_courses(p.id, p.unit.path)[0].due_at for p in (li, wang)]
    assert due == [START + timedelta(days=2), None]


def test_completed_when_lessons_quiz_and_exam_are_done(app: Flask) -> None:
    person, course = factories.person(), make.course("reading", "rules", "quiz", exam=make.exam())
    reading, rules, quiz = course.lessons

    def standing() -> queries.Standing:
        return queries.standings([course], [person.id])[course.id, person.id]

    make.read(reading, person, START)
    make.sat(quiz.quiz, person, START + timedelta(hours=1), passed=False)
    assert (standing().lessons, standing().completed_at) == ((1, 3), None)
    assert standing().next_lesson is rules
    make.read(rules, person, START + timedelta(hours=2))
    make.sat(quiz.quiz, person, START + timedelta(hours=3))
    assert (standing().lessons, standing().completed_at) == ((3, 3), None)
    make.sat(course.exam, person, START + timedelta(hours=4), 590, passed=False)
    assert standing().completed_at is None
    make.sat(course.exam, person, START + timedelta(hours=5), 600)
    assert standing().completed_at == START + timedelta(hours=5)
    assert standing().started_at == START


@pytest.mark.parametrize("kinds", [("reading", "quiz"), ("quiz",), ()])
def test_completed_finds_exactly_those_who_completed(app: Flask, kinds: tuple[str, ...]) -> None:
    course = make.course(*kinds, exam=make.exam())
    done, had, half = factories.person("甲"), factories.person("乙"), factories.person("丙")
    make.completed(course, done, START)
    make.completed(course, had, START)
    make.sat(course.exam, half, START, 100, passed=False)
    for lesson in course.lessons[:1]:
        if lesson.kind == "reading":
            make.read(lesson, half, START)
    without = sa.select(Person.id).where(Person.id == had.id)
    assert list(queries.completed(course, without)) == [done.id]
    assert sorted(queries.completed(course, NOBODY)) == [done.id, had.id]


def test_a_course_that_asks_nothing_is_never_completed(app: Flask) -> None:
    factories.person()
    assert queries.completed(make.course(), NOBODY) == {}


@pytest.mark.parametrize("rows", [1, 3, 30])
def test_statements_do_not_grow_with_courses(app: Flask, queries: Queries, rows: int) -> None:
    person = factories.person()
    for _ in range(rows):
        make.assigned(make.course("reading", "quiz", exam=make.exam()), person)
    path = person.unit.path
    db.session.expire_all()
    person_id = person.id
    queries.statements.clear()
    from app.courses.queries import assigned_courses

    assert len(assigned_courses(person_id, path)) == rows
    assert len(queries) == 6
