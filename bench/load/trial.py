"""One run: the server, the crowd, and what each of them says afterwards."""

import json
import os
import secrets
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from flask_migrate import upgrade

from app import create_app
from app.web import config
from app.web.db import db
from bench.load import county, judge
from bench.load.meter import Meter, memory
from bench.load.plan import Plan, bounds
from tests.postgres import Cluster, free_port


def run(plan: Plan, folder: Path, cluster: Cluster | None = None) -> dict[str, Any]:
    """Everything from an empty database to what the judge found, as JSON can hold it."""
    env = _environment(folder, cluster)
    plan.write(folder / "plan.json")
    exam_id = _settle(plan, env, folder)
    with _server(env) as server:
        told = _crowd(folder, int(env["PORT"]), plan, server, cluster)
        told["memory"] = memory(server)
    told["faults"] = faults(env, told, exam_id)
    return told | {"exam": exam_id}


def _environment(folder: Path, cluster: Cluster | None) -> dict[str, str]:
    """As docs/deploy.md tells it, but for the backup of the night, which the run is not about."""
    port = free_port()
    return {
        "GANXUN_DEMO": "0", "DATA_DIR": str(folder), "SECRET_KEY": secrets.token_urlsafe(48),
        "PUBLIC_URL": f"http://127.0.0.1:{port}", "PORT": str(port), "BACKUP_HOUR": "off",
        "DATABASE_URL": cluster.url.replace("+psycopg", "") if cluster else "", "FLASK_APP": "wsgi.py",
    }  # fmt: skip


@contextmanager
def _set(env: dict[str, str]) -> Iterator[dict[str, Any]]:
    """The application's settings as the server will read them."""
    before = dict(os.environ)
    os.environ.update(env)
    try:
        yield config.from_environment()
    finally:
        os.environ.clear()
        os.environ.update(before)


def _settle(plan: Plan, env: dict[str, str], folder: Path) -> int:
    with _set(env) as settings:
        with create_app(settings).app_context():
            upgrade()
            db.engine.dispose()
        return county.settle(plan, settings, folder)


def faults(env: dict[str, str], told: dict[str, Any], exam_id: int) -> list[str]:
    with _set(env) as settings, create_app(settings).app_context():
        found = judge.faults(told, exam_id)
        db.session.remove()
        db.engine.dispose()
    return found


@contextmanager
def _server(env: dict[str, str]) -> Iterator[int]:
    command = [sys.executable, "-m", "flask", "up"]
    process = subprocess.Popen(command, env={**os.environ, **env}, cwd=config.ROOT, stdout=subprocess.DEVNULL)
    try:
        _wait(env["PUBLIC_URL"], process)
        yield process.pid
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(60)


def _wait(url: str, process: subprocess.Popen[bytes]) -> None:
    limit = time.monotonic() + 60
    while time.monotonic() < limit and process.poll() is None:
        try:
            with urllib.request.urlopen(f"{url}/healthz", timeout=5):  # noqa: S310
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
    raise SystemExit("load: the server did not come up")


def _crowd(folder: Path, port: int, plan: Plan, server: int, cluster: Cluster | None) -> dict[str, Any]:
    command = [sys.executable, "-m", "bench.load.crowd", str(folder), str(port)]
    process = subprocess.Popen(command, cwd=config.ROOT, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    said = process.stdout.readline().split()
    if len(said) != 2:
        raise SystemExit("load: the crowd did not come")
    begin = float(said[1])
    database = int((cluster.folder / "data/postmaster.pid").read_text().split()[0]) if cluster else None
    meter = Meter(server, process.pid, database)
    meter.watch([begin, *(begin + end for _, end, _ in bounds(plan.steps))])
    if process.wait():
        raise SystemExit("load: the crowd broke off")
    told: dict[str, Any] = json.loads((folder / "told.json").read_text())
    meter.readings.append((time.time(), meter.read() | {"crowd": told["processor"]}))
    return told | {"begin": begin, "cpu": meter.readings}
