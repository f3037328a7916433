"""The make-ups (补考) of an exam, and creating one for who has no pass yet."""

from dataclasses import replace
from typing import Any

from flask import flash, redirect, render_template, url_for
from flask_babel import gettext as _
from flask_login import current_user

from app.domain.access import Action
from app.exams import makeups as verbs
from app.exams import manage_queries as queries
from app.exams import planning
from app.exams.back_office import bp, load_exam
from app.exams.forms import leaves_room
from app.exams.labels import STATES, WINDOWS
from app.exams.makeup_form import MakeupForm
from app.exams.models import Blueprint, Exam
from app.exams.planning import ExamFacts
from app.web import clock, gate
from app.web.choices import choices
from app.web.db import db
from app.web.gate import requires


@bp.route("/<int:exam_id>/makeups", methods=["GET", "POST"])
@requires(Action.EXAM_EDIT)
def makeups(exam_id: int) -> Any:
    exam = verbs.original(load_exam(exam_id))
    now, form = clock.now(), _form(exam)
    due = verbs.due(exam, gate.scope(Action.EXAM_EDIT), now)
    if form.validate_on_submit() and leaves_room(form, facts := _facts(form, exam)):
        people = [*(due.failed if form.failed.data else ()), *(due.absent if form.absent.data else ())]
        blueprint = db.session.get(Blueprint, form.blueprint_id.data)
        made = verbs.create(exam, blueprint, facts, people, now, current_user.person_id)
        flash(_("补考“%(title)s”已建好，参加的有 %(n)s 人。可在这里增减。", title=made.title, n=len(people)))
        if blueprint is None:
            flash(_("补考还没有试卷，请到“试卷”里选题组卷。"), "warn")
        return redirect(url_for("exams_manage.assignments", exam_id=made.id))
    return render_template(
        "exams/manage/makeups.html", exam=exam, form=form, due=due, made=verbs.of(exam), states=STATES,
        window=lambda one: WINDOWS[queries.window(one, now)],
    )  # fmt: skip


def _form(exam: Exam) -> MakeupForm:
    form = MakeupForm(
        data={
            "title": _("%(title)s（补考）", title=exam.title)[:100],
            "blueprint_id": exam.blueprint_id or 0,
            "minutes": exam.minutes,
            "failed": True,
            "absent": True,
        }
    )
    named = ((found.id, found.title) for found in queries.blueprints())
    form.blueprint_id.choices = choices([*named, (0, _("不用组卷规则，自己选题"))])
    return form


def _facts(form: MakeupForm, exam: Exam) -> ExamFacts:
    """As the original, at another time, once."""
    return replace(
        planning.facts_of(exam),
        title=form.title.data,
        opens_at=clock.from_beijing(form.opens_at.data),
        closes_at=clock.from_beijing(form.closes_at.data),
        minutes=form.minutes.data,
        attempts_allowed=1,
    )
