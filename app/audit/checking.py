"""Check the chain: every seal against its event, against its neighbours and against the anchors.

A check walks in slices and can be put down between two of them: its `Walk` goes through JSON.
"""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from datetime import timedelta
from enum import StrEnum
from itertools import permutations
from typing import Any

import sqlalchemy as sa

from app.audit import anchors
from app.audit.chain import COVERED, EVENT_COLUMNS, GENESIS, digest
from app.audit.models import AuditEvent, AuditSeal, AuditWaiting
from app.web import clock
from app.web.db import any_text, db
from app.web.intake import LARGEST

SLICE = 10_000
LONGEST_WAIT = timedelta(seconds=60)  # a sealer that runs needs a few
MOST = 100  # breaks that are told; more are counted
_UNCOVERED = ("", "ok")  # what an event had in the columns that the first algorithm leaves out
_LINK = (AuditSeal.seq, AuditSeal.algorithm, AuditSeal.previous, AuditSeal.digest, *EVENT_COLUMNS)


class Kind(StrEnum):
    """What is wrong at a place."""

    EDITED = "edited"  # the event, or its seal, is not what was sealed
    MOVED = "moved"  # what was sealed elsewhere stands here
    EVENT_DELETED = "event_deleted"
    SEALS_DELETED = "seals_deleted"  # from `seq` to `upto`
    REWRITTEN = "rewritten"  # hashed anew somewhere from `seq` to `upto`
    TAIL_DELETED = "tail_deleted"  # from `seq` to at least `upto`
    WAITING_DELETED = "waiting_deleted"  # `event_id`, before it was sealed
    UNSEALED = "unsealed"  # an event outside the chain; `event_id` says which
    ANCHOR_FORGED = "anchor_forged"
    ANCHOR_DELETED = "anchor_deleted"  # the file has it, the table has not


@dataclass(frozen=True)
class Break:
    """Where the record is not as it was written: seals `seq` to `upto`."""

    kind: Kind
    seq: int
    upto: int
    event_id: int | None = None


@dataclass
class Walk:
    """How far a check has come. `held`: digests that the next seal may follow; none: any, after a gap."""

    seq: int = 0
    held: list[str] = field(default_factory=lambda: [GENESIS])
    algorithm: str = "sha256"
    anchored: int = 0  # the last seal that agrees with an anchor
    rewritten: bool = False
    broken: int = 0  # the last seal found broken
    count: int = 0
    breaks: list[Break] = field(default_factory=list)

    def note(self, kind: Kind, seq: int, upto: int | None = None, event_id: int | None = None) -> None:
        self.count += 1
        if len(self.breaks) < MOST:
            self.breaks.append(Break(kind, seq, upto or seq, event_id))

    def to_json(self) -> str:
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, text: str) -> "Walk":
        return cls(**_revived(text))


@dataclass(frozen=True)
class Report:
    """What a check found. `late`: events that have waited for the sealer for too long."""

    sealed: int
    waiting: int
    late: int
    count: int
    breaks: list[Break]

    @property
    def whole(self) -> bool:
        return not self.count

    def to_json(self) -> str:
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, text: str) -> "Report":
        return cls(**_revived(text))


def _revived(text: str) -> dict[str, Any]:
    state: dict[str, Any] = json.loads(text)
    breaks = [Break(**{**one, "kind": Kind(one["kind"])}) for one in state.get("breaks", [])]
    return state | {"breaks": breaks}


def verify(lines: Sequence[str] | None = None) -> Report:
    """The whole chain at once. `lines`: of an anchor file kept elsewhere; None: the one here."""
    walk = Walk()
    while go_on(walk, lines):
        pass
    return finish(walk, lines)


@any_text()
def go_on(walk: Walk, lines: Sequence[str] | None = None) -> bool:
    """Check the next slice; False: it was the last."""
    rows = db.session.execute(
        sa.select(*_LINK)
        .outerjoin(AuditEvent, AuditEvent.id == AuditSeal.event_id)
        .where(AuditSeal.seq > walk.seq)
        .order_by(AuditSeal.seq)
        .limit(SLICE)
    ).all()
    if not rows:
        return False
    marks = _anchors(walk, rows[-1].seq, lines)
    for seq, algorithm, previous, sealed, *event in rows:
        # The short way for a sound link: a million of them have to pass in a minute.
        if (
            seq == walk.seq + 1
            and algorithm == walk.algorithm == "sha256-2"
            and previous in walk.held
            and event[0] is not None
            and sealed == digest(algorithm, seq, event, previous)
        ):
            walk.seq, walk.held = seq, [sealed]
        else:
            _look_closely(walk, seq, str(algorithm), str(previous), str(sealed), event)
        if seq in marks:
            _compare(walk, seq, sealed, marks[seq])
    return len(rows) == SLICE


def _look_closely(
    walk: Walk, seq: int, algorithm: str, previous: str, sealed: str, event: Sequence[Any]
) -> None:
    """A link that may be broken, or that only follows something unusual."""
    if seq != walk.seq + 1:
        walk.note(Kind.SEALS_DELETED, walk.seq + 1, seq - 1)
        walk.held = []
    follows = previous in walk.held or not walk.held
    held = [sealed]
    if event[0] is None:
        _break(walk, Kind.EVENT_DELETED, seq)
    elif not _sound(walk, algorithm, event) or sealed != digest(algorithm, seq, event, previous):
        _break(walk, Kind.EDITED, seq, event[0])
        held += [digest(algorithm, seq, event, one) for one in {*walk.held, previous} if algorithm in COVERED]
    elif not follows and walk.broken != walk.seq:
        # This seal is right and remembers another one before it: that one was replaced.
        _break(walk, Kind.REWRITTEN, walk.anchored + 1, upto=walk.seq)
    walk.seq, walk.held = seq, held
    walk.algorithm = max(walk.algorithm, algorithm if algorithm in COVERED else "")


