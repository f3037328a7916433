"""Announcements in the back office."""

from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_login import current_user

from app.domain.access import Action
from app.exams import announcing
from app.exams.announcing import Words
from app.exams.back_office import bp
from app.exams.result_forms import AnnouncementForm
from app.exams.result_models import Announcement
from app.web import clock
from app.web.db import db
from app.web.gate import requires
from app.web.intake import number
from app.web.paging import asked_page


@bp.get("/announcements")
@requires(Action.EXAM_EDIT)
def announcements() -> Any:
    return render_template("exams/manage/announcements.html", page=announcing.page(asked_page()))


def _words(form: AnnouncementForm) -> Words:
    return Words(form.title.data, form.text.data, form.exam_id.data or None)


@bp.route("/announcements/new", methods=["GET", "POST"])
@requires(Action.EXAM_EDIT)
def announcement_new() -> Any:
    form = AnnouncementForm(data={"exam_id": number("exam") or 0})
    if form.validate_on_submit() and "preview" not in request.form:
        made = announcing.write(_words(form), current_user.person_id, clock.now())
        flash(_("已保存，还没有发布。"))
        return redirect(url_for("exams_manage.announcement", announcement_id=made.id))
    return render_template("exams/manage/announcement.html", form=form, one=None)


@bp.route("/announcements/<int:announcement_id>", methods=["GET", "POST"])
@requires(Action.EXAM_EDIT)
def announcement(announcement_id: int) -> Any:
    found = _load(announcement_id)
    form = AnnouncementForm(
        data={"title": found.title, "text": found.text, "exam_id": found.exam_id or 0}
    )  # fmt: skip
    if form.validate_on_submit() and "preview" not in request.form:
        announcing.change(found, _words(form))
        flash(_("已保存。"))
        return redirect(url_for("exams_manage.announcement", announcement_id=found.id))
    return render_template("exams/manage/announcement.html", form=form, one=found)


def _load(announcement_id: int) -> Announcement:
    return db.session.get(Announcement, announcement_id) or abort(404)


@bp.post("/announcements/<int:announcement_id>/publish")
@requires(Action.EXAM_EDIT)
def announcement_publish(announcement_id: int) -> Any:
    announcing.publish(_load(announcement_id), clock.now())
    flash(_("已发布。"))
    return redirect(url_for("exams_manage.announcement", announcement_id=announcement_id))


@bp.post("/announcements/<int:announcement_id>/withdraw")
@requires(Action.EXAM_EDIT)
def announcement_withdraw(announcement_id: int) -> Any:
    announcing.withdraw(_load(announcement_id))
    flash(_("已撤回，学员看不到了。"))
    return redirect(url_for("exams_manage.announcement", announcement_id=announcement_id))
