"""Bring a school back from a backup: everything is checked before anything is changed."""

import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import sqlalchemy as sa
from alembic.script import ScriptDirectory
from flask import Flask
from flask_migrate import upgrade

from app.audit import anchors, chain, checking
from app.audit.service import record
from app.backup import archive, state
from app.backup.archive import BackupError, InUse, Manifest
from app.backup.making import examine, require_space
from app.people.models import AccessCode, Person, RecoveryCode, RosterRow, SecondFactor, SignInSession
from app.web import clock, config, jobs, uow
from app.web.db import db

Confirm = Callable[[Manifest], bool]


@dataclass(frozen=True)
class Restored:
    """`aside`: the file or schema that holds the database before; "" when there was none.
    `breaks`: places where the restored audit log does not hold."""

    manifest: Manifest
    aside: str
    breaks: int


def restore(
    app: Flask, path: Path, now: datetime, *, lost_key: bool = False, confirm: Confirm | None = None
) -> Restored:
    """`confirm` is asked before a database with data in it is replaced; without it that is refused."""
    manifest = archive.read_manifest(path)
    try:
        _require_usable(manifest, lost_key)
    except BackupError:
        if app.config.get("KEY_MADE"):  # by the start of this very command
            (Path(app.config["DATA_DIR"]) / "secret.key").unlink()
        raise
    if jobs.alive(app):
        raise InUse
    empty = _is_empty()
    if not empty and confirm is None:
        raise BackupError("这里已有数据，没有恢复。确要用备份替换，请加 --replace；现有的数据会另存。")
    where = _workshop(app)
    where.mkdir(mode=0o700, parents=True, exist_ok=True)
    with state.alone(where), tempfile.TemporaryDirectory(prefix=".restoring-", dir=where) as work:
        require_space(where, 2 * manifest.size)
        database = Path(work) / "database"
        manifest = examine(path, database)
        if not empty and confirm is not None and not confirm(manifest):
            raise BackupError("名称不一致，没有恢复，什么也没有改动。")
        mark = f"before-restore-{clock.beijing(now):%Y%m%d%H%M%S}"
        aside = state.engine().put_in_place(database, mark)
        _set_aside_anchors(mark)
    if empty:
        state.engine().discard(aside)
    return Restored(manifest, "" if empty else aside, _settle(manifest, path, lost_key))


def _set_aside_anchors(mark: str) -> None:
    """The anchors here are of the log that was replaced: against the restored one they would cry wolf."""
    if anchors.file().exists():
        anchors.file().rename(anchors.file().with_name(f"{anchors.file().name}.{mark}"))


def _workshop(app: Flask) -> Path:
    """Beside the database file, so that the copy can take its place in one step."""
    database = db.engine.url.database
    beside = db.engine.dialect.name == "sqlite" and database
    return Path(database).resolve().parent if beside and database else Path(app.config["DATA_DIR"])


def _require_usable(manifest: Manifest, lost_key: bool) -> None:
    here = db.engine.dialect.name
    if manifest.engine != here:
        raise BackupError(f"这是 {manifest.engine} 的备份，本机是 {here}，不能互换。请核对 DATABASE_URL。")
    known = {script.revision for script in ScriptDirectory(str(config.MIGRATIONS)).walk_revisions()}
    if manifest.schema not in known:
        raise BackupError(
            f"备份的数据库结构（{manifest.schema}）比本程序新，由 {manifest.version} 版做成。请先升级程序。"
        )
    if manifest.key_check != state.key_check() and not lost_key:
        raise BackupError(
            "本机的密钥与做备份时的不同：恢复后读不出身份证号、手机号和两步验证，发出的首次登录码也失效。"
            "请把原来的 DATA_KEY（没有设过的，用原来的 SECRET_KEY；演示学校的，"
            "把原来数据目录里的 secret.key 放进现在的数据目录）填好再恢复。"
            "密钥确已丢失的，加 --lost-key，其余数据照样恢复。什么也没有改动。"
        )


def _is_empty() -> bool:
    """No rows at all but the mark of the schema. A broken database is not empty."""
    try:
        rows = state.engine().rows()
    except ValueError:
        return False
    return not any(count for table, count in rows.items() if table != "alembic_version")


def _settle(manifest: Manifest, path: Path, lost_key: bool) -> int:
    """Up to the schema of the program; signed-in browsers of that day are no longer signed in."""
    found = state.engine().rows()
    if found != manifest.rows:
        raise BackupError("恢复后的行数与备份不符。请不要启动服务，并换一份备份再恢复。")
    upgrade()
    db.session.execute(sa.delete(SignInSession))
    if lost_key:
        _drop_unreadable()
    summary = f"用 {clock.beijing(made_at(manifest)):%Y-%m-%d %H:%M} 的备份恢复数据"
    record("backup.restore", "backup:1", summary, after={"file": path.name, "lost_key": lost_key})
    uow.commit_item()
    if lost_key:  # a key vouches for what it finds: the anchors of the lost one say nothing any more
        chain.seal()
        anchors.anchor(anchors.ANEW)
    return checking.verify().count


def _drop_unreadable() -> None:
    """What nobody can read or be found by without the key: it would only stop the pages that show it."""
    unknown = dict.fromkeys(("id_number_sealed", "id_number_digest", "phone_sealed", "phone_digest"))
    db.session.execute(sa.update(Person).values(unknown))
    for table in (SecondFactor, RecoveryCode, AccessCode, RosterRow):
        db.session.execute(sa.delete(table))


def made_at(manifest: Manifest) -> datetime:
    return datetime.fromisoformat(manifest.made_at)
