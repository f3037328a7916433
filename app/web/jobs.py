"""The background worker: two loops over idempotent jobs, one for short work and one for slow.

Each job asks the database what is due and does it, every item in its own transaction; what it did not
finish is still due the next time. So nothing is queued, and nothing can be lost from a queue.
"""

import signal
import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import structlog
from flask import Flask

from app.web import clock, uow

log = structlog.get_logger()
TICK = 1.0  # seconds between two turns
HEARTBEAT_LIMIT = 30.0  # seconds without a beat before the worker counts as dead
STOP_SECONDS = 10.0  # what a stretch under way is given to end
STRETCH_LIMIT = 600.0  # seconds that one stretch of slow work may take before its loop counts as stuck


@dataclass(frozen=True)
class Job:
    """`run` does what is due and returns how many items it did; every `seconds`.

    `slow`: work for which a person waits, such as a large import. It has a loop of its own, so that it
    delays no sealing and no closing. Its `run` does one stretch, and is called again at once until it
    finds nothing to do, so that the worker can stop between two stretches.
    """

    name: str
    seconds: float
    run: Callable[[], int]
    slow: bool = False


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


class Loop:
    """Runs jobs in turn until told to stop."""

    def __init__(self, app: Flask, jobs: Iterable[Job], stop: threading.Event) -> None:
        self.app, self.jobs, self.stop = app, tuple(jobs), stop
        self.due = {job.name: 0.0 for job in self.jobs}
        self.elapsed = 0.0
        self.last_turn = clock.now()

    def turn(self) -> None:
        """One pass over the jobs whose time has come."""
        for job in self.jobs:
            if self.elapsed >= self.due[job.name]:
                self._run(job)
                self.due[job.name] = self.elapsed + job.seconds
        self.elapsed += TICK

    def _run(self, job: Job) -> None:
        more = True
        while more and not self.stop.is_set():
            self.last_turn = clock.now()
            more = run_once(self.app, job) > 0 and job.slow

    def run(self) -> None:
        while not self.stop.is_set():
            self.last_turn = clock.now()
            self.turn()
            self.stop.wait(TICK)

    def turns(self) -> bool:
        """Has it shown a sign of life within the time that one stretch may take?"""
        return clock.now() - self.last_turn < timedelta(seconds=STRETCH_LIMIT)


def run_forever(app: Flask, jobs: Iterable[Job]) -> None:
    """Until SIGTERM or SIGINT."""
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    run_until(stop, app, tuple(jobs))


def run_until(stop: threading.Event, app: Flask, jobs: tuple[Job, ...]) -> None:
    """Both loops. The heartbeat file tells /healthz that they turn."""
    slow = Loop(app, (job for job in jobs if job.slow), stop)
    # A daemon: a stretch that hangs does not keep the worker from ending; its transaction is undone.
    beside = threading.Thread(target=slow.run, name="slow jobs", daemon=True)

    def beat() -> int:
        """By the loop of short work, and only while the other one turns, too."""
        if beside.is_alive() and slow.turns():
            heartbeat_file(app).write_text(clock.now().isoformat())
        return 0

    beside.start()
    Loop(app, (Job("heartbeat", 0, beat), *(job for job in jobs if not job.slow)), stop).run()
    beside.join(STOP_SECONDS)
    heartbeat_file(app).unlink(missing_ok=True)  # who ends in order is known to have ended at once


def alive(app: Flask) -> bool:
    path = heartbeat_file(app)
    return path.exists() and clock.now().timestamp() - path.stat().st_mtime < HEARTBEAT_LIMIT
