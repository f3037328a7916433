"""Everything that is kept about one person, in words for that person: on the page and in the download."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from flask_babel import gettext as _
from sqlalchemy.orm import joinedload

from app.certificates import queries as certificates
from app.courses.models import Course, Lesson, LessonProgress
from app.domain.scoring import format_points
from app.exams import papers, saying
from app.exams.labels import CLOSED_BY, UNAPPLIED
from app.exams.models import Allowance, Attempt, Exam, Response, UnappliedResponse
from app.exams.publishing import shown_scores
from app.exams.result_models import Appeal
from app.exams.seat_models import Seat, Sitting, Takeover
from app.people import correction_requests, facts, grants, postings, promotions, second_factor, sign_in
from app.people.agents import device_words
from app.people.labels import LEAVING, POLITICAL, POSTINGS, ROLES, SEXES
from app.people.models import Person
from app.web import clock
from app.web.db import db


@dataclass(frozen=True)
class Section:
    """One kind of data as a table. `code` names it in the download."""

    code: str
    title: str
    columns: Sequence[str]
    rows: Sequence[Sequence[str]]


def facts_of(person: Person) -> list[tuple[str, str]]:
    """What stands in the person's own record, numbers masked."""
    leaving = _label(LEAVING, person.left_reason)
    factor = second_factor.enrolled(person.id)
    return [
        (_("姓名"), person.name),
        (_("性别"), _label(SEXES, person.sex)),
        (_("出生日期"), _text(person.born_on)),
        (_("身份证号"), facts.masked(person, "id_number")),
        (_("手机号"), facts.masked(person, "phone")),
        (_("工号"), person.staff_no or ""),
        (_("用户名"), person.username),
        (_("单位"), person.unit.name),
        (_("职务"), person.post),
        (_("职级"), person.rank),
        (_("政治面貌"), _label(POLITICAL, person.political)),
        (_("入党时间"), _text(person.joined_on)),
        (_("离开"), f"{_text(person.left_on)} {leaving}".strip()),
        (_("建档时间"), _text(person.created_at)),
        (_("密码"), _password(person)),
        (_("动态口令"), _("%(day)s 绑定", day=_text(factor)) if factor else _("未绑定")),
    ]  # fmt: skip


def _password(person: Person) -> str:
    """Whether there is one: what is kept of it tells nothing to anyone."""
    if person.password_hash is None:
        return str(_("未设置"))
    day = f"（{_text(person.password_set_at)}）" if person.password_set_at else ""
    return str(_("已设置%(day)s，只存无法还原的校验值", day=day))


def sections(person_id: int, now: datetime) -> list[Section]:
    """All but the record itself, in the order of the page."""
    return [
        _postings(person_id), _ranks(person_id), _grants(person_id), _attempts(person_id),
        _allowances(person_id), _seats(person_id), _lessons(person_id), _certificates(person_id),
        _openings(person_id), _kept(person_id), _appeals(person_id), _sign_ins(person_id, now),
        _requests(person_id),
    ]  # fmt: skip


def answers(person_id: int) -> Section:
    """Every answer of the attempts that were handed in, in words; only for the download."""
    found = db.session.execute(
        sa.select(Attempt.paper_id, Response.attempt_id, Response.slot, Response.value, Response.received_at)
        .join(Attempt, Attempt.id == Response.attempt_id)
        .where(Attempt.person_id == person_id, Attempt.submitted_at.is_not(None))
        .order_by(Response.attempt_id, Response.slot, Response.epoch, Response.seq)
    ).all()
    rows = [
        [str(attempt), str(slot), _said(paper, slot, value), _text(at)]
        for paper, attempt, slot, value, at in found
    ]
    return Section("answers", _("作答"), [_("答卷"), _("题号"), _("作答"), _("收到时间")], rows)


def _said(paper_id: int, slot: int, value: str) -> str:
    contents = {content["slot"]: content for content in papers.document(paper_id)["slots"]}
    # What was kept unread may be for a slot that the paper lacks.
    return saying.in_words(contents[slot], json.loads(value)) if slot in contents else value


