"""What must I do today, and my own data."""

from datetime import datetime
from typing import Any

from flask import current_app, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_login import current_user

from app.domain import attempts as clock_rules
from app.domain.access import Action
from app.exams import attempts
from app.exams.publishing import published_scores
from app.exams.queries import attempt_clock, exam_clock
from app.exams.standing import Standing
from app.home import own_data_views as own_data_views
from app.home import queries
from app.home.blueprint import bp as bp
from app.web import clock
from app.web.display import remember
from app.web.gate import local_target, public, requires
from app.web.paging import asked_page


@bp.get("/")
@requires(Action.LEARN)
def index() -> Any:
    now = clock.now()
    return render_template(
        "home/index.html",
        today=queries.today(current_user.person_id, current_user.unit_path, now),
        date=_date(now),
        minutes_left=lambda one: _minutes_left(one, now),
    )


def _date(now: datetime) -> str:
    local = clock.beijing(now)
    day = _("一二三四五六日")[local.weekday()]
    return str(_("%(month)s 月 %(day)s 日　星期%(name)s", month=local.month, day=local.day, name=day))


def _minutes_left(one: Standing, now: datetime) -> int:
    """Whole minutes to the deadline of the attempt that is under way."""
    if one.running is None:
        return 0
    left = clock_rules.remaining(now, exam_clock(one.exam), attempt_clock(one.running.attempt))
    return 0 if left is None else int(left.total_seconds() // 60)


@bp.post("/display")
@public
def display() -> Any:
    """长辈版 or not, and back to where it was asked for."""
    back = redirect(local_target(request.form.get("next")) or url_for("home.index"))
    remember(back, bool(request.form.get("large")), current_app.config["SESSION_COOKIE_SECURE"])
    return back


@bp.get("/me")
@requires(Action.LEARN)
def me() -> Any:
    now = clock.now()
    page = queries.attempts_page(current_user.person_id, asked_page())
    return render_template(
        "home/me.html",
        page=page,
        scores=published_scores(page.items, now),
        phase=lambda attempt: attempts.phase(attempt.exam, attempt, now),
        hours=queries.hours(current_user.person_id),
    )
