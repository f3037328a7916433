"""The restore drill: a school is backed up while people save, and brought back on an empty machine."""

import io
import json
import threading
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from app.audit import anchors, chain, checking
from app.backup import archive
from app.certificates.models import Certificate, CertificateFile
from app.exams import service
from app.exams.models import Response, Score
from app.people import facts
from app.people.facts import PersonFacts
from app.people.models import Person
from app.people.service import create_person
from app.web import schema
from app.web.db import Base, db
from tests import factories
from tests.backup.conftest import run
from tests.certificates import factories as certificates
from tests.conftest import Clock
from tests.exams import build
from tests.exams.conftest import Candidate

ID_NUMBER, PHONE = "11010519491231002X", "13800000001"


def tables(*left_out: str) -> dict[str, list[str]]:
    """The content of every table, as text."""
    return {
        table.name: sorted(repr(tuple(row)) for row in db.session.execute(sa.select(table)))
        for table in Base.metadata.sorted_tables
        if table.name not in left_out
    }


@pytest.fixture
def school(app: Flask, time: Clock, sign_in: Callable[[Person], FlaskClient]) -> Candidate:
    """Someone with sealed numbers, a scored exam and a certificate, who sits another exam."""
    unit = factories.unit("青禾县")
    told = PersonFacts(name="罗晓梅", username="luo", unit_id=unit.id, id_number=ID_NUMBER, phone=PHONE)
    person, _password = create_person(told, time.now)
    db.session.commit()
    certificates.certificate(person, pdf=b"%PDF-1.7 \x00\xff of the drill")
    for _exam in range(2):
        exam = build.exam(time.now)
        service.assign(exam, person=person)
        db.session.commit()
        candidate = Candidate(sign_in(person), person, exam)
        assert candidate.start().status_code == 201 and candidate.take_over().status_code == 200
        if _exam == 0:
            candidate.save((1, 1, "b"), (4, 2, True))
            assert candidate.submit((5, 3, ["党中央", "团结"])).status_code == 200
    chain.seal()
    anchors.anchor()
    return candidate


def keep_saving(candidate: Candidate, acked: list[int], busy: threading.Event, stop: threading.Event) -> None:
    while not stop.is_set():
        seq = len(acked) + 1
        assert candidate.save((1, seq, "abcd"[seq % 4])).status_code == 200
        acked.append(seq)
        if seq == 3:
            busy.set()


def backed_up(app: Flask, candidate: Candidate, folder: Path) -> tuple[Path, int]:
    """A backup made while answers arrive, and how many were acknowledged before it began."""
    acked: list[int] = []
    busy, stop = threading.Event(), threading.Event()
    saving = threading.Thread(target=keep_saving, args=(candidate, acked, busy, stop))
    saving.start()
    try:
        assert busy.wait(30)
        before = len(acked)
        done = run(app, "backup", folder)
        during = len(acked)
    finally:
        stop.set()
        saving.join()
    assert done.exit_code == 0, done.output
    assert during > before, "nobody had to wait for the backup"
    [path] = folder.glob("ganxun-*.tar")
    assert str(path) in done.output and path.stat().st_mode & 0o777 == 0o600
    return path, before


def journal(attempt: int) -> list[tuple[Any, ...]]:
    rows = (
        sa.select(Response.seq, Response.value).where(Response.attempt_id == attempt).order_by(Response.seq)
    )
    return [tuple(row) for row in db.session.execute(rows)]


