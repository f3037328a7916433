"""The operator's commands, as an operator types them."""

from pathlib import Path

import pytest
import sqlalchemy as sa
from click.testing import Result
from flask import Flask

from app import demo
from app.audit.models import AuditEvent
from app.bank.models import Question
from app.courses.models import Course, CourseAssignment
from app.domain.access import Role
from app.exams.models import Exam, ExamAssignment
from app.people import passwords
from app.people.models import Person, RoleGrant, Unit
from app.people.school import school
from app.web import clock, config, static
from app.web.db import db
from app.web.jobs import heartbeat_file
from tests import factories

BROKEN = """
[[question]]
id = "bad-001"
kind = "single"
stem = "（　　）。"
options = ["甲", "乙"]
key = "c"
explanation = "说明"
clauses = ["five-musts/1"]
topic = "政治纪律"
difficulty = "easy"
"""


def run(app: Flask, *words: str) -> Result:
    return app.test_cli_runner().invoke(args=list(words))


@pytest.fixture
def kept_password(app: Flask):
    """Each test starts without the password file of the one before."""
    path = demo._password_file(app)
    path.unlink(missing_ok=True)
    yield path
    path.unlink(missing_ok=True)
    app.config.pop("DEMO_PASSWORD", None)


def _counts() -> dict[str, int]:
    tables = (Unit, Person, RoleGrant, Question, Exam, ExamAssignment, Course, CourseAssignment)
    return {
        t.__tablename__: db.session.scalar(sa.select(sa.func.count()).select_from(t)) or 0 for t in tables
    }


def test_demo_load_builds_the_school_once(app: Flask, kept_password: Path) -> None:
    done = run(app, "demo", "load")
    assert done.exit_code == 0, done.output
    first = _counts()
    assert first["person"] == 33 and first["unit"] == 16 and first["question"] >= 150
    for username in demo.ACCOUNTS:
        assert username in done.output
    assert run(app, "demo", "load").exit_code == 0
    assert _counts() == first
    course = db.session.scalars(sa.select(Course)).one()
    assert course.published and course.exam is not None and course.exam.paper is not None
    assert school().name == "青禾县委党校"
    quizzes = set(db.session.scalars(sa.select(Exam.code).where(Exam.code.like("quiz:%"))))
    assert {"quiz:five-musts", "quiz:seven-phenomena", "quiz:six-disciplines"} <= quizzes


@pytest.mark.parametrize("engine_app", ["sqlite"], indirect=True)  # no database has a part in it
def test_demo_password_is_kept_for_its_owner_alone(app: Flask, kept_password: Path) -> None:
    output = run(app, "demo", "load").output
    password = kept_password.read_text()
    assert password in output and kept_password.stat().st_mode & 0o777 == 0o600
    for person in db.session.scalars(sa.select(Person)):
        assert person.demo and passwords.verify(person.password_hash, password)


@pytest.mark.parametrize("engine_app", ["sqlite"], indirect=True)  # no database has a part in it
def test_demo_password_from_the_environment_wins_at_every_start(app: Flask, kept_password: Path) -> None:
    demo.ensure(app)
    before = kept_password.read_text()
    demo.ensure(app)
    assert kept_password.read_text() == before
    app.config["DEMO_PASSWORD"] = "chosen by the teacher"
    demo.ensure(app)
    learner = db.session.scalars(sa.select(Person).where(Person.username == "learner")).one()
    assert passwords.verify(learner.password_hash, "chosen by the teacher")
    assert "chosen by the teacher" in demo.greeting(app)


def test_bank_check_finds_nothing_wrong_in_ours(app: Flask) -> None:
    done = run(app, "bank", "check", str(config.CONTENT))
    assert done.exit_code == 0, done.output
    lines = done.output.splitlines()
    assert int(lines[0].removeprefix("试题 ").removesuffix(" 道")) >= 1000
    assert lines[-3:] == ["没有依据的条款 0 道", "没有第二遍审读 0 道", "内容文件没有问题。"]


def test_bank_check_wants_a_folder(app: Flask, tmp_path: Path) -> None:
    done = run(app, "bank", "check", str(tmp_path / "nowhere"))
    assert done.exit_code == 1 and "没有这个文件夹" in done.output


