"""The crash checker: clients log every acknowledgement outside the blast radius, servers are killed,
afterwards every acknowledged answer must be in the journal as it was sent."""

import http.client
import json
import os
import random
import signal
import socket
import subprocess
import sys
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path

import sqlalchemy as sa

from tests.postgres import free_port

Key = tuple[int, int, int, int]  # attempt, slot, epoch, seq


@dataclass
class Seat:
    """A candidate: the signed cookie and the attempt it may write to."""

    cookie: str
    attempt: int
    epoch: int
    slots: int
    session: str = ""


@dataclass
class Log:
    """Everything sent, and what was acknowledged (fsynced line by line before the client goes on)."""

    path: Path
    sent: dict[Key, str] = field(default_factory=dict)
    acked: dict[Key, str] = field(default_factory=dict)
    late: int = 0  # acknowledged after the last blow
    lock: threading.Lock = field(default_factory=threading.Lock)

    def note(self, key: Key, value: str) -> None:
        with self.lock, self.path.open("a") as file:
            file.write(json.dumps([*key, value]) + "\n")
            file.flush()
            os.fsync(file.fileno())
            self.acked[key] = value


class Server:
    """granian with two workers that are respawned when they die."""

    def __init__(self, factory: str, database: str, folder: Path) -> None:
        self.port = free_port()
        env = {**os.environ, "CRASH_DATABASE": database, "CRASH_FOLDER": str(folder)}
        command = [
            str(Path(sys.executable).with_name("granian")), "--interface", "wsgi", "--factory",
            "--workers", "2", "--blocking-threads", "4", "--respawn-failed-workers",
            "--respawn-interval", "0.1", "--no-log", "--port", str(self.port),
            f"tests.exams.crash_server:{factory}",
        ]  # fmt: skip
        self.process = subprocess.Popen(
            command, env=env, stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL, start_new_session=True
        )
        self.wait()

    def wait(self) -> None:
        limit = time.monotonic() + 60
        while time.monotonic() < limit:
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", self.port)) == 0:
                    return
            time.sleep(0.1)
        raise RuntimeError("the server did not come up")

    def kill_a_worker(self) -> None:
        """SIGKILL: no handler runs, no buffer is flushed."""
        listing = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()
        workers = [pid for pid in map(int, listing) if "resource_tracker" not in _command(pid)]
        if workers:
            os.kill(random.choice(workers), signal.SIGKILL)

    def stop(self) -> None:
        """The end is a crash too: granian may wait for ever for a worker that was killed while it started."""
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait(30)


def _command(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_text()
    except OSError:
        return ""


class Client(threading.Thread):
    """Saves one answer after another; repeats each until it is acknowledged."""

    def __init__(self, seat: Seat, port: int, log: Log, stop: threading.Event) -> None:
        super().__init__(daemon=True)
        self.seat, self.port, self.log, self.stop_event = seat, port, log, stop
        self.connection: http.client.HTTPConnection | None = None
        self.refused: list[tuple[int, str]] = []

    def run(self) -> None:
        seq = 0
        while not self.stop_event.is_set():
            seq += 1
            slot, value = random.randint(1, self.seat.slots), random.choice("abcd")
            key = (self.seat.attempt, slot, self.seat.epoch, seq)
            self.log.sent[key] = json.dumps(value)
            while not self.stop_event.is_set() and not self.send(key, value):
                time.sleep(0.02)

    def send(self, key: Key, value: str) -> bool:
        _, slot, epoch, seq = key
        body = json.dumps({"epoch": epoch, "responses": [{"slot": slot, "seq": seq, "value": value}]})
        try:
            if self.connection is None:
                self.connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
            self.connection.request(
                "POST", f"/attempts/{key[0]}/responses", body,
                {"Content-Type": "application/json", "Cookie": f"ganxun={self.seat.cookie}"},
            )  # fmt: skip
            answer = self.connection.getresponse()
            text = answer.read()
        except (OSError, http.client.HTTPException):
            self.connection = None
            return False
        if answer.status == 200 and json.loads(text)["acked"] == {str(slot): seq}:
            self.log.note(key, json.dumps(value))
            return True
        if answer.status < 500:
            self.refused.append((answer.status, text.decode()))
        return False


def faults(engine: sa.Engine, log: Log) -> list[str]:
    """What the journal has lost, changed or invented."""
    with engine.connect() as connection:
        rows = connection.execute(sa.text("SELECT attempt_id, slot, epoch, seq, value FROM response"))
        journal = {(r.attempt_id, r.slot, r.epoch, r.seq): r.value for r in rows}
    acked = {tuple(row[:4]): row[4] for row in map(json.loads, log.path.read_text().splitlines())}
    lost = [f"lost {key}" for key in acked if key not in journal]
    changed = [f"changed {key}" for key, value in acked.items() if journal.get(key, value) != value]
    invented = [f"invented {key}" for key, value in journal.items() if log.sent.get(key) != value]
    return lost + changed + invented
