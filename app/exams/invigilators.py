"""监考员 of a sitting: named by whoever plans the rooms, on the record."""

from collections.abc import Sequence

import sqlalchemy as sa
from flask_babel import gettext as _
from sqlalchemy.orm import joinedload

from app.audit.service import record
from app.exams.seat_models import Invigilator, Sitting
from app.exams.seating import Impossible
from app.people.models import Person
from app.web.db import db, hold


def of(sitting_id: int) -> Sequence[Invigilator]:
    """With their persons, by name."""
    rows = (
        sa.select(Invigilator)
        .join(Invigilator.person)
        .options(joinedload(Invigilator.person))
        .where(Invigilator.sitting_id == sitting_id)
        .order_by(Person.name, Person.id)
    )
    return db.session.scalars(rows).all()


def name(sitting: Sitting, person: Person) -> None:
    """Again is harmless. Raises Impossible for who watches another room then."""
    hold(sitting)
    if db.session.get(Invigilator, (sitting.id, person.id)) is not None:
        return
    if (other := _elsewhere(sitting, person.id)) is not None:
        text = _("%(name)s这段时间已在“%(room)s”监考。", name=person.name, room=other.room)
        raise Impossible(text)
    db.session.add(Invigilator(sitting_id=sitting.id, person_id=person.id))
    db.session.flush()
    summary = f"指定{person.name}监考“{sitting.room}”"
    record("invigilator.name", f"sitting:{sitting.id}", summary, after={"person": person.id})


def _elsewhere(sitting: Sitting, person_id: int) -> Sitting | None:
    """Another sitting, of whatever exam, that the person watches while this one goes on."""
    rows = (
        sa.select(Sitting)
        .join(Invigilator, Invigilator.sitting_id == Sitting.id)
        .where(
            Invigilator.person_id == person_id,
            Sitting.id != sitting.id,
            Sitting.doors_at < sitting.closes_at,
            Sitting.closes_at > sitting.doors_at,
        )
    )
    return db.session.scalars(rows.limit(1)).first()


def dismiss(sitting: Sitting, found: Invigilator) -> None:
    before, name_of = {"person": found.person_id}, found.person.name
    db.session.delete(found)
    db.session.flush()
    record(
        "invigilator.dismiss", f"sitting:{sitting.id}", f"取消{name_of}监考“{sitting.room}”", before=before
    )
