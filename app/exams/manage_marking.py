"""阅卷: a grader's questions, and one answer after the other, without a word of whose they are."""

from typing import Any

import sqlalchemy as sa
from flask import abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_login import current_user
from sqlalchemy.orm import joinedload

from app.domain.access import Action
from app.domain.scoring import format_points
from app.exams import grading, marking, queries
from app.exams.back_office import bp
from app.exams.grading import Laid
from app.exams.marking import Key
from app.exams.marking_forms import MarkForm
from app.exams.models import Attempt, Exam
from app.exams.result_models import Grader, Mark
from app.web import clock
from app.web.db import db
from app.web.gate import requires


@bp.get("/marking")
@requires(Action.MARK)
def marking_index() -> Any:
    mine = grading.graders_of(current_user.person_id)
    exams = db.session.scalars(sa.select(Exam).where(Exam.id.in_([one.exam_id for one in mine]))).all()
    return render_template(
        "exams/manage/marking.html", mine=mine, exams={exam.id: exam for exam in exams},
        asked={one.exam_id: grading.asked(one.exam_id) for one in mine}, open_to=grading.open_to,
        waiting=grading.waiting(mine, clock.now()),
    )  # fmt: skip


def _grader(exam_id: int) -> Grader:
    return db.session.get(Grader, (exam_id, current_user.person_id)) or abort(404)


def _next(grader: Grader, key: Key, after: str = "") -> Any:
    mark = marking.claim(grader, key, clock.now(), after)
    if mark is None:
        flash(_("这道题现在没有待您评阅的答案了。"))
        return redirect(url_for(".marking_index"))
    return redirect(url_for(".mark", code=mark.code))


@bp.post("/marking/<int:exam_id>/<int:version_id>/<int:part>")
@requires(Action.MARK)
def mark_next(exam_id: int, version_id: int, part: int) -> Any:
    grader, key = _grader(exam_id), Key(version_id, part)
    if key not in grading.asked(exam_id) or not grading.open_to(grader, key):
        abort(404)
    return _next(grader, key)


def _load(code: str) -> tuple[Mark, Grader]:
    """An answer to a question that the caller marks, whoever has it now; 404 for anything else."""
    with_exam = joinedload(Mark.attempt, innerjoin=True).joinedload(Attempt.exam, innerjoin=True)
    found = db.session.scalar(sa.select(Mark).where(Mark.code == code).options(with_exam)) or abort(404)
    grader = _grader(found.attempt.exam_id)
    if found.attempt.person_id == grader.person_id or not grading.open_to(grader, grading.key_of(found)):
        abort(404)
    return found, grader


def _mine(found: Mark, grader: Grader) -> bool:
    """Does it lie before the caller, or did they mark it?"""
    return found.grader_id == grader.person_id


def _sent() -> list[str]:
    """What was typed for the points of the key, to the letter; empty where nothing was."""
    typed = [text.strip() for name, text in request.form.items() if name.startswith("parts-")]
    return [text or "—" for text in typed] if any(typed) else []


def _said() -> list[str]:
    comment = request.form.get("comment", "").strip()
    return [comment] if comment else []


def _taken(found: Mark) -> Any:
    """It lay too long and went to somebody else: say so, and give back what was typed."""
    page = render_template(
        "exams/manage/mark_taken.html", exam=found.attempt.exam, mark=found, key=grading.key_of(found),
        typed=_sent(), comment="".join(_said()),
    )  # fmt: skip
    return page, 409


@bp.get("/marking/answers/<code>")
@requires(Action.MARK)
def mark(code: str) -> Any:
    found, grader = _load(code)
    if not _mine(found, grader):
        return _taken(found)
    laid = grading.laid(found)
    form = MarkForm(laid.most, formdata=None, data=_typed(found, laid))
    return _page(found, grader, laid, form)


def _typed(found: Mark, laid: Laid) -> dict[str, Any]:
    given = [format_points(one) for one in found.parts] or [""] * len(laid.most)
    return {"parts": given, "comment": found.comment, "seen": found.revision}


def _page(found: Mark, grader: Grader, laid: Laid, form: MarkForm, status: int = 200) -> Any:
    score = queries.latest_scores([found.attempt_id])[found.attempt_id]
    counts = grading.waiting([grader], clock.now()).get((grader.exam_id, laid.asked.key), (0, 0))
    page = render_template(
        "exams/manage/mark.html", mark=found, laid=laid, form=form, exam=found.attempt.exam, counts=counts,
        changeable=marking.changeable(found, score, clock.now()),
        before=grading.before(found, laid.asked.key),
    )  # fmt: skip
    return page, status


@bp.post("/marking/answers/<code>")
@requires(Action.MARK)
def mark_give(code: str) -> Any:
    """Give the points, and on to the next answer to the question."""
    found, grader = _load(code)
    if not _mine(found, grader):
        return _taken(found)
    laid = grading.laid(found)
    form = MarkForm(laid.most)
    if not form.validate_on_submit():
        return _page(found, grader, laid, form)
    try:
        marking.give(found, grader.person_id, form.seen.data or 0, form.given(), clock.now())
    except marking.Refused as refused:
        return _refused(found, grader, laid, refused.reason)
    return _next(grader, laid.asked.key)


def _refused(found: Mark, grader: Grader, laid: Laid, reason: str) -> Any:
    if reason == "gone":
        return _taken(found)
    form = MarkForm(laid.most, formdata=None, data=_typed(found, laid))
    text = _("这份答案的评分已经定了，不能再改。")
    if reason == "stale":
        text = _("没有保存：这份答案刚才在另一个页面已经给分，下面是现在的评分。要改，请改完再保存。")
    form.form_errors.append(text)
    form.form_errors.append(_("您刚才填的是：%(typed)s。", typed="、".join([*_sent(), *_said()])))
    return _page(found, grader, laid, form, 409)


@bp.post("/marking/answers/<code>/skip")
@requires(Action.MARK)
def mark_skip(code: str) -> Any:
    """Leave it to later, or to somebody else."""
    found, grader = _load(code)
    if not _mine(found, grader):
        return _taken(found)
    return _next(grader, grading.key_of(found), found.code)
