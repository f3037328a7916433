"""Questions to be looked at again: what they rest on has changed, or their day has come."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa
from flask_sqlalchemy.pagination import Pagination
from sqlalchemy.orm import aliased, joinedload

from app.bank.models import Amendment, Citation, Clause, Question, RuleSet, Wording
from app.web.db import db
from app.web.paging import first_pages


def resting(rule_set: str, clause: str = "") -> sa.Select[int]:
    """Ids of the versions that cite a clause of the set, or this one."""
    found = _citing().join(RuleSet, RuleSet.id == Clause.rule_set_id).where(RuleSet.code == rule_set)
    return found.where(Clause.code == clause) if clause else found


def _citing() -> sa.Select[int]:
    return sa.select(Citation.version_id).join(Clause, Clause.id == Citation.clause_id)


def stale() -> sa.CompoundSelect[int]:
    """Ids of versions on a wording that is no longer the clause's, or on what was superseded since.

    In three parts, each of which begins with the few clauses or sets that ever changed: asked as one
    condition, or without `is_not(None)`, the engines would go through every citation.
    """
    of_sets = _citing().join(RuleSet, RuleSet.id == Clause.rule_set_id)
    return sa.union_all(
        _reworded(),
        *(
            found.where(moment.is_not(None), moment > Citation.at)
            for found, moment in ((_citing(), Clause.superseded_at), (of_sets, RuleSet.superseded_at))
        ),
    )


def _reworded() -> sa.Select[int]:
    return _citing().where(Clause.revision > 1, Citation.revision < Clause.revision)


def on_earlier_wordings() -> sa.Select[str]:
    """Codes of questions whose newest version rests on a wording that is no longer the files'."""
    by_hand = sa.exists().where(Amendment.clause_id == Citation.clause_id)
    return sa.select(Question.code).where(Question.newest_version_id.in_(_reworded().where(~by_hand)))


def _due(today: date) -> sa.Select[int]:
    return sa.select(Question.id).where(
        Question.retired_at.is_(None),
        Question.current_version_id.is_not(None),
        sa.or_(Question.current_version_id.in_(stale()), Question.review_on <= today),
    )


def due(today: date, page: int) -> Pagination:
    """Published questions to be looked at again, by code."""
    return first_pages(_due(today).order_by(Question.code), _shown(), page)


def due_count(today: date) -> int:
    return db.session.scalar(sa.select(sa.func.count()).select_from(_due(today).subquery())) or 0


def on(rule_set: str, clause: str, page: int) -> Pagination:
    """Published questions that rest on the set or clause, by code."""
    ids = (
        sa.select(Question.id)
        .where(Question.retired_at.is_(None), Question.current_version_id.in_(resting(rule_set, clause)))
        .order_by(Question.code)
    )
    return first_pages(ids, _shown(), page)


def drafts_on(rule_set: str, clause: str, page: int) -> Pagination:
    """Questions with a draft, or one in review, that rests on the set or clause, by code."""
    ids = (
        sa.select(Question.id)
        .where(
            Question.retired_at.is_(None),
            Question.newest_version_id.is_distinct_from(Question.current_version_id),
            Question.newest_version_id.in_(resting(rule_set, clause)),
        )
        .order_by(Question.code)
    )
    return first_pages(ids, sa.select(Question).options(joinedload(Question.newest)), page)


def _shown() -> sa.Select[Question]:
    return sa.select(Question).options(joinedload(Question.current))


def stale_among(version_ids: Collection[int | None]) -> set[int]:
    """Those of the versions that rest on what is no longer so."""
    found = stale().subquery()
    return set(db.session.scalars(sa.select(found.c.version_id).where(found.c.version_id.in_(version_ids))))


@dataclass(frozen=True)
class Changes:
    """When sets were superseded (by code) and clauses reworded or superseded (by name), as entered here."""

    moments: Mapping[str, datetime]

    def of_set(self, code: str) -> datetime | None:
        """The latest of the set or any of its clauses; None: nothing ever changed."""
        own = (at for name, at in self.moments.items() if name == code or name.startswith(code + "/"))
        return max(own, default=None)

    def of_clause(self, code: str, clause: str) -> datetime | None:
        known = (self.moments.get(code), self.moments.get(f"{code}/{clause}"))
        return max((at for at in known if at), default=None)


def changes() -> Changes:
    """Of all sets; two statements."""
    sets = sa.select(RuleSet.code, RuleSet.superseded_at).where(RuleSet.superseded_at.is_not(None))
    moments: dict[str, datetime] = {code: at for code, at in db.session.execute(sets) if at}
    before = aliased(Wording)
    reworded = sa.exists().where(before.clause_id == Wording.clause_id, before.revision < Wording.revision)
    rows = db.session.execute(
        sa.select(RuleSet.code, Clause.code, Clause.superseded_at, sa.func.max(Wording.since))
        .join(RuleSet, RuleSet.id == Clause.rule_set_id)
        .outerjoin(Wording, sa.and_(Wording.clause_id == Clause.id, reworded))
        .where(sa.or_(Clause.revision > 1, Clause.superseded_at.is_not(None)))
        .group_by(Clause.id, RuleSet.code, Clause.code, Clause.superseded_at)
    )
    for code, clause, *known in rows:
        if entered := [at for at in known if at]:
            moments[f"{code}/{clause}"] = max(entered)
    return Changes(moments)
