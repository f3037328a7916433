"""The decisions about keys that hold in an exam: every score of it takes them into account."""

import sqlalchemy as sa

from app.domain.regrading import Decision, Remedy
from app.exams import papers
from app.exams.result_models import Regrade
from app.web.db import db

_IN_FORCE = (
    sa.select(Regrade.version_id, Regrade.part, Regrade.kind, Regrade.key)
    .where(Regrade.exam_id == sa.bindparam("exam"), Regrade.approved.is_(True))
    .order_by(Regrade.decided_at, Regrade.id)
)

Decisions = dict[tuple[int, int], Decision]
"""By question version and part of a case (0: it is none)."""


def in_force(exam_id: int) -> Decisions:
    """The last one approved of each question."""
    rows = db.session.execute(_IN_FORCE, {"exam": exam_id})
    return {(row.version_id, row.part): Decision(Remedy(row.kind), row.key) for row in rows}


def of_paper(paper_id: int, decisions: Decisions) -> dict[int, Decision]:
    """By slot."""
    if not decisions:
        return {}
    slots = papers.slots(paper_id).items()
    return {n: decisions[slot.question] for n, slot in slots if slot.question in decisions}


def void(decided: dict[int, Decision]) -> frozenset[int]:
    return frozenset(slot for slot, one in decided.items() if one.remedy is Remedy.VOID)
