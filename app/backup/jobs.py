"""The nightly backup. It runs in a process of its own: the worker must go on closing exams meanwhile."""

import subprocess
import sys
from datetime import datetime, timedelta

from flask import Flask, current_app

from app.backup import state
from app.web import clock, config, health
from app.web.jobs import Job

RETRY = timedelta(hours=1)


def due(app: Flask, now: datetime) -> bool:
    """Has the hour of today passed without a good backup since, and no attempt within the last hour?"""
    hour = app.config["BACKUP_HOUR"]
    local = clock.beijing(now)
    if hour is None or local.hour < hour:
        return False
    wanted = local.replace(hour=hour, minute=0, second=0, microsecond=0)
    last = health.last_backup(app)
    if last is not None and last >= wanted:
        return False
    tried = state.last_attempt(app)
    return tried is None or now - tried >= RETRY


def nightly() -> int:
    """Start `flask backup` when it is due; how it went stands in the state that doctor reads."""
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]
    if not due(app, clock.now()):
        return 0
    state.note_attempt(app, clock.now())
    subprocess.Popen([sys.executable, "-m", "flask", "backup"], cwd=config.ROOT)
    return 1


JOBS = (Job("nightly backup", 60, nightly),)
