"""CPU per call of several variants that take turns; in-process WSGI requests without a test client."""

import contextvars
import io
import json
import time
from collections.abc import Callable
from typing import Any

import psycopg
from flask import Flask

from app.web.db import LockedConnection, db

Call = Callable[[], object]


def interleaved(variants: dict[str, Call], blocks: int, per_block: int) -> dict[str, float]:
    """CPU-ms per call: the lower quartile of the blocks, each variant measured in every round."""
    spent: dict[str, list[float]] = {name: [] for name in variants}
    for call in variants.values():
        for _ in range(per_block):
            call()  # caches and prepared statements warm
    for _ in range(blocks):
        for name, call in variants.items():
            begun = time.process_time()
            for _ in range(per_block):
                call()
            spent[name].append((time.process_time() - begun) * 1000 / per_block)
    return {name: sorted(times)[len(times) // 4] for name, times in spent.items()}


def request(
    app: Flask, method: str, path: str, cookie: str, body: Any = None, query: str = "", **headers: str
) -> tuple[int, bytes, dict[str, str]]:
    """One request as the server would hand it over."""
    data = b"" if body is None else json.dumps(body).encode()
    environ = {
        "REQUEST_METHOD": method, "PATH_INFO": path, "QUERY_STRING": query, "SERVER_NAME": "127.0.0.1",
        "SERVER_PORT": "8000", "SERVER_PROTOCOL": "HTTP/1.1", "HTTP_HOST": "127.0.0.1:8000",
        "wsgi.version": (1, 0), "wsgi.url_scheme": "http", "wsgi.input": io.BytesIO(data),
        "wsgi.errors": io.StringIO(), "wsgi.multithread": True, "wsgi.multiprocess": True,
        "wsgi.run_once": False,
        "CONTENT_LENGTH": str(len(data)), "CONTENT_TYPE": "" if method == "GET" else "application/json",
        "HTTP_COOKIE": cookie,
        "REMOTE_ADDR": "127.0.0.1",
        **{f"HTTP_{name.upper()}": value for name, value in headers.items()},
    }  # fmt: skip
    answer: dict[str, Any] = {}

    def start_response(
        status: str, headers: list[tuple[str, str]], exc_info: Any = None, /
    ) -> Callable[[bytes], object]:
        answer["status"], answer["headers"] = int(status[:3]), dict(headers)
        return lambda _chunk: None

    def serve() -> bytes:
        chunks = app(environ, start_response)
        content = b"".join(chunks)
        if hasattr(chunks, "close"):
            chunks.close()
        return content

    # Without the caller's application context: a real request finds nothing prepared.
    content = contextvars.Context().run(serve)
    return answer["status"], content, answer["headers"]


def counted(call: Call) -> int:
    """Statements that the call sends, counted at the drivers; SQLite's BEGIN and COMMIT do not travel."""
    sent: list[str] = []
    execute = psycopg.Cursor.execute

    def counting(self: Any, query: Any, *args: Any, **more: Any) -> Any:
        sent.append(str(query))
        return execute(self, query, *args, **more)

    raw = db.engine.raw_connection()
    connection: Any = raw.driver_connection
    if isinstance(connection, LockedConnection):
        connection.set_trace_callback(sent.append)
    raw.close()
    psycopg.Cursor.execute = counting  # type: ignore[method-assign]
    try:
        call()
    finally:
        psycopg.Cursor.execute = execute  # type: ignore[method-assign]
        if isinstance(connection, LockedConnection):
            connection.set_trace_callback(None)
    return len([s for s in sent if s not in {"BEGIN IMMEDIATE", "COMMIT"}])


def expect(status: int, answer: tuple[int, bytes, dict[str, str]]) -> tuple[int, bytes, dict[str, str]]:
    if answer[0] != status:
        raise SystemExit(f"bench: expected {status}, got {answer[0]}: {answer[1][:400]!r}")
    return answer
