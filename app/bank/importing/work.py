"""What the worker does with imports of questions: read, save, forget. The table is the queue."""

from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta

import sqlalchemy as sa
import structlog
from flask_babel import gettext as _
from sqlalchemy.exc import IntegrityError, OperationalError

from app.audit.service import acting_for
from app.bank import service
from app.bank.importing import drawing, reading, saving
from app.bank.importing.basis import Shelf
from app.bank.importing.checking import Checker
from app.bank.importing.files import Defaults, Refused
from app.bank.importing.items import Item, Reading
from app.bank.importing.states import State
from app.bank.models import ImportItem, QuestionImport
from app.domain.access import Action, Grant, Role, scope
from app.people.models import Person, RoleGrant, Unit
from app.web import clock, gate, uow
from app.web.db import db

TRIES = 3  # for a stretch that the database refuses
KEPT = timedelta(days=7)  # items that nobody saved are forgotten after this
_BATCH = 400
_SHOWN = 200  # lines that are no part of any question, for the owner to look over
log = structlog.get_logger()


class Overtaken(Exception):
    """Somebody changed or gave up the import meanwhile; it is done anew, or not at all."""


def read_waiting() -> int:
    """The first import that waits; one a call, since a file that is hard to read takes a minute."""
    return next(filter(None, (_attempt(number, _read) for number in _in_state(State.WAITING))), 0)


def save_stretch() -> int:
    """A stretch of each import that is being saved."""
    return sum(_attempt(number, _save) for number in _in_state(State.SAVING))


def _in_state(state: State) -> Sequence[int]:
    rows = sa.select(QuestionImport.id).where(QuestionImport.state == state).order_by(QuestionImport.id)
    return db.session.scalars(rows).all()


def _attempt(number: int, act: Callable[[int], int]) -> int:
    """0: it is still due."""
    try:
        return act(number)
    except (Overtaken, OperationalError):
        uow.abandon_item()
        return 0
    except (IntegrityError, service.Stale):
        log.warning("question_import_refused", question_import=number, exc_info=True)
        _try_again(number)
        return 0
    except Refused as error:
        _fail(number, str(error))
    except Exception:
        uow.abandon_item()
        log.exception("question_import_failed", question_import=number)
        _fail(number, _("系统出了点问题，已经记录下来。已保存的试题不受影响，请重新上传。"))
    return 1


def _try_again(number: int) -> None:
    """Somebody took an id or wrote a version in the same moment: the next time finds that. Not for ever."""
    uow.abandon_item()
    found = _held(number)
    refused = found.notes.get("refused", 0) + 1 if found else TRIES
    if found is None or refused == TRIES:
        _fail(number, _("有的试题与题库里的冲突，没有保存。此前保存的试题不受影响，请重新上传核对。"))
    else:
        found.notes = found.notes | {"refused": refused}
        uow.commit_item()


def _fail(number: int, message: str) -> None:
    """The import ends; its items and file go."""
    uow.abandon_item()
    found = _held(number)
    if found is not None:
        found.state, found.message, found.source = State.FAILED, message, None
        found.finished_at = clock.now()
        db.session.execute(sa.delete(ImportItem).where(ImportItem.import_id == number))
    uow.commit_item()


def _held(number: int) -> QuestionImport | None:
    """Nobody else changes the import until the end of the transaction."""
    return db.session.get(QuestionImport, number, with_for_update=True, populate_existing=True)


def _still(number: int) -> QuestionImport:
    """The import that is being read, held. Raises Overtaken."""
    found = _held(number)
    if found is None or found.state != State.WAITING:
        raise Overtaken
    return found


def _read(number: int) -> int:
    """Read the file, look every item up in the bank, and keep the items for their owner."""
    found = db.session.get_one(QuestionImport, number)
    name, data, defaults = found.file_name, found.source or b"", Defaults(**found.notes["defaults"])
    uow.abandon_item()  # nothing is held open while the file is read
    made = reading.read(name, data, defaults)
    drawing.keep(made)
    held = _still(number)
    held.done, held.total = 0, len(made.items)
    db.session.execute(sa.delete(ImportItem).where(ImportItem.import_id == number))  # of an attempt cut short
    uow.commit_item()
    checker = Checker(Shelf(defaults.rule_set), {})
    for first, batch in _batches(made.items):
        rows = [row | {"import_id": number} for row in checker.values(batch, first)]
        held = _still(number)
        db.session.execute(sa.insert(ImportItem), rows)
        held.done = first + len(batch) - 1
        uow.commit_item()
    held = _still(number)
    held.state, held.source, held.notes = State.READY, None, held.notes | _notes(made)
    uow.commit_item()
    return len(made.items)


def _batches(items: Sequence[Item]) -> Iterator[tuple[int, Sequence[Item]]]:
    """With the number of the first item of each."""
    for start in range(0, len(items), _BATCH):
        yield start + 1, items[start : start + _BATCH]


def _notes(reading: Reading) -> dict[str, object]:
    lines = [[line.place, line.text.strip()[:200]] for line in reading.ignored]
    return {"ignored": lines[:_SHOWN], "ignored_count": len(lines)}


def _save(number: int) -> int:
    found = db.session.get_one(QuestionImport, number)
    done, now = found.done, clock.now()
    items = saving.next_items(number)
    found = _held(number) or found
    if (found.state, found.done) != (State.SAVING, done):
        raise Overtaken  # another worker did this stretch
    if items:
        with acting_for(found.created_by, _owner(found)):
            saving.save(found, items, now)
    else:
        found.state, found.finished_at = State.DONE, now
    uow.commit_item()
    return max(len(items), 1)


def _owner(found: QuestionImport) -> str:
    """By name and username. Raises Refused where the owner may not edit the bank any more."""
    grants = db.session.execute(
        sa.select(RoleGrant.role, Unit.path, RoleGrant.ends_at)
        .join(Unit, Unit.id == RoleGrant.unit_id)
        .join(Person, Person.id == RoleGrant.person_id)
        .where(RoleGrant.person_id == found.created_by, Person.active)
    )
    held = [Grant(Role(role), path, ends) for role, path, ends in grants]
    if not scope(held, Action.BANK_EDIT, clock.now(), apart=gate.apart()):
        raise Refused(_("您已没有编辑题库的权限，没有导入。"))
    person = db.session.get_one(Person, found.created_by)
    return f"{person.name}（{person.username}）"


def forget() -> int:
    """Imports that nobody confirmed, and items that were left out of finished ones, go after some days."""
    old = QuestionImport.created_at < clock.now() - KEPT
    abandoned = QuestionImport.state.in_([State.WAITING, State.READY])
    stale = sa.select(QuestionImport.id).where(old, QuestionImport.state != State.SAVING)
    gone = db.session.scalars(
        sa.delete(ImportItem).where(ImportItem.import_id.in_(stale)).returning(ImportItem.import_id)
    ).all()
    db.session.execute(sa.delete(QuestionImport).where(old, abandoned))
    uow.commit_item()
    return len(set(gone))
