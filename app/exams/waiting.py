"""候考: the page before the bell. It counts down by the server's clock and builds nothing when it rings."""

import hmac
import unicodedata
from datetime import timedelta
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_login import current_user

from app.domain.access import Action
from app.exams import entries, standing, told
from app.exams.api import start_refused
from app.exams.seat_models import Sitting
from app.exams.standing import Standing
from app.exams.views import assigned
from app.people import limits
from app.people.sign_in import policy
from app.web import clock
from app.web.db import db, hold
from app.web.gate import requires
from app.web.uow import keep_refusal

bp = Blueprint("exam_room", __name__, template_folder="templates")


def _stands(exam_id: int) -> Standing:
    exam = assigned(exam_id, "exam")
    return standing.of([exam], current_user.person_id, current_user.unit_path, clock.now())[0]


@bp.get("/exams/<int:exam_id>/waiting")
@requires(Action.LEARN, idles=False)
def room(exam_id: int) -> Any:
    stands, now = _stands(exam_id), clock.now()
    if stands.running is not None:
        return redirect(url_for("exams.sitting", attempt_id=stands.running.attempt.id))
    if stands.refusal is not None and not stands.waits:
        if stands.refusal is not None:
            flash(start_refused(stands.refusal).message, "warn")
        return redirect(url_for("exams.intro", exam_id=exam_id))
    seat, sitting = stands.terms.seat, stands.terms.sitting
    by_hand = sitting is not None and sitting.by_hand and sitting.started_at is None
    left = (stands.clock.opens_at - now) // timedelta(milliseconds=1)
    return render_template(
        "exams/waiting.html", stands=stands, seat=seat, sitting=sitting, by_hand=by_hand,
        left_ms=None if by_hand else max(left, 0), ready=stands.refusal is None,
        asks_code=sitting is not None and sitting.code and seat is not None and seat.arrived_at is None,
        arrives=seat is not None and seat.arrived_at is None, facts=told.facts(stands),
        rules=told.rules(stands),
    )  # fmt: skip


@bp.post("/exams/<int:exam_id>/arrive")
@requires(Action.LEARN, idles=False)
def arrive(exam_id: int) -> Any:
    """The candidate is in the room, and says the room's code where there is one."""
    assigned(exam_id, "exam")
    terms = entries.terms_of([exam_id], current_user.person_id, current_user.unit_path).get(exam_id)
    seat, sitting = (terms.seat, terms.sitting) if terms else (None, None)
    if seat is None or sitting is None:
        abort(404)
    hold(seat)  # guesses take turns, or many at once would be heard
    if clock.now() >= sitting.doors_at and _right_code(sitting):
        seat.arrived_at = seat.arrived_at or clock.now()
        db.session.flush()
    return redirect(url_for("exam_room.room", exam_id=exam_id))


def _right_code(sitting: Sitting) -> bool:
    """Says what is wrong; guesses are counted, so that nobody finds a code by trying."""
    if not sitting.code:
        return True
    guess = limits.of_room(current_user.username, sitting.id)
    if guess.wait(policy(), clock.now()) is not None:
        flash(_("输错的次数太多，请过 15 分钟再试，或请监考员帮助。"), "warn")
        return False
    # Chinese keyboards type ２０２６ for 2026.
    given = unicodedata.normalize("NFKC", request.form.get("code", "")).strip().casefold()
    if hmac.compare_digest(given.encode(), sitting.code.casefold().encode()):
        return True
    guess.failed(clock.now())
    keep_refusal()
    flash(_("口令不对，请按监考员公布的重新输入。"), "warn")
    return False


@bp.get("/exams/<int:exam_id>/ticket")
@requires(Action.LEARN)
def ticket(exam_id: int) -> Any:
    """准考证 on the phone."""
    stands = _stands(exam_id)
    if stands.terms.seat is None:
        abort(404)
    return render_template(
        "exams/ticket.html", stands=stands, seat=stands.terms.seat, person=stands.terms.seat.person,
        facts=told.ticket(stands.terms.seat, stands.exam), rules=told.room_rules(stands.exam),
    )  # fmt: skip
