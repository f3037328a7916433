"""Items into the bank, a stretch in one transaction. A saved item knows its question; others are due."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from flask_babel import gettext as _

from app.audit.service import Act, record_each
from app.bank import filing, pictures, service, stored, words
from app.bank.files import CODE
from app.bank.importing import merging
from app.bank.importing.items import restored
from app.bank.importing.states import TAKEN, Decision
from app.bank.models import (
    AnswerKey,
    Citation,
    Clause,
    ImportItem,
    Question,
    QuestionImport,
    QuestionVersion,
    RuleSet,
    VersionBand,
)
from app.domain.faults import faults
from app.domain.likeness import bands, shingles_of
from app.domain.questions import Question as Content
from app.web.db import db

STRETCH = 250
EXTRA = ("code", "barred", "assumed", "seen", "unlike")  # what an item's content holds beside the question


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
    new = [item for item in items if item.decision == Decision.NEW]
    merged = [item for item in items if item.decision == Decision.MERGE]
    created, changed = _create(new, contents, known, now, by), _merge(merged, contents, now, by)
    complete = [one for one in (*created, *changed) if not faults(one.content)]
    if send:
        _send(complete, now, by)
    drafts = len(created) + len(changed) - len(complete)
    aside = sum(item.decision == Decision.LEAVE for item in merged)
    _count(found, len(items), {
        "new": len(created), "merge": len(changed), "same": len(merged) - len(changed) - aside,
        "aside": aside, "draft": drafts, "sent": len(complete) if send else 0,
    })  # fmt: skip


def content_of(item: ImportItem) -> Content:
    values = {name: value for name, value in item.content.items() if name not in EXTRA}
    return restored(values)


@dataclass(frozen=True)
class Made:
    """A version that an item became."""

    question_id: int
    code: str
    version_id: int
    number: int
    content: Content


def _create(
    items: Sequence[ImportItem],
    contents: dict[int, Content],
    known: dict[str, Clause],
    now: datetime,
    by: int,
) -> list[Made]:
    """Many at once, past the session: ten thousand questions are a hundred thousand rows."""
    if not items:
        return []
    pictures.hold({name for item in items for name in contents[item.number].pictures}, now)
    codes = _free_codes(items)
    questions = _insert(Question, [{"code": codes[item.number]} for item in items])
    rows = [stored.columns(contents[item.number], 1, now, by) for item in items]
    versions = _insert(
        QuestionVersion, [row | {"question_id": q} for row, q in zip(rows, questions, strict=True)]
    )
    newest = zip(questions, versions, strict=True)
    db.session.execute(sa.update(Question), [{"id": q, "newest_version_id": v} for q, v in newest])
    made = []
    for item, question_id, version_id in zip(items, questions, versions, strict=True):
        item.question_id = question_id
        content = contents[item.number]
        made.append(Made(question_id, codes[item.number], version_id, 1, content))
    _insert_beside(made, known, now)
    words.index_texts((one.version_id, one.content.stem, one.content.tags) for one in made)
    acts = (Act(f"question:{m.question_id}", f"导入试题 {m.code}", after=asdict(m.content)) for m in made)
    record_each("question.create", acts)
    return made


def _insert(table: type[Question | QuestionVersion], rows: list[dict[str, Any]]) -> list[int]:
    """Their ids, in the order of the rows."""
    statement = sa.insert(table).returning(table.id, sort_by_parameter_order=True)
    return list(db.session.scalars(statement, rows))


def _insert_beside(made: Sequence[Made], known: dict[str, Clause], now: datetime) -> None:
    keys, cited, shared = [], [], []
    for one in made:
        version = {"version_id": one.version_id}
        keys.append(version | {"key": stored.key_of(one.content), "explanation": one.content.explanation})
        clauses = {known[name].id: known[name].revision for name in one.content.clauses}
        cited += [
            version | {"clause_id": id, "revision": revision, "at": now} for id, revision in clauses.items()
        ]
        shared += [version | {"value": value} for value in set(bands(shingles_of(one.content)))]
    for table, rows in ((AnswerKey, keys), (Citation, cited), (VersionBand, shared)):
        if rows:
            db.session.execute(sa.insert(table), rows)


def _free_codes(items: Sequence[ImportItem]) -> dict[int, str]:
    """The id that an item brings; one of this bank's own where it is taken, or may yet come with a file."""
    brought = {item.number: item.content.get("code", "") for item in items}
    taken = set(db.session.scalars(sa.select(Question.code).where(Question.code.in_(brought.values()))))
    official = tuple(f"{code}-" for code in db.session.scalars(sa.select(RuleSet.code)))
    codes = {}
    for number, code in brought.items():
        fits = code and CODE.fullmatch(code) and code not in taken and not code.startswith(official)
        codes[number] = code if fits else service.own_code()
        taken.add(codes[number])
    return codes


def _set_aside(item: ImportItem, newest: QuestionVersion) -> None:
    """Its owner compared it with a version that is not the newest any more: it waits for another look."""
    text = _("题库里的这道题后来有了新的版本，没有合并。请重新核对。")
    item.decision, item.content = Decision.LEAVE, item.content | {"seen": newest.number}
    item.faults = [*(fault for fault in item.faults if fault[1] != text), ["", text]]


def _merge(items: Sequence[ImportItem], contents: dict[int, Content], now: datetime, by: int) -> list[Made]:
    """Each the next version of what it is like; those that say nothing new are left out.

    How old a file is nobody knows: it does not say that a question holds on today's wordings.
    """
    made = []
    versions = merging.newest([item.like_id for item in items])
    for item in items:
        assert item.like_id is not None
        newest = versions[item.like_id]
        if item.content.get("seen") not in (None, newest.number):
            _set_aside(item, newest)
            continue
        assumed = item.content.get("assumed", ())
        before = service.content_of(newest)
        content = merging.filled_up(contents[item.number], before, assumed)
        item.question_id = item.like_id
        if merging.changes(content, before):
            question = service.edit_question(item.like_id, content, newest.number, now, by)
            versions[question.id] = version = service.newest(question)
            filing.know_the_same(version, newest)
            made.append(Made(question.id, question.code, version.id, version.number, content))
    return made


def _send(complete: Sequence[Made], now: datetime, by: int) -> None:
    if complete:
        sent = {"submitted_at": now, "submitted_by": by}
        db.session.execute(sa.update(QuestionVersion), [{"id": one.version_id, **sent} for one in complete])
    acts = (Act(f"question:{one.question_id}", f"送审试题 {one.code} 第 {one.number} 版") for one in complete)
    record_each("question.send", acts)


def _count(found: QuestionImport, done: int, counted: dict[str, int]) -> None:
    """For the page that tells the result."""
    counts = Counter(found.notes.get("saved", {}))
    counts.update(counted)
    found.tell(saved=dict(counts), refused=0)
    found.done += done
