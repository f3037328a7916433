"""Appeals in the back office: the list, and the answer with everything about the question at hand."""

from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_login import current_user

from app.domain.access import Action
from app.exams import appeals, queries, reviewing
from app.exams.back_office import bp
from app.exams.models import Attempt
from app.exams.result_forms import AppealAnswerForm
from app.exams.result_models import Appeal
from app.people.models import Person
from app.web import clock
from app.web.db import db
from app.web.gate import requires
from app.web.intake import number
from app.web.paging import asked_page


@bp.get("/appeals")
@requires(Action.EXAM_EDIT)
def appeals_list() -> Any:
    answered = request.args.get("state") == "answered"
    page = appeals.page(answered, number("exam"), asked_page())
    people = appeals.people([one.attempt.person_id for one in page])
    return render_template(
        "exams/manage/appeals.html", page=page, people=people, answered=answered, number_of=appeals.number_of
    )


@bp.route("/appeals/<int:appeal_id>", methods=["GET", "POST"])
@requires(Action.EXAM_EDIT)
def appeal(appeal_id: int) -> Any:
    asked = appeals.load(appeal_id) or abort(404)
    form = AppealAnswerForm()
    if form.validate_on_submit():
        try:
            upheld = form.upheld.data == "yes"
            appeals.answer(asked, upheld, form.answer.data, current_user.person_id, clock.now())
            flash(_("已答复。"))
            return redirect(url_for("exams_manage.appeal", appeal_id=asked.id))
        except appeals.Refused as refused:
            form.form_errors.append(str(refused))
    return render_template("exams/manage/appeal.html", asked=asked, form=form, **_about(asked))


def _about(asked: Appeal) -> dict[str, Any]:
    """What was answered, what is right and what it earned; of the whole attempt or of one question."""
    attempt = asked.attempt
    score = queries.latest_scores([attempt.id])[attempt.id]
    points = reviewing.by_slot(attempt, score)
    wanted = points if asked.slot == appeals.WHOLE else {asked.slot: points[asked.slot]}
    return {
        "person": db.session.get_one(Person, attempt.person_id), "score": score,
        "slots": reviewing.reviewed(attempt, wanted), "number": appeals.number_of(asked),
        "form_number": _form_number(attempt),
        "answerer": db.session.get(Person, asked.answered_by) if asked.answered_by else None,
    }  # fmt: skip


def _form_number(attempt: Attempt) -> int | None:
    """Which of the exam's forms the attempt was written on; None where that is no longer one."""
    return next((form.number for form in attempt.exam.forms if form.paper_id == attempt.paper_id), None)
