"""Derived once, numbered without holes, refused in words, voided and replaced."""

import threading
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
from flask import Flask

from app.audit.models import AuditEvent
from app.certificates import service
from app.certificates.models import Certificate, CertificateTrouble
from app.people import school
from app.web import fonts
from app.web.db import db
from tests import factories
from tests.conftest import START
from tests.courses import factories as courses


@pytest.fixture(autouse=True)
def named(app: Flask) -> None:
    school.save(school.School("青禾县委党校", "青禾党校"))
    db.session.commit()


def issued() -> list[Certificate]:
    db.session.expire_all()
    return list(db.session.scalars(sa.select(Certificate).order_by(Certificate.id)))


def troubles() -> list[str]:
    return list(db.session.scalars(sa.select(CertificateTrouble.message)))


def test_facts_are_frozen_as_printed(app: Flask) -> None:
    person = factories.person("张三", factories.unit("青禾县委办公室"), post="主任")
    course = courses.course("reading", exam=courses.exam())
    courses.read(course.lessons[0], person, datetime(2026, 11, 1, 16, 30, tzinfo=UTC))  # the 2nd in Beijing
    courses.sat(course.exam, person, START, 925)
    assert service.derive(START) == 1
    (made,) = issued()
    assert made.facts == {
        "name": "张三", "unit_and_post": "青禾县委办公室主任", "course": "严守政治纪律",
        "started": "2026年11月2日", "finished": "2026年11月23日", "hours": "6.0", "score": "92.5分",
        "number": "青禾党校〔2026〕第00001号", "school": "青禾县委党校", "issued": "2026年11月23日",
    }  # fmt: skip
    assert made.number == made.facts["number"] and len(made.code) == 28
    person.name = "张三丰"
    db.session.commit()
    assert service.derive(START + timedelta(days=1)) == 0
    assert issued()[0].facts["name"] == "张三"


def test_only_completed_published_courses_are_certified(app: Flask) -> None:
    person = factories.person()
    course = courses.course("reading", "reading", exam=courses.exam())
    courses.sat(course.exam, person, START)
    courses.read(course.lessons[0], person, START)
    courses.completed(courses.course("reading", published=False), person, START)
    assert service.derive(START) == 0
    courses.read(course.lessons[1], person, START)
    assert service.derive(START) == 1


def test_a_year_begins_at_one_in_beijing(app: Flask) -> None:
    course = courses.course("reading")
    for moment in (datetime(2026, 12, 31, 15, 59, tzinfo=UTC), datetime(2026, 12, 31, 16, 0, tzinfo=UTC)):
        courses.completed(course, factories.person(), moment)
        service.derive(moment)
    assert [one.number for one in issued()] == ["青禾党校〔2026〕第00001号", "青禾党校〔2027〕第00001号"]


def test_a_character_without_a_glyph_is_refused_and_uses_no_number(app: Flask) -> None:
    course = courses.course("reading")
    rare, plain = factories.person("王\U000323af"), factories.person("李四")
    assert 0x323AF not in fonts.coverage(fonts.printing())
    for person in (rare, plain):
        courses.completed(course, person, START)
    assert service.derive(START) == 1
    assert [one.facts["name"] for one in issued()] == ["李四"]
    (message,) = troubles()
    assert "姓名“王\U000323af”中的“\U000323af”" in message
    service.derive(START + timedelta(minutes=1))
    assert len(troubles()) == 1
    rare.name = "王五"
    db.session.commit()
    assert service.derive(START + timedelta(minutes=2)) == 1
    assert [one.serial for one in issued()] == [1, 2]
    assert troubles() == []


