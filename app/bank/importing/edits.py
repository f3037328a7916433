"""What the owner of an import does with it before it is saved. Each act holds the import and is recorded."""

from dataclasses import asdict
from datetime import datetime

import sqlalchemy as sa

from app.audit.service import record
from app.bank.importing import checking, merging, queries
from app.bank.importing.files import Defaults
from app.bank.importing.items import stored
from app.bank.importing.states import DECISIONS, TAKEN, Decision
from app.bank.models import ImportItem, QuestionImport
from app.domain.faults import faults
from app.domain.questions import Question as Content
from app.people.models import Person
from app.web.db import db
from app.web.uploads import MAX_OPEN, NotNow, State, TooMany, hold_in, resume


def begin(person_id: int, name: str, data: bytes, defaults: Defaults, now: datetime) -> QuestionImport:
    """The file waits for the worker. Raises TooMany."""
    db.session.get_one(Person, person_id, with_for_update=True)  # two uploads at once count each other
    if queries.open_imports(person_id) >= MAX_OPEN:
        raise TooMany
    made = QuestionImport(
        created_at=now, created_by=person_id, file_name=name[:200], source=data, state=State.WAITING,
        notes={"defaults": asdict(defaults)},
    )  # fmt: skip
    db.session.add(made)
    db.session.flush()
    record("question_import.create", _target(made), f"上传试题文件 {made.file_name}")
    return made


def _target(found: QuestionImport) -> str:
    return f"question_import:{found.id}"


def held_item(found: QuestionImport, at: int) -> ImportItem:
    """The item as it stands while nobody else changes the import. Raises NotNow."""
    hold_in(found, State.READY)
    item = queries.item(found.id, at)
    if item is None or item.question_id is not None:
        raise NotNow
    return item


def amend(found: QuestionImport, at: int, content: Content) -> ImportItem:
    """Other content for an item; once nothing bars it, it is taken, unless the bank has much the same."""
    item = held_item(found, at)
    before, like_id = item.content, item.like_id
    wrong = any(map(checking.bars, faults(content)))
    values = stored(content)
    assumed = [name for name in before.get("assumed", ()) if values[name] == before[name]]
    item.faults = checking.words(content)
    item.like_id, same = checking.like(content, before.get("code", ""))
    met = merging.met(merging.stand([item.like_id]).get(item.like_id), content.kind)
    item.content = before | values | {"barred": wrong, "assumed": assumed} | met
    same = same and not met["unlike"]
    if wrong:
        item.decision = Decision.FAULT
    elif (
        item.decision == Decision.FAULT
        or item.like_id != like_id
        or (same and item.decision == Decision.LEAVE)
    ):
        item.decision = Decision.MERGE if same else Decision.LEAVE if item.like_id else Decision.NEW
    found.revision += 1
    record("question_import.edit", _target(found), f"更正第 {at} 题（{found.file_name}）")
    return item


def decide(found: QuestionImport, at: int, decision: Decision) -> None:
    """What shall become of one item. A faulty one can only be left out."""
    item = held_item(found, at)
    if not _fits(item, decision):
        raise NotNow
    item.decision = decision
    record(
        "question_import.decide", _target(found), f"第 {at} 题：{DECISIONS[decision]}（{found.file_name}）"
    )


def _fits(item: ImportItem, decision: Decision) -> bool:
    if decision is Decision.MERGE:
        return item.like_id is not None and not item.content["barred"] and not item.content.get("unlike")
    return decision is Decision.LEAVE or (decision is Decision.NEW and not item.content["barred"])


def decide_all(found: QuestionImport, group: str, field: str, decision: Decision) -> int:
    """The same for all items of a group that it fits; how many."""
    hold_in(found, State.READY)
    rows = db.session.scalars(queries.in_group(found.id, group, field)).all()
    chosen = [item for item in rows if item.decision != decision and _fits(item, decision)]
    for item in chosen:
        item.decision = decision
    what = f"{len(chosen)} 题：{DECISIONS[decision]}（{found.file_name}）"
    record("question_import.decide", _target(found), what)
    return len(chosen)


def confirm(found: QuestionImport, send: bool, now: datetime) -> None:
    """Let the worker save what is taken; `send`: what is complete goes to review. Raises NotNow."""
    hold_in(found, State.READY)
    counted = queries.counts(found.id)
    taken = sum(counted[decision] for decision in TAKEN)
    if not taken:
        raise NotNow
    found.state, found.done, found.total = State.SAVING, 0, taken
    found.notes = found.notes | {"send": send}
    after = {str(decision): counted[decision] for decision in Decision}
    record("question_import.save", _target(found), f"确认导入试题 {found.file_name}", after=after)


def reopen(found: QuestionImport) -> None:
    """Go on with what was left out of a finished import, or with one that stopped. Raises NotNow, TooMany."""
    hold_in(found, State.DONE, State.FAILED)
    if queries.open_imports(found.created_by) >= MAX_OPEN:
        raise TooMany
    if found.state == State.FAILED:
        resume(found)
    elif queries.counts(found.id)[""]:
        found.state, found.finished_at = State.READY, None
    else:
        raise NotNow
    record("question_import.restore", _target(found), f"继续处理没有收的试题（{found.file_name}）")


def discard(found: QuestionImport) -> None:
    """Nothing of it is kept but what was saved before."""
    hold_in(found, State.WAITING, State.READY, State.FAILED, State.REFUSED)
    record("question_import.delete", _target(found), f"放弃导入试题 {found.file_name}")
    db.session.execute(sa.delete(ImportItem).where(ImportItem.import_id == found.id))
    db.session.delete(found)
