"""Items into the bank, a stretch in one transaction. A saved item knows its question; others are due."""

import secrets
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, replace
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import joinedload, selectinload

from app.audit.service import Act, record_each
from app.bank import service, words
from app.bank.files import CODE
from app.bank.importing.items import restored
from app.bank.importing.states import TAKEN, Decision
from app.bank.models import Citation, Clause, ImportItem, Question, QuestionImport, QuestionVersion
from app.domain.faults import faults
from app.domain.questions import Question as Content
from app.web.db import db

STRETCH = 250
EXTRA = ("code", "barred")  # what an item's content holds beside the question


def next_items(number: int) -> list[ImportItem]:
    return list(
        db.session.scalars(
            sa.select(ImportItem)
            .where(
                ImportItem.import_id == number, ImportItem.decision.in_(TAKEN),
                ImportItem.question_id.is_(None),
            )
            .order_by(ImportItem.number)
            .limit(STRETCH)
        )
    )  # fmt: skip


def save(found: QuestionImport, items: Sequence[ImportItem], now: datetime) -> None:
    """The stretch; drafts, and those that are complete in review where that was asked for."""
    by, send = found.created_by, bool(found.notes.get("send"))
    contents = {item.number: content_of(item) for item in items}
    known = service.cited_clauses({name for content in contents.values() for name in content.clauses})
    for number, content in contents.items():
        kept = tuple(name for name in content.clauses if name in known)
        contents[number] = replace(content, clauses=kept)
    merged = [item for item in items if item.decision == Decision.MERGE]
    made = _create([item for item in items if item.decision == Decision.NEW], contents, known, now, by)
    made += _merge(merged, contents, now, by)
    if send:
        _send(made, now, by)
    _count(found, items, made)


def content_of(item: ImportItem) -> Content:
    values = {name: value for name, value in item.content.items() if name not in EXTRA}
    return restored(values)


Made = list[tuple[Question, QuestionVersion, Content]]


def _create(
    items: Sequence[ImportItem],
    contents: dict[int, Content],
    known: dict[str, Clause],
    now: datetime,
    by: int,
) -> Made:
    codes = _free_codes(items)
    made: Made = []
    for item in items:
        content = contents[item.number]
        question = Question(code=codes[item.number])
        cited = [known[name] for name in content.clauses]
        made.append((question, service.new_version(question, content, cited, 1, now, by), content))
    db.session.flush()
    words.index(version for _question, version, _text in made)
    for item, (question, version, _text) in zip(items, made, strict=True):
        question.newest_version_id, item.question_id = version.id, question.id
    record_each(
        "question.create",
        [Act(f"question:{q.id}", f"导入试题 {q.code}", after=asdict(content)) for q, _v, content in made],
    )
    return made


def _free_codes(items: Sequence[ImportItem]) -> dict[int, str]:
    """The id that an item brings, unless it is taken; else one of this bank's own."""
    brought = {item.number: item.content.get("code", "") for item in items}
    taken = set(db.session.scalars(sa.select(Question.code).where(Question.code.in_(brought.values()))))
    codes = {}
    for number, code in brought.items():
        fits = code and CODE.fullmatch(code) and code not in taken
        codes[number] = code if fits else f"own-{secrets.token_hex(4)}"
        taken.add(codes[number])
    return codes


def _merge(items: Sequence[ImportItem], contents: dict[int, Content], now: datetime, by: int) -> Made:
    """Each the next version of what it is like; what it does not say stays as it was."""
    made: Made = []
    versions = _newest(items)
    for item in items:
        assert item.like_id is not None
        newest = versions[item.like_id]
        before = service.content_of(newest)
        content = _filled_up(contents[item.number], before)
        question = service.edit_question(item.like_id, content, newest.number, now, by)
        item.question_id = question.id
        if question.newest_version_id != newest.id:
            version = db.session.get_one(QuestionVersion, question.newest_version_id)
            versions[item.like_id] = version
            made.append((question, version, content))
    return made


def _newest(items: Sequence[ImportItem]) -> dict[int, QuestionVersion]:
    rows = db.session.scalars(
        sa.select(QuestionVersion)
        .join(Question, Question.newest_version_id == QuestionVersion.id)
        .where(Question.id.in_([item.like_id for item in items]))
        .options(
            joinedload(QuestionVersion.answer),
            selectinload(QuestionVersion.citations).joinedload(Citation.clause).joinedload(Clause.rule_set),
        )
    )
    return {version.question_id: version for version in rows}


def _filled_up(content: Content, before: Content) -> Content:
    return replace(
        content, explanation=content.explanation or before.explanation,
        clauses=content.clauses or before.clauses, level=content.level or before.level,
        tags=content.tags or before.tags, pictures=content.pictures or before.pictures,
    )  # fmt: skip


def _send(made: Made, now: datetime, by: int) -> None:
    complete = [(question, version) for question, version, content in made if not faults(content)]
    for _question, version in complete:
        version.submitted_at, version.submitted_by = now, by
    record_each(
        "question.send",
        [Act(f"question:{q.id}", f"送审试题 {q.code} 第 {v.number} 版") for q, v in complete],
    )


def _count(found: QuestionImport, items: Sequence[ImportItem], made: Made) -> None:
    """For the page that tells the result."""
    counts = Counter(found.notes.get("saved", {}))
    counts["new"] += sum(item.decision == Decision.NEW for item in items)
    counts["merge"] += sum(item.decision == Decision.MERGE for item in items)
    counts["draft"] += sum(bool(faults(content)) for _question, _version, content in made)
    counts["sent"] += sum(version.submitted_at is not None for _question, version, _content in made)
    found.notes = found.notes | {"saved": dict(counts)}
    found.done += len(items)