def _sound(walk: Walk, algorithm: str, event: Sequence[Any]) -> bool:
    """A known algorithm, no weaker than the one before, and nothing outside of what it covers."""
    if algorithm not in COVERED or algorithm < walk.algorithm:
        return False
    return tuple(event[COVERED[algorithm] :]) in ((), _UNCOVERED)


def _break(walk: Walk, kind: Kind, seq: int, event_id: int | None = None, upto: int | None = None) -> None:
    walk.note(kind, seq, upto, event_id)
    walk.broken = upto or seq


def _anchors(walk: Walk, upto: int, lines: Sequence[str] | None) -> dict[int, set[str]]:
    """Genuine anchors of the seals up to `upto`: digests by number. What is wrong with them is noted."""
    # The file first: what is in it by now has its row already.
    filed = list(anchors.in_file(anchors.lines() if lines is None else lines, walk.seq, upto))
    table = list(anchors.in_table(walk.seq, upto))
    if forged := {one.seq for one in (*table, *filed) if not one.genuine}:
        anew = anchors.begun_anew()
        for seq in sorted(seq for seq in forged if seq >= anew):
            walk.note(Kind.ANCHOR_FORGED, seq)
    for seq in sorted({one.seq for one in filed if one.genuine} - {one.seq for one in table}):
        walk.note(Kind.ANCHOR_DELETED, seq)
    marks: dict[int, set[str]] = {}
    for one in (*table, *filed):
        if one.genuine:
            marks.setdefault(one.seq, set()).add(one.digest)
    return marks


def _compare(walk: Walk, seq: int, sealed: str, anchored: set[str]) -> None:
    """With anchors of this seal. From the first that disagrees on, all the others do as well."""
    if anchored == {sealed}:
        walk.anchored, walk.rewritten = seq, False
    elif not walk.rewritten:
        walk.rewritten = True
        if walk.broken != seq:
            _break(walk, Kind.REWRITTEN, walk.anchored + 1, upto=seq)


@any_text()
def finish(walk: Walk, lines: Sequence[str] | None = None) -> Report:
    """After the last slice: what is missing at the end, what never came in, what waits."""
    beyond = max(_anchors(walk, LARGEST, lines), default=0)
    last = db.session.scalar(sa.select(sa.func.max(AuditSeal.seq))) or 0  # the sealer may have gone on
    if beyond > last:
        walk.note(Kind.TAIL_DELETED, last + 1, beyond)
    for event_id in _deleted_waiting():
        walk.note(Kind.WAITING_DELETED, 0, event_id=event_id)
    for event_id in _outside():
        walk.note(Kind.UNSEALED, 0, event_id=event_id)
    _tell_moved(walk.breaks)
    waiting = db.session.scalar(sa.select(sa.func.count()).select_from(AuditWaiting)) or 0
    return Report(walk.seq, waiting, late(), walk.count, walk.breaks)


def late() -> int:
    """How many events have waited for the sealer for too long."""
    overdue = AuditEvent.at < clock.now() - LONGEST_WAIT
    rows = sa.select(sa.func.count()).join(AuditEvent, AuditEvent.id == AuditWaiting.event_id)
    return db.session.scalar(rows.select_from(AuditWaiting).where(overdue)) or 0


def _deleted_waiting() -> Sequence[int]:
    """Events that wait for their seal and are not there."""
    return db.session.scalars(
        sa.select(AuditWaiting.event_id)
        .outerjoin(AuditEvent, AuditEvent.id == AuditWaiting.event_id)
        .where(AuditEvent.id.is_(None))
        .order_by(AuditWaiting.event_id)
    ).all()


def _outside() -> Sequence[int]:
    """Events that neither have a seal nor wait for one."""
    return db.session.scalars(
        sa.select(AuditEvent.id)
        .outerjoin(AuditSeal, AuditSeal.event_id == AuditEvent.id)
        .outerjoin(AuditWaiting, AuditWaiting.event_id == AuditEvent.id)
        .where(AuditSeal.seq.is_(None), AuditWaiting.event_id.is_(None))
        .order_by(AuditEvent.id)
    ).all()


def _tell_moved(breaks: list[Break]) -> None:
    """Among the edited, those that hold what was sealed at another of them."""
    edited = [one.seq for one in breaks if one.kind is Kind.EDITED]
    rows = db.session.execute(
        sa.select(*_LINK)
        .join(AuditEvent, AuditEvent.id == AuditSeal.event_id)
        .where(AuditSeal.seq.in_(edited), AuditSeal.algorithm.in_(COVERED))
    ).all()
    moved = {a.seq for a, b in permutations(rows, 2) if _stood(a, b)}
    for number, one in enumerate(breaks):
        if one.seq in moved and one.kind is Kind.EDITED:
            breaks[number] = Break(Kind.MOVED, one.seq, one.upto, one.event_id)


def _stood(a: Any, b: Any) -> bool:
    """Is seal `a` that of `b`'s number, of `b`'s event, or of its own event with `b`'s words?"""
    mine, theirs = a[4:], b[4:]
    guesses = ((b.seq, mine), (a.seq, theirs), (a.seq, (mine[0], *theirs[1:])))
    return any(a.digest == digest(a.algorithm, seq, event, a.previous) for seq, event in guesses)
