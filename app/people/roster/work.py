"""What the worker does with rosters: read, check, save, forget (app/web/uploads.py)."""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from flask_babel import gettext as _

from app.domain.access import Action, scope
from app.people import grants
from app.people.models import RosterImport, RosterRow
from app.people.roster import cells, checking, files, saving
from app.people.roster.cells import Row
from app.people.roster.checking import Basis, Verdict
from app.people.roster.matching import batches
from app.people.roster.states import Outcome
from app.web import clock, gate, uow
from app.web.db import db
from app.web.sheets import SheetError
from app.web.uploads import Ended, Overtaken, Queue, State, ready


def basis(roster: RosterImport) -> Basis:
    """What its owner may change now. Raises Ended where that is nothing of the subtree any more."""
    now = clock.now()
    held = grants.held_by(roster.created_by)
    paths = scope(held, Action.PEOPLE_EDIT, now, apart=gate.apart())
    accounts = scope(held, Action.SIGN_IN_EDIT, now, apart=gate.apart())
    if not any(roster.unit.path.startswith(path) for path in paths):
        raise Ended(_("您已没有管理这个单位人员的权限，没有导入。"))
    return Basis(roster.unit_id, roster.unit.path, paths, accounts, now)


def _check(number: int) -> int:
    """Read the file, or take the rows read before; then every row's verdict."""
    roster = db.session.get_one(RosterImport, number)
    revision, on, saved = roster.revision, basis(roster), roster.told.get("saved")
    notes: dict[str, Any] = {}
    if roster.source is not None:
        upload = files.read(files.unseal(roster.source))
        rows, notes = upload.rows, files.kept(upload)
    else:
        rows = _stored_rows(number)
    _progress(number, revision, 0, len(rows))
    verdicts = checking.check(rows, on, lambda done: _progress(number, revision, done, len(rows)))
    absent = checking.missing(verdicts, on)
    for batch in batches(verdicts):
        _store(number, revision, batch)
    if not saved:  # of a roster saved in part, those who were saved would be missing
        _store_missing(number, revision, absent)
    ready(_still(number, revision), **notes)
    uow.commit_item()
    return len(rows)


def _stored_rows(number: int) -> list[Row]:
    rows = sa.select(RosterRow.number, RosterRow.sealed).where(
        RosterRow.import_id == number, RosterRow.number > 0
    )
    return [cells.unseal(at, sealed)[0] for at, sealed in db.session.execute(rows.order_by(RosterRow.number))]


def _still(number: int, revision: int) -> RosterImport:
    """The import, held. Raises Overtaken."""
    found: RosterImport = QUEUE.held(number, State.WAITING)
    if found.revision != revision:
        raise Overtaken
    return found


def _progress(number: int, revision: int, done: int, total: int) -> None:
    found = _still(number, revision)
    found.done, found.total = done, total
    uow.commit_item()


def _store(number: int, revision: int, batch: Sequence[Verdict]) -> None:
    """The rows of the batch as they are now, in one transaction: a row is never without its cells."""
    values = [
        {
            "import_id": number,
            "number": verdict.row.number,
            "sealed": cells.seal(verdict.row, verdict.values),
            "outcome": verdict.outcome,
            "faults": cells.seal_faults(verdict.reading.faults),
            "person_id": verdict.person_id,
        }
        for verdict in batch
    ]
    _still(number, revision)
    numbers = RosterRow.number.in_([verdict.row.number for verdict in batch])
    db.session.execute(sa.delete(RosterRow).where(RosterRow.import_id == number, numbers))
    db.session.execute(sa.insert(RosterRow), values)
    uow.commit_item()


def _store_missing(number: int, revision: int, absent: Sequence[int]) -> None:
    """Who is missing now; what was decided about somebody who still is stays."""
    here = sa.and_(RosterRow.import_id == number, RosterRow.number < 0)
    decided = {row.person_id: row.sealed for row in db.session.scalars(
        sa.select(RosterRow).where(here, RosterRow.outcome == Outcome.LEAVE))}  # fmt: skip
    values = [
        {
            "import_id": number,
            "number": -at,
            "sealed": decided.get(person, ""),
            "outcome": Outcome.LEAVE if person in decided else Outcome.MISSING,
            "faults": "",
            "person_id": person,
        }
        for at, person in enumerate(absent, 1)
    ]
    _still(number, revision)
    db.session.execute(sa.delete(RosterRow).where(here))
    if values:
        db.session.execute(sa.insert(RosterRow), values)
    uow.commit_item()


def _save_batch(number: int) -> int:
    roster = db.session.get_one(RosterImport, number)
    done, on = roster.done, basis(roster)
    rows = saving.next_rows(number)
    found: RosterImport = QUEUE.held(number, State.SAVING)
    if found.done != done:
        raise Overtaken  # another worker did this batch
    if rows:
        saving.save(found, rows, on)
    else:
        found.state, found.finished_at = State.DONE, clock.now()
    uow.commit_item()
    return len(rows)


QUEUE = Queue(RosterImport, RosterRow, _check, _save_batch, (SheetError,))
