"""Copy a SQLite database while others write, and put a copy in its place."""

import os
import sqlite3
from contextlib import closing
from pathlib import Path

from app.backup.archive import InUse
from app.web.db import db, open_sqlite

_SIDES = ("-wal", "-shm")


def _live() -> Path:
    return Path(db.engine.url.database or "").resolve()


def _counts(connection: sqlite3.Connection) -> dict[str, int]:
    names = connection.execute(
        "SELECT name FROM sqlite_master WHERE type = 'table' AND substr(name, 1, 7) <> 'sqlite_' ORDER BY 1"
    ).fetchall()
    return {
        name: connection.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0]  # noqa: S608
        for (name,) in names
    }


def size() -> int:
    """Bytes of the database, what waits in its log included."""
    live = _live()
    return sum(p.stat().st_size for p in (live, live.with_name(live.name + "-wal")) if p.exists())


def dump(target: Path) -> dict[str, int]:
    """A copy as of one moment; rows by table at that moment.

    Reads need no lock, and a connection that cannot write never checkpoints (decision 0002).
    """
    with (
        closing(sqlite3.connect(f"{_live().as_uri()}?mode=ro", uri=True, isolation_level=None)) as source,
        closing(sqlite3.connect(target)) as copy,
    ):
        source.execute("BEGIN")
        rows = _counts(source)
        source.backup(copy)
        copy.execute("PRAGMA journal_mode=DELETE")  # one file, without a log beside it
    return rows


def check(dumped: Path) -> dict[str, int]:
    """Rows by table in the copy. Raises ValueError when it is broken inside."""
    try:
        with closing(sqlite3.connect(dumped)) as copy:
            found = copy.execute("PRAGMA integrity_check(1)").fetchone()[0]
            if found != "ok":
                raise ValueError(found)
            return _counts(copy)
    except sqlite3.DatabaseError as error:
        raise ValueError(str(error)) from error


def rows() -> dict[str, int]:
    """Rows by table in the database in use; empty where there is none. Raises ValueError when broken."""
    if not _live().exists():
        return {}
    try:
        with closing(open_sqlite(str(_live()))) as connection:
            return _counts(connection)
    except sqlite3.DatabaseError as error:
        raise ValueError(str(error)) from error


def put_in_place(dumped: Path, aside: str) -> str:
    """The copy becomes the database, at once or not at all. Returns where the one before is, if any."""
    live = _live()
    db.session.remove()
    db.engine.dispose()
    live.parent.mkdir(parents=True, exist_ok=True)
    kept = live.with_name(f"{live.name}.{aside}")
    if live.exists():
        _fold(live, kept)
        os.link(live, kept)
    os.replace(dumped, live)
    folder = os.open(live.parent, os.O_RDONLY)
    os.fsync(folder)
    os.close(folder)
    return str(kept) if kept.exists() else ""


def _fold(live: Path, kept: Path) -> None:
    """Make the old database one file. That succeeds only while nobody else has it open."""
    try:
        with closing(sqlite3.connect(live, timeout=1)) as connection:
            folded = connection.execute("PRAGMA journal_mode=DELETE").fetchone()[0] == "delete"
    except sqlite3.OperationalError:
        folded = False
    except sqlite3.DatabaseError:  # broken: kept as it lies, with its log
        for side in _SIDES:
            if (path := live.with_name(live.name + side)).exists():
                os.replace(path, kept.with_name(kept.name + side))
        return
    if not folded:
        raise InUse


def discard(aside: str) -> None:
    """The database set aside was empty."""
    if aside:
        Path(aside).unlink()
