"""The background worker: one loop over idempotent jobs.

Each job asks the database what is due and does it, every item in its own transaction; what it did not
finish is still due the next time. So nothing is queued, and nothing can be lost from a queue.
"""

import signal
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import structlog
from flask import Flask

from app.web import clock, uow

log = structlog.get_logger()
HEARTBEAT_LIMIT = 30.0  # seconds without a beat before the worker counts as dead


@dataclass(frozen=True)
class Job:
    """`run` does everything that is due and returns how many items it did; every `seconds`."""

    name: str
    seconds: float
    run: Callable[[], int]


def heartbeat_file(app: Flask) -> Path:
    return Path(app.config["DATA_DIR"]) / "worker.beat"


def run_once(app: Flask, job: Job) -> int:
    """One pass of one job; a failure is logged and tried again at the next pass."""
    with app.app_context():
        try:
            return job.run()
        except Exception:
            uow.abandon_item()
            log.exception("job_failed", job=job.name)
            return 0


def run_forever(app: Flask, jobs: tuple[Job, ...]) -> None:
    """Until SIGTERM or SIGINT. The heartbeat file tells /healthz that the loop turns."""
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    due = dict.fromkeys((job.name for job in jobs), 0.0)
    elapsed = 0.0
    while not stop.is_set():
        heartbeat_file(app).write_text(clock.now().isoformat())
        for job in jobs:
            if elapsed >= due[job.name] and not stop.is_set():
                run_once(app, job)
                due[job.name] = elapsed + job.seconds
        stop.wait(1.0)
        elapsed += 1.0


def alive(app: Flask) -> bool:
    path = heartbeat_file(app)
    return path.exists() and clock.now().timestamp() - path.stat().st_mtime < HEARTBEAT_LIMIT
