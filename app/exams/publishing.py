"""What of their results candidates may see now; staff publish them and take them back."""

from collections.abc import Collection, Iterable, Sequence
from datetime import UTC, datetime

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from app.audit.service import record
from app.domain import releasing
from app.domain.attempts import GRACE
from app.domain.releasing import Facts, Part, Rule, When
from app.exams import queries, saving
from app.exams.models import Allowance, Attempt, Exam, GroupAllowance, Score
from app.exams.queries import Result
from app.exams.seat_models import Sitting
from app.web import clock
from app.web.db import db, from_micros, hold, ids

LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)  # for what holds of every attempt that was handed in


def rules_of(exam: Exam) -> dict[Part, Rule]:
    return releasing.read(exam.release)


# The last end of a window, of whomever, and the last deadline of who still writes.
_FINISHED = sa.text(
    f"""SELECT ends.exam_id, max(ends.at) AS at FROM (
      SELECT id AS exam_id, closes_at AS at FROM exam WHERE id IN :exams
      UNION ALL SELECT exam_id, closes_at FROM {Sitting.__tablename__} WHERE exam_id IN :exams
      UNION ALL SELECT exam_id, closes_at FROM {Allowance.__tablename__} WHERE exam_id IN :exams
      UNION ALL SELECT exam_id, closes_at FROM {GroupAllowance.__tablename__} WHERE exam_id IN :exams
      UNION ALL SELECT a.exam_id, {saving.DEADLINE} FROM attempt a JOIN exam e ON e.id = a.exam_id
        WHERE a.exam_id IN :exams AND a.submitted_at IS NULL AND e.minutes IS NOT NULL
    ) AS ends GROUP BY ends.exam_id"""  # noqa: S608
).bindparams(sa.bindparam("exams", expanding=True))


def finished(exams: Iterable[Exam]) -> dict[int, datetime]:
    """By exam, when its last candidate will have finished; asked only where a rule depends on it."""
    waiting = [e.id for e in exams if any(r.when is When.AFTER_ALL for r in rules_of(e).values())]
    return _finished(waiting) if waiting else {}


def _finished(exam_ids: Sequence[int]) -> dict[int, datetime]:
    rows = db.session.execute(_FINISHED, {"exams": exam_ids})
    return {row.exam_id: from_micros(row.at) + GRACE for row in rows}


def too_early(exam: Exam, now: datetime) -> datetime | None:
    """When the last candidate will have finished, if what would be published now could help them."""
    helping = (rule.when for part, rule in rules_of(exam).items() if part is not Part.SCORE)
    last = _finished([exam.id])[exam.id]
    return last if When.BY_HAND in helping and last > now else None


def facts_of(exam: Exam, ends: dict[int, datetime], submitted_at: datetime | None) -> Facts:
    return Facts(ends.get(exam.id, exam.closes_at), exam.released_at, submitted_at)


def opens(attempt: Attempt) -> dict[Part, datetime | None]:
    """From when the person may see each part of this attempt; None: there is no such moment yet."""
    exam = attempt.exam
    return releasing.opens(rules_of(exam), facts_of(exam, finished([exam]), attempt.submitted_at))


def open_parts(exam: Exam, now: datetime) -> frozenset[Part]:
    """What everybody who has handed in may see."""
    return releasing.open_parts(rules_of(exam), facts_of(exam, finished([exam]), LONG_AGO), now)


def told(exams: Iterable[Exam], now: datetime) -> set[int]:
    """Ids of those whose scores their candidates may see; at most one statement."""
    exams = list(exams)
    ends = finished(exams)
    return {
        exam.id
        for exam in exams
        if Part.SCORE in releasing.open_parts(rules_of(exam), facts_of(exam, ends, LONG_AGO), now)
    }


def published_scores(attempts: Sequence[Attempt], now: datetime) -> dict[int, Score]:
    """The scores of these attempts that are out; where one waits for marks, its person is told just that."""
    open_exams = told({a.exam_id: a.exam for a in attempts}.values(), now)
    return queries.latest_scores(ids([a for a in attempts if a.exam_id in open_exams]))


def shown_scores(attempts: Sequence[Attempt], now: datetime) -> dict[int, Score]:
    """The scores of these attempts that their persons may see: published, and with nothing left to mark."""
    return {n: score for n, score in published_scores(attempts, now).items() if not score.pending}


def results(
    exam_ids: Collection[int], person_ids: Collection[int] | None = None
) -> dict[tuple[int, int], Result]:
    """As `queries.results`, of exams whose scores are out: nothing that follows from a score comes before."""
    if not exam_ids:
        return {}
    wanted = sa.or_(Exam.id.in_(exam_ids), Exam.makeup_of_id.in_(exam_ids))
    exams = db.session.scalars(sa.select(Exam).where(wanted)).all()
    return queries.results(exam_ids, person_ids, told=told(exams, clock.now()))


def unfinished(exam_id: int) -> int:
    """How many attempts wait for marks, so that their score is shown to nobody yet."""
    newer = aliased(Score)
    rows = (
        sa.select(sa.func.count())
        .select_from(Score)
        .join(Attempt, Attempt.id == Score.attempt_id)
        .outerjoin(newer, sa.and_(newer.attempt_id == Score.attempt_id, newer.version > Score.version))
        .where(Attempt.exam_id == exam_id, Attempt.trial.is_(False), newer.version.is_(None))
        .where(Score.pending > 0, Attempt.submitted_at.is_not(None))
    )
    return db.session.scalar(rows) or 0


def _release(exam: Exam) -> dict[str, object]:
    return {name: getattr(exam, name) for name in ("release", "released_at", "appeal_days")}


def set_rules(exam: Exam, rules: dict[Part, Rule], appeal_days: int) -> None:
    """What newly waits to be published by hand waits, whatever was published before."""
    hold(exam)
    before = _release(exam)
    rules, exam.released_at = releasing.kept_open(rules_of(exam), rules, exam.released_at)
    exam.release, exam.appeal_days = releasing.stored(rules), appeal_days
    db.session.flush()
    after = _release(exam)
    if after != before:
        record(
            "exam.rule", f"exam:{exam.id}", f"修改“{exam.title}”的成绩公布办法", before=before, after=after
        )


def publish(exam: Exam, now: datetime) -> bool:
    """What waits to be published by hand is out from now on. False: it was out already."""
    hold(exam)
    if exam.released_at is not None:
        return False
    exam.released_at = now
    db.session.flush()
    after = {"released_at": now, "release": exam.release}
    record("score.publish", f"exam:{exam.id}", f"公布“{exam.title}”的成绩", after=after)
    return True


def withdraw(exam: Exam, reason: str, now: datetime) -> bool:
    """All that is out now is taken back until it is published by hand. False: nothing was out."""
    hold(exam)
    shown = open_parts(exam, now)
    if not shown:
        return False
    before = {"release": exam.release, "released_at": exam.released_at}
    exam.release = releasing.stored(releasing.withdrawn(rules_of(exam), shown))
    exam.released_at = None
    db.session.flush()
    after = {"release": exam.release, "reason": reason}
    summary = f"收回“{exam.title}”已公布的成绩：{reason}"
    record("score.unpublish", f"exam:{exam.id}", summary, before=before, after=after)
    return True
