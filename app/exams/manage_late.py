"""Answers that did not count: brought in as a file, shown beside what counts, decided by a person."""

import json
from collections.abc import Mapping
from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_login import current_user

from app.domain.access import Action
from app.exams import answer_files, candidates, deciding, devices, invigilating, replaying, scoring
from app.exams.api import origin
from app.exams.back_office import bp
from app.exams.deciding import Choice, Decision
from app.exams.forms import AnswerFileForm, DecideForm
from app.exams.labels import UNAPPLIED
from app.exams.manage_candidates import load_attempt
from app.exams.models import Attempt, UnappliedResponse
from app.exams.seat_models import DeviceRequest
from app.people.models import Person
from app.web import clock
from app.web.db import db, from_micros
from app.web.gate import requires


def _go_on(attempt: Attempt) -> Any:
    return redirect(url_for("exams_manage.kept", attempt_id=attempt.id))


@bp.get("/attempts/<int:attempt_id>/kept")
@requires(Action.EXAM_RUN)
def kept(attempt_id: int) -> Any:
    attempt, person = load_attempt(attempt_id)
    return _page(attempt, person, DecideForm(), AnswerFileForm())


def _page(attempt: Attempt, person: Person, form: DecideForm, file_form: AnswerFileForm) -> Any:
    rows = candidates.unapplied([attempt.id]).get(attempt.id, [])
    waiting = [row for row in rows if row.decided_at is None]
    asked = replaying.questions(attempt)
    return render_template(
        "exams/manage/kept.html", attempt=attempt, exam=attempt.exam, person=person, form=form,
        file_form=file_form, waiting=waiting, offered=_offered(waiting, asked),
        decided=[row for row in rows if row.decided_at], unapplied=UNAPPLIED,
        asked=asked, counted=scoring.current_responses(attempt.id),
        dumps=json.dumps, acceptable=deciding.acceptable, late=candidates.late,
        names=replaying.names(row.decided_by for row in rows), at=from_micros,
    )  # fmt: skip


def _offered(
    waiting: list[UnappliedResponse], asked: Mapping[int, replaying.Asked]
) -> dict[int, dict[str, list[UnappliedResponse]]]:
    """By slot, as the candidate saw them, and answer, the last given first; the same may have come twice."""
    found: dict[int, dict[str, list[UnappliedResponse]]] = {}
    place = {slot: one.number for slot, one in asked.items()}
    last = len(place) + 1  # what the paper does not ask
    for row in sorted(waiting, key=lambda row: (place.get(row.slot, last), row.slot, -row.epoch, -row.seq)):
        found.setdefault(row.slot, {}).setdefault(row.value, []).append(row)
    return found


@bp.post("/attempts/<int:attempt_id>/kept")
@requires(Action.EXAM_RUN)
def decide(attempt_id: int) -> Any:
    attempt, person = load_attempt(attempt_id)
    form = DecideForm()
    rows = [row for row in candidates.unapplied([attempt.id]).get(attempt.id, []) if row.id in form.rows]
    choices = _choices(attempt, rows)
    if not choices:
        form.reason.errors = [*form.reason.errors, _("请先在题目下选择采纳哪一条，或者不采纳。")]
    elif form.validate_on_submit():
        decision = Decision(choices, form.reason.data, current_user.person_id, origin())
        flash(*_decided(attempt.id, decision, form.rows))
        return _go_on(attempt)
    return _page(attempt, person, form, AnswerFileForm(formdata=None))


def _choices(attempt: Attempt, rows: list[UnappliedResponse]) -> list[Choice]:
    """What the form says of each slot; a slot that it leaves open is not in it."""
    match request.form.get("all"):
        case "accept":
            return deciding.newest(attempt, rows)
        case "decline":
            return [Choice(slot, None) for slot in sorted({row.slot for row in rows})]
    made = []
    for slot in sorted({row.slot for row in rows}):
        said = request.form.get(f"slot-{slot}", "")
        if said == "no":
            made.append(Choice(slot, None))
        elif said in {str(row.id) for row in rows if row.slot == slot}:
            made.append(Choice(slot, int(said)))
    return made


def _decided(attempt_id: int, decision: Decision, shown: set[int]) -> tuple[str, str]:
    """Do it, and say what was done."""
    try:
        changed = deciding.decide(attempt_id, decision, shown, clock.now())
    except invigilating.Changed:
        return _("没有重复办理：刚才已有人办过，或者按钮点了两次。请核对现在的情况。"), "warn"
    except deciding.Settling:
        return _("考试刚到时，最后的作答可能还在路上。请一分钟以后再决定。"), "warn"
    if changed:
        return _("已采纳 %(n)s 题的作答，其余按所选不采纳。", n=len(changed)), "message"
    return _("已决定不采纳，成绩不变。"), "message"


@bp.post("/attempts/<int:attempt_id>/file")
@requires(Action.EXAM_RUN)
def bring_in(attempt_id: int) -> Any:
    attempt, person = load_attempt(attempt_id)
    form = AnswerFileForm()
    if form.validate_on_submit():
        try:
            brought = answer_files.bring_in(attempt, form.content(), clock.now())
        except answer_files.Unusable as error:
            form.file.errors = [str(error)]
        else:
            flash(_told(brought))
            return _go_on(attempt)
    return _page(attempt, person, DecideForm(formdata=None), form)


def _told(brought: answer_files.Brought) -> str:
    if not brought.new:
        return str(_("文件里的作答服务器上都已有，没有要决定的。"))
    return str(_("已收下文件，其中 %(n)s 条作答等待决定。", n=brought.new))


@bp.post("/attempts/<int:attempt_id>/devices/<int:request_id>")
@requires(Action.EXAM_RUN)
def device(attempt_id: int, request_id: int) -> Any:
    asked = db.session.get(DeviceRequest, request_id)
    if asked is None or asked.attempt_id != attempt_id:
        abort(404)
    attempt, person = load_attempt(attempt_id)
    granted = request.form.get("granted") == "1"
    if devices.decide(asked, attempt, granted, current_user.person_id, clock.now()):
        flash(_("已同意，考生的页面随即继续。") if granted else _("已答复不同意。"))
    return redirect(url_for("exams_manage.candidate", exam_id=attempt.exam_id, person_id=person.id))
