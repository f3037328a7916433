"""What can go wrong with a backup, which ones are kept, and when the worker makes one."""

import resource
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask

from app import create_app, doctor
from app.backup import jobs, postgres, state
from app.people.models import Person
from app.web import health
from app.web.db import db
from tests import factories
from tests.backup.conftest import run
from tests.conftest import Clock, settings

POSTGRESQL, SQLITE = (
    pytest.mark.parametrize("engine_app", [name], indirect=True) for name in ("postgresql", "sqlite")
)


@pytest.fixture(autouse=True)
def fresh_state(app: Flask) -> Iterator[None]:
    yield
    for path in Path(app.config["DATA_DIR"]).glob("backup*"):
        shutil.rmtree(path) if path.is_dir() else path.unlink()
    app.config.update(BACKUP_HOUR=None, BACKUP_KEEP=14)


def left_in(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir() if path.name != ".backup.lock")


def test_only_the_newest_stay(app: Flask, time: Clock, tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("not ours")
    for _day in range(4):
        assert run(app, "backup", tmp_path, "--keep", 2).exit_code == 0
        time.advance(days=1)
    assert left_in(tmp_path) == [
        "ganxun-20261125-090000.tar", "ganxun-20261126-090000.tar", "notes.txt",
    ]  # fmt: skip
    time.advance(days=-1)
    assert run(app, "backup", tmp_path).exit_code == 0
    assert "ganxun-20261126-090000_1.tar" in left_in(tmp_path), "none is written over, all are kept"


def test_a_full_disk_leaves_nothing_half_written(app: Flask, tmp_path: Path) -> None:
    factories.person(post="书记" * 200_000)
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (300_000, hard))  # as a disk that is full after 300 kB
    try:
        done = run(app, "backup", tmp_path)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert done.exit_code == 1 and "没有" in done.output and "Traceback" not in done.output
    assert left_in(tmp_path) == []
    assert "没有" in state.failure_file(app).read_text()
    assert any("最近一次备份没有做成" in f.text for f in doctor.examine(app) if not f.well)
    assert run(app, "backup", tmp_path).exit_code == 0
    assert not state.failure_file(app).exists()


