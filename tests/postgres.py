"""A real PostgreSQL of our own: unprivileged user, free port, thrown away afterwards."""

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path


def binaries() -> Path:
    """The folder of the newest installed server."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda p: int(p.parts[-3]))
    if not found:
        raise RuntimeError(
            "PostgreSQL is not installed; `make test` installs it (apt-get install postgresql)"
        )
    return found[-1].parent


def free_port() -> int:
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return int(s.getsockname()[1])


@dataclass
class Cluster:
    """A running server. `url` is a SQLAlchemy address of its database `ganxun`."""

    folder: Path
    port: int
    durable: bool

    @property
    def url(self) -> str:
        return f"postgresql+psycopg://ganxun@127.0.0.1:{self.port}/ganxun"

    def run(self, *command: str) -> None:
        # PostgreSQL refuses to run as root.
        who = (
            ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"] if os.getuid() == 0 else []
        )
        subprocess.run([*who, *command], check=True, stdout=subprocess.DEVNULL, cwd="/")

    def start(self) -> None:
        # Without its vacuum no table is remembered as empty, which makes the worst plans for what comes next.
        fast = " -c fsync=off -c synchronous_commit=off -c full_page_writes=off -c autovacuum=off"
        careless = "" if self.durable else fast
        options = f"-p {self.port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={self.folder}"
        self.run(
            str(binaries() / "pg_ctl"), "-D", str(self.folder / "data"), "-w", "-l", str(self.folder / "log"),
            "-o", options + careless, "start",
        )  # fmt: skip

    def set(self, name: str, value: str) -> None:
        """Change a setting for good, from now on."""
        psql = str(binaries() / "psql")
        base = [psql, "-h", str(self.folder), "-p", str(self.port), "-U", "ganxun", "-q"]
        self.run(*base, "-c", f"ALTER SYSTEM SET {name} = '{value}'", "ganxun")
        self.run(*base, "-c", "SELECT pg_reload_conf()", "ganxun")

    def stop(self, mode: str = "fast") -> None:
        self.run(str(binaries() / "pg_ctl"), "-D", str(self.folder / "data"), "-w", "-m", mode, "stop")


@contextmanager
def cluster(durable: bool = True) -> Iterator[Cluster]:
    folder = Path(tempfile.mkdtemp(prefix="ganxun-pg-"))
    if os.getuid() == 0:
        owner = pwd.getpwnam("postgres")
        os.chown(folder, owner.pw_uid, owner.pw_gid)
    made = Cluster(folder, free_port(), durable)
    data = str(folder / "data")
    made.run(
        str(binaries() / "initdb"),
        "-D",
        data,
        "-U",
        "ganxun",
        "-A",
        "trust",
        "-E",
        "UTF8",
        "--locale=C.UTF-8",
    )
    made.start()
    try:
        made.run(
            str(binaries() / "createdb"), "-h", str(folder), "-p", str(made.port), "-U", "ganxun", "ganxun"
        )
        yield made
    finally:
        made.stop("immediate")
        shutil.rmtree(folder, ignore_errors=True)
