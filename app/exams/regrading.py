"""更正答案: one proposes what to do about a question, another decides, the worker writes the new scores."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
import structlog
from flask_babel import gettext as _
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import joinedload

from app.audit.service import record
from app.bank import service as bank
from app.domain.regrading import Remedy
from app.exams import laying, moves
from app.exams.models import Attempt, Exam
from app.exams.result_models import Regrade
from app.web import clock, uow
from app.web.db import db, hold

log = structlog.get_logger()


class Refused(Exception):
    """Not so; the message says why."""


def of_exam(exam_id: int) -> Sequence[Regrade]:
    """The newest first."""
    return db.session.scalars(
        sa.select(Regrade).where(Regrade.exam_id == exam_id).order_by(Regrade.id.desc())
    ).all()


def waiting() -> Sequence[Regrade]:
    """Those that nobody has decided on, the oldest first."""
    open_ones = sa.select(Regrade).options(joinedload(Regrade.exam)).where(Regrade.decided_at.is_(None))
    return db.session.scalars(open_ones.order_by(Regrade.id)).all()


def propose(
    exam: Exam, question: tuple[int, int], remedy: Remedy, key: Any, reason: str, by: int, now: datetime
) -> Regrade:
    """Raises Refused while another proposal about the question waits."""
    version_id, part = question
    made = Regrade(
        exam_id=exam.id, version_id=version_id, part=part, kind=remedy.value, key=key, reason=reason,
        proposed_at=now, proposed_by=by,
    )  # fmt: skip
    try:
        with db.session.begin_nested():
            db.session.add(made)
    except IntegrityError as error:
        raise Refused(_("这道题已有一项更正等待审定，请先审定或撤回那一项。")) from error
    after = {"exam": exam.id, "question_version": version_id, "remedy": remedy, "key": key, "reason": reason}
    record("regrade.create", f"regrade:{made.id}", f"提出更正“{exam.title}”的答案：{reason}", after=after)
    return made


def decide(regrade: Regrade, approved: bool, answer: str, by: int, now: datetime) -> None:
    """By somebody else than who proposed it; who proposed it may only take it back. Raises Refused."""
    hold(regrade)
    if regrade.decided_at is not None:
        raise Refused(_("这项更正已经审定过，没有重复办理。"))
    if approved:
        _check_approval(regrade, by)
    regrade.decided_at, regrade.decided_by = now, by
    regrade.approved, regrade.answer = approved, answer
    db.session.flush()
    verb, word = ("approve", "批准") if approved else ("decline", "不批准")
    after = {"exam": regrade.exam_id, "remedy": regrade.kind, "reason": answer}
    summary = f"{word}更正“{regrade.exam.title}”的答案：{answer}"
    record(f"regrade.{verb}", f"regrade:{regrade.id}", summary, after=after)
    if approved:
        _tell_the_bank(regrade, by, now)


def _check_approval(regrade: Regrade, by: int) -> None:
    """One decision at a time in an exam, so that each version of a score has one reason."""
    if by == regrade.proposed_by:
        raise Refused(_("提出更正的人不能自己批准，请由另一位管理员审定。"))
    hold(regrade.exam)
    running = sa.select(Regrade.id).where(
        Regrade.exam_id == regrade.exam_id, Regrade.approved.is_(True), Regrade.applied_at.is_(None)
    )
    if db.session.scalar(running.limit(1)) is not None:
        raise Refused(_("这场考试正在按先前的更正重新评分，请过一会儿再审定。"))


def _tell_the_bank(regrade: Regrade, by: int, now: datetime) -> None:
    """The key stands as it is; its author is to make a new version."""
    question = regrade.version.question
    text = _(
        "在考试“%(exam)s”中发现第 %(n)s 版的答案有问题，已更正成绩：%(reason)s。请修改后重新送审。",
        exam=regrade.exam.title, n=regrade.version.number, reason=regrade.reason,
    )  # fmt: skip
    bank.say(question, bank.newest(question).number, text, now, by)


def apply_approved() -> int:
    """What the worker does: new scores of each approved decision, all at once or none. How many decisions."""
    waiting = sa.select(Regrade.id).where(Regrade.approved.is_(True), Regrade.applied_at.is_(None))
    applied = 0
    for regrade_id in db.session.scalars(waiting.order_by(Regrade.decided_at, Regrade.id)).all():
        try:
            applied += _apply(regrade_id)
        except Exception:
            uow.abandon_item()
            log.exception("regrade_not_applied", regrade=regrade_id)
    return applied


def _apply(regrade_id: int) -> bool:
    regrade = db.session.get_one(Regrade, regrade_id)
    _let_closings_end(regrade.exam_id)
    hold(regrade)
    if regrade.applied_at is not None:  # another worker was first
        uow.abandon_item()
        return False
    laying.hold_closed(regrade.exam_id)  # marks that come meanwhile then see the new version
    now = clock.now()
    written = moves.write(regrade, now)
    regrade.applied_at = now
    uow.commit_item()
    log.info("regraded", regrade=regrade_id, scores=written)
    return True


def _let_closings_end(exam_id: int) -> None:
    """Whoever hands in from now on is scored by the decision; whoever is at it is waited for. Nobody waits
    for us: the locks are gone before the work begins."""
    still_open = sa.select(Attempt.id).where(Attempt.exam_id == exam_id, Attempt.submitted_at.is_(None))
    db.session.execute(still_open.order_by(Attempt.id).with_for_update()).all()
    uow.commit_item()
