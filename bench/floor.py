"""The floor of a save: a bare Flask route that verifies the signed cookie, parses the JSON and runs the
same SQL on the bare driver with the same durability. No framework of ours, no ORM, no CSRF."""

import json
import sqlite3
from collections.abc import Callable
from typing import Any

import psycopg
from flask import Flask, jsonify, request, session

from app.exams import saving
from app.web.clock import now
from app.web.db import to_micros

Execute = Callable[[dict[str, Any]], list[Any]]


def _sqlite(path: str) -> Execute:
    connection = sqlite3.connect(path, isolation_level=None, timeout=30)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")
    sql = saving.statement("sqlite")
    return lambda params: connection.execute(sql, params).fetchall()


def _postgresql(url: str) -> Execute:
    connection = psycopg.connect(url.replace("+psycopg", ""), autocommit=True)
    sql = saving.statement("postgresql")
    return lambda params: connection.execute(sql, params).fetchall()


def create(url: str, secret: str) -> Flask:
    app = Flask("floor")
    app.secret_key = secret
    app.config["SESSION_COOKIE_NAME"] = "ganxun"
    execute = _sqlite(url.removeprefix("sqlite:///")) if url.startswith("sqlite") else _postgresql(url)

    @app.post("/attempts/<int:attempt>/responses")
    def save(attempt: int) -> Any:
        body = request.get_json()
        batch = [(r["slot"], r["seq"], json.dumps(r["value"]), "smjb") for r in body["responses"]]
        moment = to_micros(now())
        rows = execute(
            {
                "batch": json.dumps(batch), "session": session["_user_id"], "attempt": attempt,
                "epoch": body["epoch"], "now": moment, "top": max(b[0] for b in batch),
            }
        )  # fmt: skip
        if not rows:
            return jsonify(reason="refused"), 409
        return jsonify(acked={r[0]: r[1] for r in rows}, remaining_ms=(rows[0][2] - moment) // 1000)

    return app
