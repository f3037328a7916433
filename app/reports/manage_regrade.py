"""更正答案: propose it for a question, see how every score would move, let another person decide.

On this floor, because what follows for certificates is shown beside it.
"""

from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_login import current_user

from app.domain.access import Action
from app.domain.questions import MARKED_BY_HAND
from app.domain.regrading import Remedy
from app.exams import papers, regrading
from app.exams.back_office import load_exam
from app.exams.labels import REMEDIES
from app.exams.models import Exam
from app.exams.regrade_forms import DecideForm, ProposeForm, said
from app.exams.regrading import Refused
from app.exams.result_models import Regrade
from app.people.models import Person
from app.reports import consequences
from app.reports.blueprint import bp
from app.web import clock
from app.web.db import db
from app.web.gate import requires
from app.web.paging import asked_page, page_of


@bp.get("/exams/<int:exam_id>/regrades")
@requires(Action.EXAM_EDIT)
def regrades(exam_id: int) -> Any:
    exam = load_exam(exam_id)
    found = regrading.of_exam(exam.id)
    return render_template(
        "reports/regrades.html", exam=exam, regrades=found, remedies=REMEDIES,
        untenable=consequences.untenable(exam),
        names=consequences.people(one.proposed_by for one in found),
    )  # fmt: skip


@bp.get("/exams/regrades")
@requires(Action.EXAM_EDIT)
def regrades_waiting() -> Any:
    """Of all exams, what waits for a second person."""
    found = regrading.waiting()
    return render_template(
        "reports/regrades_waiting.html", regrades=found, remedies=REMEDIES,
        names=consequences.people(one.proposed_by for one in found),
    )  # fmt: skip


@bp.route("/exams/<int:exam_id>/forms/<int:number>/slots/<int:slot>/regrade", methods=["GET", "POST"])
@requires(Action.EXAM_EDIT)
def regrade_new(exam_id: int, number: int, slot: int) -> Any:
    exam = load_exam(exam_id)
    paper_id = next((form.paper_id for form in exam.forms if form.number == number), 0) or abort(404)
    shown = _slot(paper_id, slot)
    answer = papers.answers(paper_id, [slot])[slot]
    form = ProposeForm(shown, answer.key)
    if form.validate_on_submit():
        try:
            made = _propose(exam, papers.slots(paper_id)[slot].question, form)
            flash(_("已提出。请核对下面的影响，再请另一位管理员审定。"))
            return redirect(url_for("reports.regrade", regrade_id=made.id))
        except Refused as refused:
            form.form_errors.append(str(refused))
    return render_template(
        "reports/regrade_new.html", exam=exam, number=number, slot=shown, answer=answer, form=form,
        before=[one for one in regrading.of_exam(exam.id) if _about(one, paper_id, slot)], remedies=REMEDIES,
    )  # fmt: skip


def _slot(paper_id: int, slot: int) -> dict[str, Any]:
    slots: list[dict[str, Any]] = papers.document(paper_id)["slots"]
    return next((one for one in slots if one["slot"] == slot), None) or abort(404)


def _about(regrade: Regrade, paper_id: int, slot: int) -> bool:
    return papers.slots(paper_id)[slot].question == (regrade.version_id, regrade.part)


def _propose(exam: Exam, question: tuple[int, int], form: ProposeForm) -> Regrade:
    remedy = Remedy(form.remedy.data)
    by, now = current_user.person_id, clock.now()
    return regrading.propose(exam, question, remedy, form.value(), form.reason.data.strip(), by, now)


@bp.get("/exams/regrades/<int:regrade_id>")
@requires(Action.EXAM_EDIT)
def regrade(regrade_id: int) -> Any:
    return _page(_load(regrade_id), DecideForm(None))


def _load(regrade_id: int) -> Regrade:
    return db.session.get(Regrade, regrade_id) or abort(404)


def _page(found: Regrade, form: DecideForm) -> Any:
    paper_id, slot = _where(found)
    kind = papers.slots(paper_id)[slot].kind
    page = {
        "regrade": found, "exam": found.exam, "form": form, "remedies": REMEDIES,
        "said": said(kind, found.kind, found.key),
        "slot": _slot(paper_id, slot), "answer": papers.answers(paper_id, [slot])[slot],
        "for_good": kind in MARKED_BY_HAND, "own": found.proposed_by == current_user.person_id,
        "proposer": db.session.get_one(Person, found.proposed_by),
        "decider": db.session.get(Person, found.decided_by) if found.decided_by else None,
    }  # fmt: skip
    if found.approved:
        moved = page_of(consequences.done(found) if found.applied_at else [], asked_page())
        page["untenable"] = consequences.untenable(found.exam, found) if found.applied_at else []
        page["names"] = consequences.people(one.person_id for one in moved)
        return render_template("reports/regrade_done.html", page=moved, **page)
    return render_template("reports/regrade.html", **page, **_foreseen(found))


def _foreseen(found: Regrade) -> dict[str, Any]:
    seen = consequences.preview(found)
    page = page_of(seen.changed, asked_page())
    gained, lost = seen.crossing
    issued = consequences.to_be_issued(found.exam, gained)
    return {
        "seen": seen, "page": page, "gained": gained, "lost": lost, "issued": issued,
        "wrong": consequences.certificates_of(found.exam, lost) if lost else [],
        "names": consequences.people([*(one.person_id for one in page), *(one for one, _course in issued)]),
    }  # fmt: skip


def _where(found: Regrade) -> tuple[int, int]:
    """A paper and a slot of it where the question stands."""
    asked = (
        (form.paper_id, number)
        for form in found.exam.forms
        for number, slot in papers.slots(form.paper_id).items()
        if slot.question == (found.version_id, found.part)
    )
    return next(asked, None) or abort(404)


@bp.post("/exams/regrades/<int:regrade_id>/decide")
@requires(Action.EXAM_EDIT)
def regrade_decide(regrade_id: int) -> Any:
    found, form = _load(regrade_id), DecideForm()
    if not form.validate_on_submit():
        return _page(found, form)
    approved = request.form.get("decision") == "approve"
    try:
        regrading.decide(found, approved, form.answer.data.strip(), current_user.person_id, clock.now())
    except Refused as refused:
        form.form_errors.append(str(refused))
        return _page(found, form)
    flash(_("已批准，正在重新评分。") if approved else _("已记下，成绩不变。"))
    return redirect(url_for("reports.regrade", regrade_id=found.id))
