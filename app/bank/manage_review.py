"""Reviewing: the queue, oldest first, and the verdict on one question after the other."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_login import current_user

from app.bank import reviewing, service
from app.bank.blueprint import bp
from app.bank.forms import clean
from app.bank.manage_question import load, page_of
from app.bank.models import Question
from app.domain.access import Action
from app.web import clock
from app.web.errors import Forbidden
from app.web.gate import requires
from app.web.intake import number
from app.web.paging import asked_page


@bp.get("/review")
@requires(Action.BANK_REVIEW)
def review() -> Any:
    me = current_user.person_id
    return render_template(
        "bank/manage/review.html", page=reviewing.queue(asked_page()), mine=reviewing.own(me),
        first=reviewing.following(me),
    )  # fmt: skip


@bp.get("/review/next")
@requires(Action.BANK_REVIEW)
def review_next() -> Any:
    """The oldest question that waits for this reviewer, after the one that is passed over."""
    return _next(number("after"))


def _next(after: int | None) -> Any:
    found = reviewing.following(current_user.person_id, after)
    if found is None:
        flash(_("后面没有等您审定的试题了。"))
        return redirect(url_for("bank_manage.review"))
    return redirect(url_for("bank_manage.question", question_id=found, queue=after or 0))


def _decided(found: Question) -> Any:
    """To the next one where the page was part of the queue."""
    queue = request.form.get("queue", "")
    return _next(int(queue) or None) if queue.isdecimal() and len(queue) < 10 else page_of(found)


@bp.post("/questions/<int:question_id>/approve")
@requires(Action.BANK_REVIEW)
def question_approve(question_id: int) -> Any:
    found = load(question_id)
    try:
        service.approve(found, _seen(), clock.now(), current_user.person_id)
    except service.OwnWork as error:
        raise Forbidden(_("上次审定以后您写过或送审过这道题，要由其他审题人审定。"), "own_work") from error
    except service.Stale:
        return _changed(found)
    flash(_("已审定 %(code)s，可以用于组卷。", code=found.code))
    return _decided(found)


@bp.post("/questions/<int:question_id>/give-back")
@requires(Action.BANK_REVIEW)
def question_give_back(question_id: int) -> Any:
    found = load(question_id)
    text = clean(request.form.get("text", ""))
    if not text or len(text) > 1000:
        flash(_("请写明退回的理由，让命题人知道怎么改，最多 1000 个字。"), "warn")
        return page_of(found)
    try:
        service.give_back(found, _seen(), text, clock.now(), current_user.person_id)
    except service.Stale:
        return _changed(found)
    flash(_("已退回 %(code)s，命题人会看到理由。", code=found.code))
    return _decided(found)


def _seen() -> int:
    """The number of the version that was on the reviewer's page."""
    given = request.form.get("number", "")
    return int(given) if given.isdecimal() and len(given) < 10 else 0


def _changed(found: Question) -> Any:
    flash(_("您打开以后，这道题有了变动。请看过现在的版本再决定。"), "warn")
    return page_of(found)
