"""`flask doctor`: is this installation well? Each check answers in words an operator can act on."""

import os
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import sqlalchemy as sa
from flask import Flask

from app.audit.checking import late
from app.audit.queries import check_state
from app.backup import state
from app.domain.access import OFFICERS, Role, excluded_by
from app.people.grants import live
from app.people.labels import ROLES
from app.people.models import Person, RoleGrant
from app.web import clock, config, fonts, health, jobs, pdf, schema
from app.web.db import db, is_sqlite

FREE_BYTES = 1 << 30
CLOCK_TOLERANCE = timedelta(seconds=5)
SQLITE_FIXED = (3, 51, 3)  # see docs/decisions/0002-sqlite-writers.md


@dataclass(frozen=True)
class Finding:
    """One line of the report. Not `well`: something has to be done."""

    well: bool
    text: str


def examine(app: Flask) -> Iterator[Finding]:
    """Every check, in the order a person would look. One that fails to run is itself a finding."""
    for check in CHECKS:
        try:
            yield from check(app)
        except Exception as error:  # the report goes on, whatever is broken
            yield Finding(False, f"检查未能完成：{error}")
            db.session.rollback()


def _settings(app: Flask) -> Iterator[Finding]:
    # A weak SECRET_KEY does not get this far: the configuration refuses it.
    mode = "演示" if app.config["DEMO"] else "正式"
    yield Finding(True, f"运行方式：{mode}；密钥强度合格；对外地址 {app.config['PUBLIC_URL']}")
    key = Path(app.config["DATA_DIR"]) / "secret.key"
    if key.exists() and key.stat().st_mode & 0o077:
        yield Finding(False, f"密钥文件其他用户可读，请执行：chmod 600 {key}")
    if app.config["DEMO"] and app.config["POLICY"].staff_second_factor:
        yield Finding(True, "演示账号不要求动态口令，也不强制换密码；正式环境的管理人员都要求")


def _database(app: Flask) -> Iterator[Finding]:
    version = ".".join(str(part) for part in db.session.connection().dialect.server_version_info or ())
    yield Finding(True, f"数据库：{'SQLite' if is_sqlite() else 'PostgreSQL'} {version}，可以连接")
    if is_sqlite() and sqlite3.sqlite_version_info < SQLITE_FIXED:
        yield Finding(True, "此版 SQLite 有并发写入缺陷，本系统以单一写锁避开，可放心使用")


def _schema(app: Flask) -> Iterator[Finding]:
    if schema.up_to_date():
        yield Finding(True, "数据库结构：与程序一致")
    else:
        yield Finding(False, "数据库结构与程序不一致，请执行：flask db upgrade")


def _people(app: Flask) -> Iterator[Finding]:
    if not schema.up_to_date():
        return  # nothing to ask; the check before says so
    admins = sa.select(sa.func.count()).select_from(RoleGrant).where(RoleGrant.role == Role.ADMIN)
    if not db.session.scalar(admins):
        yield Finding(False, "还没有教务管理员，请执行：flask people create-admin")
    if app.config.get("SEPARATE_ADMINS"):
        yield from _officers()
    if not app.config["DEMO"] and db.session.scalar(sa.select(Person.id).where(Person.demo).limit(1)):
        yield Finding(False, "正式环境里有演示账号，请换用新的数据目录或数据库")


def _officers() -> Iterator[Finding]:
    """三员分立: each office held, nobody in two."""
    held: dict[int, list[Role]] = {}
    for grant in db.session.scalars(sa.select(RoleGrant).where(live(clock.now()))):
        held.setdefault(grant.person_id, []).append(Role(grant.role))
    missing = [role for role in OFFICERS if not any(role in roles for roles in held.values())]
    for role in missing:
        yield Finding(False, f"还没有{ROLES[role]}，请执行：flask people create-admin --role {role}")
    double = sum(any(excluded_by(roles, role, apart=True) for role in roles) for roles in held.values())
    if double:
        yield Finding(False, f"三员分立：有 {double} 人兼任不得兼任的角色，请安全管理员收回其一")
    if not missing and not double:
        yield Finding(True, "三员分立：系统、安全、审计管理员各有其人，无人兼任")