def test_bank_import_is_all_or_nothing(app: Flask, tmp_path: Path) -> None:
    for folder in ("rule_sets", "questions"):
        (tmp_path / folder).mkdir()
    for rules in (config.CONTENT / "rule_sets").glob("*.toml"):
        (tmp_path / "rule_sets" / rules.name).write_bytes(rules.read_bytes())
    (tmp_path / "questions" / "five-musts.toml").write_text(BROKEN, encoding="utf-8")
    done = run(app, "bank", "import", str(tmp_path))
    assert done.exit_code == 1
    assert "questions/five-musts.toml:7 key" in done.output and "什么也没有导入" in done.output
    assert _counts()["question"] == 0 and db.session.scalar(sa.select(AuditEvent.id)) is None


def test_bank_import_says_what_it_did_and_may_run_again(app: Flask) -> None:
    first = run(app, "bank", "import", str(config.CONTENT))
    assert first.exit_code == 0 and "新增试题" in first.output
    counts = _counts()
    second = run(app, "bank", "import", str(config.CONTENT))
    assert second.exit_code == 0 and second.output == "已导入：没有变化\n"
    assert _counts() == counts


def test_doctor_names_what_is_wrong_and_how_to_mend_it(app: Flask) -> None:
    heartbeat_file(app).unlink(missing_ok=True)
    done = run(app, "doctor")
    assert done.exit_code == 1
    assert "还没有教务管理员，请执行：flask people create-admin" in done.output
    assert "后台任务没有运行" in done.output
    assert "数据库结构：与程序一致" in done.output


def test_doctor_is_content_with_a_running_school(app: Flask, kept_password: Path) -> None:
    app.config["DEMO"] = True
    try:
        demo.ensure(app)
        static.build(app)
        heartbeat_file(app).write_text(clock.now().isoformat())
        done = run(app, "doctor")
    finally:
        app.config["DEMO"] = False
        heartbeat_file(app).unlink()
    assert done.exit_code == 0, done.output
    assert done.output.endswith("一切正常。\n")


def test_doctor_sees_a_folder_that_others_may_enter(app: Flask, tmp_path: Path, monkeypatch) -> None:
    tmp_path.chmod(0o755)
    monkeypatch.setitem(app.config, "DATA_DIR", tmp_path)
    assert f"数据目录其他用户可以进入，请执行：chmod -R go= {tmp_path}" in run(app, "doctor").output
    tmp_path.chmod(0o700)
    assert "其他用户可以进入" not in run(app, "doctor").output


def test_doctor_says_that_the_demo_needs_no_second_factor(app: Flask, monkeypatch) -> None:
    assert "演示账号不要求动态口令" not in run(app, "doctor").output
    monkeypatch.setitem(app.config, "DEMO", True)
    assert "演示账号不要求动态口令" in run(app, "doctor").output


@pytest.mark.parametrize("engine_app", ["sqlite"], indirect=True)  # no database has a part in it
def test_doctor_finds_demo_accounts_in_production(app: Flask, kept_password: Path) -> None:
    demo.ensure(app)
    assert "正式环境里有演示账号" in run(app, "doctor").output


def test_doctor_sees_whether_the_officers_are_held_apart(app: Flask, monkeypatch) -> None:
    monkeypatch.setitem(app.config, "SEPARATE_ADMINS", True)
    root = factories.unit("青禾县")
    both = factories.person("曹鹏", root)
    for role in (Role.SYSTEM, Role.AUDITOR, Role.GRADER):
        factories.grant(both, role, root)
    output = run(app, "doctor").output
    assert "还没有安全管理员，请执行：flask people create-admin --role security" in output
    assert "有 1 人兼任不得兼任的角色" in output and "还没有系统管理员" not in output
    db.session.execute(sa.delete(RoleGrant).where(RoleGrant.role == Role.AUDITOR))
    for role in (Role.SECURITY, Role.AUDITOR):
        factories.grant(factories.person(unit=root), role, root)
    assert "系统、安全、审计管理员各有其人，无人兼任" in run(app, "doctor").output
