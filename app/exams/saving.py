"""The save: one durable statement that checks everything and appends to the journal.

Owner, signed-in session, epoch, state, deadline and the form of every value are conditions of the
INSERT itself; it holds the attempt FOR SHARE while submit takes it FOR UPDATE (SQLite: the write lock).
The accepted path is one round trip and loads no row. A refusal spends a second one to say why, and
keeps what was sent. See docs/exam-protocol.md.
"""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any, TypeGuard

import sqlalchemy as sa
from flask import current_app
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.exc import IntegrityError, OperationalError

from app.domain import responses as shapes
from app.domain.attempts import GRACE
from app.web.db import LockedConnection, db, to_micros

BATCH_LIMIT = 200
SEQ_LIMIT = 2**53  # the largest integer a browser counts exactly
_MINUTE = "CAST(60000000 AS bigint)"  # as an integer it overflows on PostgreSQL
GRACE_MICROS = GRACE // GRACE.resolution  # microseconds
NO_DEADLINE = 2**63 - 1 - GRACE_MICROS

# Microseconds since 1970; a quiz has no deadline. `app.domain.attempts.deadline` says the same in Python,
# and a property test holds the two together.
DEADLINE = f"""CASE WHEN e.minutes IS NULL THEN {NO_DEADLINE} ELSE
  (CASE WHEN a.started_at + e.minutes * {_MINUTE} < COALESCE(a.closes_at, e.closes_at)
        THEN a.started_at + e.minutes * {_MINUTE} ELSE COALESCE(a.closes_at, e.closes_at) END)
  + a.extra_minutes * {_MINUTE} END"""

_INCOMING = {
    "sqlite": """SELECT json_extract(value, '$[0]') AS slot, json_extract(value, '$[1]') AS seq,
        json_extract(value, '$[2]') AS value, json_extract(value, '$[3]') AS fits FROM json_each(:batch)""",
    "postgresql": """SELECT (v->>0)::integer AS slot, (v->>1)::bigint AS seq, v->>2 AS value, v->>3 AS fits
        FROM jsonb_array_elements(CAST(:batch AS jsonb)) AS v""",
}
_POSITION = {"sqlite": "instr", "postgresql": "strpos"}
_LOCK = {"sqlite": "", "postgresql": "FOR SHARE OF a"}

_SAVE = """
WITH incoming AS ({incoming})
INSERT INTO response (attempt_id, slot, epoch, seq, value, received_at)
SELECT a.id, i.slot, a.epoch, i.seq, i.value, :now
FROM attempt a
JOIN exam e ON e.id = a.exam_id
JOIN sign_in_session s ON s.id = :session AND s.person_id = a.person_id AND s.revoked_at IS NULL
JOIN incoming i ON 1 = 1
WHERE a.id = :attempt AND a.epoch = :epoch AND a.submitted_at IS NULL
  AND :now <= {deadline} + {grace}
  AND :top <= length(a.slot_kinds)
  AND NOT EXISTS (SELECT 1 FROM incoming w WHERE {position}(w.fits, substr(a.slot_kinds, w.slot, 1)) = 0)
{lock}
ON CONFLICT (attempt_id, slot, epoch, seq) DO UPDATE
  SET value = CASE WHEN response.value = excluded.value THEN excluded.value END
RETURNING slot, seq,
  (SELECT {deadline} FROM attempt a JOIN exam e ON e.id = a.exam_id WHERE a.id = attempt_id)
"""


class Malformed(ValueError):
    """The request is not of the wire's form; the message says where."""


class TooLong(Malformed):
    """The answer in this slot has more than `limit` characters."""

    def __init__(self, message: str, slot: int, limit: int) -> None:
        super().__init__(message)
        self.slot, self.limit = slot, limit


class Conflict(Exception):
    """The same (slot, epoch, seq) came before with another value."""


@dataclass(frozen=True)
class Item:
    """One answer as it came: JSON text of the value, and the kinds of slot it fits."""

    slot: int
    seq: int
    value: str
    fits: str


@dataclass(frozen=True)
class Acked:
    """What is durable: the highest seq per slot, and the deadline in microseconds."""

    slots: dict[int, int]
    deadline: int

    def wire(self, now: datetime) -> dict[str, Any]:
        """As docs/exam-protocol.md says."""
        left = None if self.deadline >= NO_DEADLINE else max(self.deadline - to_micros(now), 0) // 1000
        return {"acked": self.slots, "remaining_ms": left}


def parse(body: Any) -> tuple[int, tuple[Item, ...]]:
    """`{epoch, responses: [{slot, seq, value}]}` → epoch and items. Raises Malformed."""
    if not isinstance(body, dict):
        raise Malformed("body: an object is needed")
    epoch, responses = body.get("epoch"), body.get("responses")
    if not _whole(epoch, 2**31):
        raise Malformed("epoch: a whole number is needed")
    if not isinstance(responses, list) or len(responses) > BATCH_LIMIT:
        raise Malformed(f"responses: a list of at most {BATCH_LIMIT} is needed")
    items = tuple(_item(n, entry) for n, entry in enumerate(responses))
    if len({(i.slot, i.seq) for i in items}) < len(items):
        raise Malformed("responses: the same slot and seq twice")
    return epoch, items


def _whole(value: Any, below: int) -> TypeGuard[int]:
    return isinstance(value, int) and not isinstance(value, bool) and 1 <= value < below


