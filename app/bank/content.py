"""Check and load the bank's content files. Loading is all or nothing and may be repeated."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, replace
from datetime import datetime
from pathlib import Path

import sqlalchemy as sa
from flask_babel import gettext as _
from sqlalchemy.orm import contains_eager, joinedload, selectinload

from app.audit.service import record
from app.bank import amending, files, pictures, rule_sets, service, stale, words
from app.bank.models import Citation, Clause, Comment, Question, QuestionVersion, RuleSet
from app.domain.questions import Question as Content
from app.web.content import ContentError, Fault
from app.web.db import db, is_sqlite
from app.web.pictures import PictureError, redraw

_APART = {"clauses", "superseded_on", "superseded_by"}  # not columns of a text alone


def check(folder: Path) -> list[Fault]:
    """Everything that is wrong in the files; empty when they can be loaded."""
    bank, faults = files.read(folder)
    for path in bank.pictures.values():
        try:
            redraw(path.read_bytes())
        except PictureError as error:
            faults.append(_unshown(path, error))
    return sorted(faults)


def _kept_pictures(bank: files.Bank, now: datetime) -> dict[str, str]:
    """By the digests of the files, the names under which their pictures are kept. Raises ContentError."""
    kept, faults = dict[str, str](), list[Fault]()
    for digest, path in bank.pictures.items():
        try:
            kept[digest] = pictures.keep(path.read_bytes(), now)
        except PictureError as error:
            faults.append(_unshown(path, error))
    if faults:
        raise ContentError(faults)
    return kept


def _unshown(path: Path, error: PictureError) -> Fault:
    return Fault(f"{files.PICTURES}/{path.name}", 1, "", str(error))


def load(folder: Path, now: datetime) -> dict[str, int]:
    """Bring the bank up to the files; how many of what were created and changed.

    An unchanged file changes nothing. A changed question becomes a new version, and so does one that was read
    again after its clause had changed. What people edited here
    stands until the question's file itself changes, a clause that was amended here until the file says
    something else of it; a local set that was filled in here stays as it is.
    Raises ContentError, and writes nothing, when a file has a fault.
    """
    bank, faults = files.read(folder)
    faults = faults or list(_lost_citations(bank))
    if faults:
        raise ContentError(faults)
    counts: Counter[str] = Counter()
    _load_rule_sets(bank, now, counts)
    _load_questions(bank, _kept_pictures(bank, now), now, counts)
    if counts:
        record("bank.import", "bank:files", "导入题库文件", after=dict(counts))
        db.session.flush()
        if not is_sqlite():  # it took the tables for as empty as they were, and joined them row by row
            db.session.execute(sa.text("ANALYZE question, question_version, citation, clause"))
    return dict(counts)


def _stored_sets() -> dict[str, RuleSet]:
    with_entries = selectinload(RuleSet.clauses).joinedload(Clause.amendment)
    found = db.session.scalars(sa.select(RuleSet).options(with_entries))
    return {rule_set.code: rule_set for rule_set in found}


def _kept(rule_set: RuleSet | None) -> bool:
    """Whether the county has filled in this local set, so that files no longer speak for it."""
    return rule_set is not None and rule_set.local and bool(rule_set.document or rule_set.clauses)


def _lost_citations(bank: files.Bank) -> Iterator[Fault]:
    """Clauses that left their file although questions rest on them."""
    cited = set(db.session.scalars(sa.select(Citation.clause_id).distinct()))
    for rule_set in _stored_sets().values():
        text = bank.rule_sets.get(rule_set.code)
        if text is None or _kept(rule_set):
            continue
        codes = {clause.code for clause in text.clauses}
        for clause in rule_set.clauses:
            if clause.code not in codes and clause.id in cited:
                message = _("已有试题引用条款 %(code)s，不能删去。", code=clause.code)
                yield Fault(f"rule_sets/{rule_set.code}.toml", 1, "clause", message)


def _load_rule_sets(bank: files.Bank, now: datetime, counts: Counter[str]) -> None:
    stored = _stored_sets()
    for code, text in bank.rule_sets.items():
        rule_set = stored.get(code)
        if _kept(rule_set):
            continue
        values = {name: value for name, value in asdict(text).items() if name not in _APART}
        if rule_set is None:
            rule_set = RuleSet(**values)
            db.session.add(rule_set)
            counts["rule_sets_created"] += 1
        elif _assign(rule_set, values):
            counts["rule_sets_changed"] += 1
        stored[code] = rule_set
        _load_clauses(rule_set, text, now, counts)
    db.session.flush()
    for code, text in bank.rule_sets.items():
        if text.superseded_on and not _kept(stored[code]):
            rule_sets.supersede(stored[code], text.superseded_on, stored.get(text.superseded_by), now)


def _load_clauses(rule_set: RuleSet, text: files.RuleSetText, now: datetime, counts: Counter[str]) -> None:
    stored = {clause.code: clause for clause in rule_set.clauses}
    for position, clause in enumerate(text.clauses, start=1):
        row = stored.pop(clause.code, None)
        clause = amending.heard(row, clause) if row else clause
        if rule_sets.put_clause(rule_set, row, clause, position, now):
            counts["clauses_changed" if row else "clauses_created"] += 1
    for gone in stored.values():
        db.session.delete(gone)
        counts["clauses_deleted"] += 1


def _assign(row: RuleSet, values: dict[str, object]) -> bool:
    """Set what differs; whether anything did."""
    changed = {name: value for name, value in values.items() if getattr(row, name) != value}
    for name, value in changed.items():
        setattr(row, name, value)
    return bool(changed)


def _load_questions(bank: files.Bank, kept: dict[str, str], now: datetime, counts: Counter[str]) -> None:
    """`kept`: names of pictures by those in the files."""
    clauses = service.cited_clauses({n for content in bank.questions.values() for n in content.clauses})
    stored = {question.code: question for question in db.session.scalars(sa.select(Question))}
    numbers, imported = _last_numbers(), _last_imported()
    reread = set(db.session.scalars(stale.on_earlier_wordings())) - bank.unread
    made: list[QuestionVersion] = []
    for code, text in bank.questions.items():
        question = stored.get(code)
        if question is not None and question.id not in imported:
            _give_way(question)
            question = None
        content = replace(text, pictures=tuple(kept[digest] for digest in text.pictures))
        if question is None:
            question = Question(code=code)
            counts["questions_created"] += 1
        elif _same(imported.get(question.id), content) and code not in reread:
            continue
        else:
            counts["questions_changed"] += 1
        number = numbers.get(question.id, 0) + 1
        cited = [clauses[name] for name in content.clauses]
        made.append(service.new_version(question, content, cited, number, now, by=None))
    amending.rest_on_files(made)
    db.session.flush()
    words.index(made)
    for version in made:
        version.question.newest_version_id = version.id
    _publish_read(bank, now, counts)
    db.session.flush()


def _give_way(question: Question) -> None:
    """One that was made here and has the id of a file's takes an id of this bank's own."""
    before, question.code = question.code, service.own_code()
    db.session.flush()
    record(
        "question.update", f"question:{question.id}", f"试题 {before} 的编号归题库文件，改为 {question.code}",
        before={"code": before}, after={"code": question.code},
    )  # fmt: skip


def _publish_read(bank: files.Bank, now: datetime, counts: Counter[str]) -> None:
    """The others are for a reviewer of this school, and so is what one has given back."""
    given_back = sa.exists().where(Comment.version_id == QuestionVersion.id, Comment.asks)
    waiting = db.session.scalars(
        sa.select(QuestionVersion)
        .join(Question, Question.newest_version_id == QuestionVersion.id)
        .where(QuestionVersion.created_by.is_(None), QuestionVersion.approved_at.is_(None), ~given_back)
        .options(contains_eager(QuestionVersion.question))
    )
    for version in waiting:
        question = version.question
        version.submitted_at = version.submitted_at or now
        if question.code in bank.questions and question.code not in bank.unread:
            version.approved_at, question.current_version_id = now, version.id
            counts["questions_published"] += 1


def _last_numbers() -> dict[int, int]:
    rows = db.session.execute(
        sa.select(QuestionVersion.question_id, sa.func.max(QuestionVersion.number)).group_by(
            QuestionVersion.question_id
        )
    )
    return {row[0]: row[1] for row in rows}


def _last_imported() -> dict[int, Content]:
    """By question, the newest version that came from a file: those made here have an author."""
    versions = db.session.scalars(
        sa.select(QuestionVersion)
        .where(QuestionVersion.created_by.is_(None))
        .order_by(QuestionVersion.number)
        .options(
            joinedload(QuestionVersion.answer),
            selectinload(QuestionVersion.citations).joinedload(Citation.clause).joinedload(Clause.rule_set),
        )
    )
    return {version.question_id: service.content_of(version) for version in versions}


def _same(stored: Content | None, content: Content) -> bool:
    """Whether the file says what it said when it was last loaded; clauses are cited in no order."""
    return stored is not None and stored == service.by_clause_name(content)
