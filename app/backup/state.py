"""Where backups go, and what is known of the last one."""

import fcntl
import json
import os
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from types import ModuleType

from flask import Flask

from app.backup import postgres, sqlite
from app.backup.archive import BackupError
from app.web import config, health, sealing
from app.web.db import is_sqlite


def engine() -> ModuleType:
    """Both have: size, dump, check, rows, put_in_place, discard."""
    return sqlite if is_sqlite() else postgres


def folder(app: Flask) -> Path:
    """Where backups go unless somebody says otherwise."""
    return Path(app.config["BACKUP_DIR"] or Path(app.config["DATA_DIR"]) / "backups")


def key_check() -> str:
    """The same for the same key of sealed data; it tells nothing of the key."""
    return sealing.digest("backup", "key")[:16]


def version() -> str:
    return str(tomllib.loads((config.ROOT / "pyproject.toml").read_text())["project"]["version"])


def note_success(app: Flask, path: Path, now: datetime) -> None:
    words = {"at": now.isoformat(), "file": str(path), "size": path.stat().st_size}
    _write(health.backup_file(app), json.dumps(words, ensure_ascii=False))
    failure_file(app).unlink(missing_ok=True)


def note_failure(app: Flask, why: str) -> None:
    _write(failure_file(app), why)


def failure_file(app: Flask) -> Path:
    """Holds why the last backup failed; there is none after a good one."""
    return Path(app.config["DATA_DIR"]) / "backup.failed"


def note_attempt(app: Flask, now: datetime) -> None:
    _write(_attempt_file(app), now.isoformat())


def last_attempt(app: Flask) -> datetime | None:
    """When the worker last started a backup."""
    path = _attempt_file(app)
    return datetime.fromisoformat(path.read_text(encoding="utf-8")) if path.exists() else None


def _attempt_file(app: Flask) -> Path:
    return Path(app.config["DATA_DIR"]) / "backup.tried"


def _write(path: Path, words: str) -> None:
    new = path.with_name(path.name + ".new")
    new.write_text(words, encoding="utf-8")
    os.replace(new, path)


@contextmanager
def alone(where: Path) -> Iterator[None]:
    """One backup or restore at a time."""
    fd = os.open(where / ".backup.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    except BlockingIOError as error:
        raise BackupError("另一次备份或恢复还在进行，请稍后再试。") from error
    finally:
        os.close(fd)
