"""The wire of an attempt (docs/exam-protocol.md): JSON in and out, errors as {reason, message}."""

from datetime import timedelta
from typing import Any, NoReturn

import sqlalchemy as sa
from flask import Blueprint, abort, jsonify, make_response, request, session
from flask_babel import gettext as _
from flask_login import current_user
from flask_wtf.csrf import generate_csrf

from app.audit.service import AGENT_LENGTH
from app.domain.access import Action
from app.domain.attempts import StartRefusal
from app.exams import (
    attempts,
    devices,
    entries,
    epochs,
    papers,
    presence,
    queries,
    refusals,
    reviewing,
    saving,
    scoring,
    seat_queries,
)
from app.exams import state as wire_state
from app.exams.epochs import Origin
from app.exams.models import Attempt, Paper
from app.web import clock, uow
from app.web.db import db
from app.web.errors import Problem
from app.web.gate import SESSION_KEY, requires

bp = Blueprint("exams_api", __name__)


@bp.get("/csrf")
@requires(Action.LEARN, idles=False)
def csrf_token() -> Any:
    return jsonify(csrf_token=generate_csrf())


@bp.post("/exams/<int:exam_id>/attempts")
@requires(Action.LEARN)
def start(exam_id: int) -> Any:
    attempt, made = begin(exam_id)
    return jsonify(wire_state.of(attempt, clock.now()).wire()), 201 if made else 200


def begin(exam_id: int, kind: str | None = None) -> tuple[Attempt, bool]:
    """Start or go on with the caller's attempt; 404 when not assigned or not of this kind, or say in words
    why not now."""
    entry = entries.entry(exam_id, current_user.person_id, current_user.unit_path)
    if entry is None or not entry.assigned or kind not in (None, entry.exam.kind):
        abort(404)
    try:
        return attempts.enter(entry, clock.now())
    except attempts.CannotStart as error:
        raise start_refused(error.refusal) from error