def document(person: Person, now: datetime) -> Mapping[str, Any]:
    """The download: the same words, by section."""
    held = [*sections(person.id, now), answers(person.id)]
    return {
        _("导出时间"): _text(now),
        _("说明"): _("身份证号、手机号按规定遮去中间几位；密码、动态口令、首次登录码不以原文保存。"),
        _("基本信息"): dict(facts_of(person)),
        **{part.title: [dict(zip(part.columns, row, strict=True)) for row in part.rows] for part in held},
    }


def _label(labels: Mapping[Any, Any], word: str) -> str:
    """As people say it; what has no label is shown as it is."""
    return str(labels.get(word, word))


def _text(moment: date | datetime | None) -> str:
    """In Beijing."""
    if moment is None:
        return ""
    if isinstance(moment, datetime):
        return f"{clock.beijing(moment):%Y-%m-%d %H:%M}"
    return moment.isoformat()


def _postings(person_id: int) -> Section:
    way = postings.of(person_id)
    unsaid = way and postings.unsaid(way[0].person, way)
    rows = [
        [
            _label(POSTINGS, p.kind), p.unit.name, p.post,
            _text(p.since) + (_("（未注明，按建档日期记）") if p == unsaid else ""), _text(p.until), p.note,
        ]
        for p in way
    ]  # fmt: skip
    columns = [_("类别"), _("单位"), _("职务"), _("开始"), _("结束"), _("备注")]
    return Section("postings", _("任职经历"), columns, rows)


def _ranks(person_id: int) -> Section:
    rows = [[change.rank, _text(change.since)] for change in promotions.of(person_id)]
    return Section("ranks", _("职级变动"), [_("职级"), _("起始日期")], rows)


def _grants(person_id: int) -> Section:
    rows = [
        [_label(ROLES, g.role), g.unit.name, _text(g.last_moment), g.granted_by, g.reason]
        for g in grants.grants_of(person_id)
    ]
    columns = [_("角色"), _("单位"), _("截止"), _("授权人"), _("依据")]
    return Section("grants", _("授权"), columns, rows)


def _attempts(person_id: int) -> Section:
    mine = sa.select(Attempt).options(joinedload(Attempt.exam)).where(Attempt.person_id == person_id)
    found = db.session.scalars(mine.order_by(Attempt.id.desc())).all()
    scores = shown_scores(found, clock.now())
    saved = sa.select(Response.attempt_id, sa.func.count()).join(Attempt, Attempt.id == Response.attempt_id)
    counts = dict(
        db.session.execute(saved.where(Attempt.person_id == person_id).group_by(Response.attempt_id)).all()
    )
    rows = []
    for attempt in found:
        score = scores.get(attempt.id)
        earned = f"{format_points(score.points)} / {format_points(score.full)}" if score else ""
        end = _label(CLOSED_BY, attempt.closed_by or "")
        rows.append(
            [str(attempt.id), attempt.exam.title, _text(attempt.started_at), _text(attempt.submitted_at), end,
             earned, str(counts.get(attempt.id, 0)), attempt.receipt or ""]
        )  # fmt: skip
    columns = [
        _("答卷"), _("考试或测验"), _("开始"), _("交卷"), _("交卷方式"),
        _("成绩"), _("保存作答次数"), _("交卷回执"),
    ]  # fmt: skip
    return Section("attempts", _("考试和测验"), columns, rows)


def _allowances(person_id: int) -> Section:
    given = sa.select(Exam.title, Allowance).join(Exam, Exam.id == Allowance.exam_id)
    found = db.session.execute(given.where(Allowance.person_id == person_id).order_by(Exam.id))
    rows = [
        [title, str(own.minutes), str(own.attempts), _text(own.opens_at), _text(own.closes_at),
         str(_("是")) if own.open_book else ""]
        for title, own in found
    ]  # fmt: skip
    columns = [_("考试"), _("加时（分钟）"), _("增加次数"), _("另定开始"), _("另定结束"), _("开卷")]
    return Section("allowances", _("考试中的单独安排"), columns, rows)