def _item(n: int, entry: Any) -> Item:
    if not isinstance(entry, dict) or "value" not in entry:
        raise Malformed(f"responses[{n}]: slot, seq and value are needed")
    slot, seq, value = entry.get("slot"), entry.get("seq"), entry["value"]
    if not _whole(slot, 10_000):
        raise Malformed(f"responses[{n}].slot: a slot number is needed")
    if not _whole(seq, SEQ_LIMIT):
        raise Malformed(f"responses[{n}].seq: a positive whole number is needed")
    try:
        fits = shapes.fitting_letters(value)
    except shapes.TooLong as error:
        raise TooLong(f"responses[{n}].value: {error}", slot, error.limit) from error
    except ValueError as error:
        raise Malformed(f"responses[{n}].value: {error}") from error
    return Item(slot, seq, json.dumps(value, ensure_ascii=False, separators=(",", ":")), fits)


@cache
def statement(dialect: str) -> str:
    """The save in the driver's own SQL; `make bench` runs the same on the bare driver."""
    sql = _SAVE.format(
        incoming=_INCOMING[dialect],
        deadline=DEADLINE,
        grace=GRACE_MICROS,
        position=_POSITION[dialect],
        lock=_LOCK[dialect],
    )
    return sql if dialect == "sqlite" else re.sub(r"(?<!:):(\w+)", r"%(\1)s", sql)


def _params(
    attempt_id: int, session_id: str, epoch: int, items: Sequence[Item], now: datetime
) -> dict[str, Any]:
    return {
        "batch": json.dumps([(i.slot, i.seq, i.value, i.fits) for i in items], ensure_ascii=False),
        "session": session_id,
        "attempt": attempt_id,
        "epoch": epoch,
        "now": to_micros(now),
        "top": max(i.slot for i in items),
    }


def _acked(rows: Sequence[Any]) -> Acked | None:
    if not rows:
        return None
    slots: dict[int, int] = {}
    for slot, seq, _ in rows:
        slots[slot] = max(seq, slots.get(slot, 0))
    return Acked(slots, rows[0][2])


def insert(
    connection: Connection,
    attempt_id: int,
    session_id: str,
    epoch: int,
    items: Sequence[Item],
    now: datetime,
) -> Acked | None:
    """The save inside the caller's transaction; None when a condition refused all of it. Raises Conflict."""
    params = _params(attempt_id, session_id, epoch, items, now)
    try:
        return _acked(connection.exec_driver_sql(statement(connection.dialect.name), params).all())
    except IntegrityError as error:  # value NOT NULL: see ON CONFLICT
        raise Conflict from error


def _engine() -> Engine:
    """Where saves run: on PostgreSQL each statement is its own transaction, without BEGIN and COMMIT."""
    if db.engine.dialect.name == "sqlite":
        return db.engine
    app = current_app._get_current_object()  # type: ignore[attr-defined]
    if "save_engine" not in app.extensions:
        app.extensions["save_engine"] = sa.create_engine(
            db.engine.url, connect_args={"autocommit": True}, pool_size=10, max_overflow=0, pool_timeout=5
        )
    engine: Engine = app.extensions["save_engine"]
    return engine


def save(attempt_id: int, session_id: str, epoch: int, items: Sequence[Item], now: datetime) -> Acked | None:
    """Durable when it returns; None when a condition refused all of it. Raises Conflict.

    On the bare driver: SQLAlchemy's execution would cost as much again as the statement. When the
    connections turn out to be dead they are replaced and the save is tried once more: a replay is harmless.
    """
    engine, params = _engine(), _params(attempt_id, session_id, epoch, items, now)
    driver: Any = engine.dialect.dbapi
    try:
        try:
            return _acked(_execute(engine, params))
        except driver.OperationalError:
            engine.dispose()
            return _acked(_execute(engine, params))
    except driver.IntegrityError as error:  # value NOT NULL: see ON CONFLICT
        raise Conflict from error
    except driver.OperationalError as error:
        raise OperationalError("save", None, error) from error


def _execute(engine: Engine, params: dict[str, Any]) -> Sequence[Any]:
    pooled = engine.raw_connection()
    try:
        raw: Any = pooled.driver_connection
        if isinstance(raw, LockedConnection):
            raw.begin_write()
        rows: Sequence[Any] = raw.execute(statement(engine.dialect.name), params).fetchall()
        raw.commit()  # on PostgreSQL the statement was its own transaction: nothing is sent
        return rows
    finally:
        pooled.close()  # back to the pool, which rolls back what a failed statement left


def keep_unapplied(attempt_id: int, epoch: int, items: Sequence[Item], now: datetime, reason: str) -> None:
    """Store answers that were refused ("epoch" or "late"), so that a person can decide about them."""
    statement = sa.text(
        """INSERT INTO unapplied_response (attempt_id, slot, epoch, seq, value, received_at, reason)
        VALUES (:attempt, :slot, :epoch, :seq, :value, :now, :reason)
        ON CONFLICT (attempt_id, slot, epoch, seq, reason) DO NOTHING"""
    )
    rows = [
        {"attempt": attempt_id, "slot": i.slot, "epoch": epoch, "seq": i.seq, "value": i.value,
         "now": to_micros(now), "reason": reason}
        for i in items
    ]  # fmt: skip
    if rows:
        with _engine().begin() as connection:
            connection.execute(statement, rows)
