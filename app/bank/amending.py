"""One clause amended or repealed, entered by hand ahead of the files; and what the files say of it later."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime

import sqlalchemy as sa

from app.audit.service import record
from app.bank import rule_sets
from app.bank.files import ClauseText
from app.bank.models import Amendment, Citation, Clause, QuestionVersion, Wording
from app.web.db import db


def amend(clause: Clause, document: str, since: date, text: str, now: datetime, by: int) -> bool:
    """The clause reads `text` since then, or, without one, is in force no longer. Whether anything changed.

    What rests on it is to be reviewed. The set is locked by the caller; the same again changes nothing.
    """
    before, entered = facts(clause), {"document": document, "since": since, "at": now, "by": by}
    if before == _facts(document, since, text or clause.text, None if text else since):
        return False
    if clause.amendment is None:
        clause.amendment = Amendment(**entered, filed_text=clause.text, filed_revision=clause.revision)
    for name, value in entered.items():
        setattr(clause.amendment, name, value)
    said = ClauseText(
        clause.code, clause.heading, clause.locator, text or clause.text, None if text else since
    )
    rule_sets.put_clause(clause.rule_set, clause, said, clause.position, now)
    db.session.flush()
    act = "修改" if text else "废止"
    record(
        "clause.amend", f"clause:{clause.id}", f"登记{act}：{named(clause)}",
        before=before, after=facts(clause),
    )  # fmt: skip
    return True


def withdraw(clause: Clause, now: datetime) -> None:
    """Entered by mistake: the clause is again what the files say. Without an entry nothing happens."""
    entered, before = clause.amendment, facts(clause)
    if entered is None:
        return
    _unsay(clause, entered)
    said = ClauseText(clause.code, clause.heading, clause.locator, entered.filed_text)
    rule_sets.put_clause(clause.rule_set, clause, said, clause.position, now)
    clause.amendment = None
    db.session.flush()
    summary = f"撤销登记：{named(clause)}"
    record("clause.undo", f"clause:{clause.id}", summary, before=before, after=facts(clause))


def _unsay(clause: Clause, entered: Amendment) -> None:
    """The wordings that were entered go: nobody ever said so. A question on one of them is to be reviewed.

    Where there is such a question, the wording of the files, and what rests on it, is numbered after them.
    """
    if clause.revision == entered.filed_revision:
        return
    _drop_wordings(clause, entered)
    own, filed = Wording.clause_id == clause.id, entered.filed_revision
    number = clause.revision + 1 if _rested_on(clause, filed) else filed
    clause.text, clause.revision = entered.filed_text, number
    for row, of in ((Wording, own), (Citation, Citation.clause_id == clause.id)):
        db.session.execute(sa.update(row).where(of, row.revision == filed).values(revision=number))


def _drop_wordings(clause: Clause, entered: Amendment) -> None:
    later = Wording.revision > entered.filed_revision
    db.session.execute(sa.delete(Wording).where(Wording.clause_id == clause.id, later))


def _rested_on(clause: Clause, revision: int) -> bool:
    """Does a question rest on a wording later than this one?"""
    cited = sa.select(Citation.version_id).where(
        Citation.clause_id == clause.id, Citation.revision > revision
    )
    return db.session.scalar(cited.limit(1)) is not None


def facts(clause: Clause) -> dict[str, object]:
    entered = clause.amendment
    document, since = (entered.document, entered.since) if entered else ("", None)
    return _facts(document, since, clause.text, clause.superseded_on)


def _facts(document: str, since: date | None, text: str, superseded_on: date | None) -> dict[str, object]:
    return {"document": document, "since": since, "text": text, "superseded_on": superseded_on}


def named(clause: Clause) -> str:
    place = clause.heading or clause.locator or f"第 {clause.code} 条"
    return f"{clause.rule_set.title} {place}"


def heard(clause: Clause, said: ClauseText) -> ClauseText:
    """What is so of the clause when the files say this.

    What was entered by hand stands while they say what they said before. Once they say something else, they
    know of the change, and the entry ends.
    """
    entered = clause.amendment
    if entered is None:
        return said
    if said.text == entered.filed_text and said.superseded_on is None:
        return replace(said, text=clause.text, superseded_on=clause.superseded_on)
    before = facts(clause)
    if said.text != clause.text:
        _drop_wordings(clause, entered)
    clause.amendment = None
    record(
        "clause.update", f"clause:{clause.id}", f"题库文件已有新的文本，不再用本校登记的：{named(clause)}",
        before=before, after=_facts("", None, said.text, said.superseded_on),
    )  # fmt: skip
    return said


def rest_on_files(versions: Iterable[QuestionVersion]) -> None:
    """Versions that came from the files know of the clauses what the files know, nothing entered by hand."""
    entered = {one.clause_id: one for one in db.session.scalars(sa.select(Amendment))}
    for version in versions if entered else ():
        for cited in version.citations:
            if found := entered.get(cited.clause.id):
                cited.revision = found.filed_revision
                cited.at = db.session.get_one(Wording, (found.clause_id, found.filed_revision)).since
