"""Exams: list, create, change, try."""

from datetime import datetime
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_login import current_user

from app.domain.access import Action
from app.domain.attempts import StartRefusal
from app.exams import making, minimums_form, planning, scoring, told
from app.exams import manage_queries as queries
from app.exams.back_office import bp, load_exam
from app.exams.forms import BegunExamForm, NewExamForm, leaves_room
from app.exams.labels import WINDOWS
from app.exams.manage_queries import Window
from app.exams.minimums_form import PlannedExamForm
from app.exams.models import Blueprint, Exam
from app.exams.planning import ExamFacts
from app.web import clock, gate
from app.web.choices import choices
from app.web.db import db
from app.web.gate import requires
from app.web.paging import asked_page

TIMES = ("opens_at", "closes_at")
_USUAL = 60, 60  # minutes and pass percentage of an exam without a blueprint


@bp.get("/")
@requires(Action.EXAM_VIEW)
def exams() -> Any:
    args = request.args
    which = Window(args["state"]) if args.get("state") in set(Window) else None
    page = queries.exams_page(args.get("q", "").strip(), which, clock.now(), asked_page())
    counts = queries.counts([exam.id for exam in page], gate.scope(Action.EXAM_VIEW))
    return render_template(
        "exams/manage/exams.html", page=page, counts=counts, window=queries.window, windows=WINDOWS
    )


@bp.route("/new", methods=["GET", "POST"])
@requires(Action.EXAM_EDIT)
def exam_new() -> Any:
    form = NewExamForm()
    named = ((found.id, found.title) for found in queries.blueprints())
    form.blueprint_id.choices = choices([*named, (0, _("不用组卷规则，自己选题"))])
    if form.validate_on_submit():
        blueprint = db.session.get(Blueprint, form.blueprint_id.data)
        facts = _new_facts(form, blueprint)
        if leaves_room(form, facts):
            return _created(form, blueprint, facts)
    return render_template("exams/manage/exam_new.html", form=form)


def _created(form: NewExamForm, blueprint: Blueprint | None, facts: ExamFacts) -> Any:
    forms, by = form.forms.data or 1, current_user.person_id
    exam = planning.create(blueprint, facts, form.release.data, forms, clock.now(), by)
    if blueprint is None:
        flash(_("考试“%(title)s”已建好。请选题组卷。", title=exam.title))
        return redirect(url_for("exams_manage.pick", exam_id=exam.id, number=1))
    flash(_("考试“%(title)s”已建好。组卷后请指派参加考试的单位或个人。", title=exam.title))
    return redirect(url_for("exams_manage.paper", exam_id=exam.id))


def _new_facts(form: NewExamForm, blueprint: Blueprint | None) -> ExamFacts:
    facts = _facts(form)
    usual = (blueprint.minutes, blueprint.pass_percent) if blueprint else _USUAL
    for name, value in zip(("minutes", "pass_percent"), usual, strict=True):
        if facts[name] is None:
            facts[name] = value
    return ExamFacts(**facts)


def _facts(form: BegunExamForm) -> dict[str, Any]:
    """What the form holds, times in UTC."""
    plain = ExamFacts.__dataclass_fields__.keys() - {"minimums"}
    found = {name: form[name].data for name in plain if name in form}
    if isinstance(form, PlannedExamForm) and (form.full or form.drop_minimums.data):
        found["minimums"] = form.minimums_typed()
    return {name: clock.from_beijing(value) if name in TIMES else value for name, value in found.items()}


@bp.route("/<int:exam_id>/edit", methods=["GET", "POST"])
@requires(Action.EXAM_EDIT)
def exam_edit(exam_id: int) -> Any:
    exam = load_exam(exam_id)
    begun = making.begun(exam.id)
    form = _edit_form(exam, begun)
    if form.validate_on_submit() and (not begun or _wrongs_nobody(form, exam)):
        facts = ExamFacts(**(vars(planning.facts_of(exam)) | _changed(form, exam)))
        if leaves_room(form, facts) and _updated(form, exam, facts):
            return redirect(url_for("exams_manage.board", exam_id=exam.id))
    return render_template("exams/manage/exam_edit.html", form=form, exam=exam, begun=begun)


def _updated(form: BegunExamForm, exam: Exam, facts: ExamFacts) -> bool:
    try:
        planning.update(exam, facts)
    except making.Begun:
        form.form_errors.append(_("刚才已有人开始答题，大部分规则不能再改。请刷新后重填。"))
        return False
    flash(_("已保存。"))
    return True


def _minute(moment: datetime) -> datetime:
    return moment.replace(second=0, microsecond=0)


def _typed(exam: Exam) -> dict[str, Any]:
    """The exam as the form shows it: times in Beijing, to the minute."""
    facts = vars(planning.facts_of(exam))
    times = {name: _minute(clock.beijing(facts[name])).replace(tzinfo=None) for name in TIMES}
    return facts | times | {"minimums": minimums_form.typed(exam.minimums)}


def _edit_form(exam: Exam, begun: bool) -> BegunExamForm:
    if begun:
        return BegunExamForm(data=_typed(exam))
    kept = [told.minimum(one) for one in scoring.minimums(exam)]
    return PlannedExamForm(data=_typed(exam), full=minimums_form.section_points(exam), kept=kept)


def _changed(form: BegunExamForm, exam: Exam) -> dict[str, Any]:
    """What the form holds; a time left as it was shown keeps its seconds."""
    facts = _facts(form)
    left = {name for name in TIMES if facts.get(name) == _minute(getattr(exam, name))}
    return {name: value for name, value in facts.items() if name not in left}


def _wrongs_nobody(form: BegunExamForm, exam: Exam) -> bool:
    """Nobody who has begun, or is on the way, loses time."""
    entry, known = form.entry_minutes, exam.entry_minutes
    if clock.from_beijing(form.closes_at.data) < _minute(exam.closes_at):
        form.closes_at.errors = [_("已有人开始答题，结束时间只能往后改。")]
    if entry.data is not None and (known is None or entry.data < known):
        entry.errors = [_("已有人开始答题，入场时间只能放宽。")]
    if form.earliest_minutes.data > exam.earliest_minutes:
        form.earliest_minutes.errors = [_("已有人开始答题，最早交卷时间只能提前。")]
    return not (form.closes_at.errors or entry.errors or form.earliest_minutes.errors)


@bp.post("/<int:exam_id>/trial")
@requires(Action.EXAM_EDIT)
def trial(exam_id: int) -> Any:
    exam = load_exam(exam_id)
    attempt = planning.start_trial(exam, current_user.person_id, clock.now())
    if isinstance(attempt, StartRefusal):
        flash(_("考试已经结束，不能再试答。如需试答，请先延后结束时间。"))
        return redirect(url_for("exams_manage.paper", exam_id=exam.id))
    return redirect(url_for("exams.sitting", attempt_id=attempt.id))
