"""The chain: what a seal covers, and the sealer that makes seals.

A digest names its algorithm, so that seals of earlier versions stay good: "sha256" covers eleven values,
"sha256-2" the browser and the result as well.
"""

import hashlib
import json
from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from app.audit.models import AuditEvent, AuditSeal, AuditWaiting
from app.web import uow
from app.web.db import any_text, db, is_sqlite

ALGORITHM = "sha256-2"
GENESIS = "0" * 64
BATCH = 1000
# In the order in which they are hashed; the moment as the integer that is stored.
EVENT_COLUMNS = (
    AuditEvent.id, sa.type_coerce(AuditEvent.at, sa.BigInteger).label("at"), AuditEvent.actor_id,
    AuditEvent.actor, AuditEvent.address, AuditEvent.action, AuditEvent.target, AuditEvent.summary,
    AuditEvent.before, AuditEvent.after, AuditEvent.agent, AuditEvent.result,
)  # fmt: skip
COVERED = {"sha256": 10, "sha256-2": 12}  # how many of them each algorithm hashes


def _foreign(value: Any) -> Any:
    """Bytes, which only who writes past the program puts there, look like nothing that was ever sealed."""
    return {"no text": repr(value)}


_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), default=_foreign).encode


def digest(algorithm: str, seq: int, event: Sequence[Any], previous: str) -> str:
    """Of a seal. `event`: the values of EVENT_COLUMNS."""
    canonical = _encode([seq, *event[: COVERED[algorithm]]])
    return hashlib.sha256(f"{previous}{canonical}".encode(errors="surrogateescape")).hexdigest()


def seal() -> int:
    """Chain the events that wait, oldest first; every batch is a transaction. Returns how many."""
    total = 0
    while done := _seal_batch():
        total += done
    return total


@any_text()
def _seal_batch() -> int:
    # Whose event is gone goes on waiting: the proof that it was deleted.
    there = sa.select(AuditWaiting.event_id).join(AuditEvent, AuditEvent.id == AuditWaiting.event_id)
    if not db.session.scalars(there.limit(1)).all():
        return 0
    last = _last_seal_alone()
    seq, previous = (last.seq, last.digest) if last else (0, GENESIS)
    ids = db.session.scalars(there.order_by(AuditWaiting.event_id).limit(BATCH)).all()
    seals = []
    for event in db.session.execute(_unsealed(ids)):
        seq += 1
        link = {"seq": seq, "event_id": event.id, "algorithm": ALGORITHM, "previous": previous}
        previous = digest(ALGORITHM, seq, event, previous)
        seals.append(link | {"digest": previous})
    if seals:
        db.session.execute(sa.insert(AuditSeal), seals)
    db.session.execute(sa.delete(AuditWaiting).where(AuditWaiting.event_id.in_(ids)))
    uow.commit_item()
    return len(ids)


def _last_seal_alone() -> AuditSeal | None:
    """The end of the chain; until the commit no other sealer can add to it."""
    if not is_sqlite():
        # A lock on the last row would not do: who waits for it wakes up to a row that is no longer the last.
        db.session.execute(sa.text("SELECT pg_advisory_xact_lock(hashtext('audit seal'))"))
    last = sa.select(AuditSeal).order_by(AuditSeal.seq.desc()).limit(1).with_for_update()
    return db.session.scalar(last.execution_options(populate_existing=True))


def _unsealed(ids: Sequence[int]) -> sa.Select[*tuple[Any, ...]]:
    """Those of the events that have no seal; after a restore some that wait may have one."""
    return (
        sa.select(*EVENT_COLUMNS)
        .outerjoin(AuditSeal, AuditSeal.event_id == AuditEvent.id)
        .where(AuditEvent.id.in_(ids), AuditSeal.seq.is_(None))
        .order_by(AuditEvent.id)
    )