def test_the_drill(app: Flask, school: Candidate, installation: Callable[..., Flask], tmp_path: Path) -> None:
    changing = ("response", "audit_event", "audit_waiting", "sign_in_session")
    before = tables(*changing)
    path, acked = backed_up(app, school, tmp_path / "backups")
    live, code = journal(school.attempt), db.session.scalars(sa.select(Certificate.code)).one()

    other = installation()
    done = run(other, "restore", path)
    assert done.exit_code == 0, done.output
    assert "与备份一致" in done.output and "可以读取" in done.output
    with other.app_context():
        assert tables(*changing) == before
        assert len(before["score"]) == 1 and len(before["certificate_file"]) == 1
        restored = journal(school.attempt)
        assert restored == live[: len(restored)] and len(restored) >= acked
        assert checking.verify().whole
        person = db.session.scalars(sa.select(Person).where(Person.username == "luo")).one()
        assert (facts.id_number(person), facts.phone(person)) == (ID_NUMBER, PHONE)
        document = db.session.scalars(sa.select(CertificateFile.pdf)).one()
    client = other.test_client()
    shown = client.get(f"/verify/{code}")
    assert shown.status_code == 200 and "罗*梅" in shown.text
    assert document == b"%PDF-1.7 \x00\xff of the drill"
    answer = client.post("/verify", data={"file": (io.BytesIO(document), "x.pdf")})
    assert "罗*梅" in answer.text


def test_people_sign_in_anew_and_work_goes_on(
    app: Flask, school: Candidate, installation: Callable[..., Flask], tmp_path: Path, time: Clock
) -> None:
    path, _acked = backed_up(app, school, tmp_path / "backups")
    cookie = school.client.get_cookie("ganxun")
    other = installation()
    assert run(other, "restore", path).exit_code == 0
    client = other.test_client()
    client.set_cookie("ganxun", cookie.value)
    assert client.get("/").location.startswith("/sign-in")
    with other.app_context():
        made = factories.person("新来的", db.session.get_one(Person, school.person.id).unit)
        assert made.id > school.person.id, "ids go on where they were"
        assert db.session.scalar(sa.select(sa.func.count()).select_from(Score)) == 1


