"""One candidate of an exam: what happened, and what staff may do about it."""

from collections.abc import Callable
from typing import Any

from flask import abort, flash, redirect, render_template, url_for
from flask_babel import gettext as _
from flask_login import current_user
from flask_wtf import FlaskForm

from app.domain.access import Action
from app.domain.attempts import deadline
from app.exams import attempts, candidates, devices, entries, invigilating, queries, reopening, terms
from app.exams import manage_queries as managing
from app.exams.back_office import bp, load_exam
from app.exams.forms import MinutesForm, ReasonForm, ReopenForm
from app.exams.labels import CLOSED_BY, STAYS_CLOSED
from app.exams.manage_board import sees_scores
from app.exams.models import Allowance, Attempt, Exam
from app.exams.terms_forms import OwnTermsForm
from app.people import queries as people
from app.people.agents import device_words
from app.people.models import Person
from app.web import clock, gate
from app.web.db import db
from app.web.errors import Problem
from app.web.gate import requires


def load(exam_id: int, person_id: int, action: Action) -> tuple[Exam, Person]:
    """404 outside the caller's units, and for a person who has nothing to do with the exam."""
    exam = load_exam(exam_id)
    person = people.person_in_scope(person_id, gate.scope(action)) or abort(404)
    if not entries.is_assigned(exam, person.id, person.unit.path) and not managing.has_sat(
        exam.id, person.id
    ):
        abort(404)
    if action is Action.EXAM_RUN and person.id == current_user.person_id:
        raise Problem(409, "own_attempt", _("不能办理自己的考试，请由其他管理员办理。"))
    return exam, person


def load_attempt(attempt_id: int) -> tuple[Attempt, Person]:
    attempt = db.session.get(Attempt, attempt_id)
    if attempt is None or attempt.trial:
        abort(404)
    return attempt, load(attempt.exam_id, attempt.person_id, Action.EXAM_RUN)[1]


@bp.get("/<int:exam_id>/people/<int:person_id>")
@requires(Action.EXAM_VIEW)
def candidate(exam_id: int, person_id: int) -> Any:
    return _page(*load(exam_id, person_id, Action.EXAM_VIEW))


def _page(exam: Exam, person: Person, **forms: FlaskForm) -> Any:
    made = queries.attempts_of(person.id, [exam.id])
    ids, now = [attempt.id for attempt in made], clock.now()
    running = next((a for a in made if a.submitted_at is None), None)
    allowance = managing.allowance(exam.id, person.id)
    last = next((a for a in reversed(made) if not a.trial), None)
    refusal = reopening.refused(last, now) if last else None
    blank = {name: _form(name, formdata=None) for name in ("minutes", "again", "reopen", "hand_in")}
    forms = {"own": _own_form(exam, allowance, formdata=None), **blank, **forms}
    ahead = allowance.minutes if allowance else 0
    forms["minutes"].seen.process_data(running.extra_minutes if running else ahead)
    forms["again"].seen.process_data(allowance.attempts if allowance else 0)
    return render_template(
        "exams/manage/candidate.html", exam=exam, person=person, attempts=made,
        scores=queries.latest_scores(ids if sees_scores(exam) else []),
        last=last, stays_closed=STAYS_CLOSED[refusal] if refusal else None,
        kept=candidates.unapplied(ids), closed_by=CLOSED_BY, devices=devices.of(ids), device=device_words,
        allowance=allowance, running=running, forms=forms,
        phase=lambda attempt: attempts.phase(exam, attempt, now), window=managing.window(exam, now),
        ends=lambda attempt: deadline(queries.exam_clock(exam), queries.attempt_clock(attempt)),
    )  # fmt: skip


def _form(name: str, **options: Any) -> ReasonForm:
    """The page holds several forms, so each has its own prefix."""
    kinds = {"minutes": MinutesForm, "reopen": ReopenForm}
    return kinds.get(name, ReasonForm)(prefix=name, **options)


def _own_form(exam: Exam, allowance: Allowance | None, **options: Any) -> OwnTermsForm:
    """What the person has now: times in Beijing."""
    held: dict[str, Any] = {"opens_at": None, "closes_at": None, "open_book": False}
    if allowance is not None:
        ends = {name: getattr(allowance, name) for name in ("opens_at", "closes_at")}
        held |= {name: at and clock.beijing(at).replace(tzinfo=None) for name, at in ends.items()}
        held["open_book"] = allowance.open_book
    return OwnTermsForm(exam=exam, prefix="own", data=held, **options)


