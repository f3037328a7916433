"""No acknowledged answer is lost when workers are killed or PostgreSQL stops without warning."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask_migrate import upgrade

from app import create_app
from app.exams import attempts, epochs, service
from app.exams.epochs import Origin
from app.web.db import db
from tests import factories
from tests.conftest import settings
from tests.exams import build
from tests.exams.crash import Client, Log, Seat, Server, faults
from tests.postgres import Cluster, cluster
from tests.soak import times

SLOTS = 20


def seats(url: str, folder: Path, many: int) -> list[Seat]:
    """A migrated database with candidates in the middle of their attempts."""
    app = create_app(settings(url, folder))
    with app.app_context():
        upgrade()
        exam = build.exam(factories.CREATED, minutes=60 * 24 * 365 * 20, hours=24 * 365 * 20, single=SLOTS)
        made = []
        for _ in range(many):
            person = factories.person()
            service.assign(exam, person=person)
            attempt, _ = attempts.start(exam, person.id, factories.CREATED)
            db.session.commit()
            epoch = epochs.take_over(attempt.id, person.id, Origin(""), factories.CREATED)
            db.session.commit()
            signer = app.session_interface.get_signing_serializer(app)  # type: ignore[attr-defined]
            session = factories.session_for(person).id
            cookie = signer.dumps({"_user_id": session})
            made.append(Seat(cookie, attempt.id, epoch or 0, SLOTS, session))
        db.engine.dispose()
    return made


@contextmanager
def clients(made: list[Seat], port: int, log: Log) -> Iterator[list[Client]]:
    stop = threading.Event()
    running = [Client(seat, port, log, stop) for seat in made]
    for client in running:
        client.start()
    try:
        yield running
    finally:
        stop.set()
        for client in running:
            client.join(15)


def crash(
    url: str, folder: Path, factory: str, blows: list[Callable[[Server], None]], acked: Path | None = None
) -> tuple[Log, list[str]]:
    """Run clients, strike, and return what was acknowledged and what is wrong afterwards."""
    made = seats(url, folder, 6)
    log = Log(acked or folder / "acked.log")
    server = Server(factory, url, folder)
    try:
        with clients(made, server.port, log) as running:
            for blow in blows:
                time.sleep(0.5)
                blow(server)
            before = len(log.acked)
            time.sleep(1)
            log.late = len(log.acked) - before
            refused = [r for client in running for r in client.refused]
    finally:
        server.stop()
    assert refused == []
    engine = sa.create_engine(url)
    found = faults(engine, log)
    engine.dispose()
    return log, found


def sqlite_url(folder: Path) -> str:
    return f"sqlite:///{folder / 'crash.db'}"


def test_sqlite_keeps_every_acknowledged_answer_under_sigkill(tmp_path: Path) -> None:
    log, found = crash(sqlite_url(tmp_path), tmp_path, "create", [Server.kill_a_worker] * times(12, 200))
    assert found == [] and len(log.acked) > 100
    with sa.create_engine(sqlite_url(tmp_path)).connect() as connection:
        assert connection.scalar(sa.text("PRAGMA integrity_check")) == "ok"


def test_the_checker_catches_a_server_that_acknowledges_before_it_saves(tmp_path: Path) -> None:
    _, found = crash(sqlite_url(tmp_path), tmp_path, "create_unsafe", [Server.kill_a_worker] * 6)
    assert any(fault.startswith("lost") for fault in found)


@pytest.fixture
def own_cluster() -> Iterator[Cluster]:
    with cluster() as made:
        yield made


def stop_at_once(made: Cluster) -> Callable[[Server], None]:
    def blow(server: Server) -> None:
        made.stop("immediate")
        made.start()

    return blow


def test_postgresql_keeps_every_acknowledged_answer(tmp_path: Path, own_cluster: Cluster) -> None:
    blows = [Server.kill_a_worker, stop_at_once(own_cluster), Server.kill_a_worker] * times(3, 50)
    log, found = crash(own_cluster.url, tmp_path, "create", blows)
    assert found == [] and len(log.acked) > 100


def test_the_checker_catches_postgresql_without_synchronous_commit(
    tmp_path: Path, own_cluster: Cluster
) -> None:
    own_cluster.set("synchronous_commit", "off")
    own_cluster.set("wal_writer_delay", "10s")
    _, found = crash(own_cluster.url, tmp_path, "create", [stop_at_once(own_cluster)] * 5)
    assert any(fault.startswith("lost") for fault in found)