def _seats(person_id: int) -> Section:
    found = db.session.execute(
        sa.select(Exam.title, Sitting.room, Seat)
        .join(Sitting, Sitting.id == Seat.sitting_id)
        .join(Exam, Exam.id == Seat.exam_id)
        .where(Seat.person_id == person_id)
        .order_by(Seat.id)
    )
    rows = [
        [title, room, str(seat.number), seat.ticket, _text(seat.arrived_at)] for title, room, seat in found
    ]
    columns = [_("考试"), _("考场"), _("座号"), _("准考证号"), _("到场")]
    return Section("seats", _("考场座位"), columns, rows)


def _lessons(person_id: int) -> Section:
    done = (
        sa.select(Course.title, Lesson.title, LessonProgress.done_at)
        .join(Lesson, Lesson.id == LessonProgress.lesson_id)
        .join(Course, Course.id == Lesson.course_id)
        .where(LessonProgress.person_id == person_id)
        .order_by(LessonProgress.done_at.desc())
    )
    rows = [[course, lesson, _text(at)] for course, lesson, at in db.session.execute(done)]
    return Section("lessons", _("学习记录"), [_("课程"), _("课时"), _("学完时间")], rows)


def _certificates(person_id: int) -> Section:
    rows = [
        [c.number, str(c.facts["course"]), _text(c.issued_at), _text(c.voided_at), c.void_reason or ""]
        for c in certificates.certificates_of(person_id)
    ]
    columns = [_("编号"), _("课程"), _("发证"), _("作废"), _("作废原因")]
    return Section("certificates", _("证书"), columns, rows)


def _sign_ins(person_id: int, now: datetime) -> Section:
    rows = [
        [_text(s.created_at), s.address, device_words(s.agent)] for s in sign_in.sessions_of(person_id, now)
    ]
    return Section("sign_ins", _("登录"), [_("时间"), _("地址"), _("设备")], rows)


def _appeals(person_id: int) -> Section:
    found = db.session.execute(
        sa.select(Exam.title, Appeal)
        .join(Attempt, Attempt.id == Appeal.attempt_id)
        .join(Exam, Exam.id == Attempt.exam_id)
        .where(Attempt.person_id == person_id)
        .order_by(Appeal.id.desc())
    )
    rows = [
        [title, str(one.slot or ""), _text(one.at), one.text, one.answer, _text(one.answered_at)]
        for title, one in found
    ]
    columns = [_("考试"), _("题号"), _("提出"), _("理由"), _("答复"), _("答复时间")]
    return Section("appeals", _("成绩复核"), columns, rows)


def _requests(person_id: int) -> Section:
    rows = [
        [_text(one.at), one.text, one.answer, _text(one.answered_at)]
        for one in correction_requests.of(person_id)
    ]
    return Section("requests", _("更正申请"), [_("提出"), _("内容"), _("答复"), _("答复时间")], rows)


def _openings(person_id: int) -> Section:
    """From where the person's attempts were taken over."""
    found = (
        sa.select(Takeover.attempt_id, Takeover.at, Takeover.address, Takeover.agent)
        .join(Attempt, Attempt.id == Takeover.attempt_id)
        .where(Attempt.person_id == person_id, Takeover.decided_by.is_(None))
        .order_by(Takeover.at.desc())
    )
    rows = [
        [str(attempt), _text(at), address, device_words(agent)]
        for attempt, at, address, agent in db.session.execute(found)
    ]
    return Section("openings", _("打开答卷"), [_("答卷"), _("时间"), _("地址"), _("设备")], rows)


def _kept(person_id: int) -> Section:
    """Answers that were received and did not count at once, and what was decided; in words."""
    found = (
        sa.select(UnappliedResponse, Attempt.paper_id)
        .join(Attempt, Attempt.id == UnappliedResponse.attempt_id)
        .where(Attempt.person_id == person_id)
        .order_by(UnappliedResponse.id)
    )
    decided = {None: _("等待决定"), True: _("采纳"), False: _("不采纳")}
    rows = [
        [str(row.attempt_id), str(row.slot), _said(paper, row.slot, row.value), _text(row.received_at),
         _label(UNAPPLIED, row.reason), decided[row.accepted], row.decision]
        for row, paper in db.session.execute(found)
    ]  # fmt: skip
    columns = [_("答卷"), _("题号"), _("作答"), _("收到时间"), _("为何另行保留"), _("决定"), _("理由")]
    return Section("kept", _("另行保留的作答"), columns, rows)
