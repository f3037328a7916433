"""What is weak in the bank: the last check, by weakness."""

from typing import Any

import sqlalchemy as sa
from flask import flash, redirect, render_template, url_for
from flask_babel import gettext as _
from flask_login import current_user

from app.bank import checking, stale, terms
from app.bank.blueprint import bp
from app.bank.labels import WEAKNESSES
from app.bank.models import Question, QuestionVersion
from app.domain.access import Action
from app.web import clock
from app.web.db import db
from app.web.gate import requires

_SHOWN = 50  # of each weakness


@bp.get("/quality")
@requires(Action.BANK_VIEW)
def quality() -> Any:
    checks = checking.last()
    report = checks.done.report if checks.done else {}
    pairs = report.get("alike", [])[:_SHOWN]
    found = {name: rows[:_SHOWN] for name, rows in report.get("found", {}).items()}
    named = _named(
        {row[0] for rows in found.values() for row in rows} | {q for row in pairs for q in row[:2]}
    )
    return render_template(
        "bank/manage/quality.html", checks=checks, report=report, found=found, pairs=pairs, **_due(),
        named=named, weaknesses=WEAKNESSES, terms={term.term: term for term in terms.outdated()},
    )  # fmt: skip


def _due() -> dict[str, Any]:
    """Questions to be looked at again, and those of them that rest on what has changed."""
    today = clock.day(clock.now())
    due = stale.due(today, 1)
    changed = stale.stale_among([question.current_version_id for question in due.items])
    return {"due": due, "changed": changed, "today": today, "due_shown": _SHOWN}


def _named(question_ids: set[int]) -> dict[int, Any]:
    """Code and stem of the questions that are still in use."""
    rows = db.session.execute(
        sa.select(Question.id, Question.code, QuestionVersion.stem)
        .join(QuestionVersion, QuestionVersion.id == Question.newest_version_id)
        .where(Question.id.in_(question_ids), Question.retired_at.is_(None))
    )
    return {row.id: row for row in rows}


@bp.post("/quality")
@requires(Action.BANK_EDIT)
def quality_check() -> Any:
    """Have the worker look at the whole bank; a second click orders nothing."""
    checking.order(clock.now(), current_user.person_id)
    flash(_("正在检查，题目多时要几分钟。稍后刷新本页看结果。"))
    return redirect(url_for("bank_manage.quality"))
