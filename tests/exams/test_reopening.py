"""重新开放: who handed in, or ran out of time, writes on; the score that was is kept and counts no more."""

from collections.abc import Callable
from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from app.audit.models import AuditEvent
from app.domain.access import Role
from app.domain.regrading import Remedy
from app.exams import attempts, jobs, queries, regrading, reopening, service
from app.exams.epochs import Origin
from app.exams.models import Attempt, Exam, PaperItem, Score
from app.exams.reopening import Refusal
from app.exams.result_models import Mark
from app.exams.seat_models import Incident
from app.people.models import Person, Unit
from app.web.db import db
from tests import factories
from tests.conftest import Clock
from tests.exams import build

SignIn = Callable[[Person], FlaskClient]


@pytest.fixture
def county(app: Flask) -> Unit:
    return factories.unit("青禾县")


@pytest.fixture
def watcher(county: Unit) -> Person:
    person = factories.person("监考员", county)
    factories.grant(person, Role.INVIGILATOR, county)
    return person


@pytest.fixture
def exam(app: Flask, time: Clock) -> Exam:
    return build.exam(time.now, release="score", attempts=2, hours=6, minutes=45, single=1)


def sat(exam: Exam, person: Person, time: Clock, value: str = "b") -> Attempt:
    """Handed in with this answer to the one question; "b" is right."""
    service.assign(exam, person=person)
    attempt, _made = attempts.start(exam, person.id, time.now)
    db.session.commit()
    build.answer(attempt.id, 1, value, time.now)
    attempts.submit(attempt.id, person.id, Origin(""), None, [], time.now)
    db.session.commit()
    return attempt


def passed(exam: Exam, person: Person) -> bool | None:
    """None: there is no result."""
    result = queries.results([exam.id]).get((exam.id, person.id))
    return result and result.passed


def versions(attempt: Attempt) -> list[tuple[int, bool, str]]:
    rows = sa.select(Score).where(Score.attempt_id == attempt.id).order_by(Score.version)
    return [(score.points, score.passed, score.reason) for score in db.session.scalars(rows)]


def test_a_score_counts_no_more_until_the_paper_is_handed_in_again(
    exam: Exam, county: Unit, watcher: Person, time: Clock, sign_in: SignIn
) -> None:
    person = factories.person("甲", county)
    attempt = sat(exam, person, time)
    assert passed(exam, person) is True
    client, url = sign_in(watcher), f"/manage/exams/attempts/{attempt.id}/reopen"
    assert "请写明理由" in client.post(url, data={"reopen-minutes": "10", "reopen-reason": " "}).text
    data = {"reopen-minutes": "10", "reopen-reason": "误触交卷"}
    assert "已重新开放" in client.post(url, data=data, follow_redirects=True).text
    assert "没有重复办理" in client.post(url, data=data, follow_redirects=True).text
    db.session.refresh(attempt)
    assert (attempt.submitted_at, attempt.receipt, attempt.closed_by) == (None, None, None)
    assert attempt.extra_minutes == 0  # what was left of the 45 minutes is more
    assert passed(exam, person) is None
    assert sign_in(person).get(f"/attempts/{attempt.id}/result").status_code == 302
    build.answer(attempt.id, 1, "a", time.now, seq=2)
    attempts.submit(attempt.id, person.id, Origin(""), None, [], time.now)
    db.session.commit()
    assert passed(exam, person) is False
    assert versions(attempt) == [(20, True, "first"), (0, False, "reopened"), (0, False, "first")]
    event = db.session.scalars(sa.select(AuditEvent).where(AuditEvent.action == "attempt.reopen")).one()
    assert event.summary.endswith("至少再答 10 分钟：误触交卷") and "receipt" in str(event.before)


def test_after_the_deadline_there_are_the_minutes_that_were_given(
    exam: Exam, county: Unit, time: Clock
) -> None:
    person = factories.person("甲", county)
    attempt, _made = attempts.start(exam, person.id, time.now)
    db.session.commit()
    time.advance(minutes=50)
    assert jobs.sweep() == 1
    time.advance(minutes=3, seconds=20)
    assert reopening.reopen(attempt.id, 15, time.now) is None
    db.session.commit()
    end = queries.attempt_clock(attempt)
    assert attempt.extra_minutes == 24 and end.submitted_at is None  # 53:20 + 15, of 45, in whole minutes
    time.advance(minutes=15)
    assert jobs.sweep() == 0
    time.advance(minutes=2)
    assert jobs.sweep() == 1
    assert [reason for *_score, reason in versions(attempt)] == ["first", "reopened", "first"]


