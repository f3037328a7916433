"""What the worker does with imports: read, check, save, forget. The table is the queue."""

import json
from collections.abc import Callable, Sequence
from datetime import timedelta

import sqlalchemy as sa
import structlog
from flask_babel import gettext as _
from sqlalchemy.exc import IntegrityError, OperationalError

from app.domain.access import Action, Grant, Role, scope
from app.people.models import Person, RoleGrant, RosterImport, RosterRow, Unit
from app.people.roster import cells, checking, files, saving
from app.people.roster.cells import Row
from app.people.roster.checking import Basis, Verdict
from app.people.roster.matching import batches
from app.people.roster.states import Outcome, State
from app.web import clock, gate, uow
from app.web.db import db
from app.web.sheets import SheetError

TRIES = 3  # for a batch that the database refuses
KEPT = timedelta(days=7)  # what nobody confirms is forgotten after this
log = structlog.get_logger()


class Overtaken(Exception):
    """Somebody changed the import or its people meanwhile; it is done anew."""


class Refused(Exception):
    """By the database: a number was given to somebody in the same moment, or what the check does not know."""


def check_waiting() -> int:
    """The first import that waits and can be checked now; one that fails is told why and delays nobody.

    One a call: a stretch may take only so long, and a file that is hard to read takes a minute.
    """
    return next(filter(None, (_attempt(number, _check) for number in _in_state(State.WAITING))), 0)


def save_stretch() -> int:
    """A batch of each import that is being saved."""
    return sum(_attempt(number, _save_batch) for number in _in_state(State.SAVING))


def _in_state(state: State) -> Sequence[int]:
    rows = sa.select(RosterImport.id).where(RosterImport.state == state).order_by(RosterImport.id)
    return db.session.scalars(rows).all()


def _attempt(number: int, act: Callable[[int], int]) -> int:
    """0: it is still due."""
    try:
        return act(number)
    except (Overtaken, OperationalError):
        uow.abandon_item()
        return 0
    except Refused:
        log.warning("roster_refused", roster=number, exc_info=True)
        _try_again(number)
        return 0
    except SheetError as error:
        _fail(number, str(error))
    except Exception:
        uow.abandon_item()
        log.exception("roster_failed", roster=number)
        _fail(number, _("系统出了点问题，已经记录下来。已保存的人员不受影响，请重新上传表格。"))
    return 1


def _try_again(number: int) -> None:
    """The next time finds whom the number belongs to now. Nothing of the batch is saved; not for ever."""
    uow.abandon_item()
    found = lock(number)
    refused = found.told.get("refused", 0) + 1 if found else TRIES
    if found is None or refused == TRIES:
        _fail(number, _("有的行与系统里的登记冲突，没有保存。此前保存的人员不受影响，请重新上传核对。"))
    else:
        found.notes = json.dumps(found.told | {"refused": refused}, ensure_ascii=False)
        uow.commit_item()


def _fail(number: int, message: str) -> None:
    """The import ends; its rows and file go."""
    uow.abandon_item()
    found = lock(number)
    if found is not None:
        found.state, found.message, found.source = State.FAILED, message, None
        found.finished_at = clock.now()
        db.session.execute(sa.delete(RosterRow).where(RosterRow.import_id == number))
    uow.commit_item()


def lock(number: int) -> RosterImport | None:
    """Nobody else changes the import until the end of the transaction."""
    return db.session.get(RosterImport, number, with_for_update=True, populate_existing=True)


def basis(roster: RosterImport) -> Basis:
    """What its owner may change now. Raises SheetError where that is nothing of the subtree any more."""
    now = clock.now()
    grants = db.session.execute(
        sa.select(RoleGrant.role, Unit.path, RoleGrant.ends_at)
        .join(Unit, Unit.id == RoleGrant.unit_id)
        .join(Person, Person.id == RoleGrant.person_id)
        .where(RoleGrant.person_id == roster.created_by, Person.active)
    )
    held = [Grant(Role(role), path, ends) for role, path, ends in grants]
    paths = scope(held, Action.PEOPLE_EDIT, now, apart=gate.apart())
    accounts = scope(held, Action.SIGN_IN_EDIT, now, apart=gate.apart())
    if not any(roster.unit.path.startswith(path) for path in paths):
        raise SheetError(_("您已没有管理这个单位人员的权限，没有导入。"))
    return Basis(roster.unit_id, roster.unit.path, paths, accounts, now)


def _check(number: int) -> int:
    """Read the file, or take the rows read before; then every row's verdict."""
    roster = db.session.get_one(RosterImport, number)
    revision, on = roster.revision, basis(roster)
    notes = roster.told
    if roster.source is not None:
        upload = files.read(files.unseal(roster.source))
        rows, notes = upload.rows, notes | files.kept(upload)
    else:
        rows = _stored_rows(number)
    _progress(number, revision, 0, len(rows))
    verdicts = checking.check(rows, on, lambda done: _progress(number, revision, done, len(rows)))
    absent = checking.missing(verdicts, on)
    for batch in batches(verdicts):
        _store(number, revision, batch)
    _store_missing(number, revision, absent)
    found = _still(number, revision)
    found.state, found.source, found.notes = State.READY, None, json.dumps(notes, ensure_ascii=False)
    uow.commit_item()
    return len(rows)


def _stored_rows(number: int) -> list[Row]:
    rows = sa.select(RosterRow.number, RosterRow.sealed).where(
        RosterRow.import_id == number, RosterRow.number > 0
    )
    return [cells.unseal(at, sealed)[0] for at, sealed in db.session.execute(rows.order_by(RosterRow.number))]


def _still(number: int, revision: int) -> RosterImport:
    """The import, held. Raises Overtaken."""
    found = lock(number)
    if found is None or (found.revision, found.state) != (revision, State.WAITING):
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
    found = lock(number)
    if found is None or (found.state, found.done) != (State.SAVING, done):
        raise Overtaken  # another worker did this batch
    if rows:
        try:
            saving.save(found, rows, on)
        except IntegrityError as error:
            raise Refused from error
    else:
        found.state, found.finished_at = State.DONE, clock.now()
    uow.commit_item()
    return len(rows)


def forget() -> int:
    """Rows hold personal data: those that nobody confirmed, and faulty ones left out, go after some days."""
    old = RosterImport.created_at < clock.now() - KEPT
    abandoned = RosterImport.state.in_([State.WAITING, State.READY])
    ended = RosterImport.state.in_([State.DONE, State.FAILED])
    stale = sa.select(RosterImport.id).where(old, sa.or_(abandoned, ended))
    gone = db.session.scalars(
        sa.delete(RosterRow).where(RosterRow.import_id.in_(stale)).returning(RosterRow.import_id)
    ).all()
    db.session.execute(sa.delete(RosterImport).where(old, abandoned))
    uow.commit_item()
    return len(set(gone))
