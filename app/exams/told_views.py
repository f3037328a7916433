"""The learner's face of what is told and asked: appeals about a result, announcements."""

from typing import Any

from flask import abort, flash, redirect, render_template, url_for
from flask_babel import gettext as _
from flask_login import current_user

from app.domain.access import Action
from app.exams import announcing, appeals
from app.exams.api import own
from app.exams.blueprint import bp
from app.exams.result_forms import AppealForm
from app.web import clock
from app.web.gate import requires
from app.web.intake import number
from app.web.paging import asked_page


@bp.route("/attempts/<int:attempt_id>/appeal", methods=["GET", "POST"])
@requires(Action.LEARN)
def appeal(attempt_id: int) -> Any:
    attempt, now = own(attempt_id), clock.now()
    until = appeals.until(attempt, now)
    asked = appeals.of_attempt(attempt_id)
    form = AppealForm(attempt, {one.slot for one in asked}, number("slot") or appeals.WHOLE)
    if until is not None and form.validate_on_submit():
        try:
            appeals.ask(attempt, form.slot.data, form.text.data, now)
            flash(_("已提交复核申请，答复会显示在成绩页。"))
            return redirect(url_for("exams.result", attempt_id=attempt_id, _anchor="appeals"))
        except appeals.Refused as refused:
            form.form_errors.append(str(refused))
    return render_template("exams/appeal.html", attempt=attempt, form=form, until=until)


@bp.get("/announcements")
@requires(Action.LEARN)
def announcements() -> Any:
    page = announcing.page_for(current_user.person_id, current_user.unit_path, asked_page())
    return render_template("exams/announcements.html", page=page)


@bp.get("/announcements/<int:announcement_id>")
@requires(Action.LEARN)
def announcement(announcement_id: int) -> Any:
    found = announcing.readable(announcement_id, current_user.person_id, current_user.unit_path)
    return render_template("exams/announcement.html", one=found or abort(404))
