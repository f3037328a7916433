"""Make a backup: dump, pack, read back, and only then give it its name."""

import os
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from app.backup import archive, state
from app.backup.archive import BackupError, Damaged, Manifest
from app.people.school import school
from app.web import clock, schema
from app.web.db import db

_UNFINISHED = ".making-"
_NAMES = "ganxun-*.tar"
_SPARE = 64 << 20  # left free, whatever a backup needs


def make(folder: Path, keep: int | None, now: datetime) -> Path:
    """The verified backup. `keep`: how many of the newest stay in the folder; None: all of them."""
    with _in_words(folder):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with state.alone(folder):
            for left_over in folder.glob(f"{_UNFINISHED}*"):
                shutil.rmtree(left_over)
            require_space(folder, 2 * state.engine().size())
            with tempfile.TemporaryDirectory(prefix=_UNFINISHED, dir=folder) as work:
                path = _named(folder, _verified(Path(work), now), now)
            if keep is not None:
                for old in sorted(folder.glob(_NAMES))[:-keep]:
                    old.unlink()
    return path


@contextmanager
def _in_words(folder: Path) -> Iterator[None]:
    try:
        yield
    except (OSError, sqlite3.Error) as error:
        why = error.strerror if isinstance(error, OSError) else error
        raise BackupError(f"备份没有做成，没有留下半份文件。目录 {folder}：{why}") from error


def require_space(folder: Path, needed: int) -> None:
    free = shutil.disk_usage(folder).free
    if free < needed + _SPARE:
        raise BackupError(
            f"磁盘空间不足：目录 {folder} 剩余 {free >> 20} MB，约需 {(needed + _SPARE) >> 20} MB。"
            "请清理磁盘，或换一个目录。"
        )


def _verified(work: Path, now: datetime) -> Path:
    """The packed file, after it was read back and counted."""
    engine, dumped, packed, again = state.engine(), work / "dump", work / "packed", work / "again"
    revision, name = schema.current() or "", school().name
    db.session.rollback()  # nothing is held while the dump runs
    rows = engine.dump(dumped)
    manifest = Manifest(
        made_at=now.astimezone(UTC).isoformat(), version=state.version(), engine=db.engine.dialect.name,
        schema=revision, school=name, key_check=state.key_check(), rows=rows,
        size=dumped.stat().st_size,
    )  # fmt: skip
    archive.pack(packed, manifest, dumped)
    examine(packed, again)
    return packed


def examine(path: Path, database: Path) -> Manifest:
    """Unpack into `database` and look inside. Raises Damaged unless every row is there."""
    manifest = archive.unpack(path, database)
    try:
        found = state.engine().check(database)
    except ValueError as error:
        raise Damaged(path, f"数据库不完整：{error}") from error
    if found != manifest.rows:
        raise Damaged(path, "行数不符")
    return manifest


def _named(folder: Path, packed: Path, now: datetime) -> Path:
    stamp = f"{clock.beijing(now):%Y%m%d-%H%M%S}"
    path, again = folder / f"ganxun-{stamp}.tar", 1
    while path.exists():  # a second one in the same second
        path, again = folder / f"ganxun-{stamp}_{again}.tar", again + 1
    os.replace(packed, path)
    fd = os.open(folder, os.O_RDONLY)
    os.fsync(fd)
    os.close(fd)
    return path
