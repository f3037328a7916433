"""The marks of one attempt, with who gave them: for whoever answers for the exam. And marking again."""

from typing import Any

import sqlalchemy as sa
from flask import abort, flash, redirect, render_template, url_for
from flask_babel import gettext as _

from app.domain.access import Action
from app.domain.scoring import portions
from app.exams import marking, papers, queries, scoring, verdicts
from app.exams.back_office import bp
from app.exams.forms import ReasonForm
from app.exams.models import Attempt
from app.people import queries as people
from app.people.models import Person
from app.web import gate
from app.web.db import db
from app.web.gate import requires


def _load(attempt_id: int) -> tuple[Attempt, Person]:
    """404 outside the caller's units, and for an attempt that is not handed in."""
    attempt = db.session.get(Attempt, attempt_id) or abort(404)
    person = people.person_in_scope(attempt.person_id, gate.scope(Action.EXAM_EDIT)) or abort(404)
    if attempt.trial or attempt.submitted_at is None or attempt.exam.kind != "exam":
        abort(404)
    return attempt, person


def _page(attempt: Attempt, person: Person, form: ReasonForm, slot: int = 0) -> Any:
    marks = verdicts.marks_of(attempt.id)
    names = sa.select(Person.id, Person.name).where(Person.id.in_({one.grader_id for one in marks}))
    slots = sorted({one.slot for one in marks})
    values = scoring.current_responses(attempt.id)
    rules, contents = papers.slots(attempt.paper_id), papers.document(attempt.paper_id)["slots"]
    return render_template(
        "exams/manage/marks.html", attempt=attempt, exam=attempt.exam, person=person, marks=marks, form=form,
        names=dict(db.session.execute(names).all()), slots=slots, refused=slot, values=values, rules=rules,
        contents={one["slot"]: one for one in contents}, verdicts=verdicts.of(attempt),
        answers=papers.answers(attempt.paper_id, slots), portions=portions,
        score=queries.latest_scores([attempt.id])[attempt.id],
    )  # fmt: skip


@bp.get("/attempts/<int:attempt_id>/marks")
@requires(Action.EXAM_EDIT)
def marks(attempt_id: int) -> Any:
    return _page(*_load(attempt_id), ReasonForm())


@bp.post("/attempts/<int:attempt_id>/marks/<int:slot>/again")
@requires(Action.EXAM_EDIT)
def mark_again(attempt_id: int, slot: int) -> Any:
    attempt, person = _load(attempt_id)
    form = ReasonForm()
    if not form.validate_on_submit():
        return _page(attempt, person, form, slot)
    if marking.order_again(attempt, slot, form.reason.data):
        flash(_("已交仲裁人重新评阅；评完以前，原来的分数仍然有效。"))
    else:
        flash(_("没有办理：这道题还没有评完，或者已经在重新评阅。"), "warn")
    return redirect(url_for(".marks", attempt_id=attempt.id))