def test_too_little_space_is_said_before_anything_is_written(
    app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = shutil.disk_usage(tmp_path)._replace(free=50 << 20)
    monkeypatch.setattr("app.backup.making.shutil.disk_usage", lambda _folder: usage)
    done = run(app, "backup", tmp_path)
    assert done.exit_code == 1 and "剩余 50 MB" in done.output
    assert left_in(tmp_path) == []


def test_a_folder_that_is_none_is_said(app: Flask, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    done = run(app, "backup", tmp_path / "file" / "below")
    assert done.exit_code == 1 and "备份没有做成" in done.output and str(tmp_path / "file") in done.output


def test_two_at_a_time_are_refused(app: Flask, tmp_path: Path) -> None:
    with state.alone(tmp_path):
        assert "另一次备份或恢复还在进行" in run(app, "backup", tmp_path).output
    (tmp_path / ".making-left-by-a-crash").mkdir()
    assert run(app, "backup", tmp_path).exit_code == 0
    assert len(left_in(tmp_path)) == 1


@POSTGRESQL  # SQLite needs no tools
def test_missing_tools_are_named(app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(postgres, "INSTALLED", tmp_path)
    monkeypatch.setenv("PATH", str(tmp_path))
    done = run(app, "backup", tmp_path / "backups")
    assert done.exit_code == 1 and "没有找到 pg_dump" in done.output and "postgresql-client" in done.output


@POSTGRESQL  # SQLite has no server
def test_a_database_that_does_not_answer_is_said(
    app: Flask, installation: Callable[..., Flask], tmp_path: Path
) -> None:
    assert run(app, "backup", tmp_path).exit_code == 0
    [path] = tmp_path.glob("*.tar")
    nowhere = db.engine.url.set(port=1).render_as_string(hide_password=False)
    done = run(create_app(settings(nowhere, tmp_path)), "restore", path)
    assert done.exit_code == 1 and "连不上数据库" in done.output


@POSTGRESQL  # on SQLite the file is replaced in one step
def test_a_restore_that_fails_halfway_brings_the_old_back(
    app: Flask, installation: Callable[..., Flask], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    factories.person("张三")
    assert run(app, "backup", tmp_path).exit_code == 0
    [path] = tmp_path.glob("*.tar")
    other = installation()
    assert run(other, "restore", path).exit_code == 0
    real = subprocess.run

    def failing(command: list[str], **more: object) -> object:
        if command[0].endswith("pg_restore"):
            command = [*command, "--role=nobody-of-that-name"]
        return real(command, **more)  # type: ignore[call-overload]

    monkeypatch.setattr("app.backup.postgres.subprocess.run", failing)
    done = run(other, "restore", path, "--replace", typed="县委党校\n")
    assert done.exit_code == 1 and "pg_restore 没有成功" in done.output
    with other.app_context():
        assert db.session.scalars(sa.select(Person.name)).all() == ["张三"]
        assert sa.inspect(db.engine).get_schema_names() == ["information_schema", "public"]


def test_the_worker_backs_up_once_a_night_and_tries_again_after_an_hour(app: Flask, time: Clock) -> None:
    assert not jobs.due(app, time.now), "not wanted"
    app.config["BACKUP_HOUR"] = 2
    time.advance(hours=-8)  # 01:00
    assert not jobs.due(app, time.now)
    time.advance(hours=1)
    assert jobs.due(app, time.now)
    state.note_attempt(app, time.now)
    time.advance(minutes=59)
    assert not jobs.due(app, time.now)
    time.advance(minutes=1)
    assert jobs.due(app, time.now)
    assert run(app, "backup").exit_code == 0
    assert not jobs.due(app, time.now)
    time.advance(hours=23)
    assert jobs.due(app, time.now)


def test_the_worker_starts_the_command(app: Flask, time: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    started: list[list[str]] = []
    monkeypatch.setattr("app.backup.jobs.subprocess.Popen", lambda words, **_more: started.append(words))
    app.config["BACKUP_HOUR"] = 2
    assert (jobs.nightly(), jobs.nightly()) == (1, 0)
    assert [words[1:] for words in started] == [["-m", "flask", "backup"]]


def test_doctor_and_monitor_know_the_last_one(app: Flask, time: Clock) -> None:
    def told() -> list[tuple[bool, str]]:
        return [(f.well, f.text) for f in doctor.examine(app) if "备份" in f.text]

    assert told() == [(True, "每日备份：未启用")]
    assert health.state()["backup"] == {"status": "off"}
    app.config.update(BACKUP_HOUR=2, BACKUP_KEEP=1)
    assert told() == [(False, "还没有备份过，请执行：flask backup")]
    assert health.state()["backup"] == {"status": "late"}
    assert run(app, "backup").exit_code == 0
    time.advance(hours=25)
    assert told()[0][0] and "2026-11-23 09:00" in told()[0][1]
    assert health.state()["backup"] == {"status": "ok"}
    time.advance(hours=1)
    assert not told()[0][0] and "已超过一天" in told()[0][1]
    assert run(app, "backup").exit_code == 0
    assert len(list((Path(app.config["DATA_DIR"]) / "backups").glob("*.tar"))) == 1


@SQLITE  # PostgreSQL keeps its own files
def test_a_broken_database_is_replaced_and_kept(
    app: Flask, installation: Callable[..., Flask], tmp_path: Path
) -> None:
    factories.person("张三")
    assert run(app, "backup", tmp_path).exit_code == 0
    [path] = tmp_path.glob("*.tar")
    other = installation()
    live = Path(other.config["DATA_DIR"]) / "ganxun.db"
    live.write_bytes(b"SQLite format 3\0" + b"\xff" * 8000)
    assert "--replace" in run(other, "restore", path).output
    done = run(other, "restore", path, "--replace", typed="县委党校\n")
    assert done.exit_code == 0, done.output
    [aside] = live.parent.glob("ganxun.db.before-restore-*")
    assert aside.read_bytes().endswith(b"\xff" * 8000)
    with other.app_context():
        assert db.session.scalars(sa.select(Person.name)).all() == ["张三"]
