"""The rows of an import as its owner sees them before anything changes: numbers masked, old beside new."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _

from app.domain.roster import Field
from app.people import facts
from app.people.models import Person, RosterRow
from app.people.roster import cells, changes, queries
from app.people.roster.changes import Change
from app.people.roster.states import Outcome

_OF_NEW = ("username", "id_number", "staff_no", "phone", "sex", "unit_id", "post", "post_since", "rank",
           "rank_since", "political", "joined_on")  # fmt: skip


@dataclass(frozen=True)
class Line:
    """A row: who it is, what changes, what is wrong."""

    number: int
    name: str
    outcome: Outcome
    person: Person | None
    changes: Sequence[Change] = ()
    faults: Sequence[tuple[str, str]] = ()
    reason: str = ""  # of leaving


def lines(rows: Sequence[RosterRow]) -> list[Line]:
    """Two statements, however many rows."""
    people = queries.people(row.person_id for row in rows if row.person_id)
    opened = [cells.unseal(row.number, row.sealed) if row.sealed else (None, {}) for row in rows]
    units = {values["unit_id"] for _row, values in opened if values.get("unit_id")}
    names = queries.unit_names(units | {person.unit_id for person in people.values()})
    found = []
    for row, (written, values) in zip(rows, opened, strict=True):
        person = people.get(row.person_id) if row.person_id else None
        outcome = Outcome(row.outcome)
        name = values.get("name") or (person.name if person else "")
        changed: list[Change] = []
        if outcome is Outcome.NEW:
            changed = _of_new(values, names)
        elif outcome in (Outcome.UPDATE, Outcome.MOVE) and person is not None:
            changed = changes.shown(person, values, names)
        elif outcome is Outcome.FAULT and written is not None:
            name = written.cells.get(Field.NAME, "")
        reason = values.get("reason", "")
        faults = cells.unseal_faults(row.faults)
        found.append(Line(row.number, name, outcome, person, changed, faults, reason))
    return found


def _of_new(values: dict[str, Any], units: dict[int, str]) -> list[Change]:
    told = ((name, changes.in_words(name, values.get(name), units)) for name in _OF_NEW)
    unsaid = {"post_since": _("未填，按保存当天记")}
    shown = ((name, text or unsaid.get(name, "")) for name, text in told)
    return [Change(name, "", text) for name, text in shown if text]


def masked(person: Person) -> str:
    """A number to tell namesakes apart."""
    return facts.masked(person, "id_number") or person.staff_no or facts.masked(person, "phone")
