"""What a version rests on: its clauses in the wording its author had before them, and what became of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from app.bank.models import Amendment, Citation, Clause, QuestionVersion, RuleSet, Wording
from app.bank.queries import CITED_WORDING, CitedClause, cite
from app.bank.service import outdated
from app.domain.changes import Piece, pieces
from app.web.db import db


@dataclass(frozen=True)
class Ground:
    """A clause that a version cites. `shaken`: it changed after the version was written, so look again.

    `reworded`: from the wording cited to the present one, if they differ. `withdrawn`: the wording cited was
    entered by hand and no longer counts. `superseded_on`: the clause or its whole set is in force no longer;
    `superseded_by`: the set that took the set's place, if known.
    """

    clause: CitedClause
    shaken: bool
    reworded: Sequence[Piece]
    withdrawn: bool
    superseded_on: date | None
    superseded_by: str | None


def of(version: QuestionVersion) -> list[Ground]:
    """In the order of the sets; one statement. The citations of the version are loaded."""
    follower = aliased(RuleSet)
    rows = db.session.execute(
        sa.select(Citation, Clause, RuleSet, Wording.text, Amendment, follower.title)
        .join(Clause, Clause.id == Citation.clause_id)
        .join(RuleSet, RuleSet.id == Clause.rule_set_id)
        .outerjoin(Wording, CITED_WORDING)
        .outerjoin(Amendment, Amendment.clause_id == Clause.id)
        .outerjoin(follower, follower.id == RuleSet.superseded_by_id)
        .where(Citation.version_id == version.id)
        .order_by(RuleSet.position, RuleSet.code, Clause.position)
    )
    return [
        Ground(
            clause=cite(cited, clause, rule_set, then, entered),
            shaken=outdated(cited),
            reworded=pieces(then, clause.text) if then is not None and then != clause.text else (),
            withdrawn=then is None,
            superseded_on=clause.superseded_on or rule_set.superseded_on,
            superseded_by=successor,
        )
        for cited, clause, rule_set, then, entered, successor in rows
    ]
