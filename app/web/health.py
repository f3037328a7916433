"""/healthz: database, worker and font state for monitors and for `flask doctor`."""

from typing import Any

import sqlalchemy as sa
from flask import Flask, current_app, jsonify

from app.web import fonts, jobs
from app.web.db import db
from app.web.gate import public


def state() -> dict[str, Any]:
    """`status` is ok while people can study and sit exams: that needs the database alone."""
    db.session.execute(sa.text("SELECT 1"))
    worker = "ok" if jobs.alive(current_app._get_current_object()) else "down"  # type: ignore[attr-defined]
    return {
        "status": "ok",
        "database": {"status": "ok", "engine": db.engine.dialect.name},
        "worker": {"status": worker},
        "fonts": {"status": "ok" if fonts.serif() else "fallback"},
    }


def register(app: Flask) -> None:
    @app.get("/healthz")
    @public
    def healthz() -> Any:
        return jsonify(state())