def test_one_failure_delays_nobody_and_leaves_no_hole(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    course = courses.course("reading")
    for name in ("甲", "乙", "丙"):
        courses.completed(course, factories.person(name), START)
    codes = iter(["a" * 28, "a" * 28, "b" * 28, "c" * 28])  # the second one is taken: the database refuses
    monkeypatch.setattr(service, "new_code", lambda: next(codes))
    assert service.derive(START) == 2
    assert service.derive(START) == 1
    assert sorted(one.serial for one in issued()) == [1, 2, 3]


def test_two_workers_never_double_and_leave_no_hole(app: Flask) -> None:
    course = courses.course("reading")
    for number in range(12):
        courses.completed(course, factories.person(f"学员{number}"), START)
    gate = threading.Barrier(4)
    counts: list[int] = []

    def work() -> None:
        with app.app_context():
            gate.wait()
            counts.append(service.derive(START))

    workers = [threading.Thread(target=work) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(60)
    assert sum(counts) == 12 and len(counts) == 4
    assert sorted(one.serial for one in issued()) == list(range(1, 13))
    assert len({one.person_id for one in issued()}) == 12


def test_a_voided_certificate_stays_voided(app: Flask) -> None:
    course, person = courses.course("reading"), factories.person()
    courses.completed(course, person, START)
    service.derive(START)
    (made,) = issued()
    service.void(made, "成绩复核后不合格", START)
    db.session.commit()
    assert service.derive(START + timedelta(days=1)) == 0
    (made,) = issued()
    assert (made.voided_at, made.void_reason) == (START, "成绩复核后不合格")
    event = db.session.scalars(sa.select(AuditEvent).where(AuditEvent.action == "certificate.void")).one()
    assert event.target == f"person:{made.person_id}" and made.number in event.summary
    assert "成绩复核后不合格" in (event.after or "")


def test_of_two_who_void_at_once_the_first_reason_stands(app: Flask) -> None:
    courses.completed(courses.course("reading"), factories.person(), START)
    service.derive(START)
    (shown,) = issued()
    assert shown.voided_at is None  # read before the colleague's act
    with db.engine.begin() as colleague:
        colleague.execute(sa.update(Certificate).values(voided_at=START, void_reason="甲"))
    service.void(shown, "乙", START + timedelta(days=1))
    db.session.commit()
    assert issued()[0].void_reason == "甲"


def test_reissue_takes_the_present_name_and_the_next_number(app: Flask) -> None:
    course, person = courses.course("reading"), factories.person("张珊")
    courses.completed(course, person, START)
    service.derive(START)
    (old,) = issued()
    person.name = "张三"
    later = START + timedelta(days=2)
    made = service.reissue(old, "姓名录入有误", later)
    db.session.commit()
    assert made is not None and made.replaces_id == old.id
    assert (made.serial, made.facts["name"], made.facts["issued"]) == (2, "张三", "2026年11月25日")
    assert made.facts["finished"] == old.facts["finished"] == "2026年11月23日"
    assert (old.voided_at, old.facts["name"]) == (later, "张珊")
    assert service.reissue(old, "再来一次", later) is None
    assert [one.serial for one in issued()] == [1, 2]


def test_reissue_refuses_what_cannot_be_printed_and_changes_nothing(app: Flask) -> None:
    course, person = courses.course("reading"), factories.person("张三")
    courses.completed(course, person, START)
    service.derive(START)
    person.name = "张\U000323af"
    db.session.commit()
    with pytest.raises(service.Unprintable):
        service.reissue(issued()[0], "改名", START)
    assert issued()[0].voided_at is None


def test_reissue_keeps_study_facts_when_the_course_has_grown(app: Flask) -> None:
    course, person = courses.course("reading"), factories.person("张三")
    courses.completed(course, person, START)
    service.derive(START)
    courses.save(
        courses.Lesson(course_id=course.id, code="99", position=9, title="新课", kind="reading", minutes=1,
                       body="", rule_sets=[], quiz_id=None)
    )  # fmt: skip
    db.session.expire_all()
    made = service.reissue(issued()[0], "补发", START)
    assert made is not None and made.facts["finished"] == "2026年11月23日"
