"""The board of an exam: who has not started, who sits, who has handed in."""

from collections import Counter
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from flask import Response, render_template, request
from flask_babel import gettext as _
from flask_login import current_user

from app.audit.exports import export
from app.domain.access import Action
from app.domain.scoring import format_points
from app.exams import candidates, makeups, publishing
from app.exams import manage_queries as queries
from app.exams.back_office import bp, load_exam
from app.exams.candidates import Candidate, State
from app.exams.labels import STATES
from app.exams.models import Exam
from app.people.unit_field import UnitFilter, unit_filter
from app.web import clock
from app.web.gate import requires
from app.web.paging import asked_page, page_of

REFRESH_SECONDS = 30


def _everyone(exam: Exam, where: UnitFilter) -> list[Candidate]:
    text = request.args.get("q", "").strip()
    return candidates.candidates(exam, where.paths, clock.now(), text, told=told(exam))


def sees_scores(exam: Exam) -> bool:
    """Before the scores are out only those see them who run the exam: a colleague would be told first."""
    return current_user.can(Action.EXAM_EDIT) or bool(publishing.told([exam], clock.now()))


def told(exam: Exam) -> Collection[int] | None:
    """The exams whose results may be shown to the caller as the exam's: make-ups have a release of their own.
    None: all of them."""
    if current_user.can(Action.EXAM_EDIT):
        return None
    out = publishing.told([exam, *makeups.of(exam)], clock.now())
    return out if exam.id in out else ()


def _asked_for(everyone: Sequence[Candidate]) -> list[Candidate]:
    """Those in the state that the address names."""
    wanted = request.args.get("state", "")
    return [one for one in everyone if wanted in ("", one.state)]


@bp.get("/<int:exam_id>")
@requires(Action.EXAM_VIEW)
def board(exam_id: int) -> Any:
    exam, where = load_exam(exam_id), unit_filter(Action.EXAM_VIEW)
    everyone = _everyone(exam, where)
    page = page_of(_asked_for(everyone), asked_page())
    return render_template(
        "exams/manage/board.html", exam=exam, page=page, states=STATES,
        totals=Counter(one.state for one in everyone), everyone=len(everyone), State=State,
        where=where, window=queries.window(exam, clock.now()), ago=ago, left=left,
        refresh=REFRESH_SECONDS if "refresh" in request.args else None,
    )  # fmt: skip


def ago(moment: datetime | None, now: datetime) -> str:
    """How long nothing was heard, in words."""
    if moment is None:
        return ""
    minutes = int((now - moment).total_seconds() // 60)
    return str(_("不到 1 分钟前") if minutes < 1 else _("%(n)s 分钟前", n=minutes))


def left(deadline: datetime | None, now: datetime) -> str:
    """What remains to the deadline, in whole minutes and seconds."""
    if deadline is None:
        return ""
    seconds = max(int((deadline - now).total_seconds()), 0)
    return str(_("%(m)s 分 %(s)02d 秒", m=seconds // 60, s=seconds % 60))


@bp.post("/<int:exam_id>/candidates.xlsx")
@requires(Action.EXAM_VIEW)
def board_export(exam_id: int) -> Response:
    """What the board shows, all pages of it."""
    exam = load_exam(exam_id)
    shown = _asked_for(_everyone(exam, unit_filter(Action.EXAM_VIEW)))
    headers = [
        _("姓名"), _("用户名"), _("单位"), _("职务"), _("职级"), _("状态"), _("考试次数"),
        _("最后保存"), _("交卷时间"), _("成绩"), _("满分"), _("是否合格"), _("补考"), _("未计入的作答"),
    ]  # fmt: skip
    title = f"{exam.title} {_('考生')}"
    return export("exam.export", f"exam:{exam.id}", title, headers, (_cells(one) for one in shown))


def _cells(one: Candidate) -> list[Any]:
    result = one.result
    passed = "" if result is None else _("合格") if result.passed else _("不合格")
    return [
        one.name, one.username, one.unit_name, one.post, one.rank, str(STATES[one.state]), one.attempts,
        one.last_save, one.handed_in_at,
        points_number(result.points) if result else None, points_number(result.full) if result else None,
        passed, _("是") if result and result.makeup else "", one.unapplied,
    ]  # fmt: skip


def points_number(tenths: int) -> float:
    """Tenths as the number that people write, for spreadsheets."""
    return float(format_points(tenths))
