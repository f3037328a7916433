"""What the owner of an import does with it before it is saved. Each act holds the import and is recorded."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from app.audit.service import record
from app.domain.careers import Leaving
from app.domain.identity import without_numbers
from app.domain.roster import Field
from app.people.labels import ROSTER_FIELDS
from app.people.models import Person, RosterImport, RosterRow, Unit
from app.people.roster import cells, files, queries
from app.people.roster.cells import Row
from app.people.roster.matching import serving_above
from app.people.roster.states import ACTING, SAVED, Outcome
from app.web.db import db
from app.web.uploads import MAX_OPEN, NotNow, State, TooMany, hold_in, resume


@dataclass(frozen=True)
class Upload:
    """A file that speaks of the people of a unit and of everything below it."""

    unit: Unit
    file_name: str
    data: bytes


def begin(person_id: int, paths: Iterable[str], upload: Upload, now: datetime) -> RosterImport:
    """The file waits for the worker. `paths`: where the owner may change people. Raises TooMany."""
    db.session.get_one(Person, person_id, with_for_update=True)  # two uploads at once count each other
    if queries.open_imports(person_id, paths) >= MAX_OPEN:
        raise TooMany
    made = RosterImport(
        created_at=now, created_by=person_id, unit_id=upload.unit.id, file_name=upload.file_name[:200],
        source=files.seal(upload.data), state=State.WAITING,
    )  # fmt: skip
    db.session.add(made)
    db.session.flush()
    record("roster.import", f"roster:{made.id}", f"上传人员名册 {made.file_name}（{upload.unit.name}）")
    return made


def amend(roster: RosterImport, row: Row) -> None:
    """Other cells for a row; the worker checks everything anew, for rows depend on each other."""
    _hold_checked(roster)
    stored = queries.row(roster.id, row.number)
    if stored is None:
        raise NotNow
    before, _facts = cells.unseal(row.number, stored.sealed)
    stored.sealed = cells.seal(row, {})
    changed = [title for name, title in ROSTER_FIELDS.items() if row.text(name) != before.text(name)]
    what = "、".join(map(str, changed)) or "没有改动"
    _note(roster, "edit", f"更正名册{_called(before)}：{what}")


def drop(roster: RosterImport, number: int) -> None:
    """The row is no person, or shall not be imported."""
    _hold_checked(roster)
    stored = queries.row(roster.id, number)
    if stored is not None:
        db.session.delete(stored)
        _note(roster, "delete", f"删去名册{_called(cells.unseal(number, stored.sealed)[0])}")


def _called(row: Row) -> str:
    """A row as the audit log names it; a number that stands in the column of names is no name."""
    name = without_numbers(row.text(Field.NAME))[:50]
    return f"第 {row.number} 行（{name or '没有姓名'}）"


def _note(roster: RosterImport, verb: str, what: str) -> None:
    record(f"roster.{verb}", f"roster:{roster.id}", f"{what}（{roster.file_name}）")


def _hold_checked(roster: RosterImport) -> None:
    """To change rows, also while they are checked again after an earlier change."""
    hold_in(roster, State.READY, State.WAITING)
    if not queries.has_rows(roster.id):
        raise NotNow
    roster.revision += 1
    roster.state, roster.done = State.WAITING, 0


def decide(
    roster: RosterImport, reasons: Mapping[int, Leaving | None], accounts: tuple[str, ...], now: datetime
) -> None:
    """Which of the missing people shall be marked as having left, and why; None: nothing happens to them.

    Not those whose sign-ins the owner does not manage, and not the owner.
    """
    hold_in(roster, State.READY)
    rows = db.session.scalars(
        sa.select(RosterRow).where(
            RosterRow.import_id == roster.id, RosterRow.number < 0, RosterRow.person_id.in_(reasons)
        )
    ).all()
    kept = serving_above(list(reasons), accounts, now) | {roster.created_by}
    people = queries.people(reasons.keys() - kept)
    for row in rows:
        person = people.get(row.person_id or 0)
        if person is not None and (reason := reasons[person.id]):
            facts = {"reason": reason, "unit_id": person.unit_id}
            row.outcome, row.sealed = Outcome.LEAVE, cells.seal(Row(row.number, {}), facts)
        else:
            row.outcome, row.sealed = Outcome.MISSING, ""


def confirm(roster: RosterImport, only_good: bool, now: datetime) -> None:
    """Let the worker save everything, or only the good rows. Raises NotNow, also where faults remain."""
    hold_in(roster, State.READY)
    found = queries.counts(roster.id)
    if found[Outcome.FAULT] and not only_good or not any(found[outcome] for outcome in ACTING):
        raise NotNow
    roster.state, roster.only_good = State.SAVING, only_good
    roster.done, roster.total = 0, sum(found[outcome] for outcome in SAVED)
    after = {str(outcome): found[outcome] for outcome in (*ACTING, Outcome.SAME, Outcome.FAULT)}
    record("roster.save", f"roster:{roster.id}", f"确认导入人员名册 {roster.file_name}", after=after)


def reopen(roster: RosterImport, paths: Iterable[str]) -> None:
    """Go on with one that stopped. Raises NotNow, TooMany."""
    if queries.open_imports(roster.created_by, paths) >= MAX_OPEN:
        raise TooMany
    resume(roster)
    _note(roster, "restore", "接着处理停下的人员名册")


def discard(roster: RosterImport) -> None:
    """Nothing of it is kept."""
    hold_in(roster, State.WAITING, State.READY, State.FAILED, State.REFUSED)
    record("roster.delete", f"roster:{roster.id}", f"放弃人员名册 {roster.file_name}，没有导入")
    db.session.execute(sa.delete(RosterRow).where(RosterRow.import_id == roster.id))
    db.session.delete(roster)
