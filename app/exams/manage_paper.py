"""The papers of an exam with their keys: one after the other and side by side; making others."""

from typing import Any

from flask import abort, flash, jsonify, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_login import current_user

from app.audit.service import record
from app.bank import stale
from app.bank.exporting import word
from app.bank.forms import ReviewForm
from app.bank.labels import DIFFICULTIES, KINDS
from app.domain import topics
from app.domain.access import Action
from app.exams import (
    assembling,
    comparing,
    grids,
    lacking,
    making,
    minimums_form,
    pages,
    papers,
    planning,
    printed,
)
from app.exams.back_office import bp, load_exam, load_form
from app.exams.bases import Bases
from app.exams.forms import RedrawForm
from app.exams.labels import form_name
from app.exams.making_models import Assembly
from app.exams.models import Exam, ExamForm
from app.web import clock
from app.web.gate import requires


@bp.get("/<int:exam_id>/paper")
@requires(Action.EXAM_EDIT)
def paper(exam_id: int) -> Any:
    exam = load_exam(exam_id)
    asked, begun = making.last(exam.id), making.begun(exam.id)
    number = request.args.get("form", 1, int)
    shown = load_form(exam, number) if exam.forms else None
    return render_template(
        "exams/manage/paper.html", exam=exam, begun=begun, form=shown, asked=asked, why=_why(asked),
        compared=comparing.compare(exam.forms), made=making.used(exam.id), bases=Bases(), kinds=KINDS,
        difficulties=DIFFICULTIES, topic_name=topics.name, unreachable=minimums_form.unreachable,
        redraw=RedrawForm(formdata=None, data={"forms": _wanted(exam, asked)}),
        **(_read(shown) if shown else {}),
    )  # fmt: skip


def _wanted(exam: Exam, asked: Assembly | None) -> int:
    """How many forms there are to be: as many as were asked for, if that did not succeed."""
    failed = asked is not None and "overlap" not in asked.outcome
    return asked.forms if asked and failed else len(exam.forms) or 1


def _read(form: ExamForm) -> dict[str, Any]:
    """A paper with its keys."""
    document = papers.document(form.paper_id)
    slots = {slot["slot"]: slot for slot in document["slots"]}
    versions = {number: slot.version_id for number, slot in papers.slots(form.paper_id).items()}
    changed = stale.stale_among(versions.values())
    return {
        "document": document, "slots": slots, "answers": papers.answers(form.paper_id, list(slots)),
        "digest": papers.digest(form.paper_id), "told": pages.sections(form.paper_id),
        "changed": [number for number, version in versions.items() if version in changed],
    }  # fmt: skip


def _why(asked: Assembly | None) -> dict[str, list[str]] | None:
    """Why the bank could not fill the rules, and how the nearest that it can fill differ."""
    if asked is None or "lacks" not in asked.outcome:
        return None
    plan, advice = grids.plan(asked.grid, asked.forms), assembling.advice_of(asked.outcome)
    name = Bases().name
    nearest = lacking.changes(plan, advice.nearest, name) if advice.nearest else []
    return {"reasons": lacking.reasons(plan, advice, name), "nearest": nearest}


@bp.get("/<int:exam_id>/making")
@requires(Action.EXAM_EDIT)
def making_state(exam_id: int) -> Any:
    """For the page that waits for the worker."""
    asked = making.last(load_exam(exam_id).id)
    return jsonify(state="waiting" if asked and asked.done_at is None else "done", done=0, total=0)


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
    form = load_form(exam, request.form.get("form", 1, int))
    with_key = "key" in request.form
    title = f"{exam.title}（{form_name(form.number)}）" if len(exam.forms) > 1 else exam.title
    document = printed.docx(exam, form.paper_id, title, with_key)
    record(
        "paper.export", f"exam:{exam.id}", f"导出考试 {title} 的 Word 试卷" + ("，含答案" if with_key else "")
    )
    return word.response(title, document)


@bp.post("/<int:exam_id>/redraw")
@requires(Action.EXAM_EDIT)
def redraw(exam_id: int) -> Any:
    exam, form = load_exam(exam_id), RedrawForm()
    if exam.blueprint is None or not form.validate_on_submit():
        flash(_("没有重新组卷：试卷份数要在 1 至 20 之间，考试要有组卷规则。"), "warn")
    else:
        _order(exam, grids.of(exam.blueprint), form.forms.data or 1)
    return redirect(url_for("exams_manage.paper", exam_id=exam.id))


@bp.post("/<int:exam_id>/nearest")
@requires(Action.EXAM_EDIT)
def nearest(exam_id: int) -> Any:
    """Papers by the rules that come nearest to what the bank could not fill; the blueprint stays."""
    exam = load_exam(exam_id)
    asked = making.last(exam.id)
    if asked is None or not asked.outcome.get("nearest"):
        abort(404)
    _order(exam, grids.eased(asked.grid, assembling.plan_of(asked.outcome["nearest"])), asked.forms)
    return redirect(url_for("exams_manage.paper", exam_id=exam.id))


def _order(exam: Exam, grid: grids.Grid, forms: int) -> None:
    try:
        planning.redraw(exam, grid, forms, clock.now(), current_user.person_id)
    except making.Begun:
        flash(_("已有人开始答题，试卷不能再换。"), "warn")
