"""The database: base model, types, and how each engine is opened.

SQLite before 3.51.3 can lose commits when two connections write and checkpoint in WAL mode at the
same instant. Every write transaction here therefore runs under one file lock, taken with its first
write and held through its commit; SQLite checkpoints inside a commit, so under the same lock.
See docs/decisions/0002-sqlite-writers.md.
"""

import fcntl
import json
import os
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import lru_cache, partial
from typing import Any

import sqlalchemy as sa
from flask import Flask, has_request_context, request
from flask_sqlalchemy import SQLAlchemy
from flask_sqlalchemy.session import Session
from sqlalchemy import event
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.orm import DeclarativeBase, registry

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}
# For tables whose rows may go and whose numbers stand in pages: SQLite, too, then gives no number a second
# time, and a page left open since cannot act on another row.
NUMBERS_ONCE = {"sqlite_autoincrement": True}
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def to_micros(moment: datetime) -> int:
    """Microseconds since 1970 UTC, exact."""
    return (moment - _EPOCH) // _MICROSECOND


def from_micros(micros: int) -> datetime:
    return _EPOCH + timedelta(microseconds=micros)


class Instant(sa.types.TypeDecorator[datetime]):
    """An aware UTC datetime, stored as integer microseconds since 1970.

    The save statement does arithmetic on deadlines; integers do it alike on both engines.
    """

    impl = sa.BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: sa.Dialect) -> int | None:
        return None if value is None else to_micros(value)

    def process_result_value(self, value: int | None, dialect: sa.Dialect) -> datetime | None:
        return None if value is None else from_micros(value)


class Base(DeclarativeBase):
    registry = registry(
        metadata=sa.MetaData(naming_convention=NAMING), type_annotation_map={datetime: Instant, str: sa.Text}
    )


class _Session(Session):
    """On PostgreSQL a GET reads without a transaction, as on SQLite: BEGIN and ROLLBACK are two journeys
    saved. A GET never writes (a guard proves it)."""

    def get_bind(self, *args: Any, **kwargs: Any) -> Engine | Connection:
        bind = super().get_bind(*args, **kwargs)
        if not isinstance(bind, Engine) or bind.dialect.name == "sqlite":
            return bind
        return _reading(bind) if has_request_context() and request.method in SAFE_METHODS else bind


@lru_cache
def _reading(engine: Engine) -> Engine:
    return engine.execution_options(isolation_level="AUTOCOMMIT")


db = SQLAlchemy(model_class=Base, session_options={"class_": _Session})


class LockedConnection(sqlite3.Connection):
    """A SQLite connection whose write transactions exclude every other writer on the machine."""

    lock_path: str = ""
    _lock_fd: int | None = None

    def begin_write(self) -> None:
        """BEGIN IMMEDIATE under the file lock; waits for its turn."""
        if self._lock_fd is None:
            self._lock_fd = os.open(self.lock_path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        fcntl.flock(self._lock_fd, fcntl.LOCK_EX)
        try:
            self.execute("BEGIN IMMEDIATE")
        except BaseException:
            fcntl.flock(self._lock_fd, fcntl.LOCK_UN)
            raise

    def commit(self) -> None:
        try:
            super().commit()
        finally:
            self._unlock()

    def rollback(self) -> None:
        try:
            super().rollback()
        finally:
            self._unlock()

    def close(self) -> None:
        super().close()
        if self._lock_fd is not None:
            os.close(self._lock_fd)
            self._lock_fd = None

    def _unlock(self) -> None:
        if self._lock_fd is not None and not self.in_transaction:
            fcntl.flock(self._lock_fd, fcntl.LOCK_UN)


def open_sqlite(path: str) -> LockedConnection:
    """A connection in autocommit mode: reads see committed data, writes go through `begin_write`."""
    conn = sqlite3.connect(
        path, timeout=30, isolation_level=None, check_same_thread=False, factory=LockedConnection
    )
    conn.lock_path = path + ".lock"
    conn.execute("PRAGMA journal_mode=WAL")
    conn.execute("PRAGMA synchronous=FULL")  # NORMAL may lose the last commits in a power cut
    conn.execute("PRAGMA foreign_keys=ON")
    return conn


@contextmanager
def any_text() -> Iterator[None]:
    """Text that is no UTF-8 is read like any other, its bytes as surrogates.

    SQLite holds it when somebody writes past the program; a check that stopped there would name nothing.
    """
    raw = db.session.connection().connection.dbapi_connection
    if not isinstance(raw, LockedConnection):
        yield
        return
    raw.text_factory = partial(str, encoding="utf-8", errors="surrogateescape")
    try:
        yield
    finally:
        raw.text_factory = str


_READS = ("SELECT", "PRAGMA", "EXPLAIN", "VALUES", "RELEASE", "ROLLBACK")


def _is_write(statement: str, context: Any) -> bool:
    if not statement.lstrip("( \n").upper().startswith(_READS):
        return True
    compiled = getattr(context, "compiled", None)
    return getattr(getattr(compiled, "statement", None), "_for_update_arg", None) is not None


@event.listens_for(Engine, "before_cursor_execute")
def _lock_before_first_write(
    conn: Connection, cursor: Any, statement: str, parameters: Any, context: Any, many: bool
) -> None:
    """SELECT … FOR UPDATE takes SQLite's write lock too, so services say it once for both engines."""
    raw = conn.connection.dbapi_connection
    if isinstance(raw, LockedConnection) and not raw.in_transaction and _is_write(statement, context):
        raw.begin_write()


def configure(app: Flask) -> None:
    """Engine options for the configured URL, then Flask-SQLAlchemy."""
    url = sa.make_url(app.config["SQLALCHEMY_DATABASE_URI"])
    if url.get_backend_name() == "sqlite":
        path = url.database or ""
        os.makedirs(os.path.dirname(os.path.abspath(path)), exist_ok=True)
        creator: Callable[[], LockedConnection] = lambda: open_sqlite(path)  # noqa: E731
        options: dict[str, Any] = {
            "creator": creator, "poolclass": sa.QueuePool, "pool_size": 20, "pool_use_lifo": True,
        }  # fmt: skip
    else:
        options = {"pool_size": 10, "max_overflow": 10, "pool_timeout": 5, "pool_use_lifo": True}
    app.config.setdefault("SQLALCHEMY_ENGINE_OPTIONS", options)
    db.init_app(app)


def is_sqlite() -> bool:
    return db.engine.dialect.name == "sqlite"


def hold(row: Base, *, starts: bool = False) -> None:
    """Read the row again and keep others from changing it until the transaction ends.

    `starts`: rows that refer to it may be made meanwhile, as a start does with an exam.

    By its key alone: a refresh repeats the joins by which the row was first loaded, and PostgreSQL refuses to
    lock the outer side of a join.
    """
    db.session.flush()  # what is not yet written would be dropped
    identity = sa.inspect(row).identity
    lock = {"key_share": True} if starts else True
    db.session.get_one(type(row), identity, with_for_update=lock, populate_existing=True)


def listed(texts: Iterable[str]) -> sa.Select[tuple[str]]:
    """The texts as rows, for `column.in_(…)`: one parameter however many they are.

    PostgreSQL plans a list of five hundred parameters once for all and then compares them one by one with
    every row; rows it joins.
    """
    given = sa.literal(json.dumps(list(texts)), sa.Text)
    if is_sqlite():
        return sa.select(sa.func.json_each(given).table_valued("value").c.value)
    return sa.select(sa.func.jsonb_array_elements_text(sa.cast(given, JSONB)).column_valued("value"))


def ids(rows: Sequence[Any]) -> list[int]:
    return [row.id for row in rows]