def test_any_flipped_byte_is_found(
    app: Flask, school: Candidate, installation: Callable[..., Flask], tmp_path: Path
) -> None:
    path, _acked = backed_up(app, school, tmp_path / "backups")
    sound = path.read_bytes()
    other = installation()
    for place in {*range(0, len(sound), len(sound) // 50), len(sound) - 1, len(sound) - 65}:
        broken = bytearray(sound)
        broken[place] ^= 0x01
        path.write_bytes(broken)
        with pytest.raises(archive.BackupError, match="损坏"):
            archive.read_manifest(path)
    assert "损坏" in run(other, "restore", path).output
    path.write_bytes(sound[: len(sound) // 2])
    assert "损坏" in run(other, "restore", path).output
    path.write_bytes(b"no backup at all")
    assert "不是本系统的备份文件" in run(other, "restore", path).output
    with other.app_context():
        assert not sa.inspect(db.engine).get_table_names(), "nothing was begun"
    path.write_bytes(sound)
    assert run(other, "restore", path).exit_code == 0


def test_another_key_is_noticed_before_anything_changes(
    app: Flask, school: Candidate, installation: Callable[..., Flask], tmp_path: Path
) -> None:
    path, _acked = backed_up(app, school, tmp_path / "backups")
    other = installation(DATA_KEY="another key of more than thirty-two characters", KEY_MADE=True)
    made = Path(other.config["DATA_DIR"]) / "secret.key"
    made.touch()  # as the command itself does where there is none
    done = run(other, "restore", path)
    assert done.exit_code == 1 and "密钥与做备份时的不同" in done.output and "secret.key" in done.output
    assert not made.exists()
    with other.app_context():
        assert not sa.inspect(db.engine).get_table_names()
    done = run(other, "restore", path, "--lost-key")
    assert done.exit_code == 0 and "读不出来" in done.output
    with other.app_context():
        assert checking.verify().whole, "the anchors of the lost key accuse nobody"
        person = db.session.scalars(sa.select(Person)).one()
        assert (facts.of(person).id_number, facts.of(person).phone, person.phone_digest) == ("", "", None)
        assert db.session.scalar(sa.select(sa.func.count()).select_from(Score)) == 1


def test_a_school_is_replaced_only_by_name_and_kept_aside(
    app: Flask, school: Candidate, installation: Callable[..., Flask], tmp_path: Path, time: Clock
) -> None:
    path, _acked = backed_up(app, school, tmp_path / "backups")
    other = installation()
    assert run(other, "restore", path).exit_code == 0
    with other.app_context():
        factories.person("后来的人", username="later")
    assert "--replace" in run(other, "restore", path).output
    wrong = run(other, "restore", path, "--replace", typed="别的学校\n")
    assert wrong.exit_code == 1 and "什么也没有改动" in wrong.output
    with other.app_context():
        assert db.session.scalar(sa.select(Person.id).where(Person.username == "later")) is not None
    time.advance(minutes=1)
    done = run(other, "restore", path, "--replace", typed="县委党校\n")
    assert done.exit_code == 0 and "原来的数据在" in done.output
    with other.app_context():
        assert db.session.scalar(sa.select(Person.id).where(Person.username == "later")) is None
        if db.engine.dialect.name == "postgresql":
            [aside] = [name for name in sa.inspect(db.engine).get_schema_names() if name.startswith("before")]
            kept = sa.text(f"SELECT count(*) FROM {aside}.person WHERE username = 'later'")
            assert aside in done.output and db.session.scalar(kept) == 1
        else:
            [aside] = Path(other.config["DATA_DIR"]).glob("ganxun.db.before-restore-*")
            assert str(aside) in done.output and b"later" in aside.read_bytes()
    later = run(other, "backup", tmp_path / "again")
    assert later.exit_code == 0, "what was set aside is no part of it"
    [made] = (tmp_path / "again").glob("*.tar")
    assert set(archive.read_manifest(made).rows) == set(archive.read_manifest(path).rows)


def test_a_running_service_is_not_pulled_from_under_its_people(
    app: Flask, school: Candidate, installation: Callable[..., Flask], tmp_path: Path
) -> None:
    path, _acked = backed_up(app, school, tmp_path / "backups")
    other = installation()
    assert run(other, "restore", path).exit_code == 0
    with other.app_context(), db.engine.connect() as connection:
        connection.execute(sa.text("SELECT 1 FROM person"))
        if db.engine.dialect.name == "postgresql":
            held = sa.create_engine(db.engine.url)
            connection = held.connect()
            connection.execute(sa.text("SELECT 1"))
        done = run(other, "restore", path, "--replace", typed="县委党校\n")
        connection.close()
        if db.engine.dialect.name == "postgresql":
            held.dispose()
    assert done.exit_code == 1 and "请先停止服务" in done.output, done.output
    assert run(other, "backup", tmp_path / "well").exit_code == 0


def test_a_newer_schema_is_refused(
    app: Flask, school: Candidate, installation: Callable[..., Flask], tmp_path: Path
) -> None:
    version = schema.current()
    db.session.execute(sa.text("UPDATE alembic_version SET version_num = '9999'"))
    made = {}
    try:
        with pytest.MonkeyPatch.context() as patched:
            patched.setattr("app.web.schema.up_to_date", lambda: True)
            db.session.commit()
            made = run(app, "backup", tmp_path / "backups")
    finally:
        db.session.execute(sa.text("UPDATE alembic_version SET version_num = :version"), {"version": version})
        db.session.commit()
    assert made.exit_code == 0
    [path] = (tmp_path / "backups").glob("*.tar")
    done = run(installation(), "restore", path)
    assert done.exit_code == 1 and "请先升级程序" in done.output


def test_the_manifest_says_what_is_inside(app: Flask, school: Candidate, tmp_path: Path, time: Clock) -> None:
    path, _acked = backed_up(app, school, tmp_path / "backups")
    manifest = archive.read_manifest(path)
    assert path.name == "ganxun-20261123-090000.tar"
    assert manifest.made_at == time.now.isoformat() and manifest.school == "县委党校"
    assert manifest.rows["person"] == 1 and manifest.rows["attempt"] == 2
    secrets = (app.config["SECRET_KEY"], ID_NUMBER, PHONE)
    assert not any(secret in json.dumps(vars(manifest), ensure_ascii=False) for secret in secrets)
    assert manifest.engine == db.engine.dialect.name
    time.advance(hours=1)
    assert timedelta(0) < time.now - time.now.fromisoformat(manifest.made_at)