@bp.post("/<int:exam_id>/people/<int:person_id>/terms")
@requires(Action.EXAM_RUN)
def own_terms(exam_id: int, person_id: int) -> Any:
    """Another window or open books for one person."""
    exam, person = load(exam_id, person_id, Action.EXAM_RUN)
    form = _own_form(exam, managing.allowance(exam.id, person.id))
    if not form.validate_on_submit():
        return _page(exam, person, own=form)
    facts = terms.OwnFacts(**form.window, open_book=form.open_book.data)
    terms.give_person(exam, person, facts, form.reason.data)
    flash(_("已保存，对今后开始的答卷生效。"))
    return redirect(url_for("exams_manage.candidate", exam_id=exam.id, person_id=person.id))


def _act(exam: Exam, person: Person, name: str, act: Callable[[ReasonForm], str]) -> Any:
    """Do it when the form is complete, say what was done; else show the form again."""
    form = _form(name)
    if not form.validate_on_submit():
        return _page(exam, person, **{name: form})
    try:
        flash(act(form))
    except invigilating.Changed:
        flash(_("没有重复办理：刚才已有人办过，或者按钮点了两次。请核对现在的情况。"), "warn")
    return redirect(url_for("exams_manage.candidate", exam_id=exam.id, person_id=person.id))


@bp.post("/attempts/<int:attempt_id>/minutes")
@requires(Action.EXAM_RUN)
def add_minutes(attempt_id: int) -> Any:
    """For the attempt that is under way."""
    attempt, person = load_attempt(attempt_id)

    def act(form: ReasonForm) -> str:
        if invigilating.give_minutes(
            attempt, person, form.minutes.data, form.reason.data, form.seen.data, clock.now()
        ):
            return str(_("已加时 %(n)s 分钟，考生页面下次保存时即更新倒计时。", n=form.minutes.data))
        return str(_("这份答卷已经结束，没有加时。"))

    return _act(attempt.exam, person, "minutes", act)


@bp.post("/<int:exam_id>/people/<int:person_id>/minutes")
@requires(Action.EXAM_RUN)
def add_minutes_ahead(exam_id: int, person_id: int) -> Any:
    """For the attempts that the person begins from now on."""
    exam, person = load(exam_id, person_id, Action.EXAM_RUN)

    def act(form: ReasonForm) -> str:
        invigilating.give_minutes_ahead(exam, person, form.minutes.data, form.reason.data, form.seen.data)
        return str(_("已为今后开始的答卷加时 %(n)s 分钟。", n=form.minutes.data))

    return _act(exam, person, "minutes", act)


@bp.post("/<int:exam_id>/people/<int:person_id>/attempts")
@requires(Action.EXAM_RUN)
def allow_attempt(exam_id: int, person_id: int) -> Any:
    exam, person = load(exam_id, person_id, Action.EXAM_RUN)

    def act(form: ReasonForm) -> str:
        invigilating.allow_attempt(exam, person, form.reason.data, form.seen.data)
        return str(_("已允许%(name)s再考一次。", name=person.name))

    return _act(exam, person, "again", act)


@bp.post("/attempts/<int:attempt_id>/reopen")
@requires(Action.EXAM_RUN)
def reopen(attempt_id: int) -> Any:
    attempt, person = load_attempt(attempt_id)

    def act(form: ReasonForm) -> str:
        refusal = invigilating.reopen(attempt, person, form.minutes.data, form.reason.data, clock.now())
        return str(STAYS_CLOSED[refusal] if refusal else _("已重新开放，本人打开考试页面即可接着作答。"))

    return _act(attempt.exam, person, "reopen", act)


@bp.post("/attempts/<int:attempt_id>/hand-in")
@requires(Action.EXAM_RUN)
def hand_in(attempt_id: int) -> Any:
    attempt, person = load_attempt(attempt_id)

    def act(form: ReasonForm) -> str:
        if invigilating.hand_in(attempt, person, form.reason.data, clock.now()):
            return str(_("已收卷并评分。"))
        return str(_("这份答卷先前已经交卷。"))

    return _act(attempt.exam, person, "hand_in", act)
