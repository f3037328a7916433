"""工作台: what waits for the caller. Each part is asked only of those who may see it; few statements each."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from flask import Flask, current_app, url_for
from flask_babel import gettext as _
from flask_login import current_user

from app.audit.queries import chain_state
from app.bank import reviewing, stale
from app.bank.models import Question
from app.certificates.models import Certificate, CertificateTrouble
from app.courses.models import Course
from app.domain.access import Action
from app.exams import appeals, grading, regrading
from app.exams import manage_queries as exams
from app.exams.manage_queries import Counts, Window
from app.exams.models import Exam
from app.people import correction_requests
from app.people.grants import live
from app.people.models import Person, RoleGrant, Unit
from app.people.queries import top_of, within
from app.web import clock, gate, jobs
from app.web.db import db

SOON = timedelta(days=7)
NOTICE = timedelta(days=30)  # before a grant ends
Paths = tuple[str, ...]


@dataclass(frozen=True)
class Tile:
    """A number that leads to where the work is. `waits`: somebody should look."""

    number: int
    text: str
    url: str
    waits: bool = False


@dataclass(frozen=True)
class RunningExam:
    """An exam that is open now. `soon`: it closes within a week and somebody has not begun."""

    exam: Exam
    counts: Counts
    soon: bool


def running_exams(paths: Paths, now: datetime) -> list[RunningExam]:
    """The next to close first; those that concern nobody in the subtrees are left out."""
    found = db.session.scalars(
        sa.select(Exam)
        .where(Exam.kind == "exam", exams.in_window(Window.RUNNING, now))
        .order_by(Exam.closes_at, Exam.id)
    ).all()
    counts = exams.counts([exam.id for exam in found], paths)
    return [
        RunningExam(exam, counts[exam.id], exam.closes_at - now < SOON and counts[exam.id].not_started > 0)
        for exam in found
        if counts[exam.id].entrants
    ]


def tiles() -> list[Tile]:
    """What the caller may see, in the order of the navigation."""
    asked = (
        (Action.PEOPLE_VIEW, _people),
        (Action.PEOPLE_EDIT, _corrections),
        (Action.BANK_VIEW, _questions),
        (Action.BANK_REVIEW, _review),
        (Action.EXAM_EDIT, _exams),
        (Action.COURSE_EDIT, _courses),
        (Action.CERTIFICATE_VIEW, _certificates),
        (Action.MARK, _marking),
        (Action.ROLE_GRANT, _grants),
        (Action.AUDIT_VIEW, _audit),
        (Action.SYSTEM_VIEW, _system),
    )
    return [tile for action, ask in asked if (paths := gate.scope(action)) for tile in ask(paths)]


def _count(*conditions: sa.ColumnElement[bool]) -> sa.ColumnElement[int]:
    """How many rows meet all conditions, as one column of an aggregate statement."""
    return sa.func.count(sa.case((sa.and_(*conditions), 1)))


def _people(paths: Paths) -> Sequence[Tile]:
    active, locked_out = db.session.execute(
        sa.select(
            _count(Person.active.is_(True)), _count(Person.active.is_(True), Person.password_hash.is_(None))
        )
        .select_from(Person)
        .join(Unit, Unit.id == Person.unit_id)
        .where(within(paths))
    ).one()
    url = url_for("people_manage.people")
    return [
        Tile(active, _("在册人员"), url),
        *([Tile(locked_out, _("人还没有密码，不能登录"), _slips() or url, waits=True)] if locked_out else []),
    ]


def _corrections(paths: Paths) -> Sequence[Tile]:
    asked = correction_requests.waiting(paths)
    url = url_for("people_manage.corrections")
    return [Tile(asked, _("条更正申请待答复"), url, waits=True)] if asked else []


def _slips() -> str:
    """Where the caller prints slips for the first of the units they look after; "" if they may not."""
    top = top_of(gate.scope(Action.PEOPLE_EDIT))
    return url_for("people_manage.slips", unit_id=top) if top else ""


def _review(paths: Paths) -> Sequence[Tile]:
    waiting = reviewing.count()
    url = url_for("bank_manage.review")
    return [Tile(waiting, _("道试题待审"), url, waits=True)] if waiting else []


def _exams(paths: Paths) -> Sequence[Tile]:
    """Appeals and corrections of keys, each where there are any."""
    asked = appeals.waiting()
    proposed = regrading.waiting()
    first = Tile(asked, _("条成绩复核申请待答复"), url_for("exams_manage.appeals_list"), waits=True)
    found = [first] if asked else []
    if proposed:
        url = url_for("reports.regrades_waiting")
        found.append(Tile(len(proposed), _("项答案更正待审定"), url, waits=True))
    return found


def _questions(paths: Paths) -> Sequence[Tile]:
    in_use = (
        sa.select(sa.func.count())
        .select_from(Question)
        .where(Question.retired_at.is_(None), Question.current_version_id.is_not(None))
    )
    due = stale.due_count(clock.beijing(clock.now()).date())
    return [
        Tile(db.session.scalar(in_use) or 0, _("道试题在用"), url_for("bank_manage.questions")),
        *([Tile(due, _("道试题待复核"), url_for("reports.due"), waits=True)] if due else []),
    ]


def _courses(paths: Paths) -> Sequence[Tile]:
    published, drafts = db.session.execute(
        sa.select(_count(Course.published.is_(True)), _count(Course.published.is_(False)))
    ).one()
    url = url_for("courses_manage.courses")
    return [
        Tile(published, _("门课程已发布"), url),
        *([Tile(drafts, _("门课程尚未发布"), url, waits=True)] if drafts else []),
    ]


def _certificates(paths: Paths) -> Sequence[Tile]:
    def rows(model: type[Certificate] | type[CertificateTrouble], *more: sa.ColumnElement[bool]) -> int:
        joined = sa.select(sa.func.count()).select_from(model).join(Person, Person.id == model.person_id)
        return (
            db.session.scalar(joined.join(Unit, Unit.id == Person.unit_id).where(within(paths), *more)) or 0
        )

    troubles = rows(CertificateTrouble)
    url = url_for("certificates_manage.certificates")
    return [
        Tile(rows(Certificate, Certificate.voided_at.is_(None)), _("张证书有效"), url),
        *([Tile(troubles, _("张证书未能生成"), url, waits=True)] if troubles else []),
    ]


def _marking(paths: Paths) -> Sequence[Tile]:
    waiting = grading.waiting_for(current_user.person_id, clock.now())
    return [Tile(waiting, _("份答案待阅"), url_for("exams_manage.marking_index"), waits=waiting > 0)]


def _grants(paths: Paths) -> Sequence[Tile]:
    now = clock.now()
    valid, ending = db.session.execute(
        sa.select(_count(live(now)), _count(live(now), RoleGrant.ends_at < now + NOTICE))
        .select_from(RoleGrant)
        .join(Unit, Unit.id == RoleGrant.unit_id)
        .where(within(paths))
    ).one()
    url = url_for("people_manage.roles", state="live")
    return [
        Tile(valid, _("项授权有效"), url),
        *([Tile(ending, _("项授权 30 天内到期"), url, waits=True)] if ending else []),
    ]


def _system(paths: Paths) -> Sequence[Tile]:
    """Only what is quick to see; the page it leads to looks at everything."""
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]
    url = url_for("system.state")
    return [] if jobs.alive(app) else [Tile(1, _("项后台任务没有运行"), url, waits=True)]


def _audit(paths: Paths) -> Sequence[Tile]:
    chain = chain_state()
    url = url_for("audit_manage.events")
    return [
        Tile(chain.sealed, _("条操作记录已封存"), url),
        *([Tile(chain.waiting, _("条操作记录等待封存"), url)] if chain.waiting else []),
    ]
