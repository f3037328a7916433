"""Questions made from the clauses of a set, taken as drafts, and made again when a clause is reworded."""

import hashlib
import json
from collections.abc import Collection, Container, Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from app.bank import queries, reading, service, stale
from app.bank.citing import remark, titled
from app.bank.models import Citation, Clause, Question, QuestionVersion, RuleSet
from app.domain.making import texts
from app.domain.making.recipes import Made, make, remake, traces
from app.domain.questions import Kind
from app.domain.questions import Question as Content
from app.web.db import db

STALE_SHOWN = 100


@dataclass(frozen=True)
class Order:
    """What an author asks for: so many questions on a set by each recipe."""

    rule_set: str
    recipes: Sequence[str]
    topic: str
    seed: int
    count: int


@dataclass(frozen=True)
class Proposal:
    """A question that could be taken. `mark` tells it from every other, and from itself in other words."""

    made: Made
    mark: str


def library() -> texts.Library:
    """All sets with their clauses, in four statements."""
    shelves = queries.clauses_of_sets([rule_set.code for rule_set in queries.rule_sets()])
    barred = left_out(clause for _rule_set, clauses in shelves for clause in clauses)
    sources = [_source(rule_set, clauses, barred, asked=True) for rule_set, clauses in shelves]
    # Of the others nothing is asked, nor are they passed for wrong.
    return texts.Library(
        (*sources, *(_source(rule_set, clauses, barred, asked=False) for rule_set, clauses in shelves))
    )


def left_out(clauses: Iterable[Clause]) -> dict[Clause, str]:
    """Those of which nothing is asked, with what became of them.

    They are in force no longer, or not in the words of the document that a stem would name.
    """
    amended = reading.amendments()
    said = {clause: remark(clause, amended.get(clause.id)) for clause in clauses}
    return {clause: became for clause, became in said.items() if became}


def _source(
    rule_set: RuleSet, clauses: Sequence[Clause], barred: Container[Clause], asked: bool
) -> texts.Source:
    """The set without the clauses that are barred, or these alone, under a code that nothing has."""
    code = rule_set.code if asked else f"{rule_set.code}?"
    held = [clause for clause in clauses if (clause not in barred) is asked]
    return texts.Source(
        code, rule_set.title, _named(rule_set),
        tuple(texts.Clause(f"{code}/{c.code}", c.heading, c.locator, c.text, c.revision) for c in held),
        rule_set.excerpt or len(held) < len(clauses), rule_set.ordered,
        asked and rule_set.superseded_on is None, rule_set.summary,
    )  # fmt: skip


def _named(rule_set: RuleSet) -> str:
    """The document as a stem names it; a speech with who gave it."""
    if not rule_set.document:
        return ""
    speaker = rule_set.issuer if rule_set.document.startswith("在") else ""
    return speaker + titled(rule_set.document)


def propose(order: Order) -> list[Proposal]:
    """What can be made and is not in the bank yet; nothing of a set that is no longer in force."""
    shelf = library()
    source = shelf.by_code.get(order.rule_set)
    if source is None or not source.in_force:
        return []
    seen = _seen(order.rule_set)
    return [
        Proposal(made, _mark(made))
        for name in order.recipes
        for made in make(shelf, order.rule_set, name, order.topic, order.seed, order.count, seen)
    ]


def _mark(made: Made) -> str:
    whole = json.dumps([made.recipe, asdict(made.question)], sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(whole.encode()).hexdigest()[:16]


def _seen(code: str) -> set[str]:
    """What the newest versions on the set ask already, retired ones too: somebody did not want them."""
    V = QuestionVersion
    rows = db.session.execute(
        sa.select(V.kind, V.stem, V.options, V.recipe)
        .join(Question, Question.newest_version_id == V.id)
        .where(V.id.in_(stale.resting(code)))
    )
    return {trace for kind, stem, options, recipe in rows for trace in _traces(kind, stem, options, recipe)}


def _traces(kind: str, stem: str, options: list[str], recipe: dict[str, object] | None) -> frozenset[str]:
    asked = Content(Kind(kind), stem, tuple(options), None, "", (), "", "")
    return traces(asked, recipe)


def usual_topic(code: str) -> str:
    """The topic that most questions on the set have; the set's title while it has none."""
    V = QuestionVersion
    found = db.session.scalar(
        sa.select(V.topic)
        .join(Question, Question.newest_version_id == V.id)
        .where(V.id.in_(stale.resting(code)))
        .group_by(V.topic)
        .order_by(sa.func.count().desc(), V.topic)
        .limit(1)
    )
    return found or db.session.scalar(sa.select(RuleSet.title).where(RuleSet.code == code)) or ""


def take(order: Order, marks: Collection[str], now: datetime, by: int) -> list[Question]:
    """The chosen ones as drafts. What was taken meanwhile, or reads otherwise now, is left out."""
    # Whoever takes of the same set waits here, and then sees what was taken.
    queries.lock_set(order.rule_set)
    return [
        service.create_question(proposal.made.question, now, by, proposal.made.recipe)
        for proposal in propose(order)
        if proposal.mark in marks
    ]


@dataclass(frozen=True)
class Outdated:
    """A made question that rests on what has changed, and what its recipe makes now; None: nothing more."""

    question: Question
    before: Content
    now: Made | None


def outdated(ids: Collection[int] | None = None) -> list[Outdated]:
    """Questions in use whose newest version was made from clauses that have changed: all, or of these."""
    V = QuestionVersion
    cited = joinedload(Question.newest).selectinload(V.citations)
    rows = db.session.scalars(
        sa.select(Question)
        .join(V, V.id == Question.newest_version_id)
        .where(Question.retired_at.is_(None), V.recipe.is_not(None), V.id.in_(stale.stale()))
        .where(sa.true() if ids is None else Question.id.in_(ids))
        .order_by(Question.code)
        .limit(STALE_SHOWN)
        .options(
            joinedload(Question.newest).joinedload(V.answer),
            cited.joinedload(Citation.clause).joinedload(Clause.rule_set),
        )
    ).all()
    shelf = library() if rows else texts.Library(())
    return [_outdated(question, shelf) for question in rows]


def _outdated(question: Question, shelf: texts.Library) -> Outdated:
    before = service.content_of(question.newest)
    made = remake(shelf, question.newest.recipe or {}, before.topic)
    return Outdated(question, before, made)


def make_again(ids: Collection[int], now: datetime, by: int) -> list[Question]:
    """A new draft of each that can still be made; raises service.Stale when one was edited meanwhile."""
    return [
        service.edit_question(
            one.question.id, one.now.question, one.question.newest.number, now, by, one.now.recipe
        )
        for one in outdated(ids)
        if one.now
    ]
