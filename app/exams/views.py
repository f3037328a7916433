"""The learner's face: exams and quizzes, before, during and after."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from flask import abort, flash, redirect, render_template, request, session, url_for
from flask_babel import gettext as _
from flask_login import current_user

from app.domain.access import Action
from app.domain.attempts import Phase
from app.domain.releasing import Part
from app.domain.scoring import Minimum
from app.exams import (
    answering,
    appeals,
    attempts,
    candidates,
    entries,
    notices,
    pages,
    publishing,
    queries,
    refusals,
    reviewing,
    saving,
    scoring,
    shell,
    standing,
    state,
    told,
    words,
)
from app.exams import told_views as told_views
from app.exams.api import admitted, begin, origin, own, start_refused
from app.exams.attempts import Refused
from app.exams.blueprint import bp as bp
from app.exams.models import Attempt, Exam, Score
from app.exams.saving import Item
from app.web import clock
from app.web.db import db
from app.web.errors import Problem
from app.web.gate import SESSION_KEY, requires, to_sign_in


@bp.get("/exams")
@requires(Action.LEARN)
def index() -> Any:
    mine = queries.exams_of(current_user.person_id, current_user.unit_path)
    exams, quizzes = _stands(mine), _stands(standing.quizzes())
    return render_template("exams/index.html", exams=standing.grouped(exams), quizzes=quizzes)


def _stands(exams: Sequence[Exam]) -> list[standing.Standing]:
    """Where the caller stands with these."""
    return standing.of(exams, current_user.person_id, current_user.unit_path, clock.now())


def assigned(exam_id: int, kind: str) -> Exam:
    """The exam or quiz that the caller is to sit, or 404."""
    exam = db.session.get(Exam, exam_id)
    if exam is None or exam.kind != kind:
        abort(404)
    if not entries.is_assigned(exam, current_user.person_id, current_user.unit_path):
        abort(404)
    return exam


@bp.get("/exams/<int:exam_id>")
@requires(Action.LEARN)
def intro(exam_id: int) -> Any:
    stands = _stands([assigned(exam_id, "exam")])[0]
    refusal = start_refused(stands.refusal).message if stands.refusal else None
    return render_template(
        "exams/intro.html",
        stands=stands,
        refusal=refusal,
        sections=pages.sections(stands.exam.paper_id) if stands.exam.paper_id else [],
        facts=told.facts(stands),
        rules=told.rules(stands),
    )


@bp.post("/exams/<int:exam_id>/start")
@requires(Action.LEARN)
def start(exam_id: int) -> Any:
    attempt, _made = begin(exam_id, "exam")
    return redirect(url_for(".sitting", attempt_id=attempt.id))


def _over(attempt: Attempt) -> bool:
    return attempts.phase(attempt.exam, attempt, clock.now()) in {Phase.CLOSED, Phase.OVERDUE}


@bp.get("/sit/<int:attempt_id>")
@requires(Action.LEARN, load_person=False, idles=False)  # the statement itself checks session and owner
def sitting(attempt_id: int) -> Any:
    found = queries.sat(attempt_id, session[SESSION_KEY])
    if found is None:
        return abort(404) if current_user.is_authenticated else to_sign_in()
    attempt, responses = found
    if attempt.exam.kind == "quiz":
        return redirect(url_for(".question", attempt_id=attempt_id, n=_next(attempt)))
    if _over(attempt):
        return redirect(url_for(".result", attempt_id=attempt_id))
    return shell.page(attempt, state.of(attempt, clock.now(), responses))


@bp.post("/sit/<int:attempt_id>")
@requires(Action.LEARN, idles=False)
def hand_over(attempt_id: int) -> Any:
    """The page without a script: save everything, or save and hand in; it asks again while some are empty."""
    attempt = admitted(own(attempt_id))
    # The form that only confirms carries no answers; to read some from it would erase what is saved.
    confirmed = request.form.get("action") == "confirm"
    items = () if confirmed else _changes(attempt)
    submits = confirmed or (
        request.form.get("action") == "submit"
        and not answering.unanswered(attempt, answering.values(request.form, attempt))
    )
    early = _too_early(attempt) if request.form.get("action") in ("submit", "confirm") else None
    if early is not None:
        flash(early.message, "warn")
        submits = False
    act = answering.submit if submits else answering.save
    try:
        act(attempt_id, origin(), items, clock.now())
    except Refused as refused:
        return _too_late(attempt, refused, items)
    if submits:
        return redirect(url_for(".result", attempt_id=attempt_id))
    if request.form.get("action") == "submit" and early is None:
        return redirect(url_for(".confirm", attempt_id=attempt_id))
    flash(_("已保存。"))
    return redirect(url_for(".sitting", attempt_id=attempt_id))


def _too_early(attempt: Attempt) -> Problem | None:
    """What is said to who hands in before the time from which the exam allows it."""
    first = attempts.may_submit_from(attempt)
    return refusals.problem("early", first) if first > clock.now() else None


def _changes(attempt: Attempt) -> Sequence[Item]:
    try:
        return answering.changes(attempt, request.form)
    except saving.Malformed as error:
        raise refusals.malformed(error, attempt) from error


def _too_late(attempt: Attempt, refused: Refused, items: Sequence[Item]) -> Any:
    """Nothing of it stands, but what came is kept, in a transaction of its own."""
    if refused.reason != "closed":
        raise refusals.problem(refused.reason) from refused
    attempt_id, epoch = attempt.id, attempt.epoch
    db.session.rollback()
    saving.keep_unapplied(attempt_id, epoch, items, clock.now(), "late")
    flash(refusals.problem("closed").message, "warn")
    return redirect(url_for(".result", attempt_id=attempt_id))


@bp.get("/sit/<int:attempt_id>/confirm")
@requires(Action.LEARN, idles=False)
def confirm(attempt_id: int) -> Any:
    attempt = own(attempt_id)
    if _over(attempt):
        return redirect(url_for(".result", attempt_id=attempt_id))
    empty = answering.unanswered(attempt, answering.current(attempt))
    return render_template("exams/confirm.html", attempt=attempt, empty=empty)


@bp.get("/attempts/<int:attempt_id>/result")
@requires(Action.LEARN)
def result(attempt_id: int) -> Any:
    attempt, now = own(attempt_id), clock.now()
    phase = attempts.phase(attempt.exam, attempt, now)
    if phase is Phase.OPEN:
        return redirect(url_for(".sitting", attempt_id=attempt_id))
    if phase is not Phase.CLOSED:
        return render_template("exams/settling.html", attempt=attempt)
    return _result(attempt, now)


def _result(attempt: Attempt, now: datetime) -> Any:
    opens = publishing.opens(attempt)
    parts = frozenset(part for part, moment in opens.items() if moment and moment <= now)
    score = queries.latest_scores([attempt.id])[attempt.id]
    shown = reviewing.by_slot(attempt, score) if Part.VERDICTS in parts else {}
    slots = reviewing.reviewed(attempt, shown, parts)
    told_now = Part.SCORE in parts and attempt.exam.kind == "exam"
    template = "exams/quiz_result.html" if attempt.exam.kind == "quiz" else "exams/result.html"
    return render_template(
        template,
        attempt=attempt,
        score=score if Part.SCORE in parts else None,
        slots=[s for s in slots if s.wrong] if request.args.get("only") == "wrong" else slots,
        wrong=[s for s in slots if s.wrong],
        parts=parts,
        Part=Part,
        waiting=lambda part: words.waiting(attempt.exam, opens, part),
        stands=_stands([attempt.exam])[0],
        notices=notices.of_attempt(attempt.id) if told_now else [],
        appeals=appeals.of_attempt(attempt.id) if attempt.exam.kind == "exam" else [],
        appeal_until=appeals.until(attempt, now) if told_now else None,
        number_of=appeals.number_of,
        passing=told.passing(attempt.exam),
        missed=[(told.minimum(one), earned) for one, earned in _missed(attempt, score)],
        kept=candidates.unapplied([attempt.id]).get(attempt.id, []),
        numbers={slot: n for n, (slot, _keys) in enumerate(attempt.order, 1)},
    )


def _missed(attempt: Attempt, score: Score) -> list[tuple[Minimum, int]]:
    return scoring.missed(attempt.exam, attempt.paper_id, score.detail)


@bp.get("/quizzes/<int:exam_id>")
@requires(Action.LEARN)
def quiz(exam_id: int) -> Any:
    stands = _stands([assigned(exam_id, "quiz")])[0]
    done = len(reviewing.checked(stands.running.attempt)) if stands.running else 0
    return render_template("exams/quiz.html", stands=stands, done=done)


@bp.get("/quiz-on/<code>")
@requires(Action.LEARN)
def quiz_on(code: str) -> Any:
    """The quiz on a rule set, by the set's code."""
    exam = standing.quiz_on(code)
    if exam is None:
        raise Problem(404, "no_quiz", _("这一组规矩还没有测验。题目备齐后，这里就能开始。"))
    return redirect(url_for(".quiz", exam_id=exam.id))


