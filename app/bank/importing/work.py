"""What the worker does with imports of questions: read, save, forget (app/web/uploads.py)."""

from collections.abc import Iterator, Sequence

import sqlalchemy as sa
from flask_babel import gettext as _

from app.audit.service import acting_for
from app.bank import service
from app.bank.importing import drawing, reading, saving
from app.bank.importing.basis import Shelf
from app.bank.importing.checking import Checker
from app.bank.importing.files import Defaults, Refused
from app.bank.importing.items import Item, Reading
from app.bank.models import ImportItem, QuestionImport
from app.domain.access import Action, scope
from app.people import grants
from app.people.models import Person
from app.web import clock, gate, uow
from app.web.db import db
from app.web.uploads import Conflict, Ended, Overtaken, Queue, State, ready

_BATCH = 400
_SHOWN = 200  # lines that are no part of any question, for the owner to look over


def _read(number: int) -> int:
    """Read the file, look every item up in the bank, and keep the items for their owner.

    Without a file: the items are here, and their saving was stopped.
    """
    found = db.session.get_one(QuestionImport, number)
    name, data, defaults = found.file_name, found.source, Defaults(**found.notes["defaults"])
    uow.abandon_item()  # nothing is held open while the file is read
    made = reading.read(name, data, defaults) if data is not None else None
    if made is not None:
        drawing.keep(made)
        _keep(number, made, Checker(Shelf(defaults.rule_set), {}, {}))
    ready(QUEUE.held(number, State.WAITING), **(_notes(made) if made else {}))
    uow.commit_item()
    return 1


def _keep(number: int, made: Reading, checker: Checker) -> None:
    held = QUEUE.held(number, State.WAITING)
    held.done, held.total = 0, len(made.items)
    db.session.execute(sa.delete(ImportItem).where(ImportItem.import_id == number))  # of an attempt cut short
    uow.commit_item()
    for first, batch in _batches(made.items):
        rows = [row | {"import_id": number} for row in checker.values(batch, first)]
        held = QUEUE.held(number, State.WAITING)
        db.session.execute(sa.insert(ImportItem), rows)
        held.done = first + len(batch) - 1
        uow.commit_item()


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
    found = QUEUE.held(number, State.SAVING)
    if found.done != done:
        raise Overtaken  # another worker did this stretch
    if items:
        with acting_for(found.created_by, _owner(found)):
            _save_items(found, items)
    else:
        found.state, found.finished_at = State.DONE, now
    uow.commit_item()
    return max(len(items), 1)


def _save_items(found: QuestionImport, items: Sequence[ImportItem]) -> None:
    try:
        saving.save(found, items, clock.now())
    except service.Stale as error:
        raise Conflict from error


def _owner(found: QuestionImport) -> str:
    """By name and username. Raises Ended where the owner may not edit the bank any more."""
    if not scope(grants.held_by(found.created_by), Action.BANK_EDIT, clock.now(), apart=gate.apart()):
        raise Ended(_("您已没有编辑题库的权限，没有导入。"))
    person = db.session.get_one(Person, found.created_by)
    return f"{person.name}（{person.username}）"


QUEUE = Queue(QuestionImport, ImportItem, _read, _save, (Refused,))
