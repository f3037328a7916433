"""Write rule sets: their clauses with every wording kept, and a county's own sets."""

from collections.abc import Collection
from dataclasses import replace
from datetime import date, datetime

import sqlalchemy as sa

from app.audit.service import record
from app.bank.files import ClauseText
from app.bank.models import Citation, Clause, RuleSet, Wording
from app.web.db import db


class Cited(Exception):
    """Questions rest on clauses that were to go; `codes` says which."""

    def __init__(self, codes: list[str]) -> None:
        super().__init__("、".join(codes))
        self.codes = codes


def put_clause(rule_set: RuleSet, row: Clause | None, text: ClauseText, position: int, now: datetime) -> bool:
    """Make the clause, or bring it up to `text`; whether anything changed.

    Another text is another wording, and what cites the earlier one is to be reviewed.
    """
    if row is None:
        row = Clause(code=text.code, revision=0, text="")
        rule_set.clauses.append(row)
    before = (row.position, row.heading, row.locator, row.revision, row.superseded_on)
    row.position, row.heading, row.locator = position, text.heading, text.locator
    if row.superseded_on != text.superseded_on:
        row.superseded_on, row.superseded_at = text.superseded_on, now if text.superseded_on else None
    if row.revision == 0 or row.text != text.text:
        row.text, row.revision = text.text, row.revision + 1
        db.session.add(Wording(clause=row, revision=row.revision, text=row.text, since=now))
    return before != (row.position, row.heading, row.locator, row.revision, row.superseded_on)


def supersede(rule_set: RuleSet, on: date | None, by: RuleSet | None, now: datetime) -> None:
    """The set is in force no longer, so what rests on it is to be reviewed; None: it is in force after all.

    Again the same changes nothing.
    """
    before = _succession(rule_set)
    rule_set.superseded_on, rule_set.superseded_by = on, by if on else None
    after = _succession(rule_set)
    if after == before:
        return
    rule_set.superseded_at = now if on else None
    db.session.flush()
    word = "不再施行" if on else "恢复施行"
    record(
        "rule_set.supersede", f"rule_set:{rule_set.id}", f"{rule_set.title} {word}",
        before=before, after=after,
    )  # fmt: skip


def _succession(rule_set: RuleSet) -> dict[str, object]:
    successor = rule_set.superseded_by
    return {"superseded_on": rule_set.superseded_on, "superseded_by": successor.title if successor else ""}


def fill_in(
    rule_set: RuleSet, values: dict[str, object], clauses: Collection[ClauseText], now: datetime
) -> None:
    """What a county writes in a set of its own: source and clauses. Raises Cited, and changes nothing."""
    stored = {clause.code: clause for clause in rule_set.clauses}
    gone = [stored[code] for code in stored.keys() - {clause.code for clause in clauses}]
    if lost := _cited(gone):
        raise Cited(lost)
    before = _facts(rule_set)
    for name, value in values.items():
        setattr(rule_set, name, value)
    for clause in gone:
        rule_set.clauses.remove(clause)
        db.session.delete(clause)
    for position, text in enumerate(clauses, start=1):
        row = stored.get(text.code)
        if row is not None and row.text == text.text:
            text = replace(text, superseded_on=row.superseded_on)
        elif row is not None:
            row.amendment = None  # written anew, it is what stands here
        put_clause(rule_set, row, text, position, now)
    db.session.flush()
    after = _facts(rule_set)
    if after != before:
        summary = f"填写规矩条目集 {rule_set.title}"
        record("rule_set.edit", f"rule_set:{rule_set.id}", summary, before=before, after=after)


def _cited(clauses: Collection[Clause]) -> list[str]:
    """The codes of those that a version of a question cites."""
    by_id = {clause.id: clause.code for clause in clauses}
    found = db.session.scalars(sa.select(Citation.clause_id).distinct().where(Citation.clause_id.in_(by_id)))
    return sorted(by_id[clause_id] for clause_id in found)


def _facts(rule_set: RuleSet) -> dict[str, object]:
    names = ("summary", "document", "issuer", "number", "dated", "place")
    clauses = {clause.code: f"{clause.heading}｜{clause.text}" for clause in rule_set.clauses}
    return {**{name: getattr(rule_set, name) for name in names}, "clauses": clauses}
