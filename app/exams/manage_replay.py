"""The whole of an attempt for a dispute: what happened when, and the paper at any moment."""

from typing import Any

from flask import render_template

from app.domain.access import Action
from app.exams import replaying
from app.exams.back_office import bp
from app.exams.labels import CLOSED_BY, UNAPPLIED, VERSIONS
from app.exams.manage_board import sees_scores
from app.exams.manage_candidates import load_attempt
from app.exams.replaying import Kind
from app.people.agents import device_words
from app.web.gate import requires
from app.web.intake import number


@bp.get("/attempts/<int:attempt_id>/replay")
@requires(Action.EXAM_RUN)
def replay(attempt_id: int) -> Any:
    attempt, person = load_attempt(attempt_id)
    found = replaying.replay(attempt, scores=sees_scores(attempt.exam))
    upto = min(max(number("upto") or len(found.events), 1), len(found.events))
    return render_template(
        "exams/manage/replay.html", attempt=attempt, exam=attempt.exam, person=person, replay=found,
        upto=upto, paper=found.paper(upto), Kind=Kind, closed_by=CLOSED_BY, unapplied=UNAPPLIED,
        versions=VERSIONS, device=device_words,
    )  # fmt: skip
