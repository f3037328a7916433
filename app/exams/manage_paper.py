"""The paper of an exam with its keys, and drawing another."""

from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from app.audit.service import record
from app.bank import stale
from app.bank.exporting import word
from app.bank.forms import ReviewForm
from app.bank.labels import KINDS
from app.domain.access import Action
from app.domain.papers import Shortage
from app.exams import pages, papers, planning, printed
from app.exams.back_office import bp, load_exam
from app.exams.manage_exams import shortage_text
from app.web import clock
from app.web.gate import requires


@bp.get("/<int:exam_id>/paper")
@requires(Action.EXAM_EDIT)
def paper(exam_id: int) -> Any:
    exam = load_exam(exam_id)
    if exam.paper_id is None:
        abort(404)  # a timed exam is made with its paper
    document = papers.document(exam.paper_id)
    slots = {slot["slot"]: slot for slot in document["slots"]}
    versions = {number: slot.version_id for number, slot in papers.slots(exam.paper_id).items()}
    changed = stale.stale_among(versions.values())
    return render_template(
        "exams/manage/paper.html", exam=exam, document=document, slots=slots, kinds=KINDS,
        answers=papers.answers(exam.paper_id, list(slots)), begun=planning.begun(exam.id),
        digest=papers.digest(exam.paper_id), told=pages.sections(exam.paper_id),
        changed=[number for number, version in versions.items() if version in changed],
    )  # fmt: skip


@bp.post("/<int:exam_id>/reviewed")
@requires(Action.EXAM_EDIT)
def reviewed(exam_id: int) -> Any:
    found, form = load_exam(exam_id), ReviewForm()
    if form.validate_on_submit():
        planning.reviewed(found, form.review_on.data, clock.now())
    flash(*form.outcome())
    return redirect(url_for("reports.due"))


@bp.post("/<int:exam_id>/paper.docx")
@requires(Action.EXAM_EDIT)
def paper_document(exam_id: int) -> Any:
    """To be sat on paper. Recorded: a paper is a secret until its exam is over."""
    exam = load_exam(exam_id)
    if exam.paper_id is None:
        abort(404)
    with_key = "key" in request.form
    document = printed.docx(exam, with_key)
    summary = f"导出考试 {exam.title} 的 Word 试卷" + ("，含答案" if with_key else "")
    record("paper.export", f"exam:{exam.id}", summary)
    return word.response(exam.title, document)


@bp.post("/<int:exam_id>/redraw")
@requires(Action.EXAM_EDIT)
def redraw(exam_id: int) -> Any:
    exam = load_exam(exam_id)
    try:
        planning.redraw(exam, clock.now())
        flash(_("已按组卷规则重新抽题组卷。"))
    except planning.Begun:
        flash(_("已有人开始答题，试卷不能再换。"), "warn")
    except Shortage as error:
        flash(shortage_text(error), "warn")
    return redirect(url_for("exams_manage.paper", exam_id=exam.id))