@bp.get("/exams/<int:exam_id>/bell.json")
@requires(Action.LEARN, load_person=False, idles=False)  # the statement itself checks the session
def bell(exam_id: int) -> Any:
    """How long until the caller's sitting begins; null: an invigilator says when."""
    sitting = seat_queries.bell(exam_id, session[SESSION_KEY])
    if sitting is None:
        abort(404)
    if sitting.by_hand and sitting.started_at is None:
        return jsonify(left_ms=None)
    left = (sitting.started_at or sitting.opens_at) - clock.now()
    return jsonify(left_ms=max(left // timedelta(milliseconds=1), 0))


def start_refused(refusal: StartRefusal) -> Problem:
    texts = {
        StartRefusal.NOT_OPEN: _("考试尚未开始。"),
        StartRefusal.LATE: _("已过入场时间，不能再开始。如有特殊情况，请联系监考员。"),
        StartRefusal.CLOSED: _("考试已经结束，不能再开始。"),
        StartRefusal.NO_SEAT: _("这场考试要凭座位参加，还没有给您排座。请联系教务管理员。"),
        StartRefusal.WAITING: _("监考员还没有宣布开考，请在座位上稍候。"),
        StartRefusal.CODE: _("请先在候考页面输入监考员公布的考场口令。"),
        StartRefusal.NO_ATTEMPTS_LEFT: _("您的考试次数已用完。如需补考，请联系教务管理员。"),
    }
    return Problem(403, refusal.value, texts[refusal])


def own(attempt_id: int) -> Attempt:
    """The caller's attempt, or 404."""
    return queries.attempt_of(attempt_id, current_user.person_id) or abort(404)


def origin() -> Origin:
    """Where this request comes from."""
    return Origin(
        current_user.session_id, request.remote_addr or "", request.user_agent.string[:AGENT_LENGTH]
    )


def admitted(attempt: Attempt) -> Attempt:
    """This device may take the attempt over, or says that it waits for an invigilator; the wish is kept."""
    reason = devices.refusal(attempt, current_user.session_id, clock.now())
    if reason is not None:
        uow.keep_refusal()
        raise refusals.problem(reason)
    return attempt


@bp.get("/attempts/<int:attempt_id>")
@requires(Action.LEARN, idles=False)
def state(attempt_id: int) -> Any:
    attempt = own(attempt_id)
    return jsonify(wire_state.of(attempt, clock.now()).wire())


@bp.get("/papers/<sha256>.json")
@requires(Action.LEARN, idles=False)
def paper(sha256: str) -> Any:
    held = (
        sa.select(Paper.id)
        .join(Attempt, Attempt.paper_id == Paper.id)
        .where(Paper.sha256 == sha256, Attempt.person_id == current_user.person_id)
    )
    paper_id = db.session.scalar(held.limit(1))
    if paper_id is None:
        abort(404)
    response = make_response(papers.canonical(paper_id))
    response.mimetype = "application/json"
    response.headers["Cache-Control"] = "private, max-age=31536000, immutable"
    return response


@bp.post("/attempts/<int:attempt_id>/takeover")
@requires(Action.LEARN, idles=False)
def take_over(attempt_id: int) -> Any:
    attempt = admitted(own(attempt_id))
    epoch = epochs.take_over(attempt_id, current_user.person_id, origin(), clock.now())
    if epoch is None:
        raise Problem(410, "closed", _("答卷已经关闭。"))
    # Before the first page there was no answer; after it, another page may have saved a moment ago.
    responses = scoring.current_responses(attempt_id) if epoch > 1 else {}
    return jsonify(wire_state.of(attempt, clock.now(), responses).wire() | {"epoch": epoch})


@bp.post("/attempts/<int:attempt_id>/responses")
@requires(Action.LEARN, load_person=False, idles=False)  # the statement itself checks session and owner
def save(attempt_id: int) -> Any:
    """Most saves are answered before they come here: `app.exams.short_save`."""
    epoch, items = _parsed()
    if not items:
        raise Problem(400, "malformed", _("提交的作答格式不对：") + "responses: at least one is needed")
    now = clock.now()
    try:
        acked = saving.save(attempt_id, session[SESSION_KEY], epoch, items, now)
    except saving.Conflict:
        raise refusals.problem("value") from None
    if acked is None:
        raise refusals.explain_and_keep(attempt_id, session[SESSION_KEY], epoch, items, now)
    return jsonify(acked.wire(now))


@bp.post("/attempts/<int:attempt_id>/here")
@requires(Action.LEARN, load_person=False, idles=False)  # the statement itself checks session and owner
def here(attempt_id: int) -> Any:
    """A page without anything to save: the time left, or why it may save no more."""
    epoch, _items = _parsed()
    now = clock.now()
    found = presence.here(attempt_id, session[SESSION_KEY], epoch, now)
    if found is None:
        raise refusals.explain_and_keep(attempt_id, session[SESSION_KEY], epoch, (), now)
    return jsonify(found.wire(now))


def _parsed() -> tuple[int, tuple[saving.Item, ...]]:
    try:
        return saving.parse(request.get_json(silent=True))
    except RecursionError as error:
        raise Problem(400, "malformed", _("提交的作答格式不对：") + "nested too deeply") from error
    except saving.Malformed as error:
        raise refusals.malformed(error) from error


@bp.post("/attempts/<int:attempt_id>/submit")
@requires(Action.LEARN, idles=False)
def submit(attempt_id: int) -> Any:
    epoch, items = _parsed()
    try:
        closed = attempts.submit(attempt_id, current_user.person_id, origin(), epoch, items, clock.now())
    except attempts.Refused as refused:
        return _refuse_submit(refused, attempt_id, epoch, items)
    return jsonify(receipt=closed.receipt, submitted_at=closed.submitted_at.isoformat())


def _refuse_submit(
    refused: attempts.Refused, attempt_id: int, epoch: int, items: tuple[saving.Item, ...]
) -> NoReturn:
    """Nothing of the refused hand-in stands, but what it carried is kept (in a transaction of its own)."""
    db.session.rollback()
    if refused.reason in {"closed", "epoch"}:
        reason = "late" if refused.reason == "closed" else "epoch"
        saving.keep_unapplied(attempt_id, epoch, items, clock.now(), reason)
    raise refusals.problem(refused.reason, refused.until)


@bp.post("/attempts/<int:attempt_id>/slots/<int:slot>/check")
@requires(Action.LEARN, idles=False)
def check(attempt_id: int, slot: int) -> Any:
    attempt = own(attempt_id)
    if attempt.exam.kind != "quiz":
        abort(404)
    try:
        points = attempts.check(attempt_id, slot, clock.now())
    except attempts.Refused as refused:
        raise refusals.problem(refused.reason) from refused
    return jsonify(reviewing.verdict(attempt, slot, points))
