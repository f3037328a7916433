"""Content files into the database: rule sets, questions, blueprints, quizzes, courses, all or nothing."""

from collections import Counter
from datetime import datetime
from pathlib import Path

import sqlalchemy as sa

from app.bank import content as bank
from app.bank import queries
from app.bank.models import RuleSet
from app.courses import content as courses
from app.domain.questions import AUTOMATIC
from app.exams import content as exams
from app.exams.service import ensure_quiz
from app.web.content import ContentError, Fault
from app.web.db import db

QUIZ_DRAW = 10
QUIZ_PASS_PERCENT = 60
FLOORS = (bank, exams, courses)


def check(folder: Path) -> list[Fault]:
    """Everything wrong in the folder; needs no database."""
    if not folder.is_dir():
        return [Fault(str(folder), 0, "", "没有这个文件夹")]
    return sorted(fault for floor in FLOORS for fault in floor.check(folder))


def load(folder: Path, now: datetime) -> Counter[str]:
    """Counts of what was created or changed. Raises ContentError; the caller's transaction is then void."""
    if faults := check(folder):
        raise ContentError(faults)
    counts: Counter[str] = Counter()
    counts.update(bank.load(folder, now))
    counts.update(exams.load(folder, now))
    _quizzes(now)
    counts.update(courses.load(folder, now))
    return counts


def _quizzes(now: datetime) -> None:
    """A quiz on every rule set that has the questions for one."""
    for code, title in db.session.execute(sa.select(RuleSet.code, RuleSet.title)):
        found = sum(one.kind in AUTOMATIC for one in queries.candidates([code]))
        if found >= queries.QUIZ_MINIMUM:
            draw = min(QUIZ_DRAW, found)
            ensure_quiz(f"quiz:{code}", f"{title} 测验", [code], draw, QUIZ_PASS_PERCENT, now)