def _static(app: Flask) -> Iterator[Finding]:
    if (Path(app.config["DATA_DIR"]) / "static" / app.extensions["static_hash"]).exists():
        yield Finding(True, "静态文件：已压缩")
    else:
        yield Finding(False, "静态文件还没有压缩，页面会变慢，请执行：flask static build")


def _printing(app: Flask) -> Iterator[Finding]:
    problems = pdf.problems()
    yield from (Finding(False, problem) for problem in problems)
    if not problems:
        yield Finding(True, f"证书打印：Pango 齐全，宋体 {fonts.serif()}")


def _clock(app: Flask) -> Iterator[Finding]:
    now = clock.now()
    installed = max(path.stat().st_mtime for path in config.MIGRATIONS.rglob("*.py"))
    if now.timestamp() < installed:
        yield Finding(False, "系统时间早于程序安装时间，请校准时钟（timedatectl set-ntp true）")
        return
    if not is_sqlite():
        server = db.session.scalars(sa.select(sa.func.clock_timestamp())).one()
        if abs(server - clock.now()) > CLOCK_TOLERANCE:
            yield Finding(False, f"本机与数据库服务器的时钟相差 {abs(server - now)}，请校准")
    yield Finding(True, f"时间：北京时间 {clock.beijing(now):%Y-%m-%d %H:%M:%S}，请与标准时间核对")


def _disk(app: Flask) -> Iterator[Finding]:
    folder = app.config["DATA_DIR"]
    free = shutil.disk_usage(folder).free
    text = f"数据目录 {folder}：剩余 {free / (1 << 30):.1f} GB"
    if Path(folder).stat().st_mode & 0o077:
        yield Finding(False, f"数据目录其他用户可以进入，请执行：chmod -R go= {folder}")
    if not os.access(folder, os.W_OK):
        yield Finding(False, f"数据目录 {folder} 不可写")
    elif free < FREE_BYTES:
        yield Finding(False, f"{text}，不足 1 GB，请清理磁盘")
    else:
        yield Finding(True, text)


def _worker(app: Flask) -> Iterator[Finding]:
    if jobs.alive(app):
        yield Finding(True, "后台任务：正在运行")
    else:
        yield Finding(False, "后台任务没有运行，证书和到时收卷会停住；请启动服务（make run 或 make serve）")


def _backup(app: Flask) -> Iterator[Finding]:
    last, failed = health.last_backup(app), state.failure_file(app)
    if failed.exists():
        yield Finding(False, f"最近一次备份没有做成：{failed.read_text(encoding='utf-8')}")
    if app.config["BACKUP_HOUR"] is None:
        yield Finding(True, "每日备份：未启用" + (f"，上次手工备份 {_local(last)}" if last else ""))
    elif last is None:
        yield Finding(False, "还没有备份过，请执行：flask backup")
    elif clock.now() - last >= health.BACKUP_LATE:
        yield Finding(False, f"最近一次备份是 {_local(last)}，已超过一天；请执行 flask backup，并查看日志")
    else:
        yield Finding(True, f"备份：{_local(last)}，在 {state.folder(app)}；请确认另有一份存在别的机器上")


def _local(moment: datetime) -> str:
    return f"{clock.beijing(moment):%Y-%m-%d %H:%M}"


def _audit(app: Flask) -> Iterator[Finding]:
    if not schema.up_to_date():
        return
    check, waiting = check_state(), late()
    if waiting:
        yield Finding(False, f"审计：{waiting} 条记录等待封存超过一分钟，后台任务可能没有运行")
    if check.done is None or check.report is None:
        yield Finding(True, "审计：还没有核验过，后台任务每小时核验一次")
    elif check.report.whole:
        at = clock.beijing(check.done.done_at or check.done.ordered_at)
        yield Finding(True, f"审计：{at:%Y-%m-%d %H:%M} 核验过，{check.report.sealed} 条没有改动")
    else:
        yield Finding(False, f"审计：有 {check.report.count} 处被改动，请执行：flask audit verify")


CHECKS: tuple[Callable[[Flask], Iterator[Finding]], ...] = (
    _settings, _database, _schema, _people, _static, _printing, _clock, _disk, _worker, _backup, _audit,
)  # fmt: skip
