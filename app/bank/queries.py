"""What other floors read of the bank. Each function sends a constant number of statements."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from app.bank.citing import remark, remarked, source_line
from app.bank.models import (
    Amendment,
    AnswerKey,
    Citation,
    Clause,
    Question,
    QuestionVersion,
    RuleSet,
    Wording,
)
from app.domain.papers import Candidate, Content
from app.domain.questions import Kind
from app.web.db import db

QUIZ_MINIMUM = 5  # a rule set with fewer questions in use has no quiz
CITED_WORDING = sa.and_(Wording.clause_id == Citation.clause_id, Wording.revision == Citation.revision)


@dataclass(frozen=True)
class CitedClause:
    """A clause with everything needed to quote it, in the wording that the question was written on.

    `source` is one line: who, what, when, where, and, as `remark` alone, what became of the clause.
    """

    set_code: str
    set_title: str
    code: str
    heading: str
    locator: str
    text: str
    source: str
    remark: str = ""


@dataclass(frozen=True)
class Answer:
    """What a candidate may see once the review phase allows it."""

    kind: Kind
    key: object
    explanation: str
    clauses: tuple[CitedClause, ...]


def candidates(rule_sets: Sequence[str] | None = None) -> list[Candidate]:
    """Current versions of the questions that may be drawn; with `rule_sets`, those citing one of the sets."""
    wanted = sa.true() if rule_sets is None else QuestionVersion.id.in_(_citing(rule_sets))
    return _candidates(
        wanted, Question.current_version_id == QuestionVersion.id, Question.retired_at.is_(None)
    )


def candidates_of(version_ids: Collection[int]) -> dict[int, Candidate]:
    """These versions, whether they could still be drawn or not."""
    of_theirs = Question.id == QuestionVersion.question_id
    found = _candidates(QuestionVersion.id.in_(version_ids), of_theirs)
    return {one.version_id: one for one in found}


def _candidates(wanted: sa.ColumnElement[bool], *joined: sa.ColumnElement[bool]) -> list[Candidate]:
    versions = db.session.execute(
        sa.select(
            QuestionVersion.id, Question.code, QuestionVersion.kind, QuestionVersion.topic,
            QuestionVersion.difficulty,
        )
        .join(Question, sa.and_(*joined))
        .where(wanted)
        .order_by(Question.code)
    ).all()  # fmt: skip
    cited = _cited(sa.and_(wanted, *joined))
    return [
        Candidate(
            row.id, row.code, Kind(row.kind), row.topic,
            tuple(sorted({clause.partition("/")[0] for clause in cited[row.id]})),
            row.difficulty, tuple(cited[row.id]),
        )
        for row in versions
    ]  # fmt: skip


def _citing(rule_sets: Sequence[str]) -> sa.Select[int]:
    """Ids of the versions that cite one of the sets."""
    return (
        sa.select(Citation.version_id)
        .join(Clause, Clause.id == Citation.clause_id)
        .join(RuleSet, RuleSet.id == Clause.rule_set_id)
        .where(RuleSet.code.in_(rule_sets))
    )


def _cited(wanted: sa.ColumnElement[bool]) -> dict[int, list[str]]:
    """The clauses that each of the versions wanted cites: `<set code>/<clause code>`."""
    rows = db.session.execute(
        sa.select(Citation.version_id, RuleSet.code, Clause.code)
        .join(Clause, Clause.id == Citation.clause_id)
        .join(RuleSet, RuleSet.id == Clause.rule_set_id)
        .join(QuestionVersion, QuestionVersion.id == Citation.version_id)
        .join(Question, Question.id == QuestionVersion.question_id)
        .where(wanted)
        .order_by(Citation.version_id, RuleSet.code, Clause.position)
    )
    clauses: dict[int, list[str]] = defaultdict(list)
    for version_id, rule_set, clause in rows:
        clauses[version_id].append(f"{rule_set}/{clause}")
    return clauses


def contents(version_ids: Collection[int]) -> dict[int, Content]:
    """By version id, what goes into a paper."""
    V = QuestionVersion
    rows = db.session.execute(
        sa.select(V.id, V.stem, V.options, V.prompts, V.pictures, V.parts, V.last).where(
            V.id.in_(version_ids)
        )
    )
    return {
        row.id: Content(
            row.stem, tuple(row.options), tuple(row.prompts), tuple(row.pictures),
            tuple(map(_part, row.parts)), row.last,
        )
        for row in rows
    }  # fmt: skip


def _part(stored: dict[str, Any]) -> tuple[Kind, Content]:
    asked = Content(
        stored["stem"], tuple(stored["options"]), tuple(stored["prompts"]), last=stored.get("last", 0)
    )
    return Kind(stored["kind"]), asked


def answers(version_ids: Collection[int]) -> dict[int, Answer]:
    """Key, explanation and quoted clauses by version id. Only for pages that the review phase opens."""
    rows = db.session.execute(
        sa.select(QuestionVersion.id, QuestionVersion.kind, AnswerKey.key, AnswerKey.explanation)
        .join(AnswerKey, AnswerKey.version_id == QuestionVersion.id)
        .where(QuestionVersion.id.in_(version_ids))
    ).all()
    clauses = _clauses_of(version_ids)
    return {
        row.id: Answer(Kind(row.kind), row.key, row.explanation, tuple(clauses.get(row.id, ())))
        for row in rows
    }


def _clauses_of(version_ids: Collection[int]) -> dict[int, list[CitedClause]]:
    rows = db.session.execute(
        sa.select(Citation, Clause, RuleSet, Wording.text, Amendment)
        .join(Clause, Clause.id == Citation.clause_id)
        .join(RuleSet, RuleSet.id == Clause.rule_set_id)
        .outerjoin(Wording, CITED_WORDING)
        .outerjoin(Amendment, Amendment.clause_id == Clause.id)
        .where(Citation.version_id.in_(version_ids))
        .order_by(RuleSet.position, RuleSet.code, Clause.position)
    )
    cited: dict[int, list[CitedClause]] = defaultdict(list)
    for on, clause, rule_set, then, entered in rows:
        cited[on.version_id].append(cite(on, clause, rule_set, then, entered))
    return cited


def cite(
    on: Citation, clause: Clause, rule_set: RuleSet, then: str | None, entered: Amendment | None
) -> CitedClause:
    """`then`: the wording cited. The clause as it is where that was entered by hand and is no more."""
    by_hand = entered is not None and on.revision > entered.filed_revision
    text = clause.text if then is None or by_hand else then
    became = remark(clause, entered, text)
    return CitedClause(
        set_code=rule_set.code, set_title=rule_set.title, code=clause.code, heading=clause.heading,
        locator=clause.locator, text=text, source=remarked(source_line(rule_set), became), remark=became,
    )  # fmt: skip


def rule_sets() -> list[RuleSet]:
    """All sets in their order, without clauses."""
    return list(db.session.scalars(sa.select(RuleSet).order_by(RuleSet.position, RuleSet.code)))


def clauses_of_sets(codes: Iterable[str]) -> list[tuple[RuleSet, list[Clause]]]:
    """The sets of these codes in the order given, each with its clauses; unknown codes are left out."""
    wanted = list(codes)
    found = {s.code: s for s in db.session.scalars(sa.select(RuleSet).where(RuleSet.code.in_(wanted)))}
    grouped: dict[int, list[Clause]] = defaultdict(list)
    ids = [s.id for s in found.values()]
    for clause in db.session.scalars(
        sa.select(Clause).where(Clause.rule_set_id.in_(ids)).order_by(Clause.position)
    ):
        grouped[clause.rule_set_id].append(clause)
    return [(found[code], grouped[found[code].id]) for code in wanted if code in found]


def set_named(code: str) -> RuleSet | None:
    return db.session.scalar(sa.select(RuleSet).where(RuleSet.code == code))


def lock_set(code: str) -> RuleSet | None:
    """The set, kept from other writers until the transaction ends."""
    return db.session.scalar(sa.select(RuleSet).where(RuleSet.code == code).with_for_update())


def clause_named(set_code: str, code: str) -> Clause | None:
    return db.session.scalar(
        sa.select(Clause)
        .join(RuleSet, RuleSet.id == Clause.rule_set_id)
        .where(RuleSet.code == set_code, Clause.code == code)
    )


@dataclass(frozen=True)
class ShelfEntry:
    """A rule set in a list: how many clauses it has, how many questions in use rest on them."""

    rule_set: RuleSet
    clauses: int
    questions: int


def _questions_on(rule_set_id: Any) -> sa.Select[Any]:
    """The number of questions in use whose current version cites a clause of the set."""
    return (
        sa.select(sa.func.count(Question.id.distinct()))
        .join(Citation, Citation.version_id == Question.current_version_id)
        .join(Clause, Clause.id == Citation.clause_id)
        .where(Clause.rule_set_id == rule_set_id, Question.retired_at.is_(None))
    )


def shelf() -> list[ShelfEntry]:
    """All sets in their order."""
    clauses = sa.select(sa.func.count()).where(Clause.rule_set_id == RuleSet.id).scalar_subquery()
    questions = _questions_on(RuleSet.id).correlate(RuleSet).scalar_subquery()
    rows = db.session.execute(sa.select(RuleSet, clauses, questions).order_by(RuleSet.position, RuleSet.code))
    return [ShelfEntry(*row) for row in rows]


def question_count(code: str) -> int:
    """Questions in use on the set."""
    own = sa.select(RuleSet.id).where(RuleSet.code == code).scalar_subquery()
    return db.session.scalar(_questions_on(own)) or 0
