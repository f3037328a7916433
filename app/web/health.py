"""/healthz: database, worker, backup and font state for monitors and for `flask doctor`."""

import json
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from flask import Flask, current_app, jsonify

from app.web import clock, fonts, jobs
from app.web.db import db
from app.web.gate import public

BACKUP_LATE = timedelta(hours=26)  # a night was missed


def backup_file(app: Flask) -> Path:
    """Says in JSON when the last good backup was made, where it is and how large."""
    return Path(app.config["DATA_DIR"]) / "backup.json"


def last_backup(app: Flask) -> datetime | None:
    path = backup_file(app)
    return (
        datetime.fromisoformat(json.loads(path.read_text(encoding="utf-8"))["at"]) if path.exists() else None
    )


def _backup(app: Flask) -> str:
    """off: no nightly backup is wanted."""
    if app.config["BACKUP_HOUR"] is None:
        return "off"
    last = last_backup(app)
    return "ok" if last is not None and clock.now() - last < BACKUP_LATE else "late"


def state() -> dict[str, Any]:
    """`status` is ok while people can study and sit exams: that needs the database alone."""
    db.session.execute(sa.text("SELECT 1"))
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]
    return {
        "status": "ok",
        "database": {"status": "ok", "engine": db.engine.dialect.name},
        "worker": {"status": "ok" if jobs.alive(app) else "down"},
        "backup": {"status": _backup(app)},
        "fonts": {"status": "ok" if fonts.serif() else "fallback"},
    }


def register(app: Flask) -> None:
    @app.get("/healthz")
    @public
    def healthz() -> Any:
        return jsonify(state())
