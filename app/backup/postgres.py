"""Copy a PostgreSQL database with its own client tools, and put a copy in its place."""

import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import sqlalchemy as sa
from psycopg.conninfo import make_conninfo
from sqlalchemy.engine import Connection
from sqlalchemy.exc import OperationalError

from app.backup.archive import BackupError, InUse
from app.web.db import db

INSTALLED = Path("/usr/lib/postgresql")  # where Debian keeps one folder for each version
ASIDE = "before_restore"  # schemas of databases that a restore replaced; never part of a backup
_PATIENCE = 20  # tenths of a second
_TABLES = "SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1"
_THINGS = sa.text(
    """SELECT 'TABLE ' || c.oid::regclass FROM pg_class c
    WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p', 'v', 'm', 'S')
      AND NOT EXISTS (SELECT 1 FROM pg_depend d WHERE d.objid = c.oid AND d.deptype IN ('a', 'i', 'e'))
    UNION ALL SELECT 'ROUTINE ' || p.oid::regprocedure FROM pg_proc p
    WHERE p.pronamespace = 'public'::regnamespace
      AND NOT EXISTS (SELECT 1 FROM pg_depend d WHERE d.objid = p.oid AND d.deptype = 'e')"""
)
_OTHERS = sa.text(
    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
    " AND pid <> pg_backend_pid() AND backend_type = 'client backend'"
)


def _tool(name: str) -> str:
    """The newest one installed: it reads every older server, no older one reads a newer."""
    found = sorted(INSTALLED.glob(f"*/bin/{name}"), key=lambda path: int(path.parts[-3]))
    tool = str(found[-1]) if found else shutil.which(name)
    if tool is None:
        raise BackupError(
            f"没有找到 {name}。请安装不低于数据库服务器版本的客户端工具：apt-get install postgresql-client"
        )
    return tool


def _address() -> tuple[str, dict[str, str]]:
    """For --dbname, and the environment: a password on the command line is seen by everyone."""
    url = db.engine.url
    facts = {**url.translate_connect_args(database="dbname", username="user"), **url.query}
    password = str(facts.pop("password", ""))
    return make_conninfo(**facts), {**os.environ, **({"PGPASSWORD": password} if password else {})}


def _run(*command: str) -> None:
    address, environment = _address()
    done = subprocess.run(
        [*command, "--dbname", address], env=environment, capture_output=True, text=True, check=False
    )
    if done.returncode != 0:
        why = done.stderr.strip().splitlines()[-1:] or [f"代码 {done.returncode}"]
        raise BackupError(f"{Path(command[0]).name} 没有成功：{why[0]}")


def _counts(connection: Connection) -> dict[str, int]:
    names = connection.scalars(sa.text(_TABLES)).all()
    return {
        name: connection.scalar(sa.text(f'SELECT count(*) FROM public."{name}"')) or 0  # noqa: S608
        for name in names
    }


def size() -> int:
    with db.engine.connect() as connection:
        return connection.scalar(sa.text("SELECT pg_database_size(current_database())")) or 0


def dump(target: Path) -> dict[str, int]:
    """A copy as of one moment; rows by table at that moment, as the exported snapshot sees them."""
    command = [_tool("pg_dump"), "--format=custom", "--compress=0", "--no-owner", "--no-privileges"]
    with db.engine.connect().execution_options(isolation_level="REPEATABLE READ") as connection:
        snapshot = connection.scalar(sa.text("SELECT pg_export_snapshot()"))
        rows = _counts(connection)
        _run(*command, f"--exclude-schema={ASIDE}*", f"--snapshot={snapshot}", f"--file={target}")
    return rows


def check(dumped: Path) -> dict[str, int]:
    """Rows by table in the copy, counted from the copy itself. Raises ValueError when it is broken inside."""
    command = [_tool("pg_restore"), "--data-only", "--file=-", str(dumped)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as reading:
        assert reading.stdout is not None  # noqa: S101  it was asked for
        found = _copied(iter(reading.stdout))
    if reading.returncode != 0:
        raise ValueError("pg_restore")
    return found


def _copied(lines: Iterator[bytes]) -> dict[str, int]:
    """How many rows follow each COPY; one row is one line."""
    found = {}
    for line in lines:
        if line.startswith(b"COPY public."):
            name = line.split(b" ")[1].decode().removeprefix("public.").strip('"')
            found[name] = sum(1 for _row in iter(lines.__next__, b"\\.\n"))
    return found


def rows() -> dict[str, int]:
    """Rows by table in the database in use."""
    try:
        with db.engine.connect() as connection:
            return _counts(connection)
    except OperationalError as error:
        raise BackupError(f"连不上数据库：{error.orig}") from error


@contextmanager
def _alone() -> Iterator[Connection]:
    """A transaction while nobody else is connected."""
    db.session.remove()
    db.engine.dispose()
    with db.engine.connect() as connection:
        watching = connection.execution_options(isolation_level="AUTOCOMMIT")
        for _wait in range(_PATIENCE):  # the server takes a moment to notice who has left
            if not watching.scalar(_OTHERS):
                break
            time.sleep(0.1)
        else:
            raise InUse
    with db.engine.begin() as connection:
        yield connection


def put_in_place(dumped: Path, aside: str) -> str:
    """The copy becomes the database; what was there stands in a schema of its own, which is returned."""
    command = [_tool("pg_restore"), "--single-transaction", "--exit-on-error", "--no-owner"]
    schema = f"{ASIDE}_{aside.rpartition('-')[2]}"
    with _alone() as connection:
        connection.execute(sa.text(f'CREATE SCHEMA "{schema}"'))
        _move(connection, "public", schema)
    try:
        _run(*command, "--no-privileges", "--schema=public", str(dumped))
    except BaseException:
        with db.engine.begin() as connection:
            _move(connection, schema, "public")
            connection.execute(sa.text(f'DROP SCHEMA "{schema}"'))
        raise
    return schema


def _move(connection: Connection, source: str, target: str) -> None:
    things = sa.text(_THINGS.text.replace("'public'", f"'{source}'"))
    for thing in connection.scalars(things).all():
        connection.execute(sa.text(f'ALTER {thing} SET SCHEMA "{target}"'))


def discard(aside: str) -> None:
    """The database set aside was empty."""
    with db.engine.begin() as connection:
        connection.execute(sa.text(f'DROP SCHEMA "{aside}" CASCADE'))
