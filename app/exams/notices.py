"""What a regrade changed for somebody, read off the versions of their scores: nothing is stored for it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from flask_babel import gettext as _
from sqlalchemy.orm import aliased, contains_eager

from app.domain.scoring import format_points
from app.exams import publishing
from app.exams.models import Attempt, Exam, Score
from app.exams.result_models import Regrade
from app.web.db import db

NEWS = timedelta(days=14)  # how long home shows it; the result page always does


@dataclass(frozen=True)
class Notice:
    """A score that was corrected."""

    attempt: Attempt
    before: Score
    after: Score
    reason: str

    @property
    def text(self) -> str:
        """In one sentence."""
        title, reason = self.attempt.exam.title, self.reason
        text = _(
            "您在《%(title)s》的成绩由 %(before)s更正为 %(after)s，原因：%(reason)s", title=title,
            before=self._points(self.before), after=self._points(self.after), reason=reason,
        )  # fmt: skip
        return str(text) + ("" if reason.endswith(("。", "！", "？")) else "。")

    def _points(self, score: Score) -> str:
        points = format_points(score.points)
        if self.before.full == self.after.full:
            return str(_("%(points)s 分", points=points))
        return str(_("%(points)s 分（满分 %(full)s 分）", points=points, full=format_points(score.full)))


def _notices(*where: sa.ColumnElement[bool]) -> list[Notice]:
    """The newest first; a version that only moved points about within the score says nothing to anybody."""
    before = aliased(Score)
    rows = db.session.execute(
        sa.select(Attempt, before, Score, Regrade.reason)
        .join(Attempt.exam)
        .join(Score, Score.attempt_id == Attempt.id)
        .join(before, sa.and_(before.attempt_id == Score.attempt_id, before.version == Score.version - 1))
        .join(Regrade, Regrade.id == Score.regrade_id)
        .options(contains_eager(Attempt.exam))
        .where(Attempt.trial.is_(False), before.pending == 0, Score.pending == 0, *where)
        .where(sa.or_(before.points != Score.points, before.full != Score.full))
        .order_by(Score.scored_at.desc(), Score.version.desc())
    )
    return [Notice(*row) for row in rows]


def of_attempt(attempt_id: int) -> list[Notice]:
    """All of one attempt. For who may see its score."""
    return _notices(Attempt.id == attempt_id)


def recent(person_id: int, now: datetime) -> Sequence[Notice]:
    """What home tells: corrected lately, and published."""
    found = _notices(Attempt.person_id == person_id, Score.scored_at > now - NEWS)
    exams: dict[int, Exam] = {one.attempt.exam_id: one.attempt.exam for one in found}
    told = publishing.told(exams.values(), now)
    return [one for one in found if one.attempt.exam_id in told]