@bp.post("/quizzes/<int:exam_id>/start")
@requires(Action.LEARN)
def quiz_start(exam_id: int) -> Any:
    attempt, _made = begin(exam_id, "quiz")
    return redirect(url_for(".question", attempt_id=attempt.id, n=_next(attempt)))


def _next(attempt: Attempt) -> int:
    """The first question of a quiz that is not checked yet; the last one when all are."""
    kinds = attempt.slot_kinds
    left = (n for n, (slot, _keys) in enumerate(attempt.order, 1) if kinds[slot - 1] != "x")
    return next(left, len(attempt.order))


def _nth(attempt: Attempt, n: int) -> int:
    """The slot of the nth question of a quiz, or 404."""
    if attempt.exam.kind != "quiz" or not 1 <= n <= len(attempt.order):
        abort(404)
    slot: int = attempt.order[n - 1][0]
    return slot


@bp.get("/sit-quiz/<int:attempt_id>/<int:n>")
@requires(Action.LEARN)
def question(attempt_id: int, n: int) -> Any:
    attempt = own(attempt_id)
    slot = _nth(attempt, n)
    checked = reviewing.checked(attempt)
    shown = reviewing.reviewed(attempt, {slot: checked[slot]})[0] if slot in checked else None
    return render_template(
        "exams/question.html",
        attempt=attempt,
        n=n,
        shown=shown,
        checked=checked,
        following=_next(attempt),
        question=None if shown else pages.question(attempt, n, answering.current(attempt).get(slot)),
    )


@bp.post("/sit-quiz/<int:attempt_id>/<int:n>")
@requires(Action.LEARN)
def answer(attempt_id: int, n: int) -> Any:
    """Save the answer and check it in one go; the same page then shows the verdict."""
    attempt = own(attempt_id)
    slot = _nth(attempt, n)
    try:
        answered = answering.answer_quiz(attempt, origin(), slot, request.form, clock.now())
    except saving.Malformed as error:
        raise refusals.malformed(error, attempt) from error
    except Refused as refused:
        raise refusals.problem(refused.reason) from refused
    if not answered:
        flash(_("请先作答，再核对答案。"), "warn")
        return redirect(url_for(".question", attempt_id=attempt_id, n=n))
    return redirect(url_for(".question", attempt_id=attempt_id, n=n, _anchor="verdict"))
