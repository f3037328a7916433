"""No acknowledged answer is lost when what lies under the server fails, and saves go on when it is back."""

import os
import subprocess
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import psycopg
import pytest

from tests.exams.crash import Server
from tests.exams.test_crash import crash, own_cluster, sqlite_url  # noqa: F401
from tests.postgres import Cluster
from tests.soak import times

Blow = Callable[[Server], None]


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """16 MB, most of them free."""
    if os.getuid() != 0:
        pytest.skip("only root may mount a small disk")
    folder = tmp_path / "disk"
    folder.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=16m", "none", str(folder)]).returncode:
        pytest.skip("this system lets nobody mount a disk")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


def filled(folder: Path) -> list[Blow]:
    """Not a byte is left, and then there is room again."""
    ballast = folder / "ballast"

    def fill(server: Server) -> None:
        with suppress(OSError), ballast.open("wb", buffering=0) as file:
            while True:
                file.write(bytes(4096))

    def free(server: Server) -> None:
        ballast.unlink()

    return [fill, lambda server: None, free]


def test_a_full_disk_loses_nothing(small_disk: Path, tmp_path: Path) -> None:
    log, found = crash(
        sqlite_url(small_disk),
        small_disk,
        "create",
        filled(small_disk) * times(2, 20),
        tmp_path / "acked.log",
    )
    assert found == [] and len(log.acked) > 100 and log.late > 10


def test_the_checker_catches_a_server_that_hears_of_no_error(small_disk: Path, tmp_path: Path) -> None:
    blows = filled(small_disk) * 2
    _, found = crash(sqlite_url(small_disk), small_disk, "create_deaf", blows, tmp_path / "acked.log")
    assert any(fault.startswith("lost") for fault in found)


def read_only(made: Cluster) -> list[Blow]:
    """As after a change to a standby that takes no writes, and back."""
    return [
        lambda server: made.set("default_transaction_read_only", "on"),
        lambda server: None,
        lambda server: made.set("default_transaction_read_only", "off"),
    ]


def test_a_database_that_takes_no_writes_loses_nothing(tmp_path: Path, own_cluster: Cluster) -> None:  # noqa: F811
    log, found = crash(own_cluster.url, tmp_path, "create", read_only(own_cluster) * times(2, 20))
    assert found == [] and len(log.acked) > 100 and log.late > 10


def taken(made: Cluster) -> list[Blow]:
    """Not a connection is left: the server's own are ended, and others take their place."""
    held: list[psycopg.Connection] = []
    address = made.url.replace("+psycopg", "")

    def take(server: Server) -> None:
        with psycopg.connect(address, autocommit=True) as one:
            one.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()"
            )
        with suppress(psycopg.OperationalError):
            while len(held) < 200:
                held.append(psycopg.connect(address))

    def give_back(server: Server) -> None:
        while held:
            held.pop().close()

    return [take, lambda server: None, give_back]


def test_without_a_free_connection_nothing_is_lost(tmp_path: Path, own_cluster: Cluster) -> None:  # noqa: F811
    log, found = crash(own_cluster.url, tmp_path, "create", taken(own_cluster) * times(2, 20))
    assert found == [] and len(log.acked) > 100 and log.late > 10


def test_the_checker_catches_it_on_postgresql_too(tmp_path: Path, own_cluster: Cluster) -> None:  # noqa: F811
    _, found = crash(own_cluster.url, tmp_path, "create_deaf", read_only(own_cluster))
    assert any(fault.startswith("lost") for fault in found)
