"""An attempt as it happened, event by event, from what was written down at the time."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa

from app.audit.models import AuditEvent
from app.exams import papers, saying, scoring
from app.exams.models import Attempt, Response, Score, UnappliedResponse
from app.exams.scoring import Current
from app.exams.seat_models import DeviceRequest, Takeover
from app.people.models import Person
from app.web.db import db


class Kind(StrEnum):
    """What happened; of what has the same moment, the first of these comes first."""

    START = "start"
    DEVICE = "device"  # another device asked to go on
    TAKEOVER = "takeover"
    DECISION = "decision"  # answers accepted by a member of staff, under an epoch of their own
    SAVE = "save"
    KEPT = "kept"  # an answer that was received and did not count
    STAFF = "staff"
    HAND_IN = "hand_in"
    SCORE = "score"


_RANK = {kind: rank for rank, kind in enumerate(Kind)}


@dataclass(frozen=True)
class Event:
    """`row` is what was stored of it; a save and a kept answer have a slot."""

    at: datetime
    kind: Kind
    row: Any
    slot: int = 0
    epoch: int = 0
    seq: int = 0


@dataclass(frozen=True)
class Asked:
    """A question as this candidate saw it."""

    number: int
    content: Mapping[str, Any]
    keys: Sequence[str]

    def said(self, value: str) -> str:
        """The JSON of an answer in words, with the letters that the candidate saw."""
        return saying.as_seen(self.content, self.keys, json.loads(value))


@dataclass(frozen=True)
class Replay:
    attempt: Attempt
    events: Sequence[Event]
    asked: Mapping[int, Asked]  # by slot
    names: Mapping[int, str]  # of the staff named in the events
    receipt: str | None  # computed anew from what stands in the journal; None: not handed in

    @property
    def unchanged(self) -> bool:
        """Does the journal still give the receipt that the candidate got?"""
        return self.receipt == self.attempt.receipt

    def paper(self, upto: int) -> dict[int, str]:
        """What stood in each slot after so many events, as JSON: the value with the highest epoch and seq."""
        saved = [event for event in self.events[:upto] if event.kind is Kind.SAVE]
        return {event.slot: event.row.value for event in sorted(saved, key=lambda e: (e.epoch, e.seq))}


def replay(attempt: Attempt, *, scores: bool) -> Replay:
    """A constant number of statements, however long it was. `scores`: may they be told?"""
    saves, takeovers = _all(Response, attempt.id), _all(Takeover, attempt.id)
    rows = [*_all(UnappliedResponse, attempt.id), *_all(DeviceRequest, attempt.id)]
    rows += _all(Score, attempt.id) if scores else []
    events = [*_of_attempt(attempt), *map(_event, (*saves, *takeovers, *rows)), *_acts(attempt)]
    return Replay(
        attempt=attempt,
        events=sorted(events, key=lambda e: (e.at, _RANK[e.kind], e.epoch, e.seq, e.slot)),
        asked=questions(attempt),
        names=names(getattr(row, "decided_by", None) for row in [*takeovers, *rows]),
        receipt=receipt(attempt, saves, takeovers),
    )


def questions(attempt: Attempt) -> dict[int, Asked]:
    """By slot, in the order shown."""
    contents = {content["slot"]: content for content in papers.document(attempt.paper_id)["slots"]}
    return {slot: Asked(number, contents[slot], keys) for number, (slot, keys) in enumerate(attempt.order, 1)}


def receipt(attempt: Attempt, saves: Sequence[Response], takeovers: Sequence[Takeover]) -> str | None:
    """The receipt that the journal gives now. What staff accepted after the hand-in was not in it."""
    end = attempt.submitted_at
    if end is None:
        return None
    added = {one.epoch for one in takeovers if one.decided_by is not None and one.at > end}
    found: dict[int, Current] = {}
    for row in sorted(saves, key=lambda row: (row.epoch, row.seq)):
        if row.epoch not in added:
            found[row.slot] = Current(row.epoch, row.seq, json.loads(row.value), 0)
    return scoring.receipt(attempt, found, end)


def _all(model: Any, attempt_id: int) -> Sequence[Any]:
    return db.session.scalars(sa.select(model).where(model.attempt_id == attempt_id)).all()


def _of_attempt(attempt: Attempt) -> Iterator[Event]:
    yield Event(attempt.started_at, Kind.START, attempt)
    if attempt.submitted_at is not None:
        yield Event(attempt.submitted_at, Kind.HAND_IN, attempt)


def _event(row: Any) -> Event:
    match row:
        case Response():
            return Event(row.received_at, Kind.SAVE, row, row.slot, row.epoch, row.seq)
        case UnappliedResponse():
            return Event(row.received_at, Kind.KEPT, row, row.slot, row.epoch, row.seq)
        case Takeover():
            return Event(
                row.at, Kind.TAKEOVER if row.decided_by is None else Kind.DECISION, row, 0, row.epoch
            )
        case DeviceRequest():
            return Event(row.asked_at, Kind.DEVICE, row)
    return Event(row.scored_at, Kind.SCORE, row, 0, row.version)


def _acts(attempt: Attempt) -> list[Event]:
    """What staff did about this attempt, as the log of acts has it."""
    about = sa.select(AuditEvent).where(
        AuditEvent.target == f"person:{attempt.person_id}", AuditEvent.result == "ok"
    )
    found = db.session.scalars(about.where(AuditEvent.after.contains('"attempt"')).order_by(AuditEvent.id))
    told = ((row, json.loads(row.after or "{}")) for row in found)
    return [Event(row.at, Kind.STAFF, row) for row, after in told if after.get("attempt") == attempt.id]


def names(ids: Iterable[int | None]) -> dict[int, str]:
    """Of these people, by id."""
    wanted = {one for one in ids if one is not None}
    rows = db.session.execute(sa.select(Person.id, Person.name).where(Person.id.in_(wanted)))
    return {row.id: row.name for row in rows}