def test_what_stays_closed(exam: Exam, county: Unit, time: Clock) -> None:
    person = factories.person("甲", county)
    attempt = sat(exam, person, time)
    attempts.start(exam, person.id, time.now)
    db.session.commit()
    assert reopening.reopen(attempt.id, 10, time.now) is Refusal.NEWER
    shown = sat(build.exam(time.now, single=1), factories.person("乙", county), time)
    assert reopening.reopen(shown.id, 10, time.now) is Refusal.SHOWN
    assert versions(shown) == [(20, True, "first")]


def test_what_graders_have_begun_stays_closed(app: Flask, county: Unit, time: Clock) -> None:
    exam = build.exam(time.now, release="score", short=1)
    attempt = sat(exam, factories.person("甲", county), time, "一段答案")
    mark = db.session.scalars(sa.select(Mark)).one()
    assert reopening.reopen(attempt.id, 10, time.now) is None
    db.session.commit()
    assert db.session.scalars(sa.select(Mark)).all() == []
    attempts.submit(attempt.id, attempt.person_id, Origin(""), None, [], time.now)
    db.session.commit()
    again = db.session.scalars(sa.select(Mark)).one()
    assert (again.attempt_id, again.slot) == (attempt.id, 1) and again is not mark
    again.at, again.points = time.now, 0
    db.session.commit()
    assert reopening.reopen(attempt.id, 10, time.now) is Refusal.MARKED


def test_a_regrade_leaves_what_is_open_alone(app: Flask, county: Unit, time: Clock) -> None:
    """It is scored by the decision when it is handed in again."""
    exam = build.exam(time.now, release="score", single=1)
    open_again, closed = (sat(exam, factories.person(name, county), time, "a") for name in ("甲", "乙"))
    reopening.reopen(open_again.id, 10, time.now)
    db.session.commit()
    staff = [factories.person(name) for name in ("提出人", "审定人")]
    version_id = db.session.scalars(sa.select(PaperItem.version_id)).one()
    regrade = regrading.propose(exam, (version_id, 0), Remedy.KEY, "a", "答案有误", staff[0].id, time.now)
    regrading.decide(regrade, True, "属实", staff[1].id, time.now)
    db.session.commit()
    assert regrading.apply_approved() == 1
    assert [reason for *_score, reason in versions(open_again)] == ["first", "reopened"]
    assert versions(closed)[-1] == (20, True, "regrade")
    attempts.submit(open_again.id, open_again.person_id, Origin(""), None, [], time.now)
    db.session.commit()
    assert versions(open_again)[-1] == (20, True, "first")


def test_a_whole_room_after_a_power_cut(
    exam: Exam, county: Unit, watcher: Person, time: Clock, sign_in: SignIn
) -> None:
    """Those whose time ran out in the dark, not those who had handed in or whose time ran out long before;
    twice clicked is once done."""
    cut, other, before = (factories.person(name, county) for name in "甲乙丁")
    service.assign(exam, person=before)
    attempts.start(exam, before.id, time.now - timedelta(hours=1))
    handed_in = sat(exam, factories.person("丙", county), time)
    for person in (cut, other):
        service.assign(exam, person=person)
        attempts.start(exam, person.id, time.now)
    db.session.commit()
    time.advance(minutes=60)
    jobs.sweep()
    attempts.start(exam, other.id, time.now)  # has begun another one
    db.session.commit()
    client, url = sign_in(watcher), f"/manage/exams/{exam.id}/room/reopen"
    data = {"reopen-minutes": "20", "reopen-reason": "停电", "reopen-form": "f", "reopen-everybody": "y"}
    said = client.post(url, data=data, follow_redirects=True).text
    assert "已重新开放 1 份答卷。" in said
    assert "没有重复办理" in client.post(url, data=data, follow_redirects=True).text
    rows = sa.select(Attempt.person_id, Attempt.number).where(Attempt.submitted_at.is_(None))
    assert set(db.session.execute(rows).all()) == {(cut.id, 1), (other.id, 2)}
    assert handed_in.submitted_at is not None
    noted = db.session.scalars(sa.select(Incident)).one()
    assert (noted.kind, noted.text) == ("reopen", "重新开放 1 人的答卷，至少再答 20 分钟：停电（甲）")
