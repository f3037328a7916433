"""Typing in answer sheets of an exam on paper, one person after the other, by keyboard."""

from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_login import current_user

from app.domain.access import Action
from app.exams import entries, on_paper, paper_answers, papers
from app.exams.back_office import bp, load_exam, load_form
from app.exams.forms import ReasonForm
from app.exams.models import Attempt, Exam, ExamForm
from app.exams.on_paper import Refusal
from app.exams.paper_answers import Sheet
from app.people import queries as people
from app.people.models import Person
from app.web import clock, gate
from app.web.gate import requires
from app.web.intake import number

_REFUSED = {
    Refusal.OWN: _l("不能录入自己的答卷，请由其他管理员录入。"),
    Refusal.EARLY: _l("这场考试对此人还没有开始。"),
    Refusal.SITTING: _l("此人正在电脑上作答这场考试，不能同时录入纸质答卷。请先在“考生”里核实。"),
    Refusal.USED: _l(
        "此人的考试机会已经用完（可能已在电脑上考过）。确需录入的，请先在“考生”里允许再考一次。"
    ),
    Refusal.TWICE: _l("没有重复录入：刚才已有人录入此人的答卷，请核对。"),
}


@bp.get("/<int:exam_id>/on-paper")
@requires(Action.EXAM_EDIT)
def on_paper_find(exam_id: int) -> Any:
    """Whose sheet? By username, as it is printed on the ticket."""
    exam, name = load_exam(exam_id), request.args.get("username", "").strip()
    person = people.person_named(name, gate.scope(Action.EXAM_EDIT)) if name else None
    if person is None or not entries.is_assigned(exam, person.id, person.unit.path):
        unknown = _("您的管理范围内没有这个用户名，或者此人不参加这场考试。") if name else ""
        return render_template("exams/manage/on_paper.html", exam=exam, person=None, unknown=unknown)
    if not exam.forms:
        abort(404)
    attempt = on_paper.attempt_of(exam.id, person.id)
    form = _form(exam, person, attempt, number("form"))
    return _page(exam, person, form, ReasonForm(), attempt)


def _form(exam: Exam, person: Person, attempt: Attempt | None, asked: int | None) -> ExamForm:
    """The form of what was typed in; else that asked for; else that of the seat; else A."""
    if attempt is not None:
        return next((one for one in exam.forms if one.paper_id == attempt.paper_id), exam.forms[0])
    entry = entries.entry(exam.id, person.id, person.unit.path)
    seat = entry.terms.seat if entry else None
    return load_form(exam, asked or (seat.form if seat and seat.form else exam.forms[0].number))


def _page(
    exam: Exam, person: Person, form: ExamForm, reason: ReasonForm, attempt: Attempt | None,
    sheet: Sheet | None = None,
) -> Any:  # fmt: skip
    """`sheet`: as it was sent, with what cannot be so."""
    refusal = None
    if attempt is None:
        refusal = on_paper.refused(exam, person, current_user.person_id, clock.now())
    document, kept = papers.document(form.paper_id), on_paper.said_now(attempt) if attempt else Sheet()
    slots = papers.slots(form.paper_id)
    typed = {n: paper_answers.told(slots[n], n, kept) for n in slots}
    return render_template(
        "exams/manage/on_paper.html", exam=exam, person=person, form=form, slots=slots, reason=reason,
        contents={one["slot"]: one for one in document["slots"]}, sections=document["sections"],
        typed=typed if sheet is None else typed | _sent(), faults=sheet.faults if sheet else {},
        attempt=attempt, refusal=_REFUSED[refusal] if refusal else "", unknown="",
    )  # fmt: skip


def _sent() -> dict[int, str]:
    named = (name.removeprefix("slot-") for name in request.form if name.startswith("slot-"))
    return {int(n): request.form[f"slot-{n}"] for n in named if n.isdecimal()}


@bp.post("/<int:exam_id>/on-paper/<int:person_id>/<int:form_number>")
@requires(Action.EXAM_EDIT)
def on_paper_save(exam_id: int, person_id: int, form_number: int) -> Any:
    exam = load_exam(exam_id)
    person = people.person_in_scope(person_id, gate.scope(Action.EXAM_EDIT)) or abort(404)
    if not entries.is_assigned(exam, person.id, person.unit.path):
        abort(404)
    form, attempt = load_form(exam, form_number), on_paper.attempt_of(exam.id, person.id)
    sheet, reason = paper_answers.read(form.paper_id, _sent()), ReasonForm()
    asked = attempt is not None and not reason.validate_on_submit()
    if sheet.faults or asked:
        return _page(exam, person, form, reason, attempt, sheet)
    return _save(exam, person, form, reason.reason.data or "", attempt, sheet)


def _save(
    exam: Exam, person: Person, form: ExamForm, reason: str, attempt: Attempt | None, sheet: Sheet
) -> Any:
    by, now = current_user.person_id, clock.now()
    if attempt is None:
        done = on_paper.take_in(exam, person, form.paper_id, sheet, by, now)
        if isinstance(done, Refusal):
            flash(_REFUSED[done], "warn")
            return redirect(url_for(".on_paper_find", exam_id=exam.id, username=person.username))
        flash(_("已录入%(name)s的答卷，作答 %(n)s 题。", name=person.name, n=len(sheet.answers)))
    elif person.id == by or attempt.paper_id != form.paper_id:
        abort(409)
    elif on_paper.correct(attempt, sheet, reason, by, now):
        flash(_("已更正%(name)s的答卷，成绩已重新计算，原成绩保留。", name=person.name))
    else:
        flash(_("没有改动。"), "warn")
    return redirect(url_for(".on_paper_find", exam_id=exam.id))
